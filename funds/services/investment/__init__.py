"""Investment of pension money: mandates, entrusted money, orders, custodians' files, limits, returns."""

from .entrusting import approve_entrustment, entrust
from .mandates import approve_mandate, draw_up, end_mandate, enter_firm, open_account
from .orders import draw_order, release_order, withdraw_order
from .reading import read_file
from .watching import compare, compare_all
from .years import approve_year, capital_days, prepare_year

__all__ = [
    "approve_entrustment",
    "approve_mandate",
    "approve_year",
    "capital_days",
    "compare",
    "compare_all",
    "draw_order",
    "draw_up",
    "end_mandate",
    "enter_firm",
    "entrust",
    "open_account",
    "prepare_year",
    "read_file",
    "release_order",
    "withdraw_order",
]
