"""The central adjustment fund: handed up by wages and workers, granted by pensioners (国发〔2018〕18号)."""

from dataclasses import dataclass

from funds.params import CentralAdjustment
from socsec.kernel.arith import FEN_DOWN, floor_div, half_up
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import ONE

LAW = "国发〔2018〕18号"
MOST = 10**16  # fen: a hundred thousand billion yuan


@dataclass(frozen=True, kw_only=True)
class RemittanceFacts(Facts):
    """What is known of a province's wages and workers."""

    average_wage: Number = fact(("年平均工资", "Average wage of a year"), "fen")
    insured: Number = fact(("在职参保人数", "Workers insured"), "people")
    employed: Number = fact(("企业就业人数", "People employed by enterprises"), "people")
    months: Number = fact(("月数", "Months"), "months", least=1, most=12, default=12)


@dataclass(frozen=True)
class Remittance(Sheet):
    title = ("中央调剂基金上解额", "Handed up to the central adjustment fund")
    heads: Number = line(
        ("在职应参保人数", "Workers who should be insured"),
        "(insured + employed) ÷ 2",
        LAW,
        "people",
        help=(
            "在职参保人数与企业就业人数的平均值",
            "The mean of workers insured and people employed by enterprises",
        ),
    )
    amount: Number = line(
        ("上解额", "Handed up"),
        "average_wage × wage_share × heads × remittance_rate × months ÷ 12",
        LAW,
        kind="total",
    )


@rule(
    "funds.pooling.remittance",
    ("中央调剂基金上解额", "Handed up to the central adjustment fund"),
    facts=RemittanceFacts,
    params=CentralAdjustment,
    law=LAW,
)
def remittance(f: RemittanceFacts, p: CentralAdjustment) -> Remittance:
    """What a province hands up, in fen, for so many months of a year.

    60,000.00 yuan × 90 % × 10 million workers × 3 %, a year:

    >>> params = CentralAdjustment(wage_share=900_000, remittance_rate=30_000)
    >>> facts = RemittanceFacts(average_wage=6_000_000, insured=11_000_000, employed=9_000_000)
    >>> sheet = remittance(facts, params)
    >>> sheet.heads, sheet.amount
    (10000000, 1620000000000)
    """
    heads = half_up(f.insured + f.employed, 2)
    wages = f.average_wage * p.wage_share * heads
    return Remittance(heads, half_up(wages * p.remittance_rate * f.months, ONE * ONE * 12))


@dataclass(frozen=True, kw_only=True)
class GrantFacts(Facts):
    """What there is to distribute, and a province's part of the nation's pensioners."""

    pool: Number = fact(("筹集的调剂基金", "What all handed up"), most=MOST)
    retirees: Number = fact(("离退休人数", "Pensioners"), "people")
    national_retirees: Number = fact(
        ("全国离退休人数", "Pensioners of the nation"), "people", least=1
    )
    extra: Number = fact(("尾差分", "Fen more, by the largest remainder"), "fen", most=1, default=0)


@dataclass(frozen=True)
class Grant(Sheet):
    title = ("中央调剂基金拨付额", "Granted by the central adjustment fund")
    even: Number = line(
        ("按人均拨付额", "By the amount for each pensioner"),
        "pool × retirees ÷ national_retirees",
        LAW,
        rounding=FEN_DOWN,
    )
    amount: Number = line(("拨付额", "Granted"), "even + extra", LAW, kind="total")


@rule(
    "funds.pooling.grant",
    ("中央调剂基金拨付额", "Granted by the central adjustment fund"),
    facts=GrantFacts,
    params=CentralAdjustment,
    law=LAW,
)
def grant(f: GrantFacts, p: CentralAdjustment) -> Grant:
    """What a province is granted, in fen: its pensioners times the amount for each in the nation.

    A third of 100.00 yuan; the fen that rounding down leaves over goes by the largest remainder:

    >>> params = CentralAdjustment(wage_share=900_000, remittance_rate=30_000)
    >>> grant(GrantFacts(pool=10_000, retirees=1, national_retirees=3, extra=1), params).amount
    3334
    """
    even = floor_div(f.pool * f.retirees, f.national_retirees)
    return Grant(even, even + f.extra)
