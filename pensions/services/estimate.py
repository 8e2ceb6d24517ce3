"""What a pension would come to: worked out by the rules of a claim, decided by nobody, stored nowhere.

Two ways in: from what a visitor types (`of_stated`), and from a person's own record (`of_person`).
Both are in today's money: wages, averages and the bookkeeping rate stay what they were last.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from enrollment.models import Person, Sex
from enrollment.queries import MonthRecord, record
from funds.models import Branch
from pensions.models import Category
from pensions.rules.retirement import Category as RuleCategory
from pensions.services import decision
from pensions.services.claim import region_of
from socsec.kernel import rules
from socsec.kernel.document import Document
from socsec.kernel.facts import FactError
from socsec.kernel.months import format_month, month_of, year_of
from socsec.kernel.months import month as first_month
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import from_kernel
from socsec.office.services import policy as policies

RULE = decision.RULE
APART = 6  # months between the starts that are compared


@dataclass(frozen=True)
class Retirement:
    """When somebody of a category may draw a pension: months, and the statutory age in months."""

    earliest: int
    statutory: int
    latest: int
    age: int


@dataclass(frozen=True)
class Estimate:
    """A pension if it starts in a month: fen a month and by part, ages in months.

    `met` says whether every condition is met; the amounts are those of the pension in any case.
    """

    start: int
    age: int
    monthly: int
    parts: dict[str, int]
    met: bool
    months: int
    months_required: int
    document: Document

    @property
    def open(self) -> bool:
        """Whether it rests on something that nobody has confirmed."""
        return self.document.open

    @property
    def short(self) -> int:
        """How many months of contributions are missing."""
        return max(0, self.months_required - self.months)


def current_policy() -> Policy:
    return policies.of(policies.current_edition())


def retirement(birth_month: int, category: int, region: str, policy: Policy) -> Retirement:
    """The months between which the person may choose, and the one the law sets."""
    facts = {
        "category": RuleCategory.read(int(category)).name,
        "birth_month": format_month(birth_month),
    }
    try:
        sheet: Any = rules.assess(
            "pensions.retirement_age", facts, policy=policy, region=region, today=_today()
        ).sheet
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    return Retirement(
        sheet.earliest_month, sheet.pension_month, sheet.latest_month, sheet.pension_age
    )


def starts(when: Retirement) -> list[int]:
    """The months worth comparing: the earliest still possible, the statutory one, then every half
    year. Who is past all of them may start next month."""
    first = max(month_of(_today()) + 1, when.earliest)
    wanted = {first, when.statutory, *range(when.statutory, when.latest + 1, APART)}
    return sorted(month for month in wanted if month >= first)


@dataclass(frozen=True)
class Stated:
    """What a visitor says of a working life; amounts in fen, the index in millionths."""

    region: str
    category: int
    birth_month: int
    months_paid: int
    months_deemed: int
    average_index: int
    balance: int
    goes_on: bool  # keeps contributing until the pension starts


def of_stated(stated: Stated, start: int, policy: Policy) -> Estimate:
    """The pension of a visitor from a month on. `Invalid` where a fact cannot be."""
    more = max(0, start - 1 - month_of(_today())) if stated.goes_on else 0
    when = retirement(stated.birth_month, stated.category, stated.region, policy)
    specs = decision.ClaimFacts.specs()
    facts = {
        "category": RuleCategory.read(int(stated.category)).name,
        "birth_month": format_month(stated.birth_month),
        "claim_month": format_month(start),
        "flexible": start < when.statutory,
        "months_paid": stated.months_paid + more,
        "months_deemed": stated.months_deemed,
        "average_index": specs["average_index"].natural(stated.average_index),
        "account_balance": specs["account_balance"].natural(stated.balance),
    }
    try:
        assessment = rules.assess(RULE, facts, policy=policy, region=stated.region)
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    return _read(start, assessment)


def category_of(person: Person) -> Category:
    """The category of a person of whose work nothing special is known."""
    return Category.MALE_60 if person.sex == Sex.MALE else Category.FEMALE_50


def of_person(
    person: Person,
    start: int,
    category: int,
    policy: Policy,
    *,
    goes_on: bool = True,
    known: list[MonthRecord] | None = None,
) -> Estimate:
    """The pension that the record promises from a month on.

    Whoever goes on contributing does so on the base of the last month that was worked out, and
    the account gets as much each month as it got from that one. `known` is the record
    (`record_of`), for callers that ask about several months.
    """
    region = region_of(person)
    when = retirement(person.birth_month, category, region, policy)
    gathered = decision.gather_for(
        person, region, start, category, flexible=start < when.statutory, policy=policy
    )
    if goes_on:
        gathered = _going_on(gathered, record_of(person) if known is None else known)
    return _read(start, decision.decide(gathered, policy).assessment)


def record_of(person: Person) -> list[MonthRecord]:
    """The months that a person has, oldest first."""
    return record(person.pk, Branch.PENSION)


def _going_on(gathered: decision.Gathered, known: list[MonthRecord]) -> decision.Gathered:
    """The same record with the months to come added to it."""
    months = [each for each in known if each.base]
    if not months:
        return gathered
    last = months[-1]
    share = max((each.account_share for each in months[-12:]), default=0)
    added = range(max(last.month + 1, month_of(_today())), gathered.claim_month)
    years = {each.year: each for each in gathered.years}
    for month in added:
        year = years.get(month // 12, decision.Year(month // 12, 0, 0))
        years[year.year] = replace(year, months=year.months + 1, wages=year.wages + last.base)
    return replace(
        gathered,
        months_paid=gathered.months_paid + len(added),
        years=tuple(years[year] for year in sorted(years)),
        balance=gathered.balance + share * len(added),
        account_years=_bearing(gathered, added, share),
    )


def _bearing(
    gathered: decision.Gathered, added: range, share: int
) -> tuple[decision.AccountYear, ...]:
    """The years of the account in which months to come bear interest beside what is there."""
    years = {year_of(each.through): each for each in gathered.account_years}
    for month in added if share else ():
        for year in range(year_of(month), year_of(gathered.claim_month - 1) + 1):
            through = min(gathered.claim_month, first_month(year + 1, 1)) - 1
            known = years.get(year, decision.AccountYear(through, 0, 0))
            borne = through - max(month, first_month(year, 1)) + 1
            years[year] = replace(known, balance_months=known.balance_months + share * borne)
    return tuple(years[year] for year in sorted(years))


def compare(months: list[int], estimate: Callable[[int], Estimate]) -> list[Estimate]:
    """One estimate for each start."""
    return [estimate(month) for month in months]


def _read(start: int, assessment: rules.Assessment) -> Estimate:
    sheet: Any = assessment.sheet
    pension = sheet.pension
    basic, account = int(pension.basic.amount), int(pension.account.amount)
    transitional = int(pension.transitional.amount + pension.transitional.adjustment)
    return Estimate(
        start=start,
        age=int(sheet.conditions.age),
        monthly=int(pension.amount),
        parts={
            "basic": basic,
            "account": account,
            "transitional": transitional,
            "addition": int(pension.amount) - basic - account - transitional,
        },
        met=bool(sheet.conditions.entitled),
        months=int(sheet.conditions.months),
        months_required=int(sheet.conditions.months_required),
        document=assessment.document,
    )


def _today() -> Any:
    return timezone.localdate()
