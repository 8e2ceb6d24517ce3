"""Medical insurance in retirement: no more contributions after enough years, or buying the gap."""

from dataclasses import dataclass

from medical.params import RetirementYears
from socsec.kernel.arith import most, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会保险法第二十七条"


@dataclass(frozen=True, kw_only=True)
class YearsPaid(Facts):
    """How long somebody paid for employees' medical insurance by the pensionable age."""

    man: Number = fact(("男性", "A man"), "bool")
    months_paid: Number = fact(
        ("职工医保累计缴费月数", "Months paid in employees' medical insurance"),
        "months",
        most=960,
        help=(
            "含视同缴费；居民医保的年限不算",
            "Deemed months included; years as a resident do not count",
        ),
    )


@dataclass(frozen=True)
class RetirementGap(Sheet):
    title = ("退休医保缴费年限", "Years for medical insurance in retirement")
    required: Number = line(
        ("规定缴费月数", "Months required"), "if(man, months_man, months_woman)", LAW, "months"
    )
    free: Number = line(
        ("退休后不再缴费", "Free of contributions in retirement"),
        "months_paid ≥ required",
        LAW,
        "bool",
    )
    gap: Number = line(
        ("还差月数", "Months missing"),
        "max(required − months_paid, 0)",
        LAW,
        "months",
        help=("可以补缴到规定年限", "The gap may be bought"),
        kind="total",
    )


@rule(
    "medical.retirement_gap",
    ("退休医保缴费年限", "Years for medical insurance in retirement"),
    facts=YearsPaid,
    params=RetirementYears,
    law=LAW,
)
def retirement_gap(f: YearsPaid, p: RetirementYears) -> RetirementGap:
    """How many months are missing at the pensionable age.

    >>> retirement_gap(YearsPaid(man=True, months_paid=100),
    ...                RetirementYears(months_man=360, months_woman=300)).gap
    260
    """
    required = where(f.man, p.months_man, p.months_woman)
    return RetirementGap(required, f.months_paid >= required, most(required - f.months_paid, 0))
