"""Allowance for illness and disability before the pensionable age (病残津贴). 人社部发〔2024〕72号.

In force since 2025-01-01 for insured employees who lost their capacity to work altogether.
"""

from dataclasses import dataclass

from pensions.params import DisabilityParams
from pensions.rules.divisor import LEAST_AGE
from pensions.rules.employees.account import AccountPension, account_pension
from pensions.rules.employees.basic import BasicPension, basic_pension
from pensions.rules.employees.facts import AmountFacts
from pensions.rules.employees.transitional import TransitionalPension, transitional_pension
from pensions.rules.retirement import RetirementAge, RetirementFacts, retirement_age
from socsec.kernel.arith import (
    Condition,
    Number,
    all_of,
    ceil_div,
    floor_div,
    most,
    rounded,
    total,
    where,
)
from socsec.kernel.facts import fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "人社部发〔2024〕72号"


@dataclass(frozen=True, kw_only=True)
class DisabilityFacts(RetirementFacts, AmountFacts):
    """Who became unable to work, and when."""

    claim_month: Number = fact(
        ("开始领取年月", "Month from which the allowance is claimed"),
        "month",
        least=2025 * 12,
        most=2200 * 12 - 1,
    )
    incapacitated: Condition = fact(
        ("经鉴定完全丧失劳动能力", "Certified as wholly unable to work"), "bool"
    )


@dataclass(frozen=True)
class DisabilityAllowance(Sheet):
    """The allowance a month and for how long."""

    title = ("病残津贴核定", "Assessment of the allowance for illness and disability")

    retirement: RetirementAge
    age: Number = line(("领取时年龄", "Age"), "claim_month − birth_month", unit="age")
    months_to_go: Number = line(
        ("距法定退休年龄的月数", "Months to the pensionable age"),
        "max(retirement.pension_month − claim_month, 0)",
        LAW,
        "months",
    )
    before_age: Condition = line(
        ("没有达到法定退休年龄", "Not yet of pensionable age"),
        "claim_month < retirement.pension_month",
        f"{LAW}第一条",
        "bool",
    )
    months_required: Number = line(
        ("最低缴费月数", "Months required"),
        "minimum_months(floor(claim_month ÷ 12))",
        f"{LAW}第二条",
        "months",
    )
    months: Number = line(
        ("累计缴费月数", "Months in all"), "months_paid + months_deemed", unit="months"
    )
    vested: Condition = line(
        ("满最低缴费年限", "Qualifying period met"), "months ≥ months_required", LAW, "bool"
    )
    near: Condition = line(
        ("距退休五年以内", "Within five years of the pensionable age"),
        "months_to_go ≤ near_months",
        f"{LAW}第二条",
        "bool",
    )
    basic: BasicPension  # type: ignore[misc]  # a line has no default, which mypy cannot see
    account: AccountPension  # type: ignore[misc]
    transitional: TransitionalPension  # type: ignore[misc]
    whole: Number = line(
        ("按基本养老金计算", "By the whole pension formula"),
        "basic.amount + account.amount + transitional.amount + transitional.adjustment",
        f"{LAW}第二条",
        rounding="total_rounding",
        quiet=NOUGHT,
    )
    entitled: Condition = line(
        ("可以领取", "Entitled"), "incapacitated and before_age", f"{LAW}第一条", "bool"
    )
    limit: Number = line(
        ("最多发放月数", "Months paid at most"),
        "if(vested, 0, short_paid + ceil(max(months − short_months, 0) ÷ 12) × paid_each_year)",
        f"{LAW}第三条",
        "count",
        help=(
            "满最低缴费年限的，发到法定退休年龄，不设上限（0）",
            "0: no limit before the pensionable age, where the qualifying period is met",
        ),
    )
    amount: Number = line(
        ("每月应发", "Payable a month"),
        "if(entitled, if(vested and near, whole, basic.amount), 0)",
        f"{LAW}第二条、第三条",
        kind="total",
    )


@rule(
    "pensions.disability",
    ("病残津贴", "Allowance for illness and disability"),
    facts=DisabilityFacts,
    params=DisabilityParams,
    law=f"社会保险法第十七条；{LAW}",
    on="claim_month",
    help=(
        "没到退休年龄、完全丧失劳动能力的职工，按缴费年限和距退休的时间计算",
        "For insured employees wholly unable to work, by months paid and the time to the pensionable age",
    ),
)
def disability_allowance(f: DisabilityFacts, p: DisabilityParams) -> DisabilityAllowance:
    """The allowance of one person; its limit is 0 where it runs to the pensionable age.

    Seven years and a month: 12 months for the first five years, 3 for each further one begun:

    >>> from pensions.rules.retirement import Category
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = DisabilityParams.at(Policy.files(), "130000", month(2025, 6))
    >>> man = DisabilityFacts(category=Category.MALE_60, birth_month=month(1980, 1),
    ...                       claim_month=month(2025, 6), months_paid=85, average_index=800_000,
    ...                       account_balance=40_000_00, incapacitated=True)
    >>> sheet = disability_allowance(man, p)
    >>> sheet.limit, sheet.amount == sheet.basic.amount
    (21, True)
    """
    retirement = retirement_age(f, p)
    age = f.claim_month - f.birth_month
    months_to_go = most(retirement.pension_month - f.claim_month, 0)
    before_age = f.claim_month < retirement.pension_month
    months_required = p.minimum_months.at(floor_div(f.claim_month, 12))
    months = f.months_paid + f.months_deemed
    vested = months >= months_required
    near = months_to_go <= p.near_months
    basic = basic_pension(f, p)
    # The table of divisors begins at 40; nobody younger than that gets the account's part.
    account = account_pension(f, most(age, LEAST_AGE), p)
    transitional = transitional_pension(f, basic, p)
    own = total(basic.amount, account.amount, transitional.amount, transitional.adjustment)
    whole = rounded(own, 1, p.total_rounding)
    entitled = all_of(f.incapacitated, before_age)
    further = ceil_div(most(months - p.short_months, 0), 12)
    limit = where(vested, 0, p.short_paid + further * p.paid_each_year)
    return DisabilityAllowance(
        retirement=retirement,
        age=age,
        months_to_go=months_to_go,
        before_age=before_age,
        months_required=months_required,
        months=months,
        vested=vested,
        near=near,
        basic=basic,
        account=account,
        transitional=transitional,
        whole=whole,
        entitled=entitled,
        limit=limit,
        amount=where(entitled, where(all_of(vested, near), whole, basic.amount), 0),
    )
