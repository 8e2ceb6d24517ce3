"""What the desk counts and lists of residents' insurance."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from enrollment.models import (
    DoubleEnrolment,
    LegacyImport,
    ResidentEnrolment,
    ResidentRefund,
    SponsorBill,
    UnmatchedPayment,
)
from enrollment.queries.people import describe
from enrollment.queries.residents import money_of
from funds.models import Branch
from socsec.office.access import scope
from socsec.office.people import PersonLine


@dataclass(frozen=True)
class YearCount:
    """How many residents are enrolled for a year, and for how many of them it is paid."""

    year: int
    branch: str
    enrolled: int
    covered: int

    @property
    def open(self) -> int:
        return self.enrolled - self.covered


def enrolments(user: Any) -> QuerySet[ResidentEnrolment]:
    """The enrolments of the user's region that were not taken back."""
    return scope(ResidentEnrolment.objects.filter(cancelled_on__isnull=True), user)


def year_counts(user: Any) -> list[YearCount]:
    """By year and branch, newest first. One query."""
    rows = (
        enrolments(user)
        .values("year", "branch")
        .annotate(
            enrolled=Count("person_id"),
            covered=Count("person_id", filter=Q(cover_from__isnull=False)),
        )
        .order_by("-year", "branch")
    )
    return [
        YearCount(row["year"], str(Branch(row["branch"]).label), row["enrolled"], row["covered"])
        for row in rows
    ]


@dataclass(frozen=True)
class Waiting:
    """Somebody who enrolled and has not paid."""

    enrolment: ResidentEnrolment
    who: PersonLine
    open: int

    @property
    def person_id(self) -> int:
        return self.enrolment.person_id


def waiting(user: Any, most: int) -> list[Waiting]:
    """Who enrolled and has not paid, the longest first. Few queries, however many."""
    rows = list(
        enrolments(user).filter(cover_from__isnull=True).order_by("enrolled_on", "person_id")[:most]
    )
    names = describe({row.person_id for row in rows})
    money: dict[tuple[int, int, int], int] = {}
    for branch in {row.branch for row in rows}:
        keys = [(row.person_id, row.year) for row in rows if row.branch == branch]
        for key, held in money_of(keys, branch).items():
            money[branch, *key] = held.open()
    return [
        Waiting(row, names[row.person_id], money[row.branch, row.person_id, row.year])
        for row in rows
    ]


def queue_counts(user: Any) -> dict[str, int]:
    """What waits for somebody, by queue."""
    return {
        "unmatched": scope(
            UnmatchedPayment.objects.filter(state=UnmatchedPayment.State.OPEN), user
        ).count(),
        "bills": scope(SponsorBill.objects.filter(state=SponsorBill.State.DRAFT), user).count(),
        "refunds": scope(
            ResidentRefund.objects.filter(state=ResidentRefund.State.DRAFT), user
        ).count(),
        "doubles": scope(
            DoubleEnrolment.objects.filter(
                state__in=[DoubleEnrolment.State.FOUND, DoubleEnrolment.State.PROPOSED]
            ),
            user,
        ).count(),
        "legacy": scope(LegacyImport.objects.filter(state=LegacyImport.State.READ), user).count(),
    }
