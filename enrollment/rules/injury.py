"""Work injury insurance: each employer owes on its own wage, at the rate of its industry and record.

Of several employers at once each pays for its own work (人社部令第13号 第九条), so the wages are not
added up: each counts between floor and ceiling by itself. Employees pay nothing.
"""

from dataclasses import dataclass

from enrollment.params import MOST_WAGE, InjuryMonth, InjuryRates
from enrollment.rules import relief
from enrollment.rules.bases import LAW as LAW_BASE
from enrollment.rules.facts import BaseFacts, Employed, RiskFacts
from socsec.kernel.arith import between, share
from socsec.kernel.facts import Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会保险法第三十四条、第三十五条；工伤保险条例第八条、第十条；人社部发〔2015〕71号"


@dataclass(frozen=True, kw_only=True)
class InjuryBase(BaseFacts, RiskFacts):
    """One employer's base for one month, and its risk."""


@dataclass(frozen=True, kw_only=True)
class InjuryWage(Employed, RiskFacts):
    """One person's wage with one employer, and the employer's risk."""

    wage: Number = fact(("月工资", "Monthly wage"), least=1, most=MOST_WAGE)


@dataclass(frozen=True)
class InjuryContribution(Sheet):
    title = ("工伤保险费", "Work injury insurance contribution")
    class_rate: Number = line(
        ("行业基准费率", "Rate of the class"), "class_rates(risk_class)", LAW, "rate"
    )
    step: Number = line(("浮动档次", "Floating step"), "floating_rates(floating)", LAW, "rate")
    rate: Number = line(("单位费率", "Rate of the employer"), "class_rate × step", LAW, "rate")
    employer_share: Number = line(
        ("单位缴费", "Employer's contribution"), "base × rate", LAW, kind="total"
    )


@rule(
    "enrollment.injury_contribution",
    ("工伤保险费", "Work injury insurance contribution"),
    facts=InjuryBase,
    params=InjuryRates,
    law=LAW,
)
def injury_contribution(f: InjuryBase, p: InjuryRates) -> InjuryContribution:
    """The work injury contribution of one month, in fen.

    A ceiling of 37,302 yuan in the lowest class, 0.2 %:

    >>> from socsec.kernel.arith import Steps
    >>> p = InjuryRates(class_rates=Steps({1: 2_000, 8: 19_000}),
    ...                 floating_rates=Steps({1: 500_000, 3: 1_000_000, 4: 1_200_000}))
    >>> injury_contribution(InjuryBase(base=3_730_200, risk_class=1), p).employer_share
    7460
    >>> injury_contribution(InjuryBase(base=3_730_200, risk_class=8, floating=4), p).rate
    22800
    """
    class_rate = p.class_rates.at(f.risk_class)
    step = p.floating_rates.at(f.floating)
    rate = share(class_rate, step)
    return InjuryContribution(class_rate, step, rate, share(f.base, rate))


@dataclass(frozen=True)
class InjuryMonthSheet(Sheet):
    title = ("月工伤保险缴费核定", "A month's work injury contribution")
    base: Number = line(
        ("缴费基数", "Contribution base"), "min(max(base_floor, wage), base_ceiling)", LAW_BASE
    )
    injury: InjuryContribution  # type: ignore[misc]
    relief_rate: Number = line(
        ("单位缴费减免比例", "Share of the employer's contribution that is waived"),
        "relief(kind)",
        relief.LAW,
        "rate",
    )
    waived: Number = line(("减免金额", "Waived"), "injury.employer_share × relief_rate", relief.LAW)
    employer_share: Number = line(
        ("单位应缴", "Due from the employer"), "injury.employer_share − waived", LAW
    )
    person_share: Number = line(("个人应缴", "Due from the person"), "0", LAW)
    account_share: Number = line(("记入个人账户", "To an individual account"), "0", LAW)
    due: Number = line(
        ("本月应缴", "Due for the month"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.injury_month",
    ("月工伤保险缴费核定", "A month's work injury contribution"),
    facts=InjuryWage,
    params=InjuryMonth,
    law=LAW,
)
def injury_month(f: InjuryWage, p: InjuryMonth) -> InjuryMonthSheet:
    """What one month with one employer owes to work injury insurance: from wage to share."""
    base = between(p.base_floor, f.wage, p.base_ceiling)
    injury = injury_contribution(
        InjuryBase(base=base, risk_class=f.risk_class, floating=f.floating), p
    )
    relief_rate = relief.relief_rate(f.kind, p.relief)
    waived = relief.waived(injury.employer_share, relief_rate)
    employer_share = injury.employer_share - waived
    return InjuryMonthSheet(base, injury, relief_rate, waived, employer_share, 0, 0, employer_share)
