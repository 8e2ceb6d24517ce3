"""Reserves: how long a fund can pay, what is set aside for risk, what transferred capital brings."""

from dataclasses import dataclass

from funds.params import CapitalTerms, ReserveTerms
from funds.rules.pooling.adjustment import MOST
from socsec.kernel.arith import all_of, floor_div, half_up, least, most, share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LINE = "社会保险法第六十五条"
RISK = "财社〔2017〕144号；工伤保险条例第十三条"
CAPITAL = "国发〔2017〕49号"


@dataclass(frozen=True, kw_only=True)
class StandingFacts(Facts):
    """What a fund holds and spends."""

    held: Number = fact(("累计结余", "Held by the fund"), least=-MOST, most=MOST)
    spent: Number = fact(("近十二个月支出", "Spent in twelve months"), most=MOST)


@dataclass(frozen=True)
class Standing(Sheet):
    title = ("可支付月数", "Months that the fund can pay")
    months: Number = line(
        ("可支付月数", "Months it pays"),
        "if(spent > 0, floor(max(held, 0) × 12 ÷ spent), 0)",
        LINE,
        "months",
    )
    below: Number = line(
        ("低于警戒线", "Below the line"), "spent > 0 and months < warning_months", LINE, "bool"
    )
    missing: Number = line(
        ("达到警戒线所缺", "Missing up to the line"),
        "max(warning_months × spent ÷ 12 − held, 0)",
        LINE,
        kind="total",
    )


@dataclass(frozen=True, kw_only=True)
class RiskFacts(Facts):
    """What a fund takes in a year and has set aside for risk."""

    income: Number = fact(("当年保险费收入", "Contributions of the year"), most=MOST)
    aside: Number = fact(("已提取风险金", "Set aside so far"), most=MOST)
    free: Number = fact(("一般结余", "Reserve not set aside"), least=-MOST, most=MOST)


@dataclass(frozen=True)
class Risk(Sheet):
    title = ("风险金提取", "Set aside for risk")
    target: Number = line(
        ("风险金规模", "What the risk reserve is to hold"), "income × risk_share", RISK
    )
    missing: Number = line(("不足", "Missing"), "max(target − aside, 0)", RISK)
    due: Number = line(
        ("当年应提取", "To be set aside this year"),
        "min(missing, income × yearly_share, max(free, 0))",
        RISK,
        kind="total",
    )


@dataclass(frozen=True, kw_only=True)
class CapitalFacts(Facts):
    """An enterprise's state-owned equity, and what it distributes."""

    equity: Number = fact(("国有股权", "State-owned equity"), most=MOST)
    distributed: Number = fact(
        ("国有股权分得红利", "Dividends on the state-owned equity"), most=MOST, default=0
    )


@dataclass(frozen=True)
class Capital(Sheet):
    title = ("划转国有资本", "State-owned capital transferred")
    transferred: Number = line(
        ("划转股权", "Equity transferred"), "equity × capital_share", CAPITAL
    )
    dividend: Number = line(
        ("应收股权分红", "Dividend due"), "distributed × capital_share", CAPITAL, kind="total"
    )


@rule(
    "funds.reserve.standing",
    ("基金可支付月数", "Months that a fund can pay"),
    facts=StandingFacts,
    params=ReserveTerms,
    law=LINE,
)
def standing(f: StandingFacts, p: ReserveTerms) -> Standing:
    """How many whole months of what was spent the fund can pay, and what is missing up to the line.

    900.00 held, 2,400.00 spent in a year: four months, two short of a line of six:

    >>> terms = ReserveTerms(warning_months=6, risk_share=100_000, yearly_share=30_000)
    >>> standing(StandingFacts(held=90_000, spent=240_000), terms)
    Standing(months=4, below=True, missing=30000)
    """
    pays = floor_div(most(f.held, 0) * 12, most(f.spent, 1))
    months = where(f.spent > 0, pays, 0)
    missing = most(half_up(p.warning_months * f.spent, 12) - f.held, 0)
    return Standing(months, all_of(f.spent > 0, months < p.warning_months), missing)


@rule(
    "funds.reserve.risk",
    ("风险金提取", "Set aside for risk"),
    facts=RiskFacts,
    params=ReserveTerms,
    law=RISK,
)
def risk(f: RiskFacts, p: ReserveTerms) -> Risk:
    """What a year's contributions ask to be set aside, in fen, as far as the reserve reaches.

    1,000.00 of contributions, 10 % to hold, 3 % a year, 80.00 held: 20.00 are missing.

    >>> terms = ReserveTerms(warning_months=6, risk_share=100_000, yearly_share=30_000)
    >>> risk(RiskFacts(income=100_000, aside=8_000, free=50_000), terms)
    Risk(target=10000, missing=2000, due=2000)
    """
    target = share(f.income, p.risk_share)
    missing = most(target - f.aside, 0)
    due = least(missing, share(f.income, p.yearly_share), most(f.free, 0))
    return Risk(target, missing, due)


@rule(
    "funds.capital",
    ("划转国有资本充实社保基金", "State-owned capital transferred to social security"),
    facts=CapitalFacts,
    params=CapitalTerms,
    law=CAPITAL,
)
def capital(f: CapitalFacts, p: CapitalTerms) -> Capital:
    """The part of an enterprise's state-owned equity that is transferred, and its dividend, in fen.

    >>> capital(CapitalFacts(equity=1_000_000, distributed=30_000), CapitalTerms(capital_share=100_000))
    Capital(transferred=100000, dividend=3000)
    """
    return Capital(share(f.equity, p.capital_share), share(f.distributed, p.capital_share))
