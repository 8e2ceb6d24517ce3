"""What every app shares, one noun a file."""

from .appeal import Appeal
from .audit import AuditEntry, AuditSeal
from .case import Case, CaseCounter, CaseDocument, CaseEvent, CaseNote, Clock
from .certificate import Certificate
from .events import Delivery, EventCursor, PublicEvent, Subscription
from .job import Job
from .messages import IdempotencyKey, Notice, OneTimeCode, OutboxMessage
from .policy import PolicyEdition, PolicyValue
from .region import Office, Region
from .run import Run, RunChunk
from .user import Role, RoleGrant, User

__all__ = [
    "Appeal",
    "AuditEntry",
    "AuditSeal",
    "Case",
    "CaseCounter",
    "CaseDocument",
    "CaseEvent",
    "CaseNote",
    "Certificate",
    "Clock",
    "Delivery",
    "EventCursor",
    "IdempotencyKey",
    "Job",
    "Notice",
    "Office",
    "OneTimeCode",
    "OutboxMessage",
    "PolicyEdition",
    "PolicyValue",
    "PublicEvent",
    "Region",
    "Role",
    "RoleGrant",
    "Run",
    "RunChunk",
    "Subscription",
    "User",
]
