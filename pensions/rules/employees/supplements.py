"""Supplements (加发): what provinces add to the three parts. See `policy/supplements.yaml`."""

from dataclasses import dataclass

from pensions.params import OneChildOf, PensionParams
from pensions.rules.employees.basic import MICRO, BasicPension
from pensions.rules.employees.facts import AmountFacts
from socsec.kernel.arith import (
    FEN,
    ONE,
    Number,
    all_of,
    between,
    floor_div,
    least,
    most,
    rounded,
    share,
    stated,
    total,
    where,
)
from socsec.kernel.sheet import NOUGHT, Sheet, line


@dataclass(frozen=True)
class Supplements(Sheet):
    """Each addition, nought where the province or the person has none."""

    title = ("加发", "Supplements")

    extra: Number = line(
        ("增发养老金", "Extra pension"),
        "basic.wage × extra_rate × basic.years",
        "川劳社发〔2006〕17号",
        quiet=NOUGHT,
    )
    long_years: Number = line(
        ("超过起算年限的年数", "Years beyond the first"),
        "if(long_service_from > 0 and months_paid > long_service_from × 12, "
        "max(0, basic.years − long_service_from), 0)",
        unit="years",
        help=("吉林：实际缴费满二十年以上的", "Jilin: with more than twenty years paid"),
        quiet=NOUGHT,
    )
    long_service: Number = line(
        ("长缴增发", "Long service"),
        "if(long_years > 0, (basic.first + basic.wage) ÷ 2 × (min(long_years, long_service_band) × "
        "long_service_rate_1 + max(0, min(long_years − long_service_band, long_service_band)) × "
        "long_service_rate_2 + max(0, long_years − long_service_band × 2) × long_service_rate_3), 0)",
        quiet=NOUGHT,
    )
    plateau_rate_reached: Number = line(
        ("高原补贴比例", "Plateau rate"),
        "if(months_on_plateau > 0, "
        "min(plateau_most, max(0, floor(months_on_plateau ÷ plateau_step) − 1) × plateau_rate), 0)",
        "藏政发〔2006〕37号",
        "rate",
        quiet=NOUGHT,
    )
    plateau: Number = line(
        ("高原补贴", "Plateau allowance"),
        "basic.wage × plateau_rate_reached",
        "藏政发〔2006〕37号",
        quiet=NOUGHT,
    )
    area: Number = line(
        ("地区固定补贴", "Area allowance"),
        "if(class_2_area, area_amount, 0)",
        "藏政发〔2006〕37号",
        quiet=NOUGHT,
    )
    own_pension: Number = line(
        ("本人基本养老金", "Own pension"),
        "if(one_child, "
        "basic.amount + account.amount + transitional.amount + transitional.adjustment, 0)",
        quiet=NOUGHT,
    )
    only_child: Number = line(
        ("独生子女父母加发", "For parents of an only child"),
        "if(one_child and one_child_rate > 0, if(one_child_of = 1, "
        "stated(average_pension, announced_average_pension), own_pension) × one_child_rate, 0)",
        quiet=NOUGHT,
    )
    flat: Number = line(
        ("定额补贴", "Flat supplement"),
        "flat_amount",
        quiet=NOUGHT,
    )
    other: Number = line(
        ("其他补贴", "Other allowances"),
        "other_allowance",
        quiet=NOUGHT,
    )
    amount: Number = line(
        ("加发合计", "Supplements"),
        "extra + long_service + plateau + area + only_child + flat + other",
        kind="total",
        quiet=NOUGHT,
    )


def supplements(
    f: AmountFacts, basic: BasicPension, own_pension: Number, p: PensionParams
) -> Supplements:
    """What is added to a pension of `own_pension` fen.

    Sichuan, December 2025: 0.1 % of an indexed wage of 7,378.86 for each of 43.08 years:

    >>> from pensions.rules.employees.basic import basic_pension
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = PensionParams.at(Policy.files(), "510000", month(2025, 12))
    >>> life = AmountFacts(months_paid=387, months_deemed=130, average_index=872_000,
    ...                    account_balance=111_640_05, extra_rate=1_000)
    >>> supplements(life, basic_pension(life, p), 0, p).extra
    31788
    """
    extra = rounded(basic.wage * f.extra_rate * basic.years, MICRO * ONE * ONE, FEN)
    long_years, long_service = _long_service(f, basic, p)
    steps = most(0, floor_div(f.months_on_plateau, p.plateau_step) - 1)
    plateau_rate_reached = least(p.plateau_most, steps * p.plateau_rate)
    plateau = rounded(basic.wage * plateau_rate_reached, MICRO * ONE, FEN)
    area = where(f.class_2_area, p.area_amount, 0)
    of_average = p.one_child_of == OneChildOf.AVERAGE_PENSION
    of = where(of_average, stated(f.average_pension, p.announced_average_pension), own_pension)
    only_child = where(all_of(f.one_child, p.one_child_rate > 0), share(of, p.one_child_rate), 0)
    return Supplements(
        extra=extra,
        long_years=long_years,
        long_service=long_service,
        plateau_rate_reached=plateau_rate_reached,
        plateau=plateau,
        area=area,
        own_pension=where(f.one_child, own_pension, 0),
        only_child=only_child,
        flat=p.flat_amount,
        other=f.other_allowance,
        amount=total(
            extra, long_service, plateau, area, only_child, p.flat_amount, f.other_allowance
        ),
    )


def _long_service(f: AmountFacts, basic: BasicPension, p: PensionParams) -> tuple[Number, Number]:
    """The years beyond the first, and what each band of them adds."""
    paid_long = all_of(p.long_service_from > 0, f.months_paid * ONE > p.long_service_from * 12)
    years = where(paid_long, most(0, basic.years - p.long_service_from), 0)
    band = p.long_service_band
    weighted = (
        least(years, band) * p.long_service_rate_1
        + between(0, years - band, band) * p.long_service_rate_2
        + most(0, years - band * 2) * p.long_service_rate_3
    )
    return years, rounded((basic.first + basic.wage) * weighted, 2 * MICRO * ONE * ONE, FEN)
