"""Ground of the partner API: who asks, what may be asked, how trouble is told, and what is done once."""

from .auth import Partner, Scoped, purpose
from .described import KEY, PROBLEM, PURPOSE
from .idempotency import Once
from .pages import CursorPages
from .problem import handler
from .views import ApiView, MonthField, YuanField

__all__ = [
    "KEY",
    "PROBLEM",
    "PURPOSE",
    "ApiView",
    "CursorPages",
    "MonthField",
    "Once",
    "Partner",
    "Scoped",
    "YuanField",
    "handler",
    "purpose",
]
