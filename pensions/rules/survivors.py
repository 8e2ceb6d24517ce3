"""What is paid when an insured employee or a pensioner dies. 人社部发〔2021〕18号, since 2021-09-01.

A funeral grant and a grant for the survivors, both in months of the disposable income of the
province's urban residents in the year before. The account is inherited besides (社会保险法第十四条).
"""

from dataclasses import dataclass

from pensions.params import SurvivorParams
from socsec.kernel.arith import (
    Condition,
    Number,
    ceil_to,
    floor_div,
    half_up,
    least,
    most,
    stated,
    where,
)
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "人社部发〔2021〕18号"


@dataclass(frozen=True, kw_only=True)
class SurvivorFacts(Facts):
    """Who died: a working life, and the pension drawn of it."""

    months_paid: Number = fact(
        ("缴费月数", "Months of contributions"),
        "months",
        most=960,
        help=("含视同缴费月数", "Deemed months included"),
    )
    retired: Condition = fact(("已领取养老金", "Drew a pension"), "bool", default=False)
    months_drawn: Number = fact(
        ("已领取养老金的月数", "Months of pension drawn"), "months", most=960, default=0
    )
    disposable_income: Number = fact(
        ("上年城镇居民人均可支配收入", "Disposable income a head, the year before"),
        least=1,
        most=10**8,
        optional=True,
        help=("一年的数额；没有公布值的才填", "Of a year; only where none is announced"),
    )


@dataclass(frozen=True)
class SurvivorGrants(Sheet):
    """Funeral grant and survivors' grant."""

    title = ("丧葬补助金和抚恤金", "Funeral grant and survivors' grant")

    income: Number = line(
        ("上年城镇居民人均可支配收入", "Disposable income a head, the year before"),
        "stated(disposable_income, announced_income)",
        LAW,
    )
    counted: Number = line(
        ("计入的缴费月数", "Months counted"),
        "if(months_paid > beyond, ceil(months_paid ÷ part_year) × part_year, months_paid)",
        LAW,
        "months",
        help=(
            "超过 15 年的部分，不满一年怎样计算，文件没有写明",
            "How a part of a year beyond fifteen counts is not stated in the document",
        ),
    )
    by_bracket: Number = line(
        ("按缴费年限的月数", "Months by the years paid"), "grant_months(months_paid)", LAW, "count"
    )
    for_beyond: Number = line(
        ("超过 15 年每年增加", "One for each year beyond fifteen"),
        "floor(max(counted − beyond, 0) ÷ 12)",
        LAW,
        "count",
        quiet=NOUGHT,
    )
    earned: Number = line(
        ("在职死亡的月数", "Months if not retired"),
        "min(by_bracket + for_beyond, most_months)",
        LAW,
        "count",
    )
    years_drawn: Number = line(
        ("已领取养老金的整年数", "Whole years of pension drawn"),
        "floor(months_drawn ÷ 12)",
        LAW,
        "count",
        quiet=NOUGHT,
    )
    months: Number = line(
        ("抚恤金发放月数", "Months of the survivors' grant"),
        "if(retired, max(earned − years_drawn, least_retired), earned)",
        LAW,
        "count",
    )
    funeral: Number = line(
        ("丧葬补助金", "Funeral grant"), "income × funeral_months ÷ 12", LAW, kind="total"
    )
    grant: Number = line(("抚恤金", "Survivors' grant"), "income × months ÷ 12", LAW, kind="total")
    amount: Number = line(("合计", "Together"), "funeral + grant", LAW, kind="total")


@rule(
    "pensions.survivors",
    ("丧葬补助金和抚恤金", "Funeral grant and survivors' grant"),
    facts=SurvivorFacts,
    params=SurvivorParams,
    law=f"社会保险法第十七条；{LAW}",
    help=(
        "参加职工基本养老保险的人去世后，遗属可以领的丧葬补助金和抚恤金",
        "What the family of a dead insured employee or pensioner receives",
    ),
)
def survivor_grants(f: SurvivorFacts, p: SurvivorParams) -> SurvivorGrants:
    """The two grants after a death.

    Shandong 2022, a pensioner of long standing: 47,066.00 ÷ 12 × (2 + 9):

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = SurvivorParams.at(Policy.files(), "370000", month(2022, 6))
    >>> sheet = survivor_grants(SurvivorFacts(months_paid=420, retired=True, months_drawn=240), p)
    >>> sheet.months, sheet.funeral, sheet.grant, sheet.amount
    (9, 784433, 3529950, 4314383)
    """
    income = stated(f.disposable_income, p.announced_income)
    counted = where(f.months_paid > p.beyond, ceil_to(f.months_paid, p.part_year), f.months_paid)
    by_bracket = p.grant_months.at(f.months_paid)
    for_beyond = floor_div(most(counted - p.beyond, 0), 12)
    earned = least(by_bracket + for_beyond, p.most_months)
    years_drawn = floor_div(f.months_drawn, 12)
    months = where(f.retired, most(earned - years_drawn, p.least_retired), earned)
    funeral = half_up(income * p.funeral_months, 12)
    grant = half_up(income * months, 12)
    return SurvivorGrants(
        income=income,
        counted=counted,
        by_bracket=by_bracket,
        for_beyond=for_beyond,
        earned=earned,
        years_drawn=years_drawn,
        months=months,
        funeral=funeral,
        grant=grant,
        amount=funeral + grant,
    )
