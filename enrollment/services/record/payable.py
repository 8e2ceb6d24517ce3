"""Gaps of a record that can still be paid: by whom, until when, and what that would cost today.

Until when is said by the limits of back payment (`cover.late_months`) and by the rules of residents'
years; what it costs, by the rules that assess the month or the year. Nothing is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from enrollment import queries
from enrollment.models import Category, Coverage, Person
from enrollment.params import PensionAges
from enrollment.queries.record import MonthRecord
from enrollment.rules.branches import RULES
from enrollment.services.cover import late_months
from enrollment.services.residents import assessing, offers
from funds.models import Branch
from socsec.kernel.months import month, month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import Problem
from socsec.office.services import policy

# Where a month is assessed from a wage alone. Work injury insurance is the employer's by its risk.
OF_WAGES = (Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT)
PAYING = (Category.EMPLOYEE, Category.AGENCY, Category.OWN_ACCOUNT)


@dataclass(frozen=True, slots=True)
class Payable:
    """Months in a row, or a resident's year, that can still be paid.

    `until` is the last month in which the first of them can be paid; 0 where no day ends it.
    `ruling` says that they are too old for an employer to pay without a ruling, audit or
    inspection record; then `base` and the shares are 0. Amounts in fen, all months together;
    `base` is that of one month: the last one known before the gap, within the month's limits.
    """

    branch: Branch
    category: Category
    region: str
    first: int
    last: int
    until: int
    base: int = 0
    employer_share: int = 0
    person_share: int = 0
    ruling: bool = False

    @property
    def cost(self) -> int:
        """What all of them would cost today, without a surcharge."""
        return self.employer_share + self.person_share

    @property
    def year(self) -> int:
        return self.first // 12

    @property
    def by_employer(self) -> bool:
        return self.category.employed


def of(person_id: int) -> list[Payable]:
    """In every branch, the newest first."""
    person = Person.objects.get(pk=person_id)
    spans = [each for each in queries.coverages(person_id) if not each.span.isempty]
    law = policy.of(policy.current_edition())
    found: list[Payable] = []
    for branch in OF_WAGES:
        mine = [each for each in spans if each.branch == branch]
        found += in_branch(person, branch, queries.record(person_id, branch), mine, law)
    return found


def in_branch(
    person: Person,
    branch: Branch,
    records: Sequence[MonthRecord],
    spans: Sequence[Coverage],
    law: Policy | None = None,
) -> list[Payable]:
    """In one branch, for who has the record and the spans at hand, and perhaps the policy in force."""
    law = law or policy.of(policy.current_edition())
    found: list[Payable] = []
    if branch in OF_WAGES:
        found += _months(branch, {each.month: each for each in records}, spans, law)
    if branch in assessing.LAW:
        found += _years(person, branch, spans, law)
    return sorted(found, key=lambda each: -each.first)


def _months(
    branch: Branch, records: dict[int, MonthRecord], spans: Sequence[Coverage], law: Policy
) -> Iterator[Payable]:
    """Months that nobody insured, by what the person was insured as before them, else after."""
    today = month_of(timezone.localdate())
    limits = {
        each: late_months.allowed(*each, today, law)
        for each in {(span.region, Category(span.category)) for span in spans}
        if each[1] in PAYING
    }
    stretch: Payable | None = None
    for at, state in sorted(queries.states_of(records, spans).items()):
        one = None
        if state == "miss" and at < today:
            insured = _insured_as(spans, at)
            if insured is not None:
                limit = limits[insured.region, Category(insured.category)]
                one = _month(branch, at, insured, limit, records, law)
        if stretch and one and _goes_on(stretch, one):
            stretch = replace(
                stretch,
                last=at,
                employer_share=stretch.employer_share + one.employer_share,
                person_share=stretch.person_share + one.person_share,
            )
            continue
        if stretch:
            yield stretch
        stretch = one
    if stretch:
        yield stretch


def _goes_on(stretch: Payable, one: Payable) -> bool:
    def kind(each: Payable) -> tuple[object, ...]:
        return each.category, each.region, each.ruling, each.base

    return stretch.last == one.first - 1 and kind(stretch) == kind(one)


def _insured_as(spans: Sequence[Coverage], at: int) -> Coverage | None:
    of_work = [each for each in spans if each.category in PAYING]
    before = [each for each in of_work if each.span.lower and month_of(each.span.lower) <= at]
    return before[-1] if before else of_work[0] if of_work else None


def _month(
    branch: Branch,
    at: int,
    insured: Coverage,
    limit: tuple[int, int],
    records: dict[int, MonthRecord],
    law: Policy,
) -> Payable | None:
    first, free = limit
    if at < first:
        return None
    category = Category(insured.category)
    until = at + month_of(timezone.localdate()) - free if at >= free else 0
    found = Payable(branch, category, insured.region, at, at, until, ruling=at < free)
    if found.ruling:
        return found
    wage = next((records[m].base for m in sorted(records, reverse=True) if m < at), 0) or next(
        (records[m].base for m in sorted(records) if records[m].base), 0
    )
    rule = RULES[branch]  # type: ignore[index]
    facts = {
        "wage": wage,
        "wage_before": 0,
        "category": category,
        "kind": 0,
        "fully_funded": False,
    }
    try:
        params = rule.params.at(law, insured.region, at)
    except (
        PolicyError
    ):  # no limits are on file for that month: it can be paid, for how much is open
        return found
    sheet = rule.rule(rule.known(facts), params)
    return replace(
        found,
        base=int(sheet.base),
        employer_share=int(sheet.employer_share),
        person_share=int(sheet.person_share),
    )


def _years(
    person: Person, branch: Branch, spans: Sequence[Coverage], law: Policy
) -> Iterator[Payable]:
    """Years that a resident has not paid: this one, and in old-age insurance those to be made up."""
    if not any(each.category == Category.RESIDENT for each in spans):
        return
    today = timezone.localdate()
    region = [each for each in spans if each.category == Category.RESIDENT][-1].region
    years = {each.year: each for each in queries.resident_years(person.pk, branch)}
    paid = {each.year for each in queries.legacy_years(person.pk) if each.branch == branch}
    paid |= {year for year, each in years.items() if each.money.settled and _stands(each)}
    first = today.year
    if branch == Branch.PENSION:
        try:
            first = int(PensionAges.at(law, region, today).since)
        except PolicyError:
            return
    for year in range(first, today.year + 1):
        there = years.get(year)
        if year in paid:
            continue
        if there is not None and _stands(there):
            cost = there.money.open()
        else:
            try:
                cost = _foreseen(person, branch, year, region)
            except Problem:  # the rules do not let this year be paid
                continue
        until = month(year, 12) if year == today.year else 0
        yield Payable(
            branch,
            Category.RESIDENT,
            region,
            month(year, 1),
            month(year, 12),
            until,
            person_share=cost,
        )


def _stands(year: queries.ResidentYear) -> bool:
    return year.enrolment.cancelled_on is None


def _foreseen(person: Person, branch: Branch, year: int, region: str) -> int:
    """What a year would cost, in old-age insurance in the lowest tier."""
    found = offers.offer(person=person, branch=branch, year=year, region=region)
    tier = 0
    if branch == Branch.PENSION:
        tier = min(amount for amount, _subsidy in offers.tiers(region, year))
    return assessing.foresee(
        person=person,
        region=region,
        branch=branch,
        year=year,
        tier=tier,
        way=found.way,
        repaid_years=found.repaid_years,
    )["person_share"]
