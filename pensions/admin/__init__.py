"""Desk screens of pensions: claims on the case page, awards, opening balances of accounts."""

from .awards import AwardAdmin
from .openings import OpeningAdmin
from .overpayments import OverpaymentAdmin
from .special_work import SpecialWorkAdmin
from .transfers import TransferAccountAdmin, TransferAdmin

__all__ = [
    "AwardAdmin",
    "OpeningAdmin",
    "OverpaymentAdmin",
    "SpecialWorkAdmin",
    "TransferAccountAdmin",
    "TransferAdmin",
]
