"""Transitional pension (过渡性养老金): for work before individual accounts began.

国发〔2005〕38号, article 6, leaves it to the provinces. What they have in common: a wage, times
years before the account, times a rate of 1.0 to 1.4 %. See `policy/transitional.yaml` for each
province's rule and its document.
"""

from dataclasses import dataclass

from pensions.params import (
    DeemedWage,
    PensionParams,
    TransitionalMethod,
    TransitionalMonths,
    TransitionalWage,
)
from pensions.rules.employees.basic import LAW, MICRO, YEARS, BasicPension, years_of
from pensions.rules.employees.facts import AmountFacts
from socsec.kernel.arith import (
    FEN,
    NOT_STATED,
    ONE,
    Number,
    all_of,
    any_of,
    floor_div,
    most,
    rounded,
    share,
    stated,
    where,
)
from socsec.kernel.sheet import ECHO, Sheet, line


@dataclass(frozen=True)
class TransitionalPension(Sheet):
    """The transitional pension and its parts."""

    title = ("过渡性养老金", "Transitional pension")

    rate: Number = line(
        ("计发比例", "Rate for each year"),
        "if(raised_rate > 0 and (intellectual or (raised_after > 0 and "
        "months_paid > raised_after)), raised_rate, general_rate)",
        LAW,
        "rate",
        quiet=ECHO,
    )
    own_wage: Number = line(
        ("过渡性养老金指数化工资", "Indexed wage"),
        "stated(transitional_indexed_wage, "
        "stated(basic.second_base × transitional_index, basic.wage))",
        LAW,
        "wage",
        rounding="wage_rounding",
        quiet=ECHO,
    )
    wage: Number = line(
        ("过渡性养老金指数化工资，不低于下限", "Indexed wage, at least the lowest"),
        "if(index_floor > 0, max(basic.second_base × index_floor, own_wage), own_wage)",
        LAW,
        "wage",
        rounding="wage_rounding",
        quiet=ECHO,
    )
    wage_counted: Number = line(
        ("计发工资", "Wage counted"),
        "if(transitional_wage = 1, (basic.base + wage) ÷ 2, wage)",
        LAW,
        "wage",
        help=(
            "辽宁、重庆、四川、青海取计发基数和指数化工资的平均值",
            "Liaoning, Chongqing, Sichuan and Qinghai take the mean of base and indexed wage",
        ),
        quiet=ECHO,
    )
    months_at_base: Number = line(
        ("按计发基数计算的月数", "Months at the calculation base"),
        "if(deemed_wage = 1, months_deemed, 0)",
        LAW,
        "months",
        help=(
            "北京、上海的视同缴费年限，指数为 1",
            "The deemed months of Beijing and Shanghai, at an index of 1",
        ),
        quiet=ECHO,
    )
    years_at_base: Number = line(
        ("按计发基数计算的年限", "Years at the calculation base"),
        YEARS.format("months_at_base"),
        LAW,
        "years",
        rounding="year_rounding",
        quiet=ECHO,
    )
    at_base: Number = line(
        ("视同缴费年限部分", "Part for deemed years"),
        "basic.base × years_at_base × rate",
        LAW,
        quiet=ECHO,
    )
    months_at_wage: Number = line(
        ("按指数化工资计算的月数", "Months at the indexed wage"),
        "if(transitional_months = 1, months_before_account, 0) + "
        "if(deemed_wage = 1, 0, months_deemed)",
        LAW,
        "months",
        quiet=ECHO,
    )
    reckoned_years: Number = line(
        ("按月数折算的年限", "Years by the months"),
        YEARS.format("months_at_wage"),
        unit="years",
        rounding="year_rounding",
        quiet=ECHO,
    )
    years_at_wage: Number = line(
        ("按指数化工资计算的年限", "Years at the indexed wage"),
        "stated(transitional_years, reckoned_years)",
        LAW,
        "years",
        quiet=ECHO,
    )
    at_wage: Number = line(
        ("建账前年限部分", "Part for the years before the account"),
        "wage_counted × years_at_wage × rate",
        LAW,
        rounding="component_rounding",
        quiet=ECHO,
    )
    notional: Number = line(
        ("虚账实记部分", "Part for the notional balance"),
        "if(notional_divisor > 0, notional_balance ÷ notional_divisor, 0)",
        "沪人社规〔2021〕27号；粤府函〔2021〕294号",
        quiet=ECHO,
    )
    new_method: Number = line(
        ("按年限计算部分", "Part for all years"),
        "if(at_base > 0, at_base + at_wage, at_wage)",
        LAW,
        quiet=ECHO,
    )
    old_method: Number = line(
        ("原办法过渡性养老金", "By the old method"),
        "if(transitional_method = 1, stated(old_transitional, if(notional_divisor > 0, "
        "notional + floor(basic.months ÷ 12) × year_allowance, new_method)), 0)",
        "粤府函〔2021〕294号；粤人社〔2014〕8号",
        help=(
            "广东：视同账户额部分加缴费年限津贴",
            "Guangdong: the part for the notional balance and an allowance for each whole year",
        ),
        quiet=ECHO,
    )
    amount: Number = line(
        ("过渡性养老金", "Transitional pension"),
        "if(transitional_method = 1, old_method + transitional_addition, "
        "if(notional > 0, new_method + notional, new_method))",
        LAW,
        rounding="component_rounding",
        kind="total",
    )
    adjustment: Number = line(
        ("新老办法差额", "Difference to the new method"),
        "if(transitional_method = 1, max(0, new_method − old_method) × phase, 0)",
        "粤府函〔2021〕294号",
        help=(
            "新办法高于原办法的，差额逐年增加发放",
            "Where the new method gives more, a growing part of the difference is paid",
        ),
        quiet=ECHO,
    )


def transitional_pension(
    f: AmountFacts, basic: BasicPension, p: PensionParams
) -> TransitionalPension:
    """The transitional pension.

    Beijing, from a published example: 10 deemed years at the base of 11,082, and 5 years before
    the account at an index of 0.6, each times 1 %:

    >>> from pensions.rules.employees.basic import basic_pension
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = PensionParams.at(Policy.files(), "110000", month(2022, 7))
    >>> life = AmountFacts(months_paid=360, months_deemed=120, months_before_account=60,
    ...                    average_index=600_000, account_balance=100_000_00)
    >>> sheet = transitional_pension(life, basic_pension(life, p), p)
    >>> sheet.at_base, sheet.at_wage, sheet.amount
    (110820, 33246, 144066)
    """
    long_paid = all_of(p.raised_after > 0, f.months_paid > p.raised_after)
    raised = all_of(p.raised_rate > 0, any_of(f.intellectual, long_paid))
    rate = where(raised, p.raised_rate, p.general_rate)

    own_wage, wage, wage_counted = _wages(f, basic, p)
    at_calculation_base = p.deemed_wage == DeemedWage.CALCULATION_BASE
    months_at_base = where(at_calculation_base, f.months_deemed, 0)
    years_at_base = years_of(months_at_base, p)
    at_base = rounded(basic.base * years_at_base * rate, ONE * ONE, FEN)

    paid_too = p.transitional_months == TransitionalMonths.DEEMED_AND_PAID
    months_at_wage = where(paid_too, f.months_before_account, 0) + f.months_deemed - months_at_base
    reckoned_years = years_of(months_at_wage, p)
    years_at_wage = stated(f.transitional_years, reckoned_years)
    at_wage = rounded(wage_counted * years_at_wage * rate, MICRO * ONE * ONE, p.component_rounding)

    has_notional = p.notional_divisor > 0
    notional = where(has_notional, rounded(f.notional_balance, most(p.notional_divisor, 1), FEN), 0)
    new_method = at_base + at_wage
    phased_in = p.transitional_method == TransitionalMethod.PHASED_IN
    allowances = notional + floor_div(basic.months, 12) * p.year_allowance
    old_by_rule = where(has_notional, allowances, new_method)
    old_method = where(phased_in, stated(f.old_transitional, old_by_rule), 0)
    amount = where(phased_in, old_method + p.transitional_addition, new_method + notional)
    difference = most(0, new_method - old_method)
    return TransitionalPension(
        rate=rate,
        own_wage=own_wage,
        wage=wage,
        wage_counted=wage_counted,
        months_at_base=months_at_base,
        years_at_base=years_at_base,
        at_base=at_base,
        months_at_wage=months_at_wage,
        reckoned_years=reckoned_years,
        years_at_wage=years_at_wage,
        at_wage=at_wage,
        notional=notional,
        new_method=new_method,
        old_method=old_method,
        amount=rounded(amount, 1, p.component_rounding),
        adjustment=where(phased_in, share(difference, p.phase), 0),
    )


def _wages(f: AmountFacts, basic: BasicPension, p: PensionParams) -> tuple[Number, Number, Number]:
    """The indexed wage of the transitional pension, the same not below the province's floor, and
    the wage that its years multiply."""
    by_index = basic.second_base * MICRO * f.transitional_index
    has_index = f.transitional_index != NOT_STATED
    usual = where(has_index, by_index, basic.wage * ONE)
    has_wage = f.transitional_indexed_wage != NOT_STATED
    wanted = where(has_wage, f.transitional_indexed_wage * ONE, usual)
    own_wage = rounded(wanted, ONE, p.wage_rounding)
    lowest = rounded(basic.second_base * MICRO * p.index_floor, ONE, p.wage_rounding)
    wage = where(p.index_floor > 0, most(own_wage, lowest), own_wage)
    averaged = rounded(basic.base * MICRO + wage, 2, FEN)
    mean = p.transitional_wage == TransitionalWage.AVERAGE
    return own_wage, wage, where(mean, averaged, wage)
