"""What other registers say: taken in line by line, matched by number, decided by a clerk.

A line that proves life becomes a proof at once. One that casts doubt (a death, a prison, a move)
is a word and no fact: a clerk looks, and only then it becomes a life event that other apps act on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    SUSPICIONS,
    IdentifierKind,
    ProofWay,
    Register,
    StatusKind,
    StatusNotice,
    StatusState,
)
from enrollment.services.checks import known_name, known_region, not_in_future
from enrollment.services.living import events, proofs
from socsec.kernel import ids
from socsec.kernel.errors import KernelError
from socsec.office import spreadsheets
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Problem, from_kernel
from socsec.office.fields import blind_index
from socsec.office.models import User
from socsec.office.services import audit

MOST = 5_000  # lines at once
Open = (StatusState.MATCHED, StatusState.DOUBT)

LAYOUT = spreadsheets.Layout(
    _("Lines of a register"),
    [
        spreadsheets.Column("reference", _("Reference"), ("编号",), text=True),
        spreadsheets.Column("kind", _("What is said"), ("情形",)),
        spreadsheets.Column("resident_id", _("ID number"), ("身份证号", "公民身份号码"), text=True),
        spreadsheets.Column("name", _("Name"), ("姓名",)),
        spreadsheets.Column("happened_on", _("Date"), ("日期",)),
        spreadsheets.Column("to_region", _("Moved to"), ("迁往",), must=False),
    ],
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a register as it came."""

    reference: str
    kind: str
    resident_id: str
    name: str
    happened_on: date
    to_region: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the lines: all were taken or none."""

    matched: int
    doubtful: int
    unmatched: int
    proofs: int
    repeated: int


@transaction.atomic
def receive(*, by: User, register: str, lines: Sequence[Line]) -> Taken:
    """Take in lines of a register. The same reference again changes nothing.

    Every line must be readable, or `Invalid` names the first that is not and nothing is taken.
    """
    require(by, "status.receive")
    if register not in Register.values:
        raise Invalid(_("There is no such register."), code="no_register", field="register")
    if not 0 < len(lines) <= MOST:
        raise Invalid(
            _("Send between 1 and %(most)s lines at once.") % {"most": MOST},
            code="lines_count",
            field="lines",
        )
    numbers = {}
    for place, each in enumerate(lines, start=1):
        try:
            numbers[place] = _check(each)
        except Problem as trouble:
            trouble.detail["row"] = place
            raise Invalid(
                _("Line %(row)s: %(trouble)s") % {"row": place, "trouble": trouble},
                code=trouble.code,
                field=trouble.field,
                row=place,
            ) from trouble
    counts = dict.fromkeys(("matched", "doubtful", "unmatched", "proofs", "repeated"), 0)
    for place, each in enumerate(lines, start=1):
        counts[_take(by, register, each, numbers[place])] += 1
    audit.record(
        by=by, act="status.receive", region=by.region_code or "", register=register, counts=counts
    )
    return Taken(**counts)


def read_file(file: IO[bytes]) -> list[Line]:
    """The lines of a spreadsheet, Excel or CSV. `Invalid` names the row that cannot be read."""
    lines: list[Line] = []
    kinds = {str(label): value for value, label in StatusKind.choices}
    for row in spreadsheets.read(file, LAYOUT):
        try:
            day = spreadsheets.read_date(row.text("happened_on"))
        except (KernelError, Problem, ValueError) as trouble:
            raise Invalid(
                _("Row %(row)s: the date cannot be read.") % {"row": row.number},
                code="date_unreadable",
                field="file",
                fix=_("Write it as 2026-11-13."),
            ) from trouble
        if len(lines) == MOST:
            raise Invalid(
                _("Send between 1 and %(most)s lines at once.") % {"most": MOST},
                code="lines_count",
                field="file",
            )
        lines.append(
            Line(
                reference=row.text("reference"),
                kind=kinds.get(row.text("kind"), row.text("kind")),
                resident_id=row.text("resident_id"),
                name=row.text("name"),
                happened_on=day,
                to_region=row.text("to_region"),
            )
        )
    return lines


@transaction.atomic
def confirm(*, by: User, notice: StatusNotice) -> StatusNotice:
    """Take over what a register says: it becomes a life event, on the register's word."""
    held = _lock(by, notice)
    person = held.person
    assert person is not None  # a notice that waits is matched
    document = f"{held.get_register_display()} {held.reference}"
    held.event = events.record(
        by=by,
        person=person,
        kind=held.kind,
        happened_on=held.happened_on,
        document=document,
        known_on=timezone.localdate(),
        to_region=held.to_region,
    )
    return _decide(by, held, StatusState.CONFIRMED, "")


@transaction.atomic
def dismiss(*, by: User, notice: StatusNotice, reason: str) -> StatusNotice:
    """It is not so, or not this person. Nothing follows, and the reason is kept."""
    held = _lock(by, notice)
    if not reason.strip():
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    return _decide(by, held, StatusState.DISMISSED, reason.strip()[:200])


@transaction.atomic
def match_again() -> int:
    """Notices that nobody fitted, and now somebody does. Returns how many. Asked each night."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select s.id, i.person_id from enrollment_statusnotice s
            join enrollment_personidentifier i on i.blind = s.blind
            where s.state = 'unmatched' order by s.id
            for update of s skip locked
            """
        )
        found = cursor.fetchall()
    for number, _person in found:
        notice = StatusNotice.objects.select_related("received_by").get(pk=number)
        _settle(notice, notice.received_by)
    if found:
        audit.record(by=None, act="status.match", matched=len(found))
    return len(found)


def _check(each: Line) -> str:
    """The identity number of a line that can be taken."""
    if not each.reference.strip() or len(each.reference) > 64:
        raise Invalid(_("The reference is missing."), code="no_reference", field="reference")
    if each.kind not in StatusKind.values:
        raise Invalid(_("Choose what happened."), code="no_kind", field="kind")
    known_name(each.name, 60)
    not_in_future(each.happened_on, "happened_on")
    if each.kind == StatusKind.MOVE or each.to_region:
        known_region(each.to_region)
    try:
        return ids.read_resident_id(each.resident_id).number
    except ids.IdError as error:
        raise from_kernel(error, "resident_id") from error


def _take(by: User, register: str, each: Line, number: str) -> str:
    notice = StatusNotice(
        register=register,
        reference=each.reference.strip(),
        kind=each.kind,
        happened_on=each.happened_on,
        name=known_name(each.name, 60),
        resident_id=number,
        blind=blind_index(number, IdentifierKind.RESIDENT_ID),
        to_region=each.to_region,
        region=by.region_code or "",
        state=StatusState.UNMATCHED,
        received_by=by,
    )
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        return "repeated"
    return _settle(notice, by)


def _settle(notice: StatusNotice, by: User) -> str:
    """Look for the person by number, and let follow what follows without a clerk."""
    person = queries.by_resident_id(notice.resident_id)
    if person is None:
        return "unmatched"
    notice.person, notice.region = person, person.region
    if _plain(person.name) != _plain(notice.name):
        notice.state = StatusState.DOUBT
    elif notice.kind in SUSPICIONS:
        notice.state = StatusState.MATCHED
    else:
        notice.state = StatusState.CONFIRMED
        notice.decided_at = timezone.now()
        proofs.put(
            person=person,
            way=ProofWay.MATCH,
            proved_on=notice.happened_on,
            by=by,
            notice_id=notice.pk,
        )
    notice.save()
    audit.record(
        by=by,
        act="status.settle",
        subject=notice,
        person_id=person.pk,
        region=person.region,
        register=notice.register,
        kind=notice.kind,
        state=str(notice.state),
    )
    if notice.state == StatusState.CONFIRMED:
        return "proofs"
    return "doubtful" if notice.state == StatusState.DOUBT else "matched"


def _plain(name: str) -> str:
    """Names are compared without spaces and the dots of minorities' names."""
    return "".join(letter for letter in name if letter not in " ·•．.・").casefold()


def _lock(by: User, notice: StatusNotice) -> StatusNotice:
    held = (
        StatusNotice.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=notice.pk)
        .first()
    )
    if held is None:
        raise NotFound(_("There is no such notice."), code="no_notice")
    require(by, "status.decide", held.region)
    require_stranger(by, held.person_id)
    if held.state not in Open:
        raise Conflict(
            _("This is decided already: %(state)s.") % {"state": held.get_state_display()},
            code="decided_already",
        )
    return held


def _decide(by: User, held: StatusNotice, state: StatusState, reason: str) -> StatusNotice:
    held.state, held.reason = state, reason
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
    if state == StatusState.CONFIRMED and held.kind not in SUSPICIONS and held.person is not None:
        proofs.put(
            person=held.person,
            way=ProofWay.MATCH,
            proved_on=held.happened_on,
            by=by,
            notice_id=held.pk,
        )
    audit.record(
        by=by,
        act="status.decide",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        reason=reason,
        register=held.register,
        kind=held.kind,
        state=str(state),
    )
    return held


__all__ = ["LAYOUT", "Line", "Taken", "confirm", "dismiss", "match_again", "read_file", "receive"]
