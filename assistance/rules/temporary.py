"""Temporary assistance (临时救助): urgent need, and spending that a household cannot bear."""

from dataclasses import dataclass

from assistance.params import IllnessParams, SpendingParams, UrgentParams
from assistance.rules.facts import MOST_MONEY, STANDARD, PlaceFacts, Standing, standard_of
from socsec.kernel.arith import (
    Condition,
    Number,
    all_of,
    any_of,
    between,
    least,
    most,
    not_,
    share,
    where,
)
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW_URGENT = "社会救助暂行办法第四十七条、第四十八条；2026年7月起社会救助法第二十九条、第五十条"
LAW_SPENDING = "社会救助暂行办法第四十七条；2026年7月起社会救助法第二十九条"


@dataclass(frozen=True, kw_only=True)
class UrgentFacts(PlaceFacts):
    """A sudden need: fire, accident, illness, or waiting for another decision."""

    persons: Number = fact(("受困人数", "Persons in need"), "count", least=1, most=30)
    need: Number = fact(("需要的金额", "Amount needed"), least=1, most=MOST_MONEY)
    helped_before: Condition = fact(
        ("一年内因同一事由已救助", "Aided for the same event within a year"), "bool", default=False
    )


@dataclass(frozen=True)
class UrgentAid(Sheet):
    """What is paid at once."""

    title = ("急难型临时救助", "Urgent temporary aid")

    standard: Number = line(("低保标准", "Standard a head"), STANDARD)
    limit: Number = line(("救助上限", "At most"), "standard × months × persons", LAW_URGENT)
    eligible: Condition = line(("可以救助", "Eligible"), "not helped_before", LAW_URGENT, "bool")
    amount: Number = line(
        ("救助金额", "Aid"), "if(eligible, min(need, limit), 0)", LAW_URGENT, kind="total"
    )


@rule(
    "assistance.urgent_aid",
    ("急难型临时救助", "Urgent temporary aid"),
    facts=UrgentFacts,
    params=UrgentParams,
    law=LAW_URGENT,
    on="month",
    help=(
        "遇到火灾、事故、急病等紧急困难，先行救助，手续后补",
        "For sudden need by fire, accident or illness: aid first, papers afterwards",
    ),
)
def urgent_aid(f: UrgentFacts, p: UrgentParams) -> UrgentAid:
    """Urgent aid for one household, fen; one event is aided once within a year.

    Two people in Beijing: at most 1,450 × 3 × 2 = 8,700.

    >>> from assistance.rules.facts import Residence
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = UrgentParams.at(Policy.files(), "110000", month(2025, 5))
    >>> fire = UrgentFacts(month=month(2025, 5), residence=Residence.URBAN, persons=2,
    ...                    need=10000_00)
    >>> urgent_aid(fire, p).amount
    870000
    """
    standard = standard_of(f, p)
    limit = standard * p.months * f.persons
    eligible = not_(f.helped_before)
    return UrgentAid(standard, limit, eligible, where(eligible, least(f.need, limit), 0))


@dataclass(frozen=True, kw_only=True)
class SpendingFacts(PlaceFacts):
    """A household whose necessary spending of the last twelve months was too much for it."""

    standing: Number = fact(("救助身份", "Recognised as"), "choice", choices=Standing)
    spending: Number = fact(
        ("生活必需支出", "Necessary spending"),
        most=MOST_MONEY,
        help=(
            "申请前12个月内，各类报销和救助后的医疗、基本教育等个人支出",
            "Of twelve months: medical and basic education costs left after every other payer",
        ),
    )
    severely_disabled: Condition = fact(
        ("有重度残疾人", "A member is severely disabled"), "bool", default=False
    )
    helped_before: Condition = fact(
        ("一年内因同一事由已救助", "Aided for the same reason within a year"), "bool", default=False
    )


@dataclass(frozen=True)
class SpendingAid(Sheet):
    """What is paid for it."""

    title = ("支出型临时救助", "Temporary aid for necessary spending")

    standard: Number = line(("低保标准", "Standard a head"), STANDARD)
    poor: Condition = line(
        ("低保、低收入或特困", "Hardship, minimum guarantee or near-poor"),
        "standing ≤ 2",
        LAW_SPENDING,
        "bool",
    )
    start: Number = line(
        ("救助起点", "Aided from"), "if(poor, poor_least, other_least)", LAW_SPENDING
    )
    more: Number = line(
        ("重度残疾人家庭增加", "More for severe disability"),
        "if(severely_disabled and not poor, disabled_more, 0)",
        LAW_SPENDING,
        "rate",
        quiet=NOUGHT,
    )
    rate: Number = line(
        ("第一段比例", "First rate"), "if(poor, poor_rate, other_rate) + more", LAW_SPENDING, "rate"
    )
    rate_above: Number = line(
        ("第二段比例", "Second rate"),
        "if(poor, poor_rate_above, other_rate_above) + more",
        LAW_SPENDING,
        "rate",
    )
    first: Number = line(("第一段救助", "First band"), "min(spending, band) × rate", LAW_SPENDING)
    above: Number = line(
        ("第二段救助", "Above it"),
        "max(spending − band, 0) × rate_above",
        LAW_SPENDING,
        quiet=NOUGHT,
    )
    limit: Number = line(("救助上限", "At most"), "standard × most_months", LAW_SPENDING)
    eligible: Condition = line(
        ("可以救助", "Eligible"),
        "spending ≥ start and not helped_before",
        LAW_SPENDING,
        "bool",
    )
    amount: Number = line(
        ("救助金额", "Aid"),
        "if(eligible, min(first + above, limit), 0)",
        LAW_SPENDING,
        kind="total",
    )


@rule(
    "assistance.spending_aid",
    ("支出型临时救助", "Temporary aid for necessary spending"),
    facts=SpendingFacts,
    params=SpendingParams,
    law=LAW_SPENDING,
    on="month",
)
def spending_aid(f: SpendingFacts, p: SpendingParams) -> SpendingAid:
    """Aid for one household's necessary spending, fen."""
    standard = standard_of(f, p)
    poor = f.standing <= Standing.NEAR_POOR
    start = where(poor, p.poor_least, p.other_least)
    more = where(all_of(f.severely_disabled, not_(poor)), p.disabled_more, 0)
    rate = where(poor, p.poor_rate, p.other_rate) + more
    rate_above = where(poor, p.poor_rate_above, p.other_rate_above) + more
    first = share(least(f.spending, p.band), rate)
    above = share(most(f.spending - p.band, 0), rate_above)
    limit = standard * p.most_months
    eligible = all_of(f.spending >= start, not_(f.helped_before))
    return SpendingAid(
        standard=standard,
        poor=poor,
        start=start,
        more=more,
        rate=rate,
        rate_above=rate_above,
        first=first,
        above=above,
        limit=limit,
        eligible=eligible,
        amount=where(eligible, least(first + above, limit), 0),
    )


LAW_ILLNESS = "国办发〔2021〕42号；京医保发〔2023〕9号"


@dataclass(frozen=True, kw_only=True)
class IllnessFacts(Facts):
    """A household made poor by illness: what it bore in the year before."""

    month: Number = fact(
        ("申请年月", "Month of the application"), "month", least=1999 * 12, most=2200 * 12 - 1
    )
    costs: Number = fact(
        ("家庭负担的合规医疗费用", "Medical costs within scope borne by the household"),
        most=MOST_MONEY,
        help=(
            "上一自然年度内，基本医保、大病保险、商业保险和各种救助之后",
            "Of the calendar year before, after every insurance and other aid",
        ),
    )
    income: Number = fact(("上年家庭总收入", "Income of that year"), most=MOST_MONEY)
    members: Number = fact(("家庭人数", "Members"), "count", least=1, most=30)
    minimum_wage: Number = fact(
        ("同年最低工资标准", "Minimum wage of that year, a month"), least=1, most=10**8
    )
    within_property: Condition = fact(
        ("财产状况符合规定", "Property within the limits"), "bool", default=True
    )
    assisted: Condition = fact(
        ("已享受低保或低收入救助", "Assisted as poor already"), "bool", default=False
    )
    helped_this_year: Condition = fact(
        ("同一自然年度已申请过", "Applied for that year before"), "bool", default=False
    )


@dataclass(frozen=True)
class IllnessAid(Sheet):
    """What is paid of the costs."""

    title = ("因病致贫家庭医疗救助", "Medical assistance for illness-induced poverty")

    income_left: Number = line(
        ("扣除医疗费用后的收入", "Income after medical costs"),
        "max(income − costs, 0)",
        LAW_ILLNESS,
    )
    poor: Condition = line(
        ("人均不超过最低工资", "No more a head than the minimum wage"),
        "income_left ≤ minimum_wage × 12 × members",
        LAW_ILLNESS,
        "bool",
    )
    eligible: Condition = line(
        ("符合因病致贫家庭条件", "Poor by illness"),
        "poor and within_property and not assisted and not helped_this_year",
        LAW_ILLNESS,
        "bool",
    )
    first: Number = line(
        ("第一段", "First band"), "min(costs, first_band) × first_rate", LAW_ILLNESS
    )
    second: Number = line(
        ("第二段", "Second band"),
        "max(min(costs, second_band) − first_band, 0) × second_rate",
        LAW_ILLNESS,
        quiet=NOUGHT,
    )
    third: Number = line(
        ("第三段", "Beyond"), "max(costs − second_band, 0) × third_rate", LAW_ILLNESS, quiet=NOUGHT
    )
    amount: Number = line(
        ("救助金额", "Aid"),
        "if(eligible, min(first + second + third, cap), 0)",
        LAW_ILLNESS,
        kind="total",
    )


@rule(
    "assistance.illness_poverty",
    ("因病致贫家庭医疗救助", "Medical assistance for illness-induced poverty"),
    facts=IllnessFacts,
    params=IllnessParams,
    law=LAW_ILLNESS,
    on="month",
)
def illness_poverty(f: IllnessFacts, p: IllnessParams) -> IllnessAid:
    """Aid for one household's medical costs of a year, fen, once a year."""
    income_left = most(f.income - f.costs, 0)
    poor = income_left <= f.minimum_wage * 12 * f.members
    barred = any_of(f.assisted, f.helped_this_year)
    eligible = all_of(poor, f.within_property, not_(barred))
    first = share(least(f.costs, p.first_band), p.first_rate)
    second = share(most(least(f.costs, p.second_band) - p.first_band, 0), p.second_rate)
    third = share(most(f.costs - p.second_band, 0), p.third_rate)
    paid = between(0, first + second + third, p.cap)
    return IllnessAid(income_left, poor, eligible, first, second, third, where(eligible, paid, 0))
