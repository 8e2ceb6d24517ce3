"""Uploads for the screens: what is new in them against the month before, and who is missing."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from enrollment.models import MonthDeclared, Upload
from socsec.kernel.months import first_day
from socsec.office.access import scope


@dataclass(frozen=True, slots=True)
class Difference:
    """One person's wage in the month before and now, in fen; None where there was or is none."""

    person_id: int
    name: str
    before: int | None
    now: int | None

    @property
    def change(self) -> int:
        return (self.now or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A month against the month before: how many came, went, changed and stayed, the sums, and the
    largest differences first.
    """

    came: int
    gone: int
    changed: int
    same: int
    before: int
    now: int
    rows: list[Difference]

    @property
    def differs(self) -> int:
        return self.came + self.gone + self.changed


_NOW = {
    "upload": "select person_id, wage from enrollment_uploadedwage where upload_id = %s",
    "month": "select person_id, wage from enrollment_wagedeclaration"
    " where employer_id = %s and month = %s",
}
_COMPARE = """
    with before as (
        select person_id, wage from enrollment_wagedeclaration
        where employer_id = %s and month = %s
    ), now as ({now}), both_ as (
        select coalesce(n.person_id, b.person_id) as person_id, b.wage as before, n.wage as now
        from before b full join now n on n.person_id = b.person_id
    )
"""
_COUNTS = """
    select count(*) filter (where before is null), count(*) filter (where now is null),
           count(*) filter (where before <> now), count(*) filter (where before = now),
           coalesce(sum(before), 0)::bigint, coalesce(sum(now), 0)::bigint
    from both_
"""
_ROWS = """
    select d.person_id, p.name, d.before, d.now
    from both_ d join enrollment_person p on p.id = d.person_id
    where d.before is distinct from d.now
    order by abs(coalesce(d.now, 0) - coalesce(d.before, 0)) desc, d.person_id limit %s
"""


def compare(employer_id: int, month: int, upload_id: int | None = None, *, most: int) -> Comparison:
    """What an upload, or what is declared of a month, says otherwise than the month before."""
    source: list[Any] = [upload_id] if upload_id else [employer_id, month]
    head = _COMPARE.format(now=_NOW["upload" if upload_id else "month"])
    values = [employer_id, month - 1, *source]
    with connection.cursor() as cursor:
        cursor.execute(head + _COUNTS, values)
        came, gone, changed, same, before, now = cursor.fetchone()
        cursor.execute(head + _ROWS, [*values, most])
        rows = [Difference(*row) for row in cursor.fetchall()]
    return Comparison(came, gone, changed, same, before, now, rows)


_MISSING = """
    select e.person_id, min(p.name), count(*) over () from enrollment_employment e
    join enrollment_person p on p.id = e.person_id
    where e.employer_id = %s and e.span && daterange(%s, %s)
      and not exists (
          select from enrollment_wagedeclaration w
          where w.person_id = e.person_id and w.employer_id = e.employer_id and w.month = %s
      )
      and not exists (
          select from enrollment_uploadedwage u
          where u.person_id = e.person_id and u.upload_id = %s
      )
    group by e.person_id order by min(p.name), e.person_id limit %s
"""


def missing(
    employer_id: int, month: int, upload_id: int = 0, *, most: int
) -> tuple[int, list[tuple[int, str]]]:
    """Who is on the staff list of a month and neither declared nor in the upload: how many, and
    the first of them by number and name.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _MISSING,
            [employer_id, first_day(month), first_day(month + 1), month, upload_id, most],
        )
        rows = cursor.fetchall()
    return (rows[0][2] if rows else 0), [(pk, name) for pk, name, _all in rows]


def uploads(user: Any) -> QuerySet[Upload]:
    """The uploads of the employers of the user's region."""
    return scope(Upload.objects.select_related("employer", "maker", "checker"), user)


def uploads_of(employer_id: int) -> QuerySet[Upload]:
    """Everything that was handed in for an employer, the latest first."""
    return Upload.objects.filter(employer_id=employer_id).select_related("maker", "checker")


def waiting(user: Any) -> QuerySet[Upload]:
    """Uploads that wait for a decision in the user's region."""
    return uploads(user).filter(state=Upload.State.WAITING)


def headcounts(employer_id: int, months: list[int]) -> dict[int, MonthDeclared]:
    """What was declared of some months as a whole."""
    found = MonthDeclared.objects.filter(employer_id=employer_id, month__in=months)
    return {each.month: each for each in found}
