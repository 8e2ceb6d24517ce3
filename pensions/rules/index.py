"""Average contribution index (平均缴费工资指数): a working life's wages over the average wages.

京劳社养发〔2007〕31号 and the rules of the provinces under 国发〔2005〕38号. A year's index is the
year's contribution wages over the average wage *of the year before*. Provinces differ in whether
deemed months and gaps count; there is no lower limit.
"""

from dataclasses import dataclass

from pensions.params import IndexParams
from socsec.kernel.arith import ONE, Number, ceil_to, floor_to, most, rounded, stated, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "国发〔2005〕38号第六条"


@dataclass(frozen=True, kw_only=True)
class YearIndexFacts(Facts):
    """What somebody contributed on in one calendar year."""

    contribution_wages: Number = fact(
        ("全年缴费工资合计", "Contribution wages of the year"),
        help=("这一年各月缴费基数相加", "The bases of all months of the year, added up"),
    )
    average_wage: Number = fact(
        ("上年月平均工资", "Average wage of the year before, a month"), least=1
    )


@dataclass(frozen=True)
class YearIndex(Sheet):
    """The index of one year. A year in which only some months are paid counts as a part of one."""

    title = ("年度缴费工资指数", "Index of a year")

    average_year: Number = line(
        ("上年全年平均工资", "Average wage of the year before, a year"), "average_wage × 12"
    )
    index: Number = line(
        ("本年缴费工资指数", "Index of the year"),
        "contribution_wages ÷ average_year",
        LAW,
        "index",
        kind="total",
        rounding="year_rounding",
    )


@rule(
    "pensions.year_index",
    ("年度缴费工资指数", "Index of a year"),
    facts=YearIndexFacts,
    params=IndexParams,
    law=LAW,
    help=(
        "一年的缴费工资和上年平均工资之比",
        "A year's contribution wages over the average wage of the year before",
    ),
)
def year_index(f: YearIndexFacts, p: IndexParams) -> YearIndex:
    """The index of one year.

    Twelve months at 6,000 yuan, where the average wage of the year before was 8,000 a month:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = IndexParams.at(Policy.files(), "110000", month(2026, 1))
    >>> year_index(YearIndexFacts(contribution_wages=72_000_00, average_wage=8_000_00), p).index
    750000
    """
    average_year = f.average_wage * 12
    return YearIndex(
        average_year, rounded(f.contribution_wages * ONE, average_year, p.year_rounding)
    )


@dataclass(frozen=True, kw_only=True)
class AverageIndexFacts(Facts):
    """A working life: the indices of its years, and its months of each kind."""

    index_sum: Number = fact(
        ("历年实际缴费工资指数之和", "Sum of the yearly indices"),
        "index",
        most=300 * ONE,
        help=(
            "每年的指数相加；只缴了几个月的年份按全年折算",
            "The indices of all years added up; a part year counts as a part",
        ),
    )
    months_paid: Number = fact(
        ("实际缴费月数", "Months paid"),
        "months",
        most=960,
        help=("计入指数之和的实际缴费月数", "Months of contributions that the sum is of"),
    )
    months_deemed: Number = fact(
        ("视同缴费月数", "Deemed months"),
        "months",
        most=960,
        default=0,
        help=("没有实际指数、按视同指数计算的月数", "Months without an index of their own"),
    )
    months_gap: Number = fact(
        ("断缴月数", "Gap months"),
        "months",
        most=960,
        default=0,
        help=("应缴未缴的月数", "Months in which contributions were due but not paid"),
    )
    deemed_index: Number = fact(
        ("视同缴费指数", "Index of the deemed months"),
        "index",
        optional=True,
        help=(
            "核定表上另有视同指数的才填",
            "Only where the form states an index of its own for the deemed months",
        ),
    )


@dataclass(frozen=True)
class AverageIndex(Sheet):
    """The average of the indices over the months that the province counts."""

    title = ("平均缴费工资指数", "Average contribution index")

    index_of_deemed: Number = line(
        ("视同缴费指数", "Index of the deemed months"),
        "stated(deemed_index, announced_deemed_index)",
        LAW,
        "index",
    )
    deemed: Number = line(
        ("计入的视同缴费月数", "Deemed months counted"),
        "if(deemed_counts, floor(months_deemed ÷ month_step) × month_step, 0)",
        LAW,
        "months",
    )
    gap: Number = line(
        ("计入的断缴月数", "Gap months counted"), "if(gap_counts, months_gap, 0)", LAW, "months"
    )
    months: Number = line(
        ("计算指数的月数", "Months that divide the sum"),
        "max(1, ceil((months_paid + if(deemed_counts, months_deemed, 0) + gap) ÷ month_step) "
        "× month_step)",
        LAW,
        "months",
    )
    index: Number = line(
        ("平均缴费工资指数", "Average contribution index"),
        "(deemed × index_of_deemed + gap × gap_index + index_sum × 12) ÷ months",
        LAW,
        "index",
        kind="total",
        rounding="rounding",
    )


@rule(
    "pensions.average_index",
    ("平均缴费工资指数", "Average contribution index"),
    facts=AverageIndexFacts,
    params=IndexParams,
    law=LAW,
    help=(
        "历年缴费工资指数的平均数，按各省规定计入视同和断缴月份",
        "The average of the yearly indices, by the province's rule for deemed and gap months",
    ),
)
def average_index(f: AverageIndexFacts, p: IndexParams) -> AverageIndex:
    """The average index.

    Yinchuan, January 2026: 7 years and 5 months before the account count as 7 at an index of 1,
    and 37.5 years in all as 38, so (7 × 1 + 22.1315) ÷ 38 = 0.7666:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = IndexParams.at(Policy.files(), "640100", month(2026, 1))
    >>> life = AverageIndexFacts(index_sum=22_131_500, months_paid=361, months_deemed=89)
    >>> average_index(life, p).index
    766600
    """
    index_of_deemed = stated(f.deemed_index, p.announced_deemed_index)
    deemed = where(p.deemed_counts, floor_to(f.months_deemed, p.month_step), 0)
    gap = where(p.gap_counts, f.months_gap, 0)
    whole_deemed = where(p.deemed_counts, f.months_deemed, 0)
    months = most(1, ceil_to(f.months_paid + whole_deemed + gap, p.month_step))
    indices = deemed * index_of_deemed + gap * p.gap_index + f.index_sum * 12
    return AverageIndex(
        index_of_deemed=index_of_deemed,
        deemed=deemed,
        gap=gap,
        months=months,
        index=rounded(indices, months, p.rounding),
    )
