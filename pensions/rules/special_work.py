"""Early retirement for arduous work (特殊工种): how long the work must have been done.

国发〔1978〕104号, article 1(2): who worked underground, at heights, in heat, at especially heavy labour
or at other work that harms the health may retire at 55 (men) or 45 (women). 劳人护〔1985〕6号 says how
many years at the post it takes; cold stores and high mountains count like work underground. The
decision of 13 September 2024 keeps this, article 8. Years at posts of different groups are not
added up: of one group they must be enough.
"""

from dataclasses import dataclass

from pensions.params import SpecialWorkParams
from socsec.kernel.arith import Condition, Number, any_of
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "国发〔1978〕104号第一条第（二）项"
YEARS = "劳人护〔1985〕6号"
MOST_MONTHS = 960


@dataclass(frozen=True, kw_only=True)
class SpecialWorkFacts(Facts):
    """Recognised months at posts of each group, in which the person really worked there."""

    months_heavy: Number = fact(
        ("高空、特别繁重体力劳动月数", "Months at heights or at especially heavy labour"),
        "months",
        most=MOST_MONTHS,
        default=0,
    )
    months_underground: Number = fact(
        ("井下、高温月数", "Months underground or in heat"),
        "months",
        most=MOST_MONTHS,
        default=0,
        help=(
            "低温和高山高原工作参照井下、高温",
            "Work in cold stores and on high mountains counts here too",
        ),
    )
    months_harmful: Number = fact(
        ("其他有害身体健康工作月数", "Months at other work that harms the health"),
        "months",
        most=MOST_MONTHS,
        default=0,
    )


@dataclass(frozen=True)
class SpecialWork(Sheet):
    """Whether the years at arduous work are enough to retire early."""

    title = ("特殊工种提前退休", "Early retirement for arduous work")

    heavy: Condition = line(
        ("高空、特别繁重体力劳动年限够", "Enough months at heights or heavy labour"),
        "months_heavy ≥ heavy_required",
        YEARS,
        "bool",
        kind="normal",
    )
    underground: Condition = line(
        ("井下、高温年限够", "Enough months underground or in heat"),
        "months_underground ≥ underground_required",
        YEARS,
        "bool",
        kind="normal",
    )
    harmful: Condition = line(
        ("其他有害工作年限够", "Enough months at other harmful work"),
        "months_harmful ≥ harmful_required",
        YEARS,
        "bool",
        kind="normal",
    )
    enough: Condition = line(
        ("可以按特殊工种提前退休", "May retire early for arduous work"),
        "heavy or underground or harmful",
        f"{LAW}；{YEARS}",
        "bool",
    )


@rule(
    "pensions.special_work",
    ("特殊工种提前退休", "Early retirement for arduous work"),
    facts=SpecialWorkFacts,
    params=SpecialWorkParams,
    law=f"{LAW}；{YEARS}",
    help=(
        "在特殊工种岗位上工作够不够年限",
        "Whether the years at arduous work are enough",
    ),
)
def special_work(f: SpecialWorkFacts, p: SpecialWorkParams) -> SpecialWork:
    """Nine years underground are enough, a month less is not, however much heavy labour is beside it.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = SpecialWorkParams.at(Policy.files(), "140000", month(2026, 1))
    >>> special_work(SpecialWorkFacts(months_underground=108), p).enough
    True
    >>> special_work(SpecialWorkFacts(months_underground=107, months_heavy=119), p).enough
    False
    """
    heavy = f.months_heavy >= p.heavy_required
    underground = f.months_underground >= p.underground_required
    harmful = f.months_harmful >= p.harmful_required
    return SpecialWork(heavy, underground, harmful, any_of(heavy, underground, harmful))
