"""State of funds and its constraints. The ledger itself is behind `funds.services` and `funds.queries`."""

from . import accounts
from .accounts import Account, AccountCode, FlowRule, StatementLine, Status
from .budget import Budget, BudgetLine, FinalAccounts, SpendingPlan
from .fund import PURSES, Branch, Fund, Public, Scheme, purse
from .payments import (
    BankFile,
    BankReturn,
    PaymentBatch,
    PaymentOrder,
    PaymentOutcome,
    Reconciliation,
    UnmatchedLine,
)
from .periods import MonthClosing

__all__ = [
    "PURSES",
    "Account",
    "AccountCode",
    "BankFile",
    "BankReturn",
    "Branch",
    "Budget",
    "BudgetLine",
    "FinalAccounts",
    "FlowRule",
    "Fund",
    "MonthClosing",
    "PaymentBatch",
    "PaymentOrder",
    "PaymentOutcome",
    "Public",
    "Reconciliation",
    "Scheme",
    "SpendingPlan",
    "StatementLine",
    "Status",
    "UnmatchedLine",
    "accounts",
    "purse",
]
