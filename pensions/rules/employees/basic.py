"""Basic pension (基础养老金): 国发〔2005〕38号, article 6.

The mean of the calculation base and the indexed wage, 1 % of it for each year.
"""

from dataclasses import dataclass

from pensions.params import PensionParams
from pensions.rules.employees.facts import AmountFacts
from socsec.kernel.arith import (
    NOT_STATED,
    ONE,
    Number,
    any_of,
    floor_div,
    half_up,
    most,
    rounded,
    stated,
    where,
)
from socsec.kernel.sheet import ECHO, Sheet, line

LAW = "国发〔2005〕38号第六条"
MICRO = 10_000  # millionths of a yuan in a fen: indexed wages have up to six decimals

# A period in years: twelfths, or (Shanghai) whole years and a fixed part for each month over.
YEARS = (
    "if(month_weight > 0, floor({0} ÷ 12) + ({0} − floor({0} ÷ 12) × 12) × month_weight, {0} ÷ 12)"
)


@dataclass(frozen=True)
class BasicPension(Sheet):
    """The pension from the pooled fund. Amounts in fen, wages in millionths of a yuan."""

    title = ("基础养老金", "Basic pension")

    months: Number = line(
        ("累计缴费月数", "Months in all"), "months_paid + months_deemed", unit="months"
    )
    reckoned_years: Number = line(
        ("按月数折算的年限", "Years by the months"),
        YEARS.format("months"),
        unit="years",
        rounding="year_rounding",
    )
    years: Number = line(
        ("缴费年限", "Years counted"),
        "stated(counted_years, reckoned_years)",
        LAW,
        "years",
        quiet=ECHO,
    )
    base: Number = line(
        ("计发基数", "Calculation base"),
        "stated(calculation_base, announced_base)",
        LAW,
        help=(
            "退休时上年度的平均工资，2020 年起由省里另行公布",
            "The average wage of the year before; since 2020 announced by the province",
        ),
    )
    second_base: Number = line(
        ("指数化工资所用基数", "Base of the indexed wage"),
        "stated(index_base, if(announced_index_base > 0, announced_index_base, base))",
        LAW,
        quiet=ECHO,
    )
    index: Number = line(
        ("平均缴费工资指数", "Average contribution index"),
        "stated(average_index, indexed_wage ÷ second_base)",
        LAW,
        "index",
        quiet=ECHO,
    )
    wage: Number = line(
        ("指数化月平均缴费工资", "Indexed wage"),
        "stated(indexed_wage, second_base × index)",
        LAW,
        "wage",
        rounding="wage_rounding",
    )
    first: Number = line(
        ("计入的计发基数", "Calculation base counted"),
        "if(index < low_index, base × index ÷ low_index, base)",
        LAW,
        "wage",
        help=(
            "广东：指数低于 0.6 的，计发基数按比例减少",
            "Guangdong: with an index below 0.6 the base is reduced in proportion",
        ),
        quiet=ECHO,
    )
    amount: Number = line(
        ("基础养老金", "Basic pension"),
        "(first + wage) ÷ 2 × years × accrual_rate",
        LAW,
        rounding="component_rounding",
        kind="total",
    )


def basic_pension(f: AmountFacts, p: PensionParams) -> BasicPension:
    """The basic pension.

    Tangshan, February 2023: base 6,849, index 0.7737, 30 years and 8 months as 30.67 years:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = PensionParams.at(Policy.files(), "130000", month(2023, 2))
    >>> woman = AmountFacts(months_paid=368, average_index=773_700, account_balance=89_850_24,
    ...                     calculation_base=6_849_00)
    >>> sheet = basic_pension(woman, p)
    >>> sheet.years, sheet.wage, sheet.amount
    (30670000, 5299071300, 186291)
    """
    months = f.months_paid + f.months_deemed
    reckoned_years = years_of(months, p)
    years = stated(f.counted_years, reckoned_years)
    base = stated(f.calculation_base, p.announced_base)
    own_base = p.announced_index_base > 0
    second_base = stated(f.index_base, where(own_base, p.announced_index_base, base))
    index = stated(f.average_index, half_up(f.indexed_wage * ONE, second_base * MICRO))
    # With neither an index nor a wage there is no answer: the divisor 0 sees to that.
    known = any_of(f.average_index != NOT_STATED, f.indexed_wage != NOT_STATED)
    by_index = f.indexed_wage == NOT_STATED
    product = where(by_index, second_base * MICRO * index, f.indexed_wage * ONE)
    wage = rounded(product, where(known, ONE, 0), p.wage_rounding)
    lowered = half_up(base * MICRO * index, most(p.low_index, 1))
    first = where(index < p.low_index, lowered, base * MICRO)
    amount = rounded(
        (first + wage) * years * p.accrual_rate, 2 * MICRO * ONE * ONE, p.component_rounding
    )
    return BasicPension(
        months=months,
        reckoned_years=reckoned_years,
        years=years,
        base=base,
        second_base=second_base,
        index=index,
        wage=wage,
        first=first,
        amount=amount,
    )


def years_of(months: Number, p: PensionParams) -> Number:
    """A number of months in millionths of a year, as the province counts and rounds them.

    Eleven months: 0.9167 of a year; in Shanghai 0.083 for each month; in Anhui a tenth upwards:

    >>> from types import SimpleNamespace as Settings
    >>> from pensions.params import YearRounding as To
    >>> nation = Settings(month_weight=0, year_rounding=To.FOUR_DECIMALS)
    >>> shanghai = Settings(month_weight=83_000, year_rounding=To.FOUR_DECIMALS)
    >>> anhui = Settings(month_weight=0, year_rounding=To.ONE_DECIMAL_UP)
    >>> [years_of(11, place) for place in (nation, shanghai, anhui)]
    [916700, 913000, 1000000]
    """
    whole = floor_div(months, 12)
    weighted = whole * ONE + (months - whole * 12) * p.month_weight
    return rounded(where(p.month_weight > 0, weighted * 12, months * ONE), 12, p.year_rounding)
