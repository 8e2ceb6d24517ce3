"""Who bears the risk and whose the return is: reserves set aside, and each region's part of a year.

Every region's capital counts by the days that it was entrusted. The parts add up to the whole to
the fen, since each region takes what the running sum has grown by.
"""

from dataclasses import dataclass

from funds.params import NoParams, RiskReserves
from funds.rules.investment.limits import MOST
from socsec.kernel.arith import FEN_DOWN, Number, least, most, rounded, share
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "国发〔2015〕48号"
MOST_DAYS = 1000 * MOST


@dataclass(frozen=True, kw_only=True)
class ManagerReserveFacts(Facts):
    """A manager's fee that is paid, and the reserve that stands."""

    fee: Number = fact(("收取的管理费", "Fee received"), "fen", most=MOST)
    reserve: Number = fact(("风险准备金余额", "Reserve so far"), "fen", most=MOST, default=0)
    nav: Number = fact(("所管理资产净值", "Net asset value managed"), "fen", most=MOST)


@dataclass(frozen=True)
class ManagerReserveSheet(Sheet):
    """What the manager puts aside."""

    title = ("投资管理机构风险准备金", "Manager's risk reserve")

    due: Number = line(("应提取", "To be set aside"), "fee × manager_share", LAW)
    ceiling: Number = line(("准备金上限", "Ceiling of the reserve"), "nav × manager_ceiling", LAW)
    put: Number = line(
        ("本次提取", "Set aside"), "min(due, max(ceiling − reserve, 0))", LAW, kind="total"
    )


@rule(
    "funds.investment.manager_reserve",
    ("投资管理机构风险准备金", "Manager's risk reserve"),
    facts=ManagerReserveFacts,
    params=RiskReserves,
    law=LAW,
)
def manager_reserve(f: ManagerReserveFacts, p: RiskReserves) -> ManagerReserveSheet:
    """A share of each fee, until the reserve has reached its ceiling."""
    due = share(f.fee, p.manager_share)
    ceiling = share(f.nav, p.manager_ceiling)
    return ManagerReserveSheet(due, ceiling, least(due, most(ceiling - f.reserve, 0)))


@dataclass(frozen=True, kw_only=True)
class TrusteeReserveFacts(Facts):
    """The return of a year before anything is shared, and the reserve that stands."""

    earned: Number = fact(("年度净收益", "Return of the year"), "fen", least=-MOST, most=MOST)
    reserve: Number = fact(("风险准备金余额", "Reserve so far"), "fen", most=MOST, default=0)
    nav: Number = fact(("年末资产净值", "Net asset value at its end"), "fen", most=MOST)


@dataclass(frozen=True)
class TrusteeReserveSheet(Sheet):
    """What the trustee puts aside, and what is left for the regions."""

    title = ("受托机构风险准备金", "Trustee's risk reserve")

    due: Number = line(("应提取", "To be set aside"), "max(earned, 0) × trustee_share", LAW)
    ceiling: Number = line(("准备金上限", "Ceiling of the reserve"), "nav × trustee_ceiling", LAW)
    put: Number = line(("本年提取", "Set aside"), "min(due, max(ceiling − reserve, 0))", LAW)
    shared: Number = line(("可分配收益", "To be shared"), "earned − put", LAW, kind="total")


@rule(
    "funds.investment.trustee_reserve",
    ("受托机构风险准备金和可分配收益", "Trustee's risk reserve, and what is shared"),
    facts=TrusteeReserveFacts,
    params=RiskReserves,
    law=LAW,
)
def trustee_reserve(f: TrusteeReserveFacts, p: RiskReserves) -> TrusteeReserveSheet:
    """A share of a year's return, until the reserve has reached its ceiling; of a loss nothing."""
    due = share(most(f.earned, 0), p.trustee_share)
    ceiling = share(f.nav, p.trustee_ceiling)
    put = least(due, most(ceiling - f.reserve, 0))
    return TrusteeReserveSheet(due, ceiling, put, f.earned - put)


@dataclass(frozen=True, kw_only=True)
class ShareFacts(Facts):
    """A region among those that share: its capital times days, and that of those before it."""

    shared: Number = fact(("可分配收益", "To be shared"), "fen", least=-MOST, most=MOST)
    before: Number = fact(("在前地区本金×天数", "Capital-days before"), "fen", most=MOST_DAYS)
    own: Number = fact(("本地区本金×天数", "Capital-days of the region"), "fen", most=MOST_DAYS)
    everybody: Number = fact(
        ("全部本金×天数", "Capital-days of all"), "fen", least=1, most=MOST_DAYS
    )


@dataclass(frozen=True)
class ShareSheet(Sheet):
    """A region's part."""

    title = ("地区收益分配", "A region's part of the return")

    up_to: Number = line(
        ("累计至本地区", "Up to the region"),
        "shared × min(before + own, everybody) ÷ everybody",
        LAW,
        rounding=FEN_DOWN,
    )
    up_to_before: Number = line(
        ("累计至上一地区", "Up to the one before"),
        "shared × min(before, everybody) ÷ everybody",
        LAW,
        rounding=FEN_DOWN,
    )
    part: Number = line(
        ("本地区收益", "The region's part"), "up_to − up_to_before", LAW, kind="total"
    )


@rule(
    "funds.investment.region_share",
    ("委托投资收益地区分配", "A region's part of the return"),
    facts=ShareFacts,
    params=NoParams,
    law=LAW,
)
def region_share(f: ShareFacts, p: NoParams) -> ShareSheet:
    """One region's part; over all regions the parts are the whole.

    100.00 yuan among three with the same capital:

    >>> [region_share(ShareFacts(shared=10_000, before=i, own=1, everybody=3), NoParams()).part for i in range(3)]
    [3333, 3333, 3334]
    """
    up_to = rounded(f.shared * least(f.before + f.own, f.everybody), f.everybody, FEN_DOWN)
    up_to_before = rounded(f.shared * least(f.before, f.everybody), f.everybody, FEN_DOWN)
    return ShareSheet(up_to, up_to_before, up_to - up_to_before)
