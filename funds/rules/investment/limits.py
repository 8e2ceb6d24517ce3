"""Limits of investment: of each class the share of the net asset value, and the room that is left.

A set of limits is a rule. Those in force bind mandates; a draft only shows what would change.
"""

from dataclasses import dataclass

from funds.params import DraftLimits, PensionLimits, ReserveFundLimits
from socsec.kernel.arith import FEN_DOWN, Condition, Number, all_of, half_up, rounded
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import ONE, Label

LAW = "国发〔2015〕48号第三十七条"
LAW_2001 = "全国社会保障基金投资管理暂行办法（财政部、劳动和社会保障部令第12号）第二十八条"
DRAFT_2023 = "全国社会保障基金境内外投资管理办法（征求意见稿，2023年12月）"
MOST = 10**15  # fen: ten trillion yuan
LEAST = 10**6  # fen: of less than ten thousand yuan there are no shares and no returns


BROKEN = ("小于零即超出限额", "Below zero the limit is broken")


@dataclass(frozen=True, kw_only=True)
class AllocationFacts(Facts):
    """What a portfolio is made of at the end of a day, or would be after an order: fen at market value."""

    nav: Number = fact(("资产净值", "Net asset value"), "fen", most=MOST, least=LEAST)
    money: Number = fact(("流动性资产", "Money and short paper"), "fen", most=MOST, default=0)
    deposit: Number = fact(
        ("一年期以上存款", "Term deposits over a year"), "fen", most=MOST, default=0
    )
    government: Number = fact(
        ("国债、地方政府债券、政策性金融债", "Government and policy bank bonds"),
        "fen",
        most=MOST,
        default=0,
    )
    credit: Number = fact(("信用债", "Corporate and financial bonds"), "fen", most=MOST, default=0)
    equity: Number = fact(
        ("股票及股票、混合基金", "Equities and equity funds"), "fen", most=MOST, default=0
    )
    project: Number = fact(
        ("国家重大项目和重点企业股权", "State projects and key enterprises"),
        "fen",
        most=MOST,
        default=0,
    )
    private: Number = fact(("其他未上市股权", "Other private equity"), "fen", most=MOST, default=0)
    repo: Number = fact(("正回购融入资金", "Borrowed by repo"), "fen", most=MOST, default=0)
    index_futures: Number = fact(
        ("卖出股指期货合约价值", "Value of index futures sold"), "fen", most=MOST, default=0
    )
    bond_futures: Number = fact(
        ("卖出国债期货合约价值", "Value of bond futures sold"), "fen", most=MOST, default=0
    )


def share_of(name: str, zh: str, en: str) -> tuple[Label, str]:
    """Label and working of a line that is a share of the whole."""
    return (f"{zh}占资产净值", f"{en}, share"), f"{name} ÷ nav"


def room_of(working: str, zh: str, en: str) -> tuple[Label, str]:
    """Label and working of a line that says how much is left, below zero how much too much."""
    return (f"{zh}：余量", f"{en}: room"), working


def all_kept(*rooms: str) -> tuple[Label, str]:
    """Label and working of the result: no room is below zero."""
    return ("全部限额符合规定", "Every limit is kept"), " and ".join(f"{r}_room ≥ 0" for r in rooms)


def share(part: Number, nav: Number) -> Number:
    """A part of the net asset value in millionths."""
    return half_up(part * ONE, nav)


def below(part: Number, nav: Number, most: Number) -> Number:
    """How many fen are left up to the largest share."""
    return rounded(nav * most - part * ONE, ONE, FEN_DOWN)


def above(part: Number, nav: Number, least: Number) -> Number:
    """How many fen there are beyond the least share."""
    return rounded(part * ONE - nav * least, ONE, FEN_DOWN)


@dataclass(frozen=True)
class PensionLimitSheet(Sheet):
    """The limits of 2015, which bind the basic pension funds of all regions."""

    title = ("基本养老保险基金投资比例", "Limits for pension funds")

    fixed: Number = line(("固定收益类资产", "Fixed income"), "deposit + government + credit", LAW)
    liquid_share: Number = line(
        *share_of("money", "流动性资产", "Money and short paper"), LAW, "rate"
    )
    liquid_room: Number = line(
        *room_of("money − nav × liquid_least", "流动性资产", "Money and short paper"),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    fixed_share: Number = line(*share_of("fixed", "固定收益类资产", "Fixed income"), LAW, "rate")
    fixed_room: Number = line(
        *room_of("nav × fixed_most − fixed", "固定收益类资产", "Fixed income"),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    repo_share: Number = line(*share_of("repo", "正回购融入资金", "Borrowed by repo"), LAW, "rate")
    repo_room: Number = line(
        *room_of("nav × repo_most − repo", "正回购融入资金", "Borrowed by repo"),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    equity_share: Number = line(*share_of("equity", "权益类资产", "Equities"), LAW, "rate")
    equity_room: Number = line(
        *room_of("nav × equity_most − equity", "权益类资产", "Equities"),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    project_share: Number = line(
        *share_of("project", "重大项目和重点企业股权", "State projects and key enterprises"),
        LAW,
        "rate",
    )
    project_room: Number = line(
        *room_of(
            "nav × project_most − project",
            "重大项目和重点企业股权",
            "State projects and key enterprises",
        ),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    private_room: Number = line(
        *room_of("0 − private", "其他未上市股权", "Other private equity"),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    index_hedge_room: Number = line(
        *room_of("equity − index_futures", "股指期货套期保值", "Index futures that hedge"),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    bond_hedge_room: Number = line(
        *room_of("government − bond_futures", "国债期货套期保值", "Bond futures that hedge"),
        LAW,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    kept: Condition = line(
        *all_kept(
            "liquid", "fixed", "repo", "equity", "project", "private", "index_hedge", "bond_hedge"
        ),
        LAW,
        "bool",
        kind="total",
    )


@rule(
    "funds.investment.pension_2015",
    ("基本养老保险基金投资比例限额", "Limits of investment of pension funds"),
    facts=AllocationFacts,
    params=PensionLimits,
    law=LAW,
    help=(
        "每个交易日终和每笔指令发出前核对",
        "Compared at the end of each day and before an order leaves",
    ),
)
def pension_limits(f: AllocationFacts, p: PensionLimits) -> PensionLimitSheet:
    """Whether a portfolio is within the limits of 2015.

    Of a hundred million yuan, 31 million in equities are one million too many:

    >>> from datetime import date
    >>> from socsec.kernel.policy import Policy
    >>> p = PensionLimits.at(Policy.files(), "000000", date(2026, 1, 1))
    >>> of = AllocationFacts(nav=10**10, money=9 * 10**8, government=6 * 10**9, equity=31 * 10**8)
    >>> sheet = pension_limits(of, p)
    >>> sheet.equity_share, sheet.equity_room, sheet.kept
    (310000, -100000000, False)
    """
    fixed = f.deposit + f.government + f.credit
    rooms = (
        above(f.money, f.nav, p.liquid_least),
        below(fixed, f.nav, p.fixed_most),
        below(f.repo, f.nav, p.repo_most),
        below(f.equity, f.nav, p.equity_most),
        below(f.project, f.nav, p.project_most),
        -f.private,
        f.equity - f.index_futures,
        f.government - f.bond_futures,
    )
    liquid, fixed_room, repo, equity, project, private, index_hedge, bond_hedge = rooms
    return PensionLimitSheet(
        fixed,
        share(f.money, f.nav),
        liquid,
        share(fixed, f.nav),
        fixed_room,
        share(f.repo, f.nav),
        repo,
        share(f.equity, f.nav),
        equity,
        share(f.project, f.nav),
        project,
        private,
        index_hedge,
        bond_hedge,
        all_of(*(room >= 0 for room in rooms)),
    )


@dataclass(frozen=True)
class ReserveFundLimitSheet(Sheet):
    """The limits of 2001 for the National Social Security Fund."""

    title = ("全国社会保障基金投资比例（2001年）", "Limits for the National Social Security Fund")

    deposits: Number = line(("银行存款", "Deposits"), "money + deposit", LAW_2001)
    safe: Number = line(
        ("银行存款和国债", "Deposits and government bonds"), "deposits + government", LAW_2001
    )
    safe_share: Number = line(
        *share_of("safe", "银行存款和国债", "Deposits and bonds"), LAW_2001, "rate"
    )
    safe_room: Number = line(
        *room_of("safe − nav × safe_least", "银行存款和国债", "Deposits and bonds"),
        LAW_2001,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    deposit_share: Number = line(*share_of("deposits", "银行存款", "Deposits"), LAW_2001, "rate")
    deposit_room: Number = line(
        *room_of("deposits − nav × deposit_least", "银行存款", "Deposits"),
        LAW_2001,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    credit_share: Number = line(
        *share_of("credit", "企业债、金融债", "Corporate and financial bonds"), LAW_2001, "rate"
    )
    credit_room: Number = line(
        *room_of("nav × credit_most − credit", "企业债、金融债", "Corporate and financial bonds"),
        LAW_2001,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    equity_share: Number = line(
        *share_of("equity", "证券投资基金、股票", "Funds and equities"), LAW_2001, "rate"
    )
    equity_room: Number = line(
        *room_of("nav × equity_most − equity", "证券投资基金、股票", "Funds and equities"),
        LAW_2001,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    kept: Condition = line(
        *all_kept("safe", "deposit", "credit", "equity"), LAW_2001, "bool", kind="total"
    )


@rule(
    "funds.investment.reserve_fund_2001",
    ("全国社会保障基金投资比例限额（2001年）", "Limits of the National Social Security Fund, 2001"),
    facts=AllocationFacts,
    params=ReserveFundLimits,
    law=LAW_2001,
)
def reserve_fund_limits(f: AllocationFacts, p: ReserveFundLimits) -> ReserveFundLimitSheet:
    """Whether a portfolio of the National Social Security Fund is within the limits of 2001."""
    deposits = f.money + f.deposit
    safe = deposits + f.government
    rooms = (
        above(safe, f.nav, p.safe_least),
        above(deposits, f.nav, p.deposit_least),
        below(f.credit, f.nav, p.credit_most),
        below(f.equity, f.nav, p.equity_most),
    )
    safe_room, deposit_room, credit_room, equity_room = rooms
    return ReserveFundLimitSheet(
        deposits,
        safe,
        share(safe, f.nav),
        safe_room,
        share(deposits, f.nav),
        deposit_room,
        share(f.credit, f.nav),
        credit_room,
        share(f.equity, f.nav),
        equity_room,
        all_of(*(room >= 0 for room in rooms)),
    )


@dataclass(frozen=True)
class DraftLimitSheet(Sheet):
    """What a draft of 2023 would allow: not law."""

    title = ("全国社会保障基金投资比例（2023年征求意见稿）", "Limits of the draft of 2023")

    unlisted: Number = line(("股权类资产", "Private equity"), "project + private", DRAFT_2023)
    equity_share: Number = line(*share_of("equity", "股票类资产", "Equities"), DRAFT_2023, "rate")
    equity_room: Number = line(
        *room_of("nav × equity_most − equity", "股票类资产", "Equities"),
        DRAFT_2023,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    unlisted_share: Number = line(
        *share_of("unlisted", "股权类资产", "Private equity"), DRAFT_2023, "rate"
    )
    unlisted_room: Number = line(
        *room_of("nav × unlisted_most − unlisted", "股权类资产", "Private equity"),
        DRAFT_2023,
        help=BROKEN,
        rounding=FEN_DOWN,
    )
    kept: Condition = line(*all_kept("equity", "unlisted"), DRAFT_2023, "bool", kind="total")


@rule(
    "funds.investment.draft_2023",
    ("投资比例限额（2023年征求意见稿，未施行）", "Limits of the draft of 2023 (not in force)"),
    facts=AllocationFacts,
    params=DraftLimits,
    law=DRAFT_2023,
    help=("征求意见稿，不约束任何组合", "A draft: it binds no mandate"),
)
def draft_limits(f: AllocationFacts, p: DraftLimits) -> DraftLimitSheet:
    """Whether a portfolio would be within the draft of 2023."""
    unlisted = f.project + f.private
    equity_room = below(f.equity, f.nav, p.equity_most)
    unlisted_room = below(unlisted, f.nav, p.unlisted_most)
    return DraftLimitSheet(
        unlisted,
        share(f.equity, f.nav),
        equity_room,
        share(unlisted, f.nav),
        unlisted_room,
        all_of(equity_room >= 0, unlisted_room >= 0),
    )
