"""The new method: basic, account and transitional pension, and the occupational annuity.

国发〔2015〕2号 for the pension, 国办发〔2015〕18号 for the annuity. Who joined after 2014-09 has no
deemed months, and so no transitional pension.
"""

from dataclasses import dataclass

from pensions.params import AgencyParams, DivisorAge
from pensions.rules.divisor import LEAST_AGE, MOST_AGE
from socsec.kernel.arith import (
    NOT_STATED,
    ONE,
    Number,
    floor_div,
    half_up,
    rounded,
    stated,
    total,
    where,
)
from socsec.kernel.facts import FactError, Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "国发〔2015〕2号"
ANNUITY = "国办发〔2015〕18号第九条"
_STATED = ("核定表上写明的才填", "Only where the form states it")
_TENTHS = 10  # divisors are counted in tenths of a month


@dataclass(frozen=True, kw_only=True)
class AgencyFacts(Facts):
    """A working life in an agency or institution, its accounts, and the age at retirement."""

    months: Number = fact(
        ("累计缴费月数", "Months in all"),
        "months",
        most=960,
        help=("含视同缴费月数", "Deemed months included"),
    )
    months_deemed: Number = fact(("视同缴费月数", "Deemed months"), "months", most=960, default=0)
    average_index: Number = fact(
        ("平均缴费工资指数", "Average contribution index"), "index", most=20 * ONE
    )
    deemed_index: Number = fact(
        ("视同缴费指数", "Deemed index"),
        "index",
        most=20 * ONE,
        default=0,
        help=("按职级由省里规定", "Set by the province for each rank"),
    )
    account_balance: Number = fact(("个人账户储存额", "Account balance"), most=10**10, default=0)
    annuity_balance: Number = fact(
        ("职业年金账户余额", "Balance of the occupational annuity"), most=10**10, default=0
    )
    age: Number = fact(
        ("退休年龄", "Age at retirement"), "age", least=LEAST_AGE, most=MOST_AGE, optional=True
    )
    calculation_base: Number = fact(
        ("计发基数", "Calculation base"), least=1, most=10**8, optional=True, help=_STATED
    )
    divisor: Number = fact(
        ("计发月数", "Annuity divisor"),
        "divisor",
        least=1,
        most=10_000,
        optional=True,
        help=_STATED,
    )

    def check(self) -> None:
        if self.age == NOT_STATED and self.divisor == NOT_STATED:
            raise FactError(
                "missing_fact",
                "age",
                "age (Age at retirement): this fact is needed, or the annuity divisor in its place",
                "age（退休年龄）：必须填，或者填计发月数",
            )
        if self.months_deemed > self.months:
            raise FactError(
                "impossible_fact",
                "months_deemed",
                f"months_deemed (Deemed months): {self.months_deemed} is more than all months, "
                f"{self.months}",
                f"months_deemed（视同缴费月数）：{self.months_deemed} 超过了累计缴费月数 {self.months}",
            )


@dataclass(frozen=True)
class AgencyPension(Sheet):
    """The pension and the annuity a month, by the new method."""

    title = ("机关事业单位养老待遇（新办法）", "Agencies: pension and annuity, new method")

    base: Number = line(
        ("计发基数", "Calculation base"), "stated(calculation_base, announced_base)", LAW
    )
    years: Number = line(
        ("缴费年限", "Years counted"), "months ÷ 12", LAW, "years", rounding="year_rounding"
    )
    deemed_years: Number = line(
        ("视同缴费年限", "Deemed years"),
        "months_deemed ÷ 12",
        LAW,
        "years",
        rounding="year_rounding",
    )
    basic: Number = line(
        ("基础养老金", "Basic pension"),
        "(base + base × average_index) ÷ 2 × years × accrual_rate",
        f"{LAW}第四条",
        rounding="component_rounding",
    )
    payout_months: Number = line(
        ("计发月数", "Annuity divisor"),
        "stated(divisor, if(divisor_age = 1, divisors(floor(age ÷ 12)) − "
        "(divisors(floor(age ÷ 12)) − divisors(floor(age ÷ 12) + 1)) ÷ 12 "
        "× (age − floor(age ÷ 12) × 12), divisors(floor(age ÷ 12))))",
        "国发〔2005〕38号附件",
        "divisor",
    )
    account: Number = line(
        ("个人账户养老金", "Account pension"),
        "account_balance ÷ payout_months",
        f"{LAW}第四条",
        rounding="component_rounding",
    )
    transitional: Number = line(
        ("过渡性养老金", "Transitional pension"),
        "base × deemed_index × deemed_years × transitional_rate",
        "人社部发〔2015〕28号",
        rounding="component_rounding",
    )
    pension: Number = line(
        ("月养老金合计", "Pension a month"),
        "basic + account + transitional",
        f"{LAW}第四条",
        kind="total",
    )
    annuity: Number = line(
        ("职业年金月待遇", "Annuity a month"),
        "annuity_balance ÷ payout_months",
        ANNUITY,
        rounding="component_rounding",
        help=("发完为止", "Until the balance is used up"),
    )
    total: Number = line(
        ("月养老待遇合计", "Pension and annuity a month"), "pension + annuity", LAW, kind="total"
    )


@rule(
    "pensions.agencies.old_age",
    ("机关事业单位养老待遇", "Old-age pension of agencies and institutions"),
    facts=AgencyFacts,
    params=AgencyParams,
    law=f"{LAW}；{ANNUITY}",
    help=(
        "新办法：基础养老金、个人账户养老金、过渡性养老金，另加职业年金",
        "New method: basic, account and transitional pension, and the occupational annuity",
    ),
)
def agency_old_age(f: AgencyFacts, p: AgencyParams) -> AgencyPension:
    """Pension and annuity by the new method.

    Base 8,700.00, index 1.2, 40 years of which 29 deemed at 1.2 and 1.2 %:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = AgencyParams.at(Policy.files(), "320000", month(2025, 3))
    >>> man = AgencyFacts(months=480, months_deemed=348, average_index=1_200_000,
    ...                   deemed_index=1_200_000, age=60 * 12 + 2, calculation_base=8_700_00,
    ...                   annuity_balance=115_000_00)
    >>> sheet = agency_old_age(man, p)
    >>> sheet.basic, sheet.transitional, sheet.annuity
    (382800, 363312, 83454)
    """
    base = stated(f.calculation_base, p.announced_base)
    years = rounded(f.months * ONE, 12, p.year_rounding)
    deemed_years = rounded(f.months_deemed * ONE, 12, p.year_rounding)
    basic = rounded(
        base * (ONE + f.average_index) * years * p.accrual_rate,
        2 * ONE * ONE * ONE,
        p.component_rounding,
    )
    birthdays = floor_div(f.age, 12)
    here, next_one = p.divisors.at(birthdays, below=0), p.divisors.at(birthdays + 1, below=0)
    between = half_up(here * 12 - (here - next_one) * (f.age - birthdays * 12), 12)
    by_month = p.divisor_age == DivisorAge.YEARS_AND_MONTHS
    payout_months = stated(f.divisor, where(by_month, between, here))
    account = rounded(f.account_balance * _TENTHS, payout_months, p.component_rounding)
    transitional = rounded(
        base * f.deemed_index * deemed_years * p.transitional_rate,
        ONE * ONE * ONE,
        p.component_rounding,
    )
    pension = total(basic, account, transitional)
    annuity = rounded(f.annuity_balance * _TENTHS, payout_months, p.component_rounding)
    return AgencyPension(
        base=base,
        years=years,
        deemed_years=deemed_years,
        basic=basic,
        payout_months=payout_months,
        account=account,
        transitional=transitional,
        pension=pension,
        annuity=annuity,
        total=pension + annuity,
    )
