"""Desk screens of funds: balances, books, payments, the questions of verify."""

from .bank import BankAccountAdmin, BankStatementAdmin, DayReconciliationAdmin, TermDepositAdmin
from .books import BatchAdmin, FundAdmin
from .budgets import BudgetAdmin, FinalAccountsAdmin, SpendingPlanAdmin
from .financing import FundingDueAdmin, ReserveMoveAdmin, StateHoldingAdmin
from .findings import FindingAdmin
from .investment import EntrustmentAdmin, MandateAdmin
from .payments import PaymentBatchAdmin
from .periods import MonthClosingAdmin
from .pooling import PoolingRoundAdmin, PoolingTransferAdmin
from .projections import ProjectionAdmin

__all__ = [
    "BankAccountAdmin",
    "BankStatementAdmin",
    "BatchAdmin",
    "BudgetAdmin",
    "DayReconciliationAdmin",
    "EntrustmentAdmin",
    "FinalAccountsAdmin",
    "FindingAdmin",
    "FundAdmin",
    "FundingDueAdmin",
    "MandateAdmin",
    "MonthClosingAdmin",
    "PaymentBatchAdmin",
    "PoolingRoundAdmin",
    "PoolingTransferAdmin",
    "ProjectionAdmin",
    "ReserveMoveAdmin",
    "SpendingPlanAdmin",
    "StateHoldingAdmin",
    "TermDepositAdmin",
]
