"""Ground of the partner API: who asks, what may be asked, how trouble is told, and what is done once."""

from .auth import Partner, Scoped, purpose
from .idempotency import Once
from .pages import CursorPages
from .problem import handler
from .views import ApiView, MonthField, YuanField

__all__ = [
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
