"""The sets of limits by name: which rule compares them, and what each limit is about.

A draft can be looked at beside a set in force, and binds no mandate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from funds.params import DraftLimits, PensionLimits, ReserveFundLimits
from funds.rules.investment.classes import OFF_BALANCE, OWED, AssetClass
from funds.rules.investment.limits import (
    LEAST,
    AllocationFacts,
    draft_limits,
    pension_limits,
    reserve_fund_limits,
)
from socsec.kernel.params import Params
from socsec.kernel.rules import RULES, Rule
from socsec.kernel.sheet import Sheet
from socsec.kernel.units import Label

M, D, G, C, E = (
    AssetClass.MONEY,
    AssetClass.DEPOSIT,
    AssetClass.GOVERNMENT,
    AssetClass.CREDIT,
    AssetClass.EQUITY,
)


@dataclass(frozen=True)
class Limit:
    """One limit of a set: its name in the sheet, the classes it adds up, the parameter that bounds it
    (none: what is allowed comes from the holdings), and whether it is a least share."""

    name: str
    label: Label
    classes: frozenset[AssetClass]
    bound: str = ""
    least: bool = False

    def share(self, sheet: Sheet) -> int | None:
        """The share in millionths, where the limit is one."""
        return getattr(sheet, f"{self.name}_share", None)

    def room(self, sheet: Sheet) -> int:
        """What is left, in fen; below zero it is broken."""
        return int(getattr(sheet, f"{self.name}_room"))

    def allowed(self, params: Params) -> int | None:
        """The bound in millionths."""
        return int(getattr(params, self.bound)) if self.bound else None


@dataclass(frozen=True)
class LimitSet:
    """Limits that hold together."""

    code: str
    label: Label
    rule: Any
    params: type[Params]
    limits: tuple[Limit, ...]
    draft: bool = False

    @property
    def registered(self) -> Rule:
        """The rule as the register knows it."""
        return RULES[f"funds.investment.{self.code}"]


def _limit(
    name: str, zh: str, en: str, *classes: AssetClass, bound: str = "", least: bool = False
) -> Limit:
    return Limit(name, (zh, en), frozenset(classes), bound, least)


LIMIT_SETS: Mapping[str, LimitSet] = {
    each.code: each
    for each in (
        LimitSet(
            "pension_2015",
            ("基本养老保险基金（2015年）", "Pension funds (2015)"),
            pension_limits,
            PensionLimits,
            (
                _limit("liquid", "流动性资产", "Money and short paper", M, bound="liquid_least", least=True),
                _limit("fixed", "固定收益类资产", "Fixed income", D, G, C, bound="fixed_most"),
                _limit("repo", "正回购融入资金", "Borrowed by repo", AssetClass.REPO, bound="repo_most"),
                _limit("equity", "权益类资产", "Equities", E, bound="equity_most"),
                _limit("project", "重大项目和重点企业股权", "State projects and key enterprises", AssetClass.PROJECT, bound="project_most"),
                _limit("private", "其他未上市股权", "Other private equity", AssetClass.PRIVATE),
                _limit("index_hedge", "股指期货套期保值", "Index futures that hedge", AssetClass.INDEX_FUTURES),
                _limit("bond_hedge", "国债期货套期保值", "Bond futures that hedge", AssetClass.BOND_FUTURES),
            ),
        ),
        LimitSet(
            "reserve_fund_2001",
            ("全国社会保障基金（2001年）", "National Social Security Fund (2001)"),
            reserve_fund_limits,
            ReserveFundLimits,
            (
                _limit("safe", "银行存款和国债", "Deposits and government bonds", M, D, G, bound="safe_least", least=True),
                _limit("deposit", "银行存款", "Deposits", M, D, bound="deposit_least", least=True),
                _limit("credit", "企业债、金融债", "Corporate and financial bonds", C, bound="credit_most"),
                _limit("equity", "证券投资基金、股票", "Funds and equities", E, bound="equity_most"),
            ),
        ),
        LimitSet(
            "draft_2023",
            ("2023年征求意见稿（未施行）", "Draft of 2023 (not in force)"),
            draft_limits,
            DraftLimits,
            (
                _limit("equity", "股票类资产", "Equities", E, bound="equity_most"),
                _limit("unlisted", "股权类资产", "Private equity", AssetClass.PROJECT, AssetClass.PRIVATE, bound="unlisted_most"),
            ),
            draft=True,
        ),
    )
}  # fmt: skip
IN_FORCE = tuple(code for code, each in LIMIT_SETS.items() if not each.draft)


def net(values: Mapping[int, int], cash: int, due: int) -> int:
    """The net asset value: what there is by class, and cash, less what is owed and fees due, in fen."""
    assets = sum(-fen if of in OWED else fen for of, fen in values.items() if of not in OFF_BALANCE)
    return assets + cash - due


def allocation(values: Mapping[int, int], cash: int, due: int) -> AllocationFacts | None:
    """The facts that every set of limits asks. None where there is too little for shares."""
    nav = net(values, cash, due)
    if nav < LEAST:
        return None
    by_name = {each.name.lower(): max(values.get(each, 0), 0) for each in AssetClass}
    return AllocationFacts(nav=nav, **by_name | {"money": by_name["money"] + max(cash, 0)})
