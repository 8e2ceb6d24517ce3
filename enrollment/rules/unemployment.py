"""Unemployment insurance: a month's base, shared between employer and person."""

from dataclasses import dataclass

from enrollment.params import UnemploymentMonth, UnemploymentRates
from enrollment.rules import relief
from enrollment.rules.bases import Base, contribution_base
from enrollment.rules.facts import BaseFacts, EmployedWage
from socsec.kernel.arith import share
from socsec.kernel.facts import Number
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会保险法第四十四条；失业保险条例第六条"


@dataclass(frozen=True, kw_only=True)
class UnemploymentWage(EmployedWage):
    """A month's wage, for unemployment insurance."""


@dataclass(frozen=True)
class UnemploymentContribution(Sheet):
    title = ("失业保险费", "Unemployment insurance contribution")
    employer_share: Number = line(
        ("单位缴费", "Employer's contribution"), "base × employer_rate", LAW
    )
    person_share: Number = line(("个人缴费", "Person's contribution"), "base × person_rate", LAW)
    total: Number = line(
        ("应缴合计", "Contribution due"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.unemployment_contribution",
    ("失业保险费", "Unemployment insurance contribution"),
    facts=BaseFacts,
    params=UnemploymentRates,
    law=LAW,
)
def unemployment_contribution(f: BaseFacts, p: UnemploymentRates) -> UnemploymentContribution:
    """The unemployment contribution of one month, in fen. Half a per cent is exact:

    >>> unemployment_contribution(BaseFacts(base=716_200),
    ...                           UnemploymentRates(employer_rate=5_000, person_rate=5_000))
    UnemploymentContribution(employer_share=3581, person_share=3581, total=7162)
    """
    employer_share = share(f.base, p.employer_rate)
    person_share = share(f.base, p.person_rate)
    return UnemploymentContribution(employer_share, person_share, employer_share + person_share)


@dataclass(frozen=True)
class UnemploymentMonthSheet(Sheet):
    title = ("月失业保险缴费核定", "A month's unemployment contribution")
    wage: Base
    base: Number = line(("缴费基数", "Contribution base"), "wage.base")
    unemployment: UnemploymentContribution  # type: ignore[misc]
    relief_rate: Number = line(
        ("单位缴费减免比例", "Share of the employer's contribution that is waived"),
        "relief(kind)",
        relief.LAW,
        "rate",
    )
    waived: Number = line(
        ("减免金额", "Waived"), "unemployment.employer_share × relief_rate", relief.LAW
    )
    employer_share: Number = line(
        ("单位应缴", "Due from the employer"), "unemployment.employer_share − waived", LAW
    )
    person_share: Number = line(
        ("个人应缴", "Due from the person"), "unemployment.person_share", LAW
    )
    account_share: Number = line(("记入个人账户", "To an individual account"), "0", LAW)
    due: Number = line(
        ("本月应缴", "Due for the month"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.unemployment_month",
    ("月失业保险缴费核定", "A month's unemployment contribution"),
    facts=UnemploymentWage,
    params=UnemploymentMonth,
    law=LAW,
)
def unemployment_month(f: UnemploymentWage, p: UnemploymentMonth) -> UnemploymentMonthSheet:
    """What one month owes to unemployment insurance: from wage to shares."""
    wage = contribution_base(f, p)
    unemployment = unemployment_contribution(BaseFacts(base=wage.base), p)
    relief_rate = relief.relief_rate(f.kind, p.relief)
    waived = relief.waived(unemployment.employer_share, relief_rate)
    employer_share = unemployment.employer_share - waived
    return UnemploymentMonthSheet(
        wage,
        wage.base,
        unemployment,
        relief_rate,
        waived,
        employer_share,
        unemployment.person_share,
        0,
        employer_share + unemployment.person_share,
    )
