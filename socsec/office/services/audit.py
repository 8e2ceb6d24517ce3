"""Writing the audit: every act leaves one entry in its own transaction."""

import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from ..access import require
from ..errors import Invalid
from ..models import AuditEntry, User


def record(
    *,
    by: User | None,
    act: str,
    subject: models.Model | tuple[str, Any] | None = None,
    person_id: int | None = None,
    region: str = "",
    reason: str = "",
    **detail: Any,
) -> AuditEntry:
    """Add an entry for an act. Call it inside the transaction of the act itself.

    `by` is None where the system acts. `subject` is a saved model, or its kind and number, for
    rows that have no model object. `detail` is kept as JSON: numbers, texts, dates; never an
    identity number, an account or a phone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit entry belongs into the transaction of its act")
    return AuditEntry.objects.create(
        actor=by, **_columns(by, act, subject, person_id, region, reason, detail)
    )


def record_many(*, by: User | None, act: str, rows: list[dict[str, Any]]) -> int:
    """The same for many subjects at once: bulk paths leave what single ones leave.

    Each row takes the keywords of `record`. Returns how many were written.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit entries belong into the transaction of their acts")
    entries = []
    for row in rows:
        detail = dict(row)
        known = {
            name: detail.pop(name, blank)
            for name, blank in (
                ("subject", None),
                ("person_id", None),
                ("region", ""),
                ("reason", ""),
            )
        }
        entries.append(AuditEntry(actor=by, **_columns(by, act, detail=detail, **known)))
    AuditEntry.objects.bulk_create(entries, batch_size=5000)
    return len(entries)


@transaction.atomic
def read(*, by: User, person_id: int, reason: str, region: str | None = None) -> AuditEntry:
    """Note that someone opens a person's file, and why; that person sees it in the portal.

    Call it before showing anything. People reading their own file need no reason.
    """
    require(by, "person.read", region, person_id)
    if not reason.strip() and by.person_id != person_id:
        raise Invalid(
            _("Say why you open this file."),
            code="reason_missing",
            field="reason",
            fix=_("The person can read your reason."),
        )
    return record(
        by=by,
        act="person.read",
        subject=("person", person_id),
        person_id=person_id,
        region=region or "",
        reason=reason.strip(),
    )


def _columns(
    by: User | None,
    act: str,
    subject: models.Model | tuple[str, Any] | None,
    person_id: int | None,
    region: str,
    reason: str,
    detail: dict[str, Any],
) -> dict[str, Any]:
    kind, number = "", ""
    if isinstance(subject, models.Model):
        kind, number = subject._meta.model_name or "", str(subject.pk)
    elif subject is not None:
        kind, number = subject[0], str(subject[1])
    return {
        "office_id": by.office_id if by else None,
        "act": act,
        "subject_type": kind,
        "subject_id": number,
        "person_id": person_id,
        "region": region,
        "reason": reason,
        "detail": {name: _plain(value) for name, value in detail.items()},
    }


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
