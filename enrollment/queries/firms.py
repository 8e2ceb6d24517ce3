"""Employers as they are or were on a day, who speaks for them, and whose debts they owe."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from enrollment.models import (
    Employer,
    EmployerDetails,
    EmployerOfficer,
    EmployerPause,
    EmployerStanding,
    Employment,
    MonthDeclared,
    Takeover,
)
from socsec.kernel.months import first_day, month_of


def details_as_of(
    employer_id: int, on: date | None = None, known_at: datetime | None = None
) -> EmployerDetails | None:
    """Name, contact and account as they hold on a day, today unless said.

    With `known_at` it is the answer that would have been given then.
    """
    found = EmployerDetails.objects.filter(
        employer_id=employer_id, from_day__lte=on or timezone.localdate()
    )
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
    return found.order_by("-from_day", "-pk").first()


def details_history(employer_id: int) -> QuerySet[EmployerDetails]:
    """Every row of an employer's details, the latest first."""
    return (
        EmployerDetails.objects.filter(employer_id=employer_id)
        .select_related("by")
        .order_by("-from_day", "-pk")
    )


def standing_of(employer_id: int, month: int | None = None) -> EmployerStanding | None:
    """Kind and risk class as they hold in a month, the present one unless said."""
    at = month_of(timezone.localdate()) if month is None else month
    found = EmployerStanding.objects.filter(employer_id=employer_id, from_month__lte=at)
    return found.order_by("-from_month", "-pk").first()


def pauses(employer_id: int) -> QuerySet[EmployerPause]:
    """When the employer rested, the latest first."""
    return EmployerPause.objects.filter(employer_id=employer_id).order_by("-span")


def resting(employer_id: int, on: date | None = None) -> EmployerPause | None:
    """The pause that holds on a day, today unless said."""
    day = on or timezone.localdate()
    return EmployerPause.objects.filter(employer_id=employer_id, span__contains=day).first()


def takeovers(employer_id: int) -> list[Takeover]:
    """Takeovers that an employer has part in, on either side, the latest first."""
    both = Takeover.objects.select_related("predecessor", "successor", "maker", "checker")
    return list(both.filter(predecessor=employer_id) | both.filter(successor=employer_id))


def owes_for(employer_id: int) -> list[int]:
    """The numbers of the employers whose contributions this one owes: its own and those of whom it
    took over, and of whom those had; nobody's once another took it over in turn.
    """
    moved = dict(
        Takeover.objects.filter(state=Takeover.State.DONE).values_list(
            "predecessor_id", "successor_id"
        )
    )
    if not moved:
        return [employer_id]
    if employer_id in moved:
        return []
    found, new = [employer_id], [employer_id]
    while new:
        new = sorted(before for before, after in moved.items() if after in new)
        found += new
    return found


def owed_by(employers: Iterable[int]) -> dict[int, int]:
    """For each employer whose contributions one of these owes, by whom: as `owes_for`, for many."""
    wanted = set(employers)
    moved = dict(
        Takeover.objects.filter(state=Takeover.State.DONE).values_list(
            "predecessor_id", "successor_id"
        )
    )
    found = {}
    for employer in {*wanted, *moved}:
        last = employer
        while last in moved:
            last = moved[last]
        if last in wanted:
            found[employer] = last
    return found


def officers(employer_id: int) -> QuerySet[EmployerOfficer]:
    """Everybody who ever spoke for an employer, the latest first."""
    return (
        EmployerOfficer.objects.filter(employer_id=employer_id)
        .select_related("person", "by")
        .order_by("-span", "-pk")
    )


def employers_of_officer(person_id: int, on: date | None = None) -> QuerySet[Employer]:
    """The employers for which a person speaks on a day, today unless said."""
    day = on or timezone.localdate()
    return Employer.objects.filter(
        officers__person_id=person_id, officers__span__contains=day
    ).order_by("name")


def staff_in(employer_id: int, month: int) -> QuerySet[Employment]:
    """Everybody on an employer's staff list on any day of a month."""
    return (
        Employment.objects.filter(
            employer_id=employer_id, span__overlap=(first_day(month), first_day(month + 1))
        )
        .select_related("person")
        .order_by("person__name", "person_id")
    )


def staff_on(employer_id: int, on: date) -> int:
    """How many people are on an employer's staff list on a day."""
    return Employment.objects.filter(employer_id=employer_id, span__contains=on).count()


def month_declared(employer_id: int, month: int) -> MonthDeclared | None:
    """What the employer said of a month as a whole."""
    return MonthDeclared.objects.filter(employer_id=employer_id, month=month).first()


def names_of(employers: Iterable[int]) -> dict[int, Any]:
    """Names by number, in one query."""
    return dict(Employer.objects.filter(pk__in=list(employers)).values_list("pk", "name"))


_UNDECLARED = """
    select distinct months.month
    from enrollment_employment e
    cross join lateral generate_series(
        extract(year from lower(e.span))::int * 12 + extract(month from lower(e.span))::int - 1,
        least(coalesce(
            extract(year from upper(e.span) - 1)::int * 12
                + extract(month from upper(e.span) - 1)::int - 1, %s), %s)
    ) as months (month)
    where e.employer_id = %s and not isempty(e.span)
      and not exists (
          select from enrollment_wagedeclaration w
          where w.person_id = e.person_id and w.employer_id = e.employer_id
            and w.month = months.month
      )
    order by months.month
"""


def undeclared_months(employer_id: int, up_to: int) -> list[int]:
    """The months, up to one, in which somebody worked there of whom no wage is declared; oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDECLARED, [up_to, up_to, employer_id])
        return [month for (month,) in cursor.fetchall()]
