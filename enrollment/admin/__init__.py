"""Desk screens of enrollment: people, employers, coverage, wages, receipts."""

from .employers import EmployerAdmin
from .online import PaymentIntentAdmin
from .people import PersonAdmin
from .receipts import ReceiptAdmin

__all__ = ["EmployerAdmin", "PaymentIntentAdmin", "PersonAdmin", "ReceiptAdmin"]
