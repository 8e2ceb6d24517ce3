"""What other registers say: taken in line by line, matched by number, decided by a clerk.

A line that proves life becomes a proof at once. One that casts doubt (a death, a prison, a move)
is a word and no fact: a clerk looks, and only then it becomes a life event that other apps act on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    SUSPICIONS,
    IdentifierKind,
    PersonIdentifier,
    ProofWay,
    Register,
    StatusKind,
    StatusNotice,
    StatusState,
)
from enrollment.queries.people import by_resident_ids
from enrollment.services.checks import known_name, known_region, not_in_future
from enrollment.services.living import events, proofs
from socsec.kernel import ids
from socsec.kernel.errors import KernelError
from socsec.office import spreadsheets
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Problem, from_kernel
from socsec.office.fields import blind_index
from socsec.office.models import Region, User
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
    asked = {each.to_region for each in lines if each.to_region}
    regions = set(Region.objects.filter(pk__in=asked).values_list("pk", flat=True))
    numbers = []
    for place, each in enumerate(lines, start=1):
        try:
            numbers.append(_check(each, regions))
        except Problem as trouble:
            trouble.detail["row"] = place
            raise Invalid(
                _("Line %(row)s: %(trouble)s") % {"row": place, "trouble": trouble},
                code=trouble.code,
                field=trouble.field,
                row=place,
            ) from trouble
    counts = dict.fromkeys(("matched", "doubtful", "unmatched", "proofs", "repeated"), 0)
    notices = _new(by, register, lines, numbers)
    counts["repeated"] = len(lines) - len(notices)
    for outcome in _match(notices):
        counts[outcome] += 1
    try:
        with transaction.atomic():
            StatusNotice.objects.bulk_create(notices, batch_size=1000)
    except IntegrityError as error:
        raise Conflict(
            _("The same lines are being taken at this moment."),
            code="taken_at_once",
            fix=_("Send them again: what is there already is passed over."),
        ) from error
    _follow(by, notices)
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
    known = PersonIdentifier.objects.filter(blind=OuterRef("blind"))
    found = list(
        StatusNotice.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(Exists(known), state=StatusState.UNMATCHED)
        .select_related("received_by")
        .order_by("received_by_id", "pk")
    )
    _match(found)
    StatusNotice.objects.bulk_update(
        found, ["person", "region", "state", "decided_at"], batch_size=1000
    )
    for by, of in groupby(found, key=attrgetter("received_by")):
        _follow(by, list(of))
    if found:
        audit.record(by=None, act="status.match", matched=len(found))
    return len(found)


def _check(each: Line, regions: set[str]) -> str:
    """The identity number of a line that can be taken, where these regions exist."""
    if not each.reference.strip() or len(each.reference) > 64:
        raise Invalid(_("The reference is missing."), code="no_reference", field="reference")
    if each.kind not in StatusKind.values:
        raise Invalid(_("Choose what happened."), code="no_kind", field="kind")
    known_name(each.name, 60)
    not_in_future(each.happened_on, "happened_on")
    if (each.kind == StatusKind.MOVE or each.to_region) and each.to_region not in regions:
        known_region(each.to_region)  # says what is wrong with it
    try:
        return ids.read_resident_id(each.resident_id).number
    except ids.IdError as error:
        raise from_kernel(error, "resident_id") from error


def _new(
    by: User, register: str, lines: Sequence[Line], numbers: Sequence[str]
) -> list[StatusNotice]:
    """A notice, not stored yet, for each line whose reference is new."""
    references = [each.reference.strip() for each in lines]
    there = set(
        StatusNotice.objects.filter(register=register, reference__in=references).values_list(
            "reference", flat=True
        )
    )
    notices = []
    for each, reference, number in zip(lines, references, numbers, strict=True):
        if reference in there:
            continue
        there.add(reference)
        notices.append(
            StatusNotice(
                register=register,
                reference=reference,
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
        )
    return notices


def _match(notices: Sequence[StatusNotice]) -> list[str]:
    """Find the person of each by number, and say what comes of it. Stores nothing."""
    people = by_resident_ids({each.resident_id for each in notices})
    now = timezone.now()
    outcomes = []
    for notice in notices:
        person = people.get(notice.resident_id)
        if person is None:
            outcomes.append("unmatched")
            continue
        notice.person, notice.region = person, person.region
        if _plain(person.name) != _plain(notice.name):
            notice.state = StatusState.DOUBT
            outcomes.append("doubtful")
        elif notice.kind in SUSPICIONS:
            notice.state = StatusState.MATCHED
            outcomes.append("matched")
        else:
            notice.state, notice.decided_at = StatusState.CONFIRMED, now
            outcomes.append("proofs")
    return outcomes


def _follow(by: User, notices: Sequence[StatusNotice]) -> None:
    """What follows without a clerk: a proof of life of each that proves one, and the notes of all."""
    matched = [each for each in notices if each.person is not None]
    proofs.put_matches(
        by=by, notices=[each for each in matched if each.state == StatusState.CONFIRMED]
    )
    audit.record_many(
        by=by,
        act="status.settle",
        rows=[
            {
                "subject": each,
                "person_id": each.person_id,
                "region": each.region,
                "register": each.register,
                "kind": each.kind,
                "state": str(each.state),
            }
            for each in matched
        ],
    )


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
