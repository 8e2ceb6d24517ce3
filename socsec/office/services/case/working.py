"""A case under way: taken, noted on, given papers, waiting, withdrawn."""

import hashlib
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ... import kinds
from ...calendar import add_working_days, working_days_between
from ...errors import Conflict, Invalid
from ...models import (
    Case,
    CaseDocument,
    CaseNote,
    User,
)
from .. import policy
from .base import State, change, event, lock, past, record

LARGEST = 10 * 2**20  # bytes of one document


# What a file begins with tells what it is; its name and its declared type do not.
_SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


@transaction.atomic
def take(*, case_id: int, by: User, over: bool = False) -> Case:
    """Take a case into one's hands. `over` takes it from a colleague, which is noted."""
    case = lock(case_id, by, "case.take", *Case.OPEN)
    if case.clerk_id == by.pk:
        return case
    if case.clerk_id is not None and not over:
        raise Conflict(
            _("%(name)s already works on this case.") % {"name": case.clerk},
            code="case_taken",
            fix=_("Choose “take over” if you agreed on it."),
        )
    before = case.clerk_id
    case.clerk = by
    case.save(update_fields=["clerk"])
    event(case, by, "take", case.state, taken_from=before)
    record(case, by, "case.take", taken_from=before)
    return case


@transaction.atomic
def note(*, case_id: int, by: User, text: str) -> CaseNote:
    """Write something down for colleagues. Notes are never changed."""
    case = lock(case_id, by, "case.note")
    if not text.strip():
        raise Invalid(_("The note is empty."), code="empty", field="text")
    written = CaseNote.objects.create(case=case, by=by, text=text.strip())
    record(case, by, "case.note", note=written.pk)
    return written


@transaction.atomic
def attach(*, case_id: int, by: User, name: str, content: bytes, label: str = "") -> CaseDocument:
    """Add a paper: PDF, PNG or JPEG, at most 10 MB. The same file twice is one paper."""
    case = lock(case_id, by, "case.note", *Case.OPEN)
    if not content:
        raise Invalid(_("The file is empty."), code="empty", field="content")
    if len(content) > LARGEST:
        raise Invalid(
            _("The file is larger than 10 MB."),
            code="too_large",
            field="content",
            fix=_("Scan it in a lower resolution, or split it."),
        )
    content_type = next((t for sign, t in _SIGNATURES.items() if content.startswith(sign)), None)
    if content_type is None:
        raise Invalid(
            _("This is neither a PDF nor a PNG nor a JPEG file."),
            code="unknown_file_type",
            field="content",
            fix=_("Save it as one of these and try again."),
        )
    fingerprint = hashlib.sha256(content).hexdigest()
    known = case.documents.filter(sha256=fingerprint).first()
    if known is not None:
        return known
    paper = CaseDocument.objects.create(
        case=case,
        by=by,
        name=name[:120],
        label=label,
        content_type=content_type,
        size=len(content),
        sha256=fingerprint,
        content=content,
    )
    event(case, by, "attach", case.state, text=paper.name)
    record(case, by, "case.attach", document=paper.pk, name=paper.name)
    return paper


@transaction.atomic
def wait(*, case_id: int, by: User, text: str, on: date | None = None) -> Case:
    """Stop the clock: something is needed from the person, and `text` says what."""
    case = lock(case_id, by, "case.wait", State.RECEIVED)
    if not text.strip():
        raise Invalid(_("Say what you need from the person."), code="empty", field="text")
    since = past(on, case.received_on)
    change(case, by, "wait", State.WAITING, text=text.strip(), waiting_since=since)
    return case


@transaction.atomic
def resume(*, case_id: int, by: User, text: str = "", on: date | None = None) -> Case:
    """Start the clock again: the end moves by the working days that we waited."""
    case = lock(case_id, by, "case.wait", State.WAITING)
    since = case.waiting_since
    if since is None:
        raise RuntimeError("a waiting case knows since when")
    waited = working_days_between(since, past(on, since))
    change(
        case,
        by,
        "resume",
        State.RECEIVED,
        text=text.strip(),
        detail={"waited": waited},
        waiting_since=None,
        waited=case.waited + waited,
        due_on=add_working_days(case.received_on, case.days + case.waited + waited),
    )
    return case


@transaction.atomic
def withdraw(*, case_id: int, by: User, text: str, allowed: bool = False) -> Case:
    """End a case because the person takes it back. Insured persons withdraw their own.

    `allowed` says that the caller has asked for leave in a way of its own, as for `open_case`.
    """
    case = lock(case_id, by, None if allowed else "case.withdraw", *Case.OPEN)
    if not text.strip():
        raise Invalid(_("Say why the case is withdrawn."), code="empty", field="text")
    change(case, by, "withdraw", State.WITHDRAWN, text=text.strip(), waiting_since=None, clerk=None)
    return case


def allowed_days(registered: kinds.CaseKind, region: str, on: date) -> int:
    if isinstance(registered.days, int):
        return registered.days
    return int(policy.of(policy.current_edition()).at(registered.days, region, on).value)
