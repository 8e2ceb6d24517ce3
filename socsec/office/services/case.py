"""The life of a case: opened, taken, clarified, assessed by one, decided by another.

Every verb takes the case by number of row (`case_id`), locks it, and refuses when it is no longer
in the state that the verb needs: two colleagues who press at once get one decision. The region
decides whether it exists for the user at all.
"""

import hashlib
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions

from .. import kinds
from ..access import may, require, require_other_hand, require_stranger
from ..calendar import add_working_days, working_days_between
from ..errors import Conflict, Invalid, NotFound
from ..models import (
    Case,
    CaseCounter,
    CaseDocument,
    CaseEvent,
    CaseNote,
    Office,
    PolicyEdition,
    Region,
    User,
)
from . import audit, policy

State = Case.State

LARGEST = 10 * 2**20  # bytes of one document
# What a file begins with tells what it is; its name and its declared type do not.
_SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


@transaction.atomic
def open_case(
    *,
    kind: str,
    person_id: int | None,
    subject: str,
    region: str,
    by: User,
    channel: str,
    key: str = "",
    received_on: date | None = None,
    office: Office | None = None,
    allowed: bool = False,
    **detail: Any,
) -> Case:
    """Receive an application. The statutory clock starts the working day after `received_on`.

    `key` makes it idempotent: the same user with the same key gets the case already opened, and
    `Conflict` where person, kind or region differ. Insured persons open cases for themselves only.
    `allowed` says that the caller has asked for leave in a way of its own, as for an employer's
    officer.
    """
    if not allowed:
        require(by, "case.receive", region, person_id)
    held = office or by.office or (office_of(region) if allowed else None)
    return _open(kind, person_id, subject, region, by, channel, key, received_on, held, detail)


@transaction.atomic
def forward(
    *,
    kind: str,
    person_id: int | None,
    subject: str,
    region: str,
    by: User,
    act: str,
    own_region: str,
    channel: str,
    key: str = "",
    **detail: Any,
) -> Case:
    """Open a case at the office of another region, where `by` need not be at home.

    Whoever may do `act` in `own_region` may hand on what belongs to another office; there it waits
    for that office's own people, under their clock. Insured persons choose the office themselves.
    """
    require(by, act, own_region, person_id)
    return _open(
        kind, person_id, subject, region, by, channel, key, None, office_of(region), detail
    )


def office_of(region: str) -> Office | None:
    """The office that serves a region: its own, or that of the nearest region above."""
    above = regions.upwards(region)
    found = {
        each.region_id: each for each in Office.objects.filter(region__in=above).order_by("-code")
    }
    return next((found[code] for code in above if code in found), None)


def _open(
    kind: str,
    person_id: int | None,
    subject: str,
    region: str,
    by: User,
    channel: str,
    key: str,
    received_on: date | None,
    office: Office | None,
    detail: dict[str, Any],
) -> Case:
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person_id)
    registered = kinds.get(kind)
    if channel not in Case.Channel.values:
        raise Invalid(_("There is no such channel."), code="unknown_channel", field="channel")
    if not Region.objects.filter(code=region).exists():
        raise Invalid(_("There is no such region."), code="unknown_region", field="region")
    today = timezone.localdate()
    received = received_on or today
    if received > today:
        raise Invalid(
            _("The day of receipt lies in the future."), code="future_date", field="received_on"
        )
    if key:
        known = _opened_before(by, key, kind, person_id, region)
        if known is not None:
            return known
    days = _days(registered, region, received)
    case = Case(
        number=_next_number(registered.prefix, today),
        kind=kind,
        person_id=person_id,
        subject=subject,
        region_id=region,
        office=office,
        channel=channel,
        received_on=received,
        days=days,
        due_on=add_working_days(received, days),
        opened_by=by,
        key=key,
    )
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        # Somebody opened it with the same key while we were counting.
        known = _opened_before(by, key, kind, person_id, region) if key else None
        if known is None:
            raise
        return known
    _event(case, by, "open", "", **detail)
    _record(case, by, "case.open", channel=channel, **detail)
    return case


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
    _event(case, by, "take", case.state, taken_from=before)
    _record(case, by, "case.take", taken_from=before)
    return case


@transaction.atomic
def note(*, case_id: int, by: User, text: str) -> CaseNote:
    """Write something down for colleagues. Notes are never changed."""
    case = lock(case_id, by, "case.note")
    if not text.strip():
        raise Invalid(_("The note is empty."), code="empty", field="text")
    written = CaseNote.objects.create(case=case, by=by, text=text.strip())
    _record(case, by, "case.note", note=written.pk)
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
    _event(case, by, "attach", case.state, text=paper.name)
    _record(case, by, "case.attach", document=paper.pk, name=paper.name)
    return paper


@transaction.atomic
def wait(*, case_id: int, by: User, text: str, on: date | None = None) -> Case:
    """Stop the clock: something is needed from the person, and `text` says what."""
    case = lock(case_id, by, "case.wait", State.RECEIVED)
    if not text.strip():
        raise Invalid(_("Say what you need from the person."), code="empty", field="text")
    since = _past(on, case.received_on)
    _change(case, by, "wait", State.WAITING, text=text.strip(), waiting_since=since)
    return case


@transaction.atomic
def resume(*, case_id: int, by: User, text: str = "", on: date | None = None) -> Case:
    """Start the clock again: the end moves by the working days that we waited."""
    case = lock(case_id, by, "case.wait", State.WAITING)
    since = case.waiting_since
    if since is None:
        raise RuntimeError("a waiting case knows since when")
    waited = working_days_between(since, _past(on, since))
    _change(
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
def propose(
    *,
    case_id: int,
    by: User,
    sheet: dict[str, Any] | None,
    edition: PolicyEdition | None,
    **detail: Any,
) -> Case:
    """The maker's part: lay down the assessment sheet and its edition, for a colleague to check."""
    case = lock(case_id, by, "case.assess", State.RECEIVED)
    _change(
        case,
        by,
        "propose",
        State.ASSESSED,
        detail={"edition": edition.number if edition else None, **detail},
        maker=by,
        assessed_at=timezone.now(),
        sheet=sheet,
        edition=edition,
        clerk=None,
    )
    return case


@transaction.atomic
def send_back(*, case_id: int, by: User, text: str) -> Case:
    """The checker disagrees: back to the makers, with the reason. The clock runs on."""
    case = lock(case_id, by, "case.check", State.ASSESSED)
    require_other_hand(by, case.maker_id)
    if not text.strip():
        raise Invalid(_("Say what is not right."), code="empty", field="text")
    _change(
        case,
        by,
        "send_back",
        State.RECEIVED,
        text=text.strip(),
        clerk_id=case.maker_id,
        maker=None,
        assessed_at=None,
        sheet=None,
        edition=None,
    )
    return case


@transaction.atomic
def decide(
    *,
    case_id: int,
    by: User,
    outcome: str,
    reasons: list[dict[str, str]] | None = None,
    in_part: bool = False,
    **detail: Any,
) -> Case:
    """The checker's part: `granted` or `refused`; a refusal needs reasons, and so does what is
    granted only `in_part`.

    A reason is {code, text_zh, text_en, law}. What follows from the decision (an award, a letter)
    is done by the app of the case, in the transaction that calls this.
    """
    case = lock(case_id, by, "case.check", State.ASSESSED)
    require_other_hand(by, case.maker_id)
    if outcome not in (State.GRANTED, State.REFUSED):
        raise Invalid(_("A case is granted or refused."), code="unknown_outcome", field="outcome")
    if outcome == State.REFUSED or in_part:
        _check_reasons(reasons or [])
    elif reasons:
        raise Invalid(_("Only a refusal has reasons."), code="reasons_not_wanted", field="reasons")
    _change(
        case,
        by,
        "decide",
        State(outcome),
        detail=detail,
        checker=by,
        decided_at=timezone.now(),
        reasons=reasons or [],
        clerk=None,
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
    _change(
        case, by, "withdraw", State.WITHDRAWN, text=text.strip(), waiting_since=None, clerk=None
    )
    return case


def lock(case_id: int, by: User, act: str | None, *states: str) -> Case:
    """The case, locked until the end of the transaction, for apps that act on it together.

    Refuses who may not do `act` there, who handles their own case or a relative's, and a case
    whose state is none of `states` (any will do where none is given). `act` is None where the
    caller has asked for leave already.
    """
    # The lock is for the case alone, not for the rows that lists join to it.
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise NotFound(_("There is no such case."), code="no_case")
    if act is not None:
        if by.kind == User.Kind.INSURED and not may(by, "case.read", None, case.person_id):
            raise NotFound(_("There is no such case."), code="no_case")
        require(by, act, case.region_id, case.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, case.person_id)
    if states and case.state not in states:
        raise Conflict(
            _("This case is already “%(state)s”.") % {"state": case.get_state_display()},
            code="case_moved_on",
            fix=_("Open it again to see where it stands."),
            state=case.state,
        )
    return case


def _past(on: date | None, earliest: date) -> date:
    """The day itself, or today: neither before the clock started nor in the future."""
    today = timezone.localdate()
    if on is not None and not earliest <= on <= today:
        raise Invalid(
            _("The day must lie between %(earliest)s and today.") % {"earliest": earliest},
            code="impossible_date",
            field="on",
        )
    return on or max(today, earliest)


def _days(registered: kinds.CaseKind, region: str, on: date) -> int:
    if isinstance(registered.days, int):
        return registered.days
    return int(policy.of(policy.current_edition()).at(registered.days, region, on).value)


def _next_number(prefix: str, day: date) -> str:
    """The next number of that prefix and day. The counter's row keeps two openers apart."""
    table = CaseCounter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS c (prefix, day, last) VALUES (%s, %s, 1)"  # noqa: S608
            " ON CONFLICT (prefix, day) DO UPDATE SET last = c.last + 1 RETURNING last",
            [prefix, day],
        )
        serial = cursor.fetchone()[0]
    return f"{prefix}{day:%Y%m%d}{serial:04d}"


def _opened_before(
    by: User, key: str, kind: str, person_id: int | None, region: str
) -> Case | None:
    known = Case.objects.filter(opened_by=by, key=key).first()
    if known is not None and (known.kind, known.person_id, known.region_id) != (
        kind,
        person_id,
        region,
    ):
        raise Conflict(
            _("This key was used for another application."),
            code="key_reused",
            field="key",
            fix=_("Send a new key with a new application."),
        )
    return known


def _check_reasons(reasons: list[dict[str, str]]) -> None:
    if not reasons:
        raise Invalid(
            _("A refusal needs at least one reason."), code="reasons_missing", field="reasons"
        )
    for reason in reasons:
        if not all(
            str(reason.get(part, "")).strip() for part in ("code", "text_zh", "text_en", "law")
        ):
            raise Invalid(
                _(
                    "Each reason needs a code, its text in Chinese and English, and the article of law."
                ),
                code="reason_incomplete",
                field="reasons",
            )


def _change(
    case: Case,
    by: User,
    act: str,
    after: State,
    *,
    text: str = "",
    detail: dict[str, Any] | None = None,
    **columns: Any,
) -> None:
    """Move a locked case on, and write down that it moved."""
    before = case.state
    for name, value in {"state": after, **columns}.items():
        setattr(case, name, value)
    case.save(update_fields=["state", *(name.removesuffix("_id") for name in columns)])
    _event(case, by, act, before, text=text, **(detail or {}))
    _record(case, by, f"case.{act}", text=text, before=before, after=after.value, **(detail or {}))


def _event(case: Case, by: User, act: str, before: str, *, text: str = "", **detail: Any) -> None:
    CaseEvent.objects.create(
        case=case, by=by, act=act, before=before, after=case.state, text=text, detail=detail
    )


def _record(case: Case, by: User, act: str, *, text: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=case,
        person_id=case.person_id,
        region=case.region_id,
        reason=text,
        number=case.number,
        **detail,
    )
