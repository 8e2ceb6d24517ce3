"""Bills of a person as they stand: what each came to, all parts together, and the sums of years."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Min, OuterRef, QuerySet, Subquery, Sum

from enrollment.queries import by_resident_id
from medical.models import MONEY, BillReversal, Encounter, MedicalEntry, Settlement, YearSums
from socsec.kernel import ids
from socsec.office import people
from socsec.office.access import scope
from socsec.office.people import numbers


def visits(user: Any) -> QuerySet[Encounter]:
    """The visits that a user may see: care in the user's region, and of those who are insured there.

    `cost` is what the settlements of each come to, in fen; None where there is none.
    """
    cost = Settlement.objects.filter(encounter=OuterRef("pk")).order_by().values("encounter")
    rows = Encounter.objects.select_related("person", "provider").annotate(
        cost=Subquery(cost.annotate(sum=Sum("total")).values("sum"))
    )
    return scope(rows, user) | scope(rows, user, "home")


def search(rows: QuerySet[Encounter], text: str) -> QuerySet[Encounter]:
    """Those of a person, by ID number or how the name begins; of a provider, by code or a part of
    its name; or under a provider's own number."""
    words = text.strip()
    try:
        holder = by_resident_id(words)
    except ids.IdError:
        return (
            rows.filter(person__name__startswith=words)
            | rows.filter(provider__name__contains=words)
            | rows.filter(provider__code=words)
            | rows.filter(number=words)
        )
    return rows.filter(person__in=numbers(holder.pk)) if holder else rows.none()


def reversals(user: Any) -> QuerySet[BillReversal]:
    """Settlements that were proposed to be taken back, of the user's region."""
    rows = BillReversal.objects.select_related(
        "encounter__person", "encounter__provider", "maker", "checker"
    )
    return scope(rows, user)


def of_person(person_id: int, year: int) -> QuerySet[Settlement, Any]:
    """The live bills of a year, the last day of care first: all parts of each together, in fen.

    A bill that was taken back is not among them.
    """
    return (
        Settlement.objects.filter(
            person_id__in=numbers(person_id), year=year, encounter__state=Encounter.State.SETTLED
        )
        .order_by()
        .values("encounter_id", "care", "served_from", "served_until")
        .annotate(
            number=F("encounter__public_id"),
            provider=F("encounter__provider__name"),
            cost=Sum("total"),
            funds=Sum("fund_pay"),
            person=Sum("person_pay"),
        )
        .order_by("-served_until", "-encounter_id")
    )


def years(person_id: int) -> list[int]:
    """The years in which somebody had bills, the newest first."""
    found = YearSums.objects.filter(person_id__in=numbers(person_id), bills__gt=0)
    return list(found.order_by("-year").values_list("year", flat=True).distinct())


def sums(person_id: int, year: int) -> list[YearSums]:
    """The sums of a year, one for each scheme and home region in which there were bills."""
    found = YearSums.objects.filter(person_id__in=numbers(person_id), year=year, bills__gt=0)
    return list(found.order_by("scheme", "home"))


def last_told(sums: YearSums) -> dict[str, Any]:
    """What the last bill of a year said of the person: standing, and whether on relief."""
    told: dict[str, Any] = (
        Settlement.objects.filter(
            person_id=sums.person_id,
            year=sums.year,
            scheme=sums.scheme,
            home=sums.home,
            encounter_id=sums.last_encounter,
            kind=Settlement.Kind.SETTLED,
        )
        .latest("part")
        .facts["told"]
    )
    return told


def find(person_id: int, number: UUID) -> Encounter | None:
    """A settled visit of that person under its public number."""
    return (
        Encounter.objects.select_related("provider")
        .filter(public_id=number, person__in=numbers(person_id), state=Encounter.State.SETTLED)
        .first()
    )


def amounts(encounter: Encounter) -> dict[str, int]:
    """What a bill came to, every part of it together, in fen."""
    found: dict[str, int] = encounter.settlements.aggregate(**{each: Sum(each) for each in MONEY})
    return found


@dataclass(frozen=True)
class PaidFrom:
    """What one account paid of a bill, in fen; `family` tells a relative's from the person's own."""

    family: bool
    owner: str
    amount: int


def paid_from(encounter_id: int) -> list[PaidFrom]:
    """From which accounts a bill is paid, the person's own first. What was given back is not there."""
    rows = (
        MedicalEntry.objects.filter(
            reference=encounter_id, kind__in=[MedicalEntry.Kind.SPENT, MedicalEntry.Kind.GIVEN_BACK]
        )
        .order_by()
        .values("person_id", "for_person_id")
        .annotate(paid=-Sum("amount"))
        .filter(paid__gt=0)
    )
    names = people.describe(row["person_id"] for row in rows)
    found = [
        PaidFrom(row["for_person_id"] != 0, names[row["person_id"]].name, row["paid"])
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.family, each.owner))


def named(names: tuple[str, ...], amounts: dict[str, int]) -> list[tuple[str, int]]:
    """Amounts of a bill with their names; those of nothing are left out."""
    fields = Settlement._meta
    return [
        (str(fields.get_field(name).verbose_name), amounts[name])  # type: ignore[union-attr]
        for name in names
        if amounts[name]
    ]


def restated_on(encounter: Encounter) -> list[tuple[date, int]]:
    """On which days a live bill was worked out anew, and by how much the person's part changed."""
    since = encounter.settlements.filter(kind=Settlement.Kind.SETTLED).latest("recorded_at")
    rows = (
        encounter.settlements.filter(
            kind=Settlement.Kind.RESTATED, recorded_at__gte=since.recorded_at
        )
        .order_by()
        .values("booked_on")
        .annotate(first=Min("part"), change=Sum("person_pay"))
        .order_by("first")
    )
    return [(row["booked_on"], row["change"]) for row in rows]
