"""Who stands on the lists of full coverage, and the rates of coverage over time."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from enrollment.models import CoverageCount, CoverageGap, GapContact
from socsec.kernel.regions import span
from socsec.office.access import scope
from socsec.office.models import User

RATE_OF = 1_000_000


@dataclass(frozen=True, slots=True)
class Rate:
    """People and how many of them are insured; `rate` in millionths, rounded down."""

    key: Any
    people: int
    insured: int

    @property
    def rate(self) -> int:
        return self.insured * RATE_OF // self.people if self.people else 0

    @property
    def missing(self) -> int:
        return self.people - self.insured


def gaps(user: User) -> QuerySet[CoverageGap]:
    """The open list of the user's region: what is agreed for today or earlier first."""
    return scope(CoverageGap.objects.filter(closed_on__isnull=True), user).order_by(
        "next_on", "person_id", "branch"
    )


def gap_of(user: User, person_id: int, branch: int) -> CoverageGap | None:
    """The latest gap of a person in a branch, open or closed, if the user may see it."""
    every = scope(CoverageGap.objects.filter(person_id=person_id, branch=branch), user)
    return every.order_by("-found_on").first()


def gaps_of(person_id: int) -> QuerySet[CoverageGap]:
    """The open gaps of one person: for that person's own pages."""
    return CoverageGap.objects.filter(person_id=person_id, closed_on__isnull=True).order_by(
        "branch"
    )


def gaps_due(user: User, day: date) -> QuerySet[CoverageGap]:
    """What the user has in hand and agreed for a day or earlier."""
    return gaps(user).filter(Q(next_on__lte=day), clerk_id=user.pk)


def contacts(gap: CoverageGap) -> QuerySet[GapContact]:
    """Every attempt in a branch, newest first, those of earlier gaps included."""
    return (
        GapContact.objects.filter(person_id=gap.person_id, branch=gap.branch)
        .select_related("by")
        .order_by("-pk")
    )


def rates(region: str, month: int, branch: int, by: str) -> list[Rate]:
    """Coverage of a month within a region, by "region", "band" or "area"."""
    low, high = span(region)
    rows = (
        CoverageCount.objects.filter(month=month, branch=branch, region__gte=low, region__lte=high)
        .order_by(by)
        .values_list(by)
        .annotate(Sum("people"), Sum("insured"))
    )
    return [Rate(*row) for row in rows]


def rates_over_time(region: str, branch: int, first: int, last: int) -> list[Rate]:
    """Coverage of each month within a region, oldest first."""
    low, high = span(region)
    rows = (
        CoverageCount.objects.filter(
            branch=branch, month__gte=first, month__lte=last, region__gte=low, region__lte=high
        )
        .order_by("month")
        .values_list("month")
        .annotate(Sum("people"), Sum("insured"))
    )
    return [Rate(*row) for row in rows]


def latest_count() -> int | None:
    """The month that was counted last."""
    return CoverageCount.objects.order_by("-month").values_list("month", flat=True).first()
