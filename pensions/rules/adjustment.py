"""Yearly adjustment (基本养老金调整): a flat part, parts linked to years and pension, and a tilt.

Each province announces a scheme of its own each year; its numbers are policy, its shape is here.
Each year of contributions is priced at the rate of the band that it falls in. Where amounts
depend on the level of the pension, whoever stands just above a limit must not end below whoever
stood just under it.
"""

from dataclasses import dataclass

from pensions.params import AdjustmentParams
from socsec.kernel.arith import ONE as RATE
from socsec.kernel.arith import (
    Number,
    Steps,
    all_of,
    ceil_to,
    floor_div,
    half_up,
    most,
    rounded,
    total,
    where,
)
from socsec.kernel.errors import KernelError
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line
from socsec.kernel.units import Choice

LAW = "社会保险法第十八条"
NOTICE = "当年调整基本养老金的通知"
MOST_PENSION = 100_000_000  # fen: a million yuan a month is a slip of the pen


class Standing(Choice):
    """On what footing somebody stopped working."""

    RETIRED = 0, "退休", "Retired"
    RESIGNED = 1, "退职", "Resigned for incapacity"
    RELIEF = 2, "退养", "Relieved"


@dataclass(frozen=True, kw_only=True)
class AdjustmentFacts(Facts):
    """A pension in payment when the year began."""

    month: Number = fact(
        ("调整起始月", "First month of the increase"), "month", least=1994 * 12, most=2100 * 12
    )
    pension: Number = fact(
        ("调整前月养老金", "Monthly pension before"),
        least=1,
        most=MOST_PENSION,
        help=("上年 12 月的月养老金", "That of December of the year before"),
    )
    months: Number = fact(("缴费月数", "Months of contributions"), "months", least=0, most=960)
    age: Number = fact(
        ("上年末年龄", "Age at the end of the year before"), "age", least=0, most=1560
    )
    woman: Number = fact(("女性", "Woman"), "bool", default=False)
    area: Number = fact(
        ("艰苦边远地区类别", "Class of remote area"),
        "count",
        least=0,
        most=6,
        default=0,
        help=("不在艰苦边远地区填 0", "0 outside remote areas"),
    )
    standing: Number = fact(("离岗类别", "Standing"), choices=Standing, default=Standing.RETIRED)
    land_taken: Number = fact(
        ("被征地农转非人员", "Farmer whose land was taken"), "bool", default=False
    )


@dataclass(frozen=True)
class Linked(Sheet):
    """The part linked to years: each year at the rate of its band."""

    title = ("与缴费年限挂钩", "Linked to years")

    counted: Number = line(
        ("计入的月数", "Months counted"), "ceil(months ÷ part_year) × part_year", NOTICE, "months"
    )
    years: Number = line(("整年数", "Whole years"), "floor(counted ÷ 12)", unit="count")
    band_start: Number = line(
        ("所在档以前的年数", "Years in the bands below"),
        unit="count",
        uses=("years_rates",),
        quiet=NOUGHT,
    )
    before: Number = line(
        ("以前各档合计", "Amount of the bands below"), uses=("years_rates",), quiet=NOUGHT
    )
    rate: Number = line(("所在档每年", "Each year in this band"), "years_rates(years)", NOTICE)
    reckoned: Number = line(
        ("按年限计算", "By the years"),
        "years_base + before + (counted − band_start × 12) × rate ÷ 12",
        NOTICE,
    )
    floor: Number = line(
        ("最低", "At least"),
        "if(land_taken and months < land_months, land_least, years_least)",
        NOTICE,
        quiet=NOUGHT,
    )
    amount: Number = line(
        ("与缴费年限挂钩调整", "Linked to years"), "max(reckoned, floor)", NOTICE, kind="total"
    )


@dataclass(frozen=True)
class ByLevel(Sheet):
    """The parts linked to the pension itself."""

    title = ("与养老金水平挂钩", "Linked to the pension")

    share: Number = line(
        ("按本人养老金比例", "Share of the own pension"),
        "pension × pension_rate",
        NOTICE,
        rounding="pension_rounding",
    )
    absolute: Number = line(
        ("按养老金水平绝对额", "Amount by level"), "absolutes(pension)", NOTICE, quiet=NOUGHT
    )
    floor: Number = line(
        ("水平分档后不低于", "Not below, after that"),
        "absolute_floors(pension)",
        NOTICE,
        quiet=NOUGHT,
    )
    topup: Number = line(
        ("补足差额", "Made up"),
        "max(floor − pension − absolute, 0)",
        NOTICE,
        quiet=NOUGHT,
        help=(
            "养老金略高于分档线的，调整后不低于线下的人",
            "Just above a limit nobody ends below those just under it",
        ),
    )
    amount: Number = line(
        ("与养老金水平挂钩调整", "Linked to the pension"),
        "share + absolute + topup",
        NOTICE,
        kind="total",
    )


@dataclass(frozen=True)
class Tilt(Sheet):
    """The preferential part: age, long service, remote areas."""

    title = ("倾斜调整", "Preferential part")

    age_years: Number = line(("周岁", "Completed years of age"), "floor(age ÷ 12)", unit="count")
    by_age: Number = line(
        ("高龄", "By age"),
        "if(woman, tilts_women(age_years), tilts_men(age_years))",
        NOTICE,
        quiet=NOUGHT,
    )
    each_year: Number = line(
        ("高龄逐年增加", "For each year beyond"),
        "max(age_years − tilt_each_from, 0) × tilt_each_year",
        NOTICE,
        quiet=NOUGHT,
    )
    long_service: Number = line(
        ("高龄且缴费年限长", "Age with long service"),
        "if(age ≥ long_age and months ≥ long_months, long_amount, 0)",
        NOTICE,
        quiet=NOUGHT,
    )
    by_area: Number = line(("艰苦边远地区", "Remote area"), "areas(area)", NOTICE, quiet=NOUGHT)
    amount: Number = line(
        ("倾斜调整", "Preferential part"),
        "by_age + each_year + long_service + by_area",
        NOTICE,
        kind="total",
    )


@dataclass(frozen=True)
class Adjustment(Sheet):
    """What one pension gains, and how."""

    title = ("基本养老金年度调整", "Yearly adjustment")

    announced: Number = line(
        ("当年调整办法已公布", "The scheme of the year is announced"),
        "scheme_month = month",
        LAW,
        "bool",
    )
    flat_part: Number = line(("定额调整", "Flat part"), "flat", NOTICE)
    linked: Linked  # type: ignore[misc]  # a line has no default, which mypy cannot see
    level: ByLevel  # type: ignore[misc]
    tilt: Tilt  # type: ignore[misc]
    reckoned: Number = line(
        ("各部分合计", "All parts"),
        "flat_part + linked.amount + level.amount + tilt.amount",
        NOTICE,
        rounding="increase_rounding",
    )
    least: Number = line(
        ("调整后最低", "At least, after"), "least_after(standing)", NOTICE, quiet=NOUGHT
    )
    increase: Number = line(
        ("每月增加", "More a month"),
        "if(announced, max(reckoned, least − pension), 0)",
        NOTICE,
        kind="total",
    )
    after: Number = line(
        ("调整后月养老金", "Pension a month, after"), "pension + increase", LAW, kind="total"
    )


@rule(
    "pensions.adjustment",
    ("基本养老金年度调整", "Yearly adjustment of a pension"),
    facts=AdjustmentFacts,
    params=AdjustmentParams,
    law=LAW,
    on="month",
    help=(
        "定额、挂钩、倾斜三部分，按领取地当年公布的办法计算，从 1 月起增加",
        "Flat, linked and preferential part by the scheme of the place and year, from January on",
    ),
)
def adjustment(f: AdjustmentFacts, p: AdjustmentParams) -> Adjustment:
    """The increase of one pension.

    Shanghai 2025, 25 years, 5,500.00 a month: 50.00 + 25 × 0.50 + 0.53 % of it:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = AdjustmentParams.at(Policy.files(), "310000", month(2025, 1))
    >>> sheet = adjustment(AdjustmentFacts(month=month(2025, 1), pension=5_500_00, months=300,
    ...                                    age=62 * 12), p)
    >>> sheet.flat_part, sheet.linked.amount, sheet.level.amount, sheet.increase
    (5000, 1250, 2915, 9165)
    """
    linked, level, tilt = _linked(f, p), _by_level(f, p), _tilt(f, p)
    reckoned = rounded(
        total(p.flat, linked.amount, level.amount, tilt.amount), 1, p.increase_rounding
    )
    announced = p.scheme_month == f.month
    least = p.least_after.at(f.standing)
    increase = where(announced, most(reckoned, least - f.pension), 0)
    return Adjustment(
        announced=announced,
        flat_part=p.flat,
        linked=linked,
        level=level,
        tilt=tilt,
        reckoned=reckoned,
        least=least,
        increase=increase,
        after=f.pension + increase,
    )


def _linked(f: AdjustmentFacts, p: AdjustmentParams) -> Linked:
    counted = ceil_to(f.months, p.part_year)
    years = floor_div(counted, 12)
    band_start = p.years_rates.starts().at(years)
    before = p.years_rates.sums().at(years)
    rate = p.years_rates.at(years)
    here = half_up((counted - band_start * 12) * rate, 12)
    reckoned = p.years_base + before + here
    land = all_of(f.land_taken, f.months < p.land_months)
    floor = where(land, p.land_least, p.years_least)
    return Linked(
        counted=counted,
        years=years,
        band_start=band_start,
        before=before,
        rate=rate,
        reckoned=reckoned,
        floor=floor,
        amount=most(reckoned, floor),
    )


def _by_level(f: AdjustmentFacts, p: AdjustmentParams) -> ByLevel:
    share = rounded(f.pension * p.pension_rate, RATE, p.pension_rounding)
    absolute = p.absolutes.at(f.pension)
    floor = p.absolute_floors.at(f.pension)
    topup = most(floor - f.pension - absolute, 0)
    return ByLevel(share, absolute, floor, topup, total(share, absolute, topup))


def _tilt(f: AdjustmentFacts, p: AdjustmentParams) -> Tilt:
    age_years = floor_div(f.age, 12)
    by_age = where(f.woman, p.tilts_women.at(age_years), p.tilts_men.at(age_years))
    each_year = most(age_years - p.tilt_each_from, 0) * p.tilt_each_year
    long = all_of(f.age >= p.long_age, f.months >= p.long_months)
    long_service = where(long, p.long_amount, 0)
    by_area = p.areas.at(f.area)
    return Tilt(
        age_years, by_age, each_year, long_service, by_area,
        total(by_age, each_year, long_service, by_area),
    )  # fmt: skip


class SchemeError(KernelError):
    """A scheme that cannot be applied. `code` is gap, negative, ranking or part_year."""


def check_scheme(p: AdjustmentParams) -> None:
    """Refuse a scheme with a gap in its bands or a negative amount, before anybody previews it.

    Bands cannot overlap: each begins where the one before it ends. What can go wrong is a table
    that does not begin at nought, an amount below nought, and levels that turn the ranking round.
    """
    tables = {
        "years_rates": p.years_rates,
        "absolutes": p.absolutes,
        "absolute_floors": p.absolute_floors,
        "tilts_men": p.tilts_men,
        "tilts_women": p.tilts_women,
        "areas": p.areas,
        "least_after": p.least_after,
    }
    for name, table in tables.items():
        if table.keys[0] != 0:
            raise SchemeError(
                "gap",
                f"{name} begins at {table.keys[0]}: whoever is below it gets no answer",
                f"{name} 从 {table.keys[0]} 开始，以下的人没有对应的档",
            )
    plain = ("flat", "years_base", "years_least", "land_least", "pension_rate", "tilt_each_year")
    amounts = [(name, (getattr(p, name),)) for name in (*plain, "long_amount")]
    for name, values in [*amounts, *((name, table.values) for name, table in tables.items())]:
        if min(values) < 0:
            raise SchemeError(
                "negative",
                f"{name} is below nought: an adjustment takes nothing away",
                f"{name} 小于零：调整不会减少养老金",
            )
    if p.part_year not in (1, 12):
        raise SchemeError(
            "part_year",
            "a part of a year counts by the month or as a whole year",
            "不满一年的，按月计算，或者按一年计算",
        )
    _check_ranking(p.absolutes, p.absolute_floors)


def _check_ranking(absolutes: Steps, floors: Steps) -> None:
    """Whoever stands at a limit ends no lower than whoever stood a fen below it."""
    for limit in (*absolutes.keys[1:], *floors.keys[1:]):
        below, here = limit - 1, limit
        ends = [most(x + absolutes.at(x), floors.at(x)) for x in (below, here)]
        if ends[1] < ends[0]:
            raise SchemeError(
                "ranking",
                f"at a pension of {limit} fen somebody would end below one who had less",
                f"养老金为 {limit} 分的人，调整后会低于原来比他少的人",
            )
