"""Desk screens of the office: the start page and the sidebar; cases, runs, policy, users, the audit."""

from .cases import CaseAdmin
from .certificates import CertificateAdmin
from .events import DeliveryAdmin, SubscriptionAdmin
from .people import AuditAdmin, OfficeAdmin, OutboxAdmin, RegionAdmin, UserAdmin
from .policy import PolicyEditionAdmin, PolicyValueAdmin
from .runs import RunAdmin
from .start import navigation, start

__all__ = [
    "AuditAdmin",
    "CaseAdmin",
    "CertificateAdmin",
    "DeliveryAdmin",
    "OfficeAdmin",
    "OutboxAdmin",
    "PolicyEditionAdmin",
    "PolicyValueAdmin",
    "RegionAdmin",
    "RunAdmin",
    "SubscriptionAdmin",
    "UserAdmin",
    "navigation",
    "start",
]
