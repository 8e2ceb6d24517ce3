"""Staff who join or leave one employer, in whole sets: the plain ones of a staff list of thousands.

Plain is who begins a first employment and is insured in nothing else than as a resident, and who
leaves an only employment of which nothing later is assessed. They come out as `enrol` and `leave`
would leave them, one after the other. Whoever is not plain is left to those, which know every
further case and say in words what is wrong: nothing is refused here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max, QuerySet
from django.utils import timezone

from enrollment.models import (
    EMPLOYED,
    Category,
    Contribution,
    Coverage,
    Employer,
    Employment,
    EndReason,
    Person,
)
from enrollment.models.spans import DAY, from_day, until
from enrollment.params import Insured, WorkingAge
from enrollment.services.checks import lock
from funds.models import Branch
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import may, require
from socsec.office.errors import Problem
from socsec.office.models import User
from socsec.office.services import audit, policy

from .beginning import branches, check_employer

CHUNK = 1000

R = TypeVar("R", Coverage, Employment)


@dataclass(frozen=True, slots=True)
class Joins:
    """Somebody who joins on a day."""

    person_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Leaves:
    """Somebody who leaves after a day, and why."""

    person_id: int
    day: date
    reason: str


@transaction.atomic
def join(*, by: User, employer: Employer, category: Category, rows: Iterable[Joins]) -> set[int]:
    """Insure the plain ones with the employer, in every branch that is tied. Gives who they are."""
    require(by, "coverage.change", employer.region)
    employer = lock(employer)
    asked = {row.person_id: row.day for row in rows}
    terms = {day: _terms(employer, category, day) for day in set(asked.values())}
    people = _held(asked)
    there = _by_person(Coverage.objects.filter(person_id__in=people, span__isempty=False))
    jobs = _by_person(Employment.objects.filter(person_id__in=people, employer=employer))
    residents: list[Coverage] = []
    begun: list[Coverage] = []
    done: dict[int, date] = {}
    for pk, person in people.items():
        day = asked[pk]
        wanted, age = terms[day]
        later = [
            each
            for each in there.get(pk, [])
            if each.branch in wanted and not each.apart and _reaches(each.span, day)
        ]
        if (
            not wanted
            or person.died_on is not None
            or day < person.born_on
            or person.age_on(day) < age
            or any(each.category != Category.RESIDENT for each in later)
            or any(_reaches(job.span, day) for job in jobs.get(pk, []))
        ):
            continue
        residents += [_ended(each, day - DAY, EndReason.CHANGED) for each in later]
        begun += [
            Coverage(
                person_id=pk,
                branch=branch,
                category=category,
                region=employer.region,
                span=from_day(day),
            )
            for branch in wanted
        ]
        done[pk] = day
    Coverage.objects.bulk_update(residents, _END, batch_size=CHUNK)
    begun = Coverage.objects.bulk_create(begun, batch_size=CHUNK)
    Employment.objects.bulk_create(
        [
            Employment(person_id=pk, employer=employer, span=from_day(day))
            for pk, day in done.items()
        ],
        batch_size=CHUNK,
    )
    audit.record_many(
        by=by,
        act="coverage.change",
        rows=[
            {
                "subject": each,
                "person_id": each.person_id,
                "region": each.region,
                "began": done[each.person_id],
                "branch": each.branch,
                "category": int(category),
                "employer": employer.pk,
            }
            for each in begun
        ],
    )
    return set(done)


@transaction.atomic
def leave(*, by: User, employer: Employer, rows: Iterable[Leaves]) -> set[int]:
    """End the plain ones' employment and what it carries. Gives who they are."""
    require(by, "coverage.change", employer.region)
    asked = {row.person_id: row for row in rows if row.reason in EndReason.values}
    people = _held(asked)
    jobs = _by_person(Employment.objects.filter(person_id__in=people))
    carried = _by_person(
        Coverage.objects.select_for_update(no_key=True).filter(
            person_id__in=people, category__in=EMPLOYED
        )
    )
    assessed = _assessed_after(asked.values(), employer)
    ended: list[Coverage] = []
    gone: list[Employment] = []
    done: set[int] = set()
    for pk in people:
        row = asked[pk]
        running = [job for job in jobs.get(pk, []) if row.day in job.span]
        ending = [each for each in carried.get(pk, []) if row.day in each.span]
        if (
            [(job.employer_id, job.apart) for job in running] != [(employer.pk, 0)]
            or not ending
            or row.reason == EndReason.DIED
            or any(each.apart for each in ending)
            or any(not may(by, "coverage.change", each.region) for each in ending)
            or (row.reason != EndReason.RETIRED and pk in assessed)
        ):
            continue
        ended += [_ended(each, row.day, row.reason) for each in ending]
        gone += [_ended_job(job, row.day) for job in running]
        done.add(pk)
    Coverage.objects.bulk_update(ended, _END, batch_size=CHUNK)
    Employment.objects.bulk_update(gone, ["span", "ended_at"], batch_size=CHUNK)
    audit.record_many(
        by=by,
        act="coverage.change",
        rows=[
            {
                "subject": each,
                "person_id": each.person_id,
                "region": each.region,
                "branch": each.branch,
                "reason": asked[each.person_id].reason,
                "ended": asked[each.person_id].day,
                "employer": employer.pk,
                "coverage_goes_on": False,
            }
            for each in ended
        ],
    )
    return done


_END = ["span", "end_reason", "ended_at"]


def _held(asked: Iterable[int]) -> dict[int, Person]:
    """The people, held until the transaction ends, in the order of their numbers."""
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=list(asked))
    return {person.pk: person for person in rows.order_by("pk")}


def _by_person(rows: QuerySet[R]) -> dict[int, list[R]]:
    """The rows of each, not in their usual order, which would ask for every person's name."""
    found: dict[int, list[R]] = {}
    for row in rows.order_by("person_id", "pk"):
        found.setdefault(row.person_id, []).append(row)
    return found


def _terms(employer: Employer, category: Category, day: date) -> tuple[list[Branch], int]:
    """The branches in which the employer insures on that day, none where something stands against
    it, and the age in months from which on one works."""
    if month_of(day) > month_of(timezone.localdate()) + 1:
        return [], 0
    try:
        law = WorkingAge.at(policy.of(policy.current_edition()), employer.region, day)
        offered = branches(category, employer.region, day)
        tied = [branch for branch, how in offered.items() if how is Insured.REQUIRED]
        for branch in tied:
            check_employer(employer, branch, category, employer.region, day)
    except (Problem, PolicyError):
        return [], 0
    return sorted(tied), int(law.working_age)


def _assessed_after(rows: Iterable[Leaves], employer: Employer) -> set[int]:
    """Of whom the employer owes a month after the day, in whatever branch."""
    last = {row.person_id: month_of(row.day) for row in rows}
    months = (
        Contribution.objects.filter(person_id__in=last, employer_id=employer.pk)
        .values_list("person_id")
        .annotate(Max("month"))
    )
    return {person for person, month in months if month > last[person]}


def _reaches(span: DateRange, day: date) -> bool:
    """Whether some day of the span is that day or later."""
    return not span.isempty and (span.upper is None or span.upper > day)


def _ended(coverage: Coverage, last_day: date, reason: str) -> Coverage:
    coverage.span = until(coverage.span, last_day)
    coverage.end_reason = reason
    coverage.ended_at = timezone.now()
    return coverage


def _ended_job(job: Employment, last_day: date) -> Employment:
    job.span = until(job.span, last_day)
    job.ended_at = timezone.now()
    return job
