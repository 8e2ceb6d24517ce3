"""The occupational annuity of agencies and institutions: all of it belongs to the person's account.

Where the treasury pays all wages, the employer's part is only written down and made real at
retirement or transfer, so nothing of it is due now.
"""

from dataclasses import dataclass

from enrollment.params import AnnuityMonth
from enrollment.rules.bases import Base, Wage, contribution_base
from socsec.kernel.arith import share, where
from socsec.kernel.facts import Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "国办发〔2015〕18号"


@dataclass(frozen=True, kw_only=True)
class AnnuityWage(Wage):
    """A month's wage, for the occupational annuity."""

    fully_funded: Number = fact(
        ("工资由财政全额供款", "Paid wholly by the treasury"), "bool", default=False
    )


@dataclass(frozen=True)
class AnnuityMonthSheet(Sheet):
    title = ("月职业年金核定", "A month's occupational annuity")
    wage: Base
    base: Number = line(("缴费基数", "Contribution base"), "wage.base")
    employer_part: Number = line(  # type: ignore[misc]
        ("单位部分", "Employer's part"), "base × employer_rate", LAW
    )
    noted: Number = line(
        ("其中采取记账方式", "Of it written down only"), "if(fully_funded, employer_part, 0)", LAW
    )
    employer_share: Number = line(
        ("单位应缴", "Due from the employer"), "employer_part − noted", LAW
    )
    person_share: Number = line(("个人应缴", "Due from the person"), "base × person_rate", LAW)
    account_share: Number = line(
        ("记入个人账户", "To the individual account"), "employer_share + person_share", LAW
    )
    waived: Number = line(("减免金额", "Waived"), "0", LAW)
    due: Number = line(
        ("本月应缴", "Due for the month"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.annuity_month",
    ("月职业年金核定", "A month's occupational annuity"),
    facts=AnnuityWage,
    params=AnnuityMonth,
    law=LAW,
)
def annuity_month(f: AnnuityWage, p: AnnuityMonth) -> AnnuityMonthSheet:
    """What one month owes to the occupational annuity, in fen.

    >>> p = AnnuityMonth(base_floor=400_000, base_ceiling=2_000_000, employer_rate=80_000,
    ...                  person_rate=40_000)
    >>> m = annuity_month(AnnuityWage(wage=1_000_000), p)
    >>> m.employer_share, m.person_share, m.account_share
    (80000, 40000, 120000)
    >>> annuity_month(AnnuityWage(wage=1_000_000, fully_funded=True), p).due
    40000
    """
    wage = contribution_base(f, p)
    employer_part = share(wage.base, p.employer_rate)
    noted = where(f.fully_funded, employer_part, 0)
    employer_share = employer_part - noted
    person_share = share(wage.base, p.person_rate)
    due = employer_share + person_share
    return AnnuityMonthSheet(
        wage, wage.base, employer_part, noted, employer_share, person_share, due, 0, due
    )
