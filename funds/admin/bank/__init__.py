"""The desk's pages of banks: accounts and their open items, statements, days compared, term deposits."""

from .accounts import BankAccountAdmin
from .days import BankStatementAdmin, DayReconciliationAdmin
from .deposits import TermDepositAdmin

__all__ = [
    "BankAccountAdmin",
    "BankStatementAdmin",
    "DayReconciliationAdmin",
    "TermDepositAdmin",
]
