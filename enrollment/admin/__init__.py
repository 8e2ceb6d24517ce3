"""Desk screens of enrollment: people, employers, coverage, wages, receipts."""

from .employers import EmployerAdmin
from .people import PersonAdmin
from .receipts import ReceiptAdmin

__all__ = ["EmployerAdmin", "PersonAdmin", "ReceiptAdmin"]
