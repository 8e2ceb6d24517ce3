"""Desk screens of funds: balances, books, payments, the questions of verify."""

from .books import BatchAdmin, FundAdmin
from .payments import PaymentBatchAdmin
from .periods import MonthClosingAdmin

__all__ = ["BatchAdmin", "FundAdmin", "MonthClosingAdmin", "PaymentBatchAdmin"]
