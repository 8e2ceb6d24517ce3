"""Desk screens of enrollment: people and who acts for them, households, employers, receipts."""

from .delegates import MandateAdmin
from .employers import EmployerAdmin
from .households import HouseholdAdmin
from .movements import MovementAdmin
from .online import PaymentIntentAdmin
from .people import PersonAdmin
from .receipts import ReceiptAdmin

__all__ = [
    "EmployerAdmin",
    "HouseholdAdmin",
    "MandateAdmin",
    "MovementAdmin",
    "PaymentIntentAdmin",
    "PersonAdmin",
    "ReceiptAdmin",
]
