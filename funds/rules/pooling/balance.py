"""Pooling by balances: regions with a surplus hand part of it up, regions with a gap are granted it.

So the nation pools employees' old-age insurance since 2022 (国办发〔2021〕48号), and so provinces and
cities pool what is kept below them. The text of 2021 with its shares was not published; the shares
are parameters, unverified until the office enters them.
"""

from dataclasses import dataclass

from funds.params import BalancePooling
from socsec.kernel.arith import FEN_DOWN, floor_div, least, most, share
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

from .adjustment import MOST

LAW = "社会保险法第六十四条；国办发〔2021〕48号"
SUBSIDY = "社会保险法第六十五条"


@dataclass(frozen=True, kw_only=True)
class BalanceFacts(Facts):
    """What a region's fund took in and paid out in the period, without what levels pay each other."""

    income: Number = fact(("本期收入", "Income of the period"), most=MOST)
    expenditure: Number = fact(("本期支出", "Expenditure of the period"), most=MOST)


@dataclass(frozen=True)
class Balance(Sheet):
    title = ("当期余缺", "Surplus or gap of the period")
    surplus: Number = line(("当期结余", "Surplus"), "max(income − expenditure, 0)", LAW)
    gap: Number = line(("当期缺口", "Gap"), "max(expenditure − income, 0)", LAW)
    offered: Number = line(
        ("最多上解", "Handed up at most"), "surplus × surplus_share", LAW, kind="total"
    )


@rule(
    "funds.pooling.balance",
    ("当期余缺", "Surplus or gap of the period"),
    facts=BalanceFacts,
    params=BalancePooling,
    law=LAW,
)
def balance(f: BalanceFacts, p: BalancePooling) -> Balance:
    """A region's surplus or gap in fen, and the most it hands up.

    >>> shares = BalancePooling(surplus_share=500_000, central_share=800_000)
    >>> balance(BalanceFacts(income=1_000, expenditure=700), shares)
    Balance(surplus=300, gap=0, offered=150)
    """
    surplus = most(f.income - f.expenditure, 0)
    gap = most(f.expenditure - f.income, 0)
    return Balance(surplus, gap, share(surplus, p.surplus_share))


@dataclass(frozen=True, kw_only=True)
class ReliefFacts(Facts):
    """A region's part of what all offer and all lack together."""

    offered: Number = fact(("最多上解", "Handed up at most"), most=MOST)
    gap: Number = fact(("当期缺口", "Gap"), most=MOST)
    all_offered: Number = fact(("各地最多上解合计", "Offered by all"), most=MOST)
    all_gaps: Number = fact(("各地缺口合计", "Gaps of all"), most=MOST)
    extra_up: Number = fact(("上解尾差分", "Fen more handed up"), "fen", most=1, default=0)
    extra_down: Number = fact(("下拨尾差分", "Fen more granted"), "fen", most=1, default=0)


@dataclass(frozen=True)
class Relief(Sheet):
    title = ("余缺调剂", "Surpluses against gaps")
    pool: Number = line(
        ("调剂规模", "What is moved between all"), "min(all_offered, all_gaps)", LAW
    )
    up: Number = line(
        ("上解额", "Handed up"),
        "if(all_offered > 0, pool × offered ÷ all_offered, 0) + extra_up",
        LAW,
        rounding=FEN_DOWN,
    )
    down: Number = line(
        ("下拨额", "Granted"),
        "if(all_gaps > 0, pool × gap ÷ all_gaps, 0) + extra_down",
        LAW,
        rounding=FEN_DOWN,
    )
    left: Number = line(("调剂后缺口", "Gap that is left"), "gap − down", LAW)
    central: Number = line(
        ("中央财政补助", "Subsidy of the central government"), "left × central_share", SUBSIDY
    )
    local: Number = line(
        ("地方财政补助", "Subsidy of the local government"), "left − central", SUBSIDY
    )


@rule(
    "funds.pooling.relief",
    ("余缺调剂", "Surpluses against gaps"),
    facts=ReliefFacts,
    params=BalancePooling,
    law=LAW,
)
def relief(f: ReliefFacts, p: BalancePooling) -> Relief:
    """What a region hands up or is granted, in fen, and who pays what is still missing.

    The gaps are filled as far as the offers go; what is offered beyond that is not asked for. A gap
    of 400 among gaps of 500, while 300 are offered:

    >>> shares = BalancePooling(surplus_share=500_000, central_share=800_000)
    >>> sheet = relief(ReliefFacts(offered=0, gap=400, all_offered=300, all_gaps=500), shares)
    >>> sheet.down, sheet.left, sheet.central, sheet.local
    (240, 160, 128, 32)
    """
    pool = least(f.all_offered, f.all_gaps)
    up = floor_div(pool * f.offered, most(f.all_offered, 1)) + f.extra_up
    down = floor_div(pool * f.gap, most(f.all_gaps, 1)) + f.extra_down
    left = f.gap - down
    central = share(left, p.central_share)
    return Relief(pool, up, down, left, central, left - central)
