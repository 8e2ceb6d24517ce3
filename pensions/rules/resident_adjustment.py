"""A resident's pension in payment, stated anew: a higher basic pension, or an age that was reached.

The state sets the least basic pension and raises it from time to time, each place what it adds
(国发〔2014〕8号第五条, 人社部发〔2018〕21号). A pension follows to what a claim of that month would bring;
the account pension stays as it is, and nothing is ever taken away.
"""

from dataclasses import dataclass

from pensions.params import ResidentParams
from socsec.kernel.arith import Number, floor_div, most, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "国发〔2014〕8号第五条"
TILT = "人社部发〔2018〕21号；当地规定"
_MOST = 10**7


@dataclass(frozen=True, kw_only=True)
class ResidentAdjustmentFacts(Facts):
    """A resident's pension in a month, and what it rests on."""

    age: Number = fact(("当月年龄", "Age in that month"), "age", most=150 * 12)
    months_paid: Number = fact(("累计缴费月数", "Months paid"), "months", most=960)
    basic_before: Number = fact(("原基础养老金", "Basic pension before"), most=_MOST)
    addition_before: Number = fact(("原加发", "Additions before"), most=_MOST, default=0)


@dataclass(frozen=True)
class ResidentAdjustment(Sheet):
    """What the pension gains a month."""

    title = ("城乡居民养老金调整", "Adjustment of a resident's pension")

    basic: Number = line(("基础养老金标准", "Basic pension"), "announced_basic", LAW)
    basic_more: Number = line(
        ("基础养老金增加", "More basic pension"), "max(basic − basic_before, 0)", LAW
    )
    years_beyond: Number = line(
        ("超过最低年限的整年数", "Whole years beyond the qualifying period"),
        "floor(max(months_paid − qualifying_months, 0) ÷ 12)",
        LAW,
        "count",
    )
    long_service: Number = line(
        ("缴费年限养老金", "Addition for long contribution"),
        "if(months_paid ≥ qualifying_months, long_base + years_beyond × long_year, 0)",
        TILT,
        quiet=NOUGHT,
    )
    for_age: Number = line(
        ("高龄加发", "Addition for age"), "elderly(floor(age ÷ 12))", TILT, quiet=NOUGHT
    )
    addition_more: Number = line(
        ("加发增加", "More additions"),
        "max(long_service + for_age − addition_before, 0)",
        TILT,
        quiet=NOUGHT,
    )
    increase: Number = line(
        ("每月增加", "More a month"), "basic_more + addition_more", LAW, kind="total"
    )


@rule(
    "pensions.residents.adjustment",
    ("城乡居民养老金调整", "Adjustment of a resident's pension"),
    facts=ResidentAdjustmentFacts,
    params=ResidentParams,
    law=f"{LAW}；人社部发〔2018〕21号",
    help=(
        "基础养老金标准提高，或者到了当地加发的年龄，按新标准补差，只增不减",
        "After a higher basic pension, or at an age for which the place adds: the difference, never less",
    ),
)
def resident_adjustment(f: ResidentAdjustmentFacts, p: ResidentParams) -> ResidentAdjustment:
    """What one pension gains.

    Ningbo, January 2026, a woman who has just turned 65 with 18 years: the basic pension goes from
    143.00 to 163.00; 30 + 3 × 5 yuan for her years are paid already, 10 yuan for her age are new.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ResidentParams.at(Policy.files(), "330200", month(2026, 1))
    >>> she = ResidentAdjustmentFacts(age=65 * 12, months_paid=216, basic_before=143_00,
    ...                               addition_before=45_00)
    >>> sheet = resident_adjustment(she, p)
    >>> sheet.basic_more, sheet.addition_more, sheet.increase
    (2000, 1000, 3000)
    """
    basic_more = most(p.announced_basic - f.basic_before, 0)
    years_beyond = floor_div(most(f.months_paid - p.qualifying_months, 0), 12)
    vested = f.months_paid >= p.qualifying_months
    long_service = where(vested, p.long_base + years_beyond * p.long_year, 0)
    for_age = p.elderly.at(floor_div(f.age, 12), below=0)
    addition_more = most(long_service + for_age - f.addition_before, 0)
    return ResidentAdjustment(
        basic=p.announced_basic,
        basic_more=basic_more,
        years_beyond=years_beyond,
        long_service=long_service,
        for_age=for_age,
        addition_more=addition_more,
        increase=basic_more + addition_more,
    )
