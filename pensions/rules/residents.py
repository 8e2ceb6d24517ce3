"""The old-age pension of urban and rural residents (城乡居民基本养老保险). 国发〔2014〕8号.

A basic pension from the public purse and the individual account over a fixed number of months.
Whoever was 60 when the scheme began draws without contributions; whoever had less than fifteen
years to go must have paid for each year that was left.
"""

from dataclasses import dataclass

from pensions.params import ResidentParams
from socsec.kernel.arith import (
    Condition,
    Number,
    all_of,
    between,
    floor_div,
    half_up,
    most,
    not_,
    rounded,
    stated,
    total,
    where,
)
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "国发〔2014〕8号"
_TENTHS = 10  # divisors are counted in tenths of a month


@dataclass(frozen=True, kw_only=True)
class ResidentFacts(Facts):
    """Who claims a resident's pension, from when, and what was paid."""

    birth_month: Number = fact(
        ("出生年月", "Month of birth"), "month", least=1880 * 12, most=2100 * 12
    )
    claim_month: Number = fact(
        ("开始领取年月", "Month from which the pension is claimed"),
        "month",
        least=2009 * 12,
        most=2200 * 12 - 1,
    )
    months_paid: Number = fact(
        ("累计缴费月数", "Months paid"),
        "months",
        most=960,
        help=(
            "按年缴费的，一年算 12 个月；补缴的、职工养老保险的年限也算在内",
            "A year counts twelve months; years made up and those as an employee count too",
        ),
    )
    account_balance: Number = fact(
        ("个人账户储存额", "Account balance"),
        most=10**10,
        help=(
            "个人缴费、集体补助、政府补贴和利息合计",
            "Own and collective contributions, government subsidy and interest",
        ),
    )
    other_pension: Condition = fact(
        ("已领取其他基本养老保障待遇", "Draws another basic pension"), "bool", default=False
    )
    basic_pension: Number = fact(
        ("基础养老金标准", "Basic pension"),
        most=10**7,
        optional=True,
        help=("核定表上写明的才填", "Only where the form states it"),
    )


@dataclass(frozen=True)
class ResidentConditions(Sheet):
    """Whether a resident may draw the pension."""

    title = ("领取条件", "Conditions")

    age: Number = line(("领取时年龄", "Age"), "claim_month − birth_month", unit="age")
    old_enough: Condition = line(
        ("达到领取年龄", "Old enough"), "age ≥ pension_age", f"{LAW}第六条", "bool"
    )
    months_left: Number = line(
        ("制度实施时距领取年龄的月数", "Months to that age when the scheme began"),
        "max(birth_month + pension_age − scheme_start, 0)",
        f"{LAW}第六条",
        "months",
        help=(
            "实施时已经到龄的不用缴费；不足 15 年的，按年缴到领取年龄",
            "None for those of age by then; with less than 15 years, each year that was left",
        ),
    )
    months_required: Number = line(
        ("最低缴费月数", "Months required"),
        "min(months_left, qualifying_months)",
        f"{LAW}第六条",
        "months",
    )
    paid_enough: Condition = line(
        ("满最低缴费年限", "Qualifying period met"),
        "months_paid ≥ months_required",
        f"{LAW}第六条",
        "bool",
    )
    no_other: Condition = line(
        ("没有领取其他基本养老保障待遇", "Draws no other basic pension"),
        "not other_pension",
        f"{LAW}第六条",
        "bool",
    )
    entitled: Condition = line(
        ("可以按月领取", "Entitled"),
        "old_enough and paid_enough and no_other",
        f"{LAW}第六条",
        "bool",
    )


@dataclass(frozen=True)
class ResidentPension(Sheet):
    """A resident's pension a month, and whether it is due."""

    title = ("城乡居民养老金核定", "Assessment of a resident's pension")

    conditions: ResidentConditions
    basic: Number = line(
        ("基础养老金", "Basic pension"),
        "stated(basic_pension, announced_basic)",
        f"{LAW}第五条",
    )
    years_beyond: Number = line(
        ("超过最低年限的整年数", "Whole years beyond the qualifying period"),
        "floor(max(months_paid − qualifying_months, 0) ÷ 12)",
        f"{LAW}第五条",
        "count",
    )
    long_service: Number = line(
        ("缴费年限养老金", "Addition for long contribution"),
        "if(months_paid ≥ qualifying_months, long_base + years_beyond × long_year, 0)",
        "人社部发〔2018〕21号；当地规定",
        quiet=NOUGHT,
    )
    for_age: Number = line(
        ("高龄加发", "Addition for age"),
        "elderly(floor(conditions.age ÷ 12))",
        "人社部发〔2018〕21号；当地规定",
        quiet=NOUGHT,
    )
    account: Number = line(
        ("个人账户养老金", "Account pension"), "account_balance ÷ divisor", f"{LAW}第五条"
    )
    monthly: Number = line(
        ("月养老金合计", "Pension a month"),
        "basic + long_service + for_age + account",
        f"{LAW}第五条",
        rounding="total_rounding",
        kind="total",
    )
    amount: Number = line(
        ("每月应发", "Payable a month"),
        "if(conditions.entitled, monthly, 0)",
        f"{LAW}第六条",
        kind="total",
    )


@rule(
    "pensions.residents.old_age",
    ("城乡居民基本养老金", "Residents' old-age pension"),
    facts=ResidentFacts,
    params=ResidentParams,
    law=LAW,
    on="claim_month",
    help=(
        "基础养老金加个人账户养老金（储存额除以 139），缴费时间长的、年龄大的，当地有加发",
        "Basic pension and account over 139; more for long contribution and old age where the place has it",
    ),
)
def resident_old_age(f: ResidentFacts, p: ResidentParams) -> ResidentPension:
    """The pension of one resident.

    Beijing 2024, a basic pension of 961.00 and 60,000.00 on the account:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ResidentParams.at(Policy.files(), "110000", month(2024, 6))
    >>> farmer = ResidentFacts(birth_month=month(1964, 6), claim_month=month(2024, 6),
    ...                        months_paid=180, account_balance=60_000_00)
    >>> sheet = resident_old_age(farmer, p)
    >>> sheet.conditions.months_required, sheet.account, sheet.monthly
    (177, 43165, 139265)
    """
    age = f.claim_month - f.birth_month
    months_left = most(f.birth_month + p.pension_age - p.scheme_start, 0)
    months_required = between(0, months_left, p.qualifying_months)
    old_enough = age >= p.pension_age
    paid_enough = f.months_paid >= months_required
    no_other = not_(f.other_pension)
    conditions = ResidentConditions(
        age=age,
        old_enough=old_enough,
        months_left=months_left,
        months_required=months_required,
        paid_enough=paid_enough,
        no_other=no_other,
        entitled=all_of(old_enough, paid_enough, no_other),
    )
    basic = stated(f.basic_pension, p.announced_basic)
    years_beyond = floor_div(most(f.months_paid - p.qualifying_months, 0), 12)
    vested = f.months_paid >= p.qualifying_months
    long_service = where(vested, p.long_base + years_beyond * p.long_year, 0)
    for_age = p.elderly.at(floor_div(age, 12), below=0)
    account = half_up(f.account_balance * _TENTHS, p.divisor)
    monthly = rounded(total(basic, long_service, for_age, account), 1, p.total_rounding)
    return ResidentPension(
        conditions=conditions,
        basic=basic,
        years_beyond=years_beyond,
        long_service=long_service,
        for_age=for_age,
        account=account,
        monthly=monthly,
        amount=where(conditions.entitled, monthly, 0),
    )
