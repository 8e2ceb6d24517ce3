"""Desk screens of funds: balances, books, payments, the questions of verify."""

from .books import BatchAdmin, FundAdmin
from .budgets import BudgetAdmin, FinalAccountsAdmin, SpendingPlanAdmin
from .payments import PaymentBatchAdmin
from .periods import MonthClosingAdmin

__all__ = [
    "BatchAdmin",
    "BudgetAdmin",
    "FinalAccountsAdmin",
    "FundAdmin",
    "MonthClosingAdmin",
    "PaymentBatchAdmin",
    "SpendingPlanAdmin",
]
