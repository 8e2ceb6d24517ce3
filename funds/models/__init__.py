"""State of funds and its constraints. The ledger itself is behind `funds.services` and `funds.queries`."""

from . import accounts
from .accounts import Account, AccountCode, FlowRule, Status
from .fund import Branch, Fund, Scheme
from .payments import (
    BankFile,
    BankReturn,
    PaymentBatch,
    PaymentOrder,
    PaymentOutcome,
    Reconciliation,
    UnmatchedLine,
)

__all__ = [
    "Account",
    "AccountCode",
    "BankFile",
    "BankReturn",
    "Branch",
    "FlowRule",
    "Fund",
    "PaymentBatch",
    "PaymentOrder",
    "PaymentOutcome",
    "Reconciliation",
    "Scheme",
    "Status",
    "UnmatchedLine",
    "accounts",
]
