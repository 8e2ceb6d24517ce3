"""State of funds and its constraints. The ledger itself is behind `funds.services` and `funds.queries`."""

from . import accounts
from .accounts import Account, AccountCode, FlowRule, StatementLine, Status
from .bank import (
    BankAccount,
    BankLine,
    BankMatch,
    BankNote,
    BankStatement,
    DayReconciliation,
    TaxDay,
    TermDeposit,
)
from .budget import Budget, BudgetLine, FinalAccounts, SpendingPlan
from .financing import Channel, FundingDue, FundingReceipt, ReserveMove, StateHolding
from .findings import SupervisionFinding
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
from .pooling import PoolingPart, PoolingRound, PoolingTransfer
from .projection import Projection, ProjectionYear

__all__ = [
    "PURSES",
    "Account",
    "AccountCode",
    "BankAccount",
    "BankFile",
    "BankLine",
    "BankMatch",
    "BankNote",
    "BankReturn",
    "BankStatement",
    "Branch",
    "Budget",
    "BudgetLine",
    "Channel",
    "DayReconciliation",
    "FinalAccounts",
    "FlowRule",
    "Fund",
    "FundingDue",
    "FundingReceipt",
    "MonthClosing",
    "PaymentBatch",
    "PaymentOrder",
    "PaymentOutcome",
    "PoolingPart",
    "PoolingRound",
    "PoolingTransfer",
    "Projection",
    "ProjectionYear",
    "Public",
    "Reconciliation",
    "ReserveMove",
    "Scheme",
    "SpendingPlan",
    "StateHolding",
    "StatementLine",
    "Status",
    "SupervisionFinding",
    "TaxDay",
    "TermDeposit",
    "UnmatchedLine",
    "accounts",
    "purse",
]
