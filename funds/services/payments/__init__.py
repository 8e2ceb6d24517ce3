"""Paying: envelope → orders → release by a second person → bank file → bank return → reconciled."""

from .bank_file import bank_file
from .bank_return import read_return, settle_line
from .envelope import Order, add_orders, add_orders_sql, cancel, open_batch
from .reconcile import Check, reconcile
from .release import release
from .reorder import Payee, reissue, reissue_many
from .repaid import REPAID, repaid

__all__ = [
    "REPAID",
    "Check",
    "Order",
    "Payee",
    "add_orders",
    "add_orders_sql",
    "bank_file",
    "cancel",
    "open_batch",
    "read_return",
    "reconcile",
    "reissue",
    "reissue_many",
    "release",
    "repaid",
    "settle_line",
]
