"""What a holding is worth at the end of a day, and what managing and keeping it costs a day."""

from dataclasses import dataclass

from funds.params import FeeTerms, NoParams
from funds.rules.investment.limits import MOST
from socsec.kernel.arith import Condition, Number, all_of, half_up
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import ONE

LAW = "国发〔2015〕48号；企业会计准则第39号——公允价值计量"
LAW_FEES = "国发〔2015〕48号"
MOST_UNITS = 10**11
MOST_PRICE = 10**11  # millionths: a hundred thousand yuan a unit
MOST_FACE = 10**6  # fen
FEN_A_YUAN = 100


@dataclass(frozen=True, kw_only=True)
class HoldingFacts(Facts):
    """So many units of one instrument, its price of the day, and what its coupon has run up."""

    quantity: Number = fact(("数量", "Units"), "count", most=MOST_UNITS)
    price: Number = fact(("单价（净价）", "Price of a unit, clean"), "price", most=MOST_PRICE)
    face: Number = fact(("单位面值", "Face value of a unit"), "fen", default=0, most=MOST_FACE)
    coupon: Number = fact(("票面年利率", "Yearly coupon"), "rate", default=0, most=ONE)
    days: Number = fact(
        ("已计息天数", "Days since the coupon began to run"), "days", default=0, most=3660
    )
    basis: Number = fact(
        ("计息年度天数", "Days of the coupon's year"), "days", default=365, least=360, most=366
    )


@dataclass(frozen=True)
class HoldingSheet(Sheet):
    """The value of a holding."""

    title = ("持仓估值", "Value of a holding")

    value: Number = line(("市值", "Market value"), "quantity × price", LAW)
    accrued: Number = line(
        ("应计利息", "Accrued interest"), "quantity × face × coupon × days ÷ basis", LAW
    )
    total: Number = line(("估值合计", "Value"), "value + accrued", LAW, kind="total")


@rule(
    "funds.investment.holding",
    ("持仓估值和应计利息", "Value and accrued interest of a holding"),
    facts=HoldingFacts,
    params=NoParams,
    law=LAW,
)
def holding(f: HoldingFacts, p: NoParams) -> HoldingSheet:
    """The value of a holding at the end of a day.

    10,000 bonds of 100 yuan at 101.2345, coupon 2.85 %, 73 days of 365: 1,012,345.00 and 5,700.00.

    >>> of = HoldingFacts(quantity=10_000, price=101_234_500, face=10_000, coupon=28_500, days=73)
    >>> holding(of, NoParams())
    HoldingSheet(value=101234500, accrued=570000, total=101804500)
    """
    value = half_up(f.quantity * f.price * FEN_A_YUAN, ONE)
    accrued = half_up(f.quantity * f.face * f.coupon * f.days, f.basis * ONE)
    return HoldingSheet(value, accrued, value + accrued)


@dataclass(frozen=True, kw_only=True)
class FeeFacts(Facts):
    """A day, or several with one value, of a mandate and the yearly rates of its contract."""

    nav: Number = fact(("资产净值", "Net asset value"), "fen", most=MOST)
    manager_rate: Number = fact(("投资管理费年费率", "Manager's yearly rate"), "rate", most=ONE)
    custody_rate: Number = fact(("托管费年费率", "Custodian's yearly rate"), "rate", most=ONE)
    days: Number = fact(("天数", "Days"), "days", default=1, least=1, most=366)
    year: Number = fact(("年度天数", "Days of the year"), "days", default=365, least=365, most=366)


@dataclass(frozen=True)
class FeeSheet(Sheet):
    """The fees that accrue."""

    title = ("管理费和托管费计提", "Fees that accrue")

    manager: Number = line(
        ("投资管理费", "Manager's fee"), "nav × manager_rate × days ÷ year", LAW_FEES
    )
    custody: Number = line(
        ("托管费", "Custodian's fee"), "nav × custody_rate × days ÷ year", LAW_FEES
    )
    allowed: Condition = line(
        ("费率不超过上限", "The rates are within their caps"),
        "manager_rate ≤ manager_most and custody_rate ≤ custody_most",
        LAW_FEES,
        "bool",
    )
    fees: Number = line(("合计", "Together"), "manager + custody", LAW_FEES, kind="total")


@rule(
    "funds.investment.fees",
    ("投资管理费和托管费计提", "Fees of managers and custodians"),
    facts=FeeFacts,
    params=FeeTerms,
    law=LAW_FEES,
)
def fees(f: FeeFacts, p: FeeTerms) -> FeeSheet:
    """What the manager and the custodian earn in so many days, and whether they may."""
    year = f.year * ONE
    manager = half_up(f.nav * f.manager_rate * f.days, year)
    custody = half_up(f.nav * f.custody_rate * f.days, year)
    allowed = all_of(f.manager_rate <= p.manager_most, f.custody_rate <= p.custody_most)
    return FeeSheet(manager, custody, allowed, manager + custody)
