"""The contribution base (缴费基数): a person's wage, but between a floor and a ceiling.

Floor and ceiling are taken as the province published them, never computed; `base_limits` shows how
they come from the average wage, so that a published value can be understood and checked.

Floor and ceiling are the person's, not the employer's. With several employers at once the wages
are added up in the order in which the employments began: the first employer owes on its wage (at
least on the floor), each further one on what its wage adds, until the ceiling is reached.
"""

from dataclasses import dataclass

from enrollment.params import MOST_WAGE, BaseLimits, LimitRule
from socsec.kernel.arith import ONE, between, rounded, share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "国发〔2005〕38号；国办发〔2019〕13号"


@dataclass(frozen=True, kw_only=True)
class Wage(Facts):
    """What was declared for one person and one month."""

    wage: Number = fact(
        ("月工资", "Monthly wage"),
        help=(
            "单位申报的本月工资；灵活就业人员填自己选的基数。",
            "As declared by the employer; an own-account worker gives the base chosen.",
        ),
        least=1,
        most=MOST_WAGE,
    )
    wage_before: Number = fact(
        ("先计入的其他单位工资", "Wage with other employers, counted first"),
        help=(
            "同时在几个单位工作时，先入职的单位先计。没有就不填。",
            "With several employers at once, the earlier ones count first. Leave out if there is none.",
        ),
        least=0,
        most=MOST_WAGE,
        default=0,
    )


@dataclass(frozen=True)
class Base(Sheet):
    title = ("缴费基数", "Contribution base")
    wage_so_far: Number = line(("计入的工资合计", "Wages counted so far"), "wage_before + wage")
    base_so_far: Number = line(
        ("计入工资对应的基数", "Base for the wages counted so far"),
        "min(max(base_floor, wage_so_far), base_ceiling)",
        LAW,
    )
    base_before: Number = line(
        ("其他单位已计的基数", "Base already counted with other employers"),
        "if(wage_before > 0, min(max(base_floor, wage_before), base_ceiling), 0)",
        LAW,
    )
    base: Number = line(("缴费基数", "Contribution base"), "base_so_far − base_before", LAW)


@rule(
    "enrollment.contribution_base",
    ("职工基本养老保险缴费基数", "Contribution base of the employees' old-age insurance"),
    facts=Wage,
    params=BaseLimits,
    law=LAW,
)
def contribution_base(f: Wage, p: BaseLimits) -> Base:
    """The base of one month with one employer, in fen.

    With a floor of 4,000 and a ceiling of 20,000 yuan, a wage of 3,000 counts as 4,000:

    >>> limits = BaseLimits(base_floor=400_000, base_ceiling=2_000_000)
    >>> contribution_base(Wage(wage=300_000), limits).base
    400000

    A second employer's 3,000 on top of it makes 6,000 in all, of which it owes on 2,000:

    >>> contribution_base(Wage(wage=300_000, wage_before=300_000), limits).base
    200000
    """
    wage_so_far = f.wage_before + f.wage
    base_so_far = between(p.base_floor, wage_so_far, p.base_ceiling)
    base_before = where(f.wage_before > 0, between(p.base_floor, f.wage_before, p.base_ceiling), 0)
    return Base(wage_so_far, base_so_far, base_before, base_so_far - base_before)


def deemed_wage(base: Number, deemed_share: Number) -> Number:
    """The wage that is taken where an employer declares nothing: 110 % of last month's base.

    社会保险法第六十二条. Fen; floor and ceiling apply to it as to any other wage.

    >>> deemed_wage(716_200, 1_100_000)
    787820
    """
    return share(base, deemed_share)


@dataclass(frozen=True, kw_only=True)
class Average(Facts):
    """The published average that a base year's limits are taken from."""

    average_wage: Number = fact(
        ("全口径月平均工资", "Average monthly wage of urban units"), least=1, most=MOST_WAGE
    )


@dataclass(frozen=True)
class Limits(Sheet):
    title = ("缴费基数上下限", "Floor and ceiling of the base")
    floor: Number = line(
        ("下限", "Floor"), "average_wage × floor_rate", LAW, rounding="limit_rounding"
    )
    ceiling: Number = line(
        ("上限", "Ceiling"), "average_wage × ceiling_rate", LAW, rounding="limit_rounding"
    )


@rule(
    "enrollment.base_limits",
    ("缴费基数上下限", "Floor and ceiling of the contribution base"),
    facts=Average,
    params=LimitRule,
    law=LAW,
    help=(
        "说明公布的上下限怎样由平均工资得出。核定缴费时用公布值，不用这里的结果。",
        "Shows how published limits come from the average wage. Assessment uses the published values.",
    ),
)
def base_limits(f: Average, p: LimitRule) -> Limits:
    """Floor and ceiling as a province derives them, in fen.

    Liaoning rounds 60 % of 7,264 up to the yuan:

    >>> from socsec.kernel.arith import YUAN_UP
    >>> rule = LimitRule(floor_rate=600_000, ceiling_rate=3_000_000, limit_rounding=YUAN_UP)
    >>> base_limits(Average(average_wage=726_400), rule)
    Limits(floor=435900, ceiling=2179200)
    """
    return Limits(
        rounded(f.average_wage * p.floor_rate, ONE, p.limit_rounding),
        rounded(f.average_wage * p.ceiling_rate, ONE, p.limit_rounding),
    )
