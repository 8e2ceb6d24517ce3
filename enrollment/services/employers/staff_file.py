"""Who joins and who leaves an employer, as a spreadsheet or a form; taken through the one door of coverage."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import IO

from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Category,
    Employer,
    Employment,
    EndReason,
    Person,
    Upload,
    UploadedChange,
)
from enrollment.services import cover
from enrollment.services.cover import in_sets
from enrollment.services.employers import wages
from enrollment.services.employers.returned import Bad, give_back
from enrollment.services.employers.wage_file import (
    ID_COLUMN,
    Counts,
    Known,
    blind_of,
    name_differs,
    people_by,
    same_name,
)
from enrollment.services.people import person as registry
from socsec.kernel import ids
from socsec.office import spreadsheets
from socsec.office.errors import Invalid, Problem, Refused, say
from socsec.office.models import User
from socsec.office.spreadsheets import Column, Layout, Limits, Row, read_date

What = UploadedChange.What

LAYOUT = Layout(
    _("Staff changes"),
    [
        ID_COLUMN,
        Column(
            "name",
            _("Name"),
            ("姓名", "职工姓名", "name"),
            hint=_("Who joins and is not registered yet is registered under this name."),
        ),
        Column(
            "what",
            _("Change"),
            ("变动", "变动类型", "增减", "change"),
            hint=_("Joins or Leaves."),
        ),
        Column(
            "day",
            _("Day"),
            ("日期", "变动日期", "day"),
            hint=_("The first day at work, or the last. Write it like 2026-11-03."),
        ),
        Column(
            "reason",
            _("Reason for leaving"),
            ("离职原因", "减员原因", "reason"),
            must=False,
            hint=_("Left work or Retired; empty means left work."),
        ),
    ],
)
LIMITS = Limits(rows=5_000)
CHUNK = 1_000

JOINS = {"join", "joins", "增", "增员", "新增", "入职"}
LEAVES = {"leave", "leaves", "减", "减员", "离职"}
REASONS = {
    "": EndReason.LEFT,
    "left": EndReason.LEFT,
    "leftwork": EndReason.LEFT,
    "离职": EndReason.LEFT,
    "不再工作": EndReason.LEFT,
    "retired": EndReason.RETIRED,
    "退休": EndReason.RETIRED,
}


@dataclass(frozen=True, slots=True)
class Change:
    """A row that can be read: who, what, and when; `person` is None for who is not registered yet."""

    row: Row
    blind: str
    what: str
    day: date
    reason: str


def read(upload: Upload, file: IO[bytes]) -> Counts:
    """Look at every row: good ones are laid down to wait, bad ones are given back with the reason."""
    counts = Counts()
    seen: set[tuple[str, str]] = set()
    rows = spreadsheets.read(file, LAYOUT, LIMITS)
    while chunk := list(islice(rows, CHUNK)):
        good, bad = sort(upload.employer, chunk, seen)
        stage(upload, good)
        give_back(upload, bad)
        counts.good += len(good)
        counts.bad += len(bad)
    return counts


def stage(upload: Upload, good: Iterable[tuple[Change, int | None]]) -> None:
    """Lay down good rows, each with the number of the person, if registered."""
    UploadedChange.objects.bulk_create(
        UploadedChange(
            upload_id=upload.pk,
            number=change.row.number,
            person_id=person,
            what=change.what,
            day=change.day,
            reason=change.reason,
            given=json.dumps(change.row.values, ensure_ascii=False),
        )
        for change, person in good
    )


def sort(
    employer: Employer, rows: Iterable[Row], seen: set[tuple[str, str]]
) -> tuple[list[tuple[Change, int | None]], list[Bad]]:
    """Good rows with the person's number, and bad ones with their problem."""
    bad: list[Bad] = []
    asked: list[Change] = []
    for row in rows:
        try:
            change = _read(row)
            if (change.blind, change.what) in seen:
                raise wages.twice()
            seen.add((change.blind, change.what))
            asked.append(change)
        except Problem as problem:
            bad.append(Bad(row, problem))
    known = people_by({each.blind for each in asked})
    jobs: dict[int, list[Employment]] = {}
    for job in Employment.objects.filter(
        employer=employer, person_id__in=[person.pk for person in known.values()]
    ):
        jobs.setdefault(job.person_id, []).append(job)
    good: list[tuple[Change, int | None]] = []
    for change in asked:
        person = known.get(change.blind)
        wrong = _problem(employer, change, person, jobs.get(person.pk, []) if person else [])
        if wrong:
            bad.append(Bad(change.row, wrong))
        else:
            good.append((change, person.pk if person else None))
    return good, bad


def carry_out_plain(
    by: User, employer: Employer, waiting: Iterable[UploadedChange], what: str
) -> set[int]:
    """The plain ones of those who join or leave, in whole sets. Gives the numbers of their rows."""
    rows = {change.person_id: change for change in waiting if change.what == what}
    rows.pop(None, None)
    if what == What.LEAVE:
        done = in_sets.leave(
            by=by,
            employer=employer,
            rows=[
                in_sets.Leaves(pk, change.day, change.reason or EndReason.LEFT)
                for pk, change in rows.items()
                if pk is not None
            ],
        )
    else:
        done = in_sets.join(
            by=by,
            employer=employer,
            category=_category(employer),
            rows=[in_sets.Joins(pk, change.day) for pk, change in rows.items() if pk is not None],
        )
    return {rows[pk].number for pk in done}


def _category(employer: Employer) -> Category:
    """As what an employer insures its staff."""
    agency = employer.credit_code.startswith(cover.AGENCY_CODES)
    return Category.AGENCY if agency else Category.EMPLOYEE


def carry_out(by: User, employer: Employer, change: UploadedChange) -> None:
    """One row through the services of coverage; whoever joins and is unknown is registered first."""
    given = json.loads(change.given)
    if change.person_id is None:
        number = ids.read_resident_id(given["resident_id"]).number
        found = next(iter(people_by({blind_of(Row(change.number, given))}).values()), None)
        person = (
            Person.objects.get(pk=found.pk)
            if found
            else registry.enroll(
                by=by, name=given["name"], resident_id=number, region=employer.region
            )
        )
    else:
        person = Person.objects.get(pk=change.person_id)
    if change.what == What.JOIN:
        cover.enrol(
            by=by,
            person=person,
            category=_category(employer),
            region=employer.region,
            from_=change.day,
            employer=employer,
        )
    else:
        cover.leave(
            by=by,
            person=person,
            last_day=change.day,
            reason=change.reason or EndReason.LEFT,
            employer=employer,
        )


def _read(row: Row) -> Change:
    blind = blind_of(row)
    written = "".join(row.text("what").split()).lower()
    if written not in JOINS | LEAVES:
        raise Invalid(
            say(_("%(written)s is no change."), written=row.text("what")[:24] or "—"),
            code="no_change",
            field="what",
            fix=_("Write Joins or Leaves."),
        )
    what = What.JOIN if written in JOINS else What.LEAVE
    reason = REASONS.get("".join(row.text("reason").split()).lower())
    if what is What.LEAVE and reason is None:
        raise Invalid(
            _("This is no reason for leaving."),
            code="no_reason",
            field="reason",
            fix=_("Write Left work or Retired, or leave it empty."),
        )
    if not row.text("name"):
        raise Invalid(_("The name is missing."), code="name_missing", field="name")
    leaving = reason.value if what is What.LEAVE and reason else ""
    return Change(row, blind, what.value, read_date(row.text("day"), "day"), leaving)


def _problem(
    employer: Employer, change: Change, person: Known | None, jobs: list[Employment]
) -> Problem | None:
    if person is not None and not same_name(change.row, person.name):
        return name_differs()
    if not employer.opened_on <= change.day or (
        employer.closed_on and change.day > employer.closed_on
    ):
        return Refused(
            say(_("%(employer)s is not registered on that day."), employer=employer.name),
            code="employer_not_open",
            field="day",
        )
    there = any(change.day in job.span for job in jobs)
    if change.what == What.JOIN and there:
        return Refused(
            say(
                _("This person is on the staff list of %(employer)s on that day already."),
                employer=employer.name,
            ),
            code="on_staff_already",
            field="day",
        )
    if change.what == What.LEAVE and not there:
        return Refused(
            say(
                _("This person is not on the staff list of %(employer)s on that day."),
                employer=employer.name,
            ),
            code="not_on_staff",
            field="day",
        )
    return None
