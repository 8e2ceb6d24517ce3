"""The pension of a visitor, from a few things typed."""

from dataclasses import dataclass

from pensions.rules.retirement import Category as RuleCategory
from pensions.services import decision
from pensions.services.projection import GOES_ON, TODAY, Assumptions, Plan, projected
from pensions.services.retirement import retirement
from socsec.kernel import rules
from socsec.kernel.arith import ONE, half_up, share
from socsec.kernel.facts import FactError
from socsec.kernel.months import format_month, month_of, year_of
from socsec.kernel.months import month as first_month
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import from_kernel

from .common import Estimate, account_rate, later, paid_on, read, today

RULE = decision.RULE
BASE = "pensions.employees.calculation_base"


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


def of_stated(
    stated: Stated,
    start: int,
    policy: Policy,
    *,
    plan: Plan = GOES_ON,
    assumed: Assumptions = TODAY,
) -> Estimate:
    """The pension of a visitor from a month on. `Invalid` where a fact cannot be.

    Months to come are paid on `plan.base`, or at the average index stated; the account gets its
    part of each, with interest.
    """
    when = retirement(stated.birth_month, stated.category, stated.region, policy)
    law = projected(policy, stated.region, assumed, start)
    first = month_of(today()) + 1  # what was stated counts until today
    months = range(first, first + paid_on(plan, start - first))
    specs = decision.ClaimFacts.specs()
    try:
        wages = [_stated_wage(stated, month, law, plan, assumed) for month in months]
        index = _stated_index(stated, months, wages, law)
        balance = _stated_balance(stated, start, months, wages, law)
        wage = _stated_wage(stated, start - 1, law, plan, assumed)
    except PolicyError as error:
        raise from_kernel(error) from error
    facts = {
        "category": RuleCategory.read(int(stated.category)).name,
        "birth_month": format_month(stated.birth_month),
        "claim_month": format_month(start),
        "flexible": start < when.statutory,
        "months_paid": stated.months_paid + len(months),
        "months_deemed": stated.months_deemed,
        "average_index": specs["average_index"].natural(index),
        "account_balance": specs["account_balance"].natural(balance),
    }
    try:
        assessment = rules.assess(RULE, facts, policy=law, region=stated.region)
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    return read(start, assessment, wage, assumed)


def wage_of(stated: Stated, policy: Policy) -> int:
    """The wage that the average index stated stands for today, in fen."""
    try:
        return _stated_wage(stated, month_of(today()), policy, GOES_ON, TODAY)
    except PolicyError as error:
        raise from_kernel(error) from error


def _stated_wage(stated: Stated, month: int, law: Policy, plan: Plan, assumed: Assumptions) -> int:
    if plan.base is not None:
        return later(plan.base, assumed, month)
    return share(_average(stated.region, month, law), stated.average_index)


def _average(region: str, month: int, law: Policy) -> int:
    """The calculation base of the month stands for the average wage: every province announces it."""
    return int(law.at(BASE, region, month).value)


def _stated_index(stated: Stated, months: range, wages: list[int], law: Policy) -> int:
    """The average index once the months to come count beside those paid."""
    indexes = [
        half_up(wage * ONE, _average(stated.region, month, law))
        for month, wage in zip(months, wages, strict=True)
    ]
    count = stated.months_paid + len(months)
    if not count:
        return stated.average_index
    return half_up(stated.average_index * stated.months_paid + sum(indexes), count)


def _stated_balance(
    stated: Stated, start: int, months: range, wages: list[int], law: Policy
) -> int:
    """The account at the start: what is there and what is paid in, each month's with interest.

    What was stated bears interest from now on, as on a record.
    """
    if not months and not stated.balance:
        return 0
    credits = {
        month: share(wage, account_rate(stated.region, month, law))
        for month, wage in zip(months, wages, strict=True)
    }
    years: list[decision.AccountYear] = []
    now = month_of(today())
    for year in range(year_of(now), year_of(start - 1) + 1):
        first, through = first_month(year, 1), min(start, first_month(year + 1, 1)) - 1
        borne = stated.balance * max(through - max(first, now) + 1, 0)
        of_year = decision.AccountYear(through, borne, 0)
        for month, credit in credits.items():
            if month <= through:
                of_year = of_year.with_credit(month, credit)
        years.append(of_year)
    interest = decision.interest_of(stated.region, tuple(years), law)
    return stated.balance + sum(credits.values()) + sum(line.amount for line in interest)
