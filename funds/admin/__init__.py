"""Desk screens of funds: balances, books, payments, the questions of verify."""

from .books import BatchAdmin, FundAdmin
from .payments import PaymentBatchAdmin

__all__ = ["BatchAdmin", "FundAdmin", "PaymentBatchAdmin"]
