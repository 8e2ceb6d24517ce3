"""The pension that a person's own record promises."""

from dataclasses import replace

from enrollment.models import Person, Sex
from enrollment.queries import MonthRecord, record
from funds.models import Branch
from pensions.models import Category
from pensions.services import decision
from pensions.services.claim import region_of
from pensions.services.projection import GOES_ON, TODAY, Assumptions, Plan, projected
from pensions.services.retirement import retirement
from socsec.kernel.arith import share
from socsec.kernel.months import month as first_month
from socsec.kernel.months import month_of, year_of
from socsec.kernel.policy import Policy

from .common import Estimate, account_rate, current_policy, later, paid_on, read, today


def category_of(person: Person) -> Category:
    """The category of a person of whose work nothing special is known."""
    return Category.MALE_60 if person.sex == Sex.MALE else Category.FEMALE_50


def of_person(
    person: Person,
    start: int,
    category: int,
    policy: Policy,
    *,
    plan: Plan = GOES_ON,
    assumed: Assumptions = TODAY,
    known: list[MonthRecord] | None = None,
    held: decision.Gathered | None = None,
) -> Estimate:
    """The pension that the record promises from a month on.

    Whoever goes on contributing does so on the base of the last month that was worked out, unless
    the plan says another, and the account gets as much of it each month as it got of that one.
    `known` is the record (`record_of`), for callers that ask about several months; `held` what the
    books say of this start (`on_record`), for those that ask about several plans.
    """
    region = region_of(person)
    known = record_of(person) if known is None else known
    law = projected(policy, region, assumed, start)
    gathered = held or on_record(person, start, category, law)
    gathered = going_on(gathered, known, plan, assumed, law)
    base = plan.base if plan.base is not None else base_of(known)
    assessment = decision.decide(gathered, law).assessment
    return read(start, assessment, later(base, assumed, start - 1), assumed)


def on_record(person: Person, start: int, category: int, policy: Policy) -> decision.Gathered:
    """What the books say of a pension from a month on, with nothing added to it."""
    region = region_of(person)
    when = retirement(person.birth_month, category, region, policy)
    return decision.gather_for(
        person, region, start, category, flexible=start < when.statutory, policy=policy
    )


def base_of(known: list[MonthRecord]) -> int:
    """The base of the last month that was worked out, in fen; 0 where there is none."""
    return next((each.base for each in reversed(known) if each.base), 0)


def record_of(person: Person) -> list[MonthRecord]:
    """The months that a person has, oldest first."""
    return record(person.pk, Branch.PENSION)


def going_on(
    gathered: decision.Gathered,
    known: list[MonthRecord],
    plan: Plan = GOES_ON,
    assumed: Assumptions = TODAY,
    policy: Policy | None = None,
) -> decision.Gathered:
    """The same record with the months to come added to it."""
    months = [each for each in known if each.base]
    if not months:
        return gathered
    last = months[-1]
    credit = max((each.account_share for each in months[-12:]), default=0)
    base = last.base
    if plan.base is not None and plan.base != base:
        base = plan.base
        credit = share(base, account_rate(gathered.region, last.month, policy or current_policy()))
    first = max(last.month + 1, month_of(today()))
    added = range(first, first + paid_on(plan, gathered.claim_month - first))
    years = {each.year: each for each in gathered.years}
    for month in added:
        year = years.get(month // 12, decision.Year(month // 12, 0, 0))
        wage = later(base, assumed, month)
        years[year.year] = replace(year, months=year.months + 1, wages=year.wages + wage)
    credits = {month: later(credit, assumed, month) for month in added if credit}
    return replace(
        gathered,
        months_paid=gathered.months_paid + len(added),
        years=tuple(years[year] for year in sorted(years)),
        balance=gathered.balance + sum(credits.values()),
        account_years=_bearing(gathered, credits),
    )


def _bearing(
    gathered: decision.Gathered, credits: dict[int, int]
) -> tuple[decision.AccountYear, ...]:
    """The years of the account in which months to come bear interest beside what is there."""
    years = {year_of(each.through): each for each in gathered.account_years}
    for month, credit in credits.items():
        for year in range(year_of(month), year_of(gathered.claim_month - 1) + 1):
            through = min(gathered.claim_month, first_month(year + 1, 1)) - 1
            known = years.get(year, decision.AccountYear(through, 0, 0))
            years[year] = known.with_credit(month, credit)
    return tuple(years[year] for year in sorted(years))
