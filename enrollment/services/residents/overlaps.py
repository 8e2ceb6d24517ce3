"""Years of a resident that were paid as a worker too, as the linking of schemes settles them.

The mass matching finds doubles while people contribute (`twice`). Who leaves one scheme for the
other has every year looked at that is not settled yet, those of the older schemes included.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from enrollment import queries
from enrollment.models import DoubleEnrolment, LegacyYear, Payer, ResidentEnrolment
from enrollment.params import NoNumbers
from enrollment.queries.residents import money_of
from enrollment.rules.residents.links import OverlapFacts, overlap_refund
from funds.models import Branch
from socsec.kernel.document import Document, explain
from socsec.kernel.months import month, year_of
from socsec.office.models import User

Other, State = DoubleEnrolment.Other, DoubleEnrolment.State


@dataclass(frozen=True)
class OverlappingYear:
    """A year paid as a resident, its months paid as a worker, and what is given back of it, in fen."""

    year: int
    region: str
    months: frozenset[int]
    person: int
    collective: int
    document: Document

    @property
    def total(self) -> int:
        return self.person + self.collective


def overlapping_years(person_id: int) -> list[OverlappingYear]:
    """Every such year that nobody has settled. Government subsidies are not given back."""
    worked: dict[int, set[int]] = {}
    for each in queries.place_months(person_id, Branch.PENSION):
        if not each.resident and not each.deemed:
            worked.setdefault(year_of(each.month), set()).add(each.month)
    settled = set(
        DoubleEnrolment.objects.filter(
            person_id=person_id, branch=Branch.PENSION, state__in=(State.RESOLVED, State.DISMISSED)
        ).values_list("year", flat=True)
    )
    found = [
        _year(year, region, worked[year], person, collective)
        for year, region, person, collective in _paid(person_id)
        if year in worked and year not in settled
    ]
    return [each for each in found if each.total]


def under_way(person_id: int) -> list[int]:
    """Years whose double insurance somebody works on already, in a case of its own."""
    return list(
        DoubleEnrolment.objects.filter(
            person_id=person_id, branch=Branch.PENSION, case__isnull=False
        )
        .exclude(state__in=(State.RESOLVED, State.DISMISSED))
        .order_by("year")
        .values_list("year", flat=True)
    )


@transaction.atomic
def settle(*, by: User, person_id: int, years: list[OverlappingYear]) -> None:
    """Write down that these years are settled, so that nothing is given back twice."""
    for each in years:
        DoubleEnrolment.objects.update_or_create(
            person_id=person_id,
            branch=Branch.PENSION,
            year=each.year,
            other=Other.EMPLOYEE,
            defaults={
                "region": each.region,
                "other_region": each.region,
                "months": sum(1 << (at - month(each.year, 1)) for at in each.months),
                "state": State.RESOLVED,
                "found_at": timezone.now(),
                "decided_at": timezone.now(),
                "reason": "",
            },
        )


def _paid(person_id: int) -> list[tuple[int, str, int, int]]:
    """Years that a resident paid: year, region, by the person and by the collective, in fen."""
    enrolled = list(
        ResidentEnrolment.objects.filter(
            person_id=person_id, branch=Branch.PENSION, cancelled_on__isnull=True
        ).order_by("year")
    )
    money = money_of([(person_id, each.year) for each in enrolled], Branch.PENSION)
    rows = [
        (
            each.year,
            each.region,
            max(money[person_id, each.year].paid.get(Payer.PERSON, 0), 0),
            max(money[person_id, each.year].paid.get(Payer.COLLECTIVE, 0), 0),
        )
        for each in enrolled
    ]
    known = {year for year, *_rest in rows}
    rows += [
        (each.year, each.region, each.tier, 0)
        for each in LegacyYear.objects.filter(person_id=person_id, branch=Branch.PENSION).order_by(
            "year"
        )
        if each.year not in known
    ]
    return sorted(rows)


def _year(
    year: int, region: str, worked: set[int], person: int, collective: int
) -> OverlappingYear:
    facts = OverlapFacts(person_paid=person, collective_paid=collective, overlap_months=len(worked))
    sheet = overlap_refund(facts, NoNumbers())
    return OverlappingYear(
        year,
        region,
        frozenset(worked),
        int(sheet.person_refund),
        int(sheet.collective_refund),
        explain(sheet, facts, NoNumbers()),
    )
