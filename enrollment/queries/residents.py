"""Reads of residents' years: what is due, paid and open, for screens and for the apps above."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone

from enrollment.models import (
    CarriedBalance,
    Coverage,
    DoubleEnrolment,
    LegacyYear,
    Payer,
    ResidentDue,
    ResidentEnrolment,
    ResidentPayment,
    Sponsored,
    SponsorMembership,
)
from funds.models import Branch
from socsec.office import people
from socsec.office.access import scope

from .matching import SAME_PERSON

SHARE_OF: dict[str, Payer] = {
    "person_share": Payer.PERSON,
    "sponsor_share": Payer.SPONSOR,
    "collective_subsidy": Payer.COLLECTIVE,
    "government_subsidy": Payer.GOVERNMENT,
}


@dataclass(frozen=True)
class YearMoney:
    """One person's year: what each is to pay and has paid, in fen."""

    due: dict[str, int]
    paid: dict[int, int] = field(default_factory=dict)

    def open(self, share: str = "person_share") -> int:
        """What is still to be paid of one share."""
        return self.due[share] - self.paid.get(SHARE_OF[share], 0)

    @property
    def settled(self) -> bool:
        """Whether the insured person's own part is paid, or was nothing."""
        return self.open() <= 0

    @property
    def account(self) -> int:
        """Everything that was paid for the year, whoever paid it."""
        return sum(self.paid.values())


def open_of(person_id: int, branch: int, year: int) -> YearMoney:
    """What is due and paid of one year."""
    return money_of([(person_id, year)], branch)[person_id, year]


def money_of(keys: list[tuple[int, int]], branch: int) -> dict[tuple[int, int], YearMoney]:
    """The same for many (person, year), in two queries."""
    people = {person for person, _year in keys}
    years = {year for _person, year in keys}
    of = {"person_id__in": people, "year__in": years, "branch": branch}
    sums = {name: Sum(name) for name in SHARE_OF}
    dues = {
        (row["person_id"], row["year"]): {name: row[name] for name in SHARE_OF}  # type: ignore[literal-required]
        for row in ResidentDue.objects.filter(**of).values("person_id", "year").annotate(**sums)
    }
    paid: dict[tuple[int, int], dict[int, int]] = {}
    for row in (
        ResidentPayment.objects.filter(**of)
        .values("person_id", "year", "payer")
        .annotate(amount=Sum("amount"))
    ):
        paid.setdefault((row["person_id"], row["year"]), {})[row["payer"]] = row["amount"]
    nothing = dict.fromkeys(SHARE_OF, 0)
    return {key: YearMoney(dues.get(key, nothing), paid.get(key, {})) for key in keys}


def paid_of(person_id: int, branch: int, year: int) -> int:
    """What the insured person paid for the year, less what went back, in fen."""
    return open_of(person_id, branch, year).paid.get(Payer.PERSON, 0)


@dataclass(frozen=True)
class ResidentYear:
    """One year of a resident, as the record shows it."""

    enrolment: ResidentEnrolment
    money: YearMoney

    @property
    def year(self) -> int:
        return self.enrolment.year

    @property
    def subsidy_in(self) -> bool:
        """Whether the treasury has paid the subsidy: only then it stands in the account."""
        return self.money.open("government_subsidy") <= 0


def resident_years(person_id: int, branch: int | None = None) -> list[ResidentYear]:
    """Every year for which the person enrolled as a resident, newest first."""
    rows = ResidentEnrolment.objects.filter(person_id__in=people.numbers(person_id))
    if branch is not None:
        rows = rows.filter(branch=branch)
    found = list(rows.order_by("-year", "branch"))
    money: dict[tuple[int, int, int], YearMoney] = {}
    for each in {row.branch for row in found}:
        keys = [(row.person_id, row.year) for row in found if row.branch == each]
        money |= {(each, *key): held for key, held in money_of(keys, each).items()}
    return [ResidentYear(row, money[row.branch, row.person_id, row.year]) for row in found]


def covered_years(person_id: int) -> set[int]:
    """Years in which the person was insured in any medical scheme, for at least a day."""
    years: set[int] = set()
    for span in Coverage.objects.filter(
        person_id__in=people.numbers(person_id), branch=Branch.MEDICAL, span__isempty=False
    ).values_list("span", flat=True):
        assert span.lower is not None  # every cover has a first day
        last = span.upper.year if span.upper else max(span.lower.year, timezone.localdate().year)
        if span.upper and (span.upper.month, span.upper.day) == (1, 1):
            last -= 1
        years.update(range(span.lower.year, last + 1))
    years.update(
        LegacyYear.objects.filter(
            person_id__in=people.numbers(person_id), branch=Branch.MEDICAL
        ).values_list("year", flat=True)
    )
    return years


def years_in_a_row(person_id: int, year: int, since: int) -> int:
    """How many years up to and including this one the person was insured without a gap."""
    covered, count = covered_years(person_id), 0
    while year - count in covered and year - count >= since:
        count += 1
    return count


def sponsorships(person_id: int) -> QuerySet[SponsorMembership]:
    """To which sponsored groups the person belongs or belonged."""
    return SponsorMembership.objects.filter(person_id__in=people.numbers(person_id)).order_by(
        "-span"
    )


def paid_years(
    branch: int, first_person: int, last_person: int, last_year: int
) -> tuple[str, list[Any]]:
    """A SELECT of person_id, year and older, and its parameters: each year that counts, once.

    A year counts once the insured person's own part is paid, and something was paid for it at all.
    `older` says that it was carried over from an older scheme. For the apps above, which reckon
    with many people at once. Years under numbers that were merged count under each of them.
    """
    own = "person_id between %s and %s"
    merged = f"""person_id in (select s.other from {SAME_PERSON} s
                                where s.number between %s and %s)"""  # noqa: S608
    each = [branch, first_person, last_person, last_year]
    who = [*each, *each, *each]
    return (
        f"""
        select person_id, year, bool_or(older) as older from (
            {_years(own)}
            union all
            select s.number, m.year, m.older from ({_years(merged)}) m
              join {SAME_PERSON} s on s.other = m.person_id and s.number between %s and %s
        ) y group by person_id, year""",  # noqa: S608
        [*who, *who, first_person, last_person],
    )


def _years(whose: str) -> str:
    """The years that count of some people, number by number; branch, people and year three times."""
    return f"""
            select person_id, year, true as older from {LegacyYear._meta.db_table}
             where branch = %s and {whose} and year <= %s
            union all
            select d.person_id, d.year, false
              from (select person_id, year, sum(person_share) as own
                      from {ResidentDue._meta.db_table}
                     where branch = %s and {whose} and year <= %s
                     group by person_id, year) d
              join (select person_id, year, sum(amount) as paid,
                           coalesce(sum(amount) filter (where payer = {Payer.PERSON}), 0) as own
                      from {ResidentPayment._meta.db_table}
                     where branch = %s and {whose} and year <= %s
                     group by person_id, year) p using (person_id, year)
             where p.paid > 0 and p.own >= d.own"""  # noqa: S608


def carried_balances(person_id: int | None = None) -> QuerySet[CarriedBalance]:
    """Balances that older old-age schemes handed over, approved: for the individual accounts."""
    rows = CarriedBalance.objects.order_by("person_id", "import_id", "row")
    return rows if person_id is None else rows.filter(person_id__in=people.numbers(person_id))


def resident_credits(person_id: int | None = None) -> QuerySet[ResidentPayment]:
    """What was paid into residents' old-age insurance, by anybody: for the individual accounts.

    A row below zero went back.
    """
    rows = ResidentPayment.objects.filter(branch=Branch.PENSION)
    return rows if person_id is None else rows.filter(person_id__in=people.numbers(person_id))


def doubles(user: Any) -> QuerySet[DoubleEnrolment]:
    """The double enrolments of the user's region: where it gives back, and where the other lies."""
    rows = DoubleEnrolment.objects.select_related("person", "case")
    return scope(rows, user) | scope(rows, user, "other_region")


def legacy_years(person_id: int) -> QuerySet[LegacyYear]:
    """Years of older schemes that count for the person."""
    return LegacyYear.objects.filter(person_id__in=people.numbers(person_id)).order_by("year")


def sponsorships_on(person_id: int, day: date) -> QuerySet[SponsorMembership]:
    """To which sponsored groups the person belongs on a day."""
    return SponsorMembership.objects.filter(
        person_id__in=people.numbers(person_id), span__contains=day
    )


def in_need(groups: Iterable[int]) -> dict[str, bool]:
    """The groups as the rules ask for them."""
    held = set(groups)
    return {group.name.lower(): group.value in held for group in Sponsored}
