"""What a month's base owes, and how it is shared between employer, person, account and pool."""

from dataclasses import dataclass

from enrollment.params import MOST_WAGE, PensionMonth, PensionRates, UnemploymentRates
from enrollment.rules.bases import Base, Wage, contribution_base
from socsec.kernel.arith import share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

LAW = "社会保险法第十二条；国发〔2005〕38号；国办发〔2019〕13号"
LAW_UNEMPLOYMENT = "社会保险法第四十四条；失业保险条例第六条"


class Category(Choice):
    """As what a person is insured in the employees' scheme."""

    EMPLOYEE = 1, "职工", "Employee"
    OWN_ACCOUNT = 2, "灵活就业人员", "Own-account worker"


@dataclass(frozen=True, kw_only=True)
class BaseFacts(Facts):
    """One person's base for one month."""

    base: Number = fact(("缴费基数", "Contribution base"), least=0, most=MOST_WAGE)


@dataclass(frozen=True, kw_only=True)
class PensionBase(BaseFacts):
    category: Number = fact(("参保身份", "Insured as"), choices=Category)


@dataclass(frozen=True, kw_only=True)
class PensionWage(Wage):
    category: Number = fact(("参保身份", "Insured as"), choices=Category)


@dataclass(frozen=True)
class Contribution(Sheet):
    title = ("基本养老保险费", "Old-age insurance contribution")
    own_account: Number = line(
        ("按灵活就业人员缴费", "Pays as an own-account worker"), unit="bool", kind="normal"
    )
    rate_of_employer: Number = line(
        ("单位适用费率", "Rate for the employer"),
        "if(own_account, 0, employer_rate)",
        LAW,
        "rate",
    )
    rate_of_person: Number = line(
        ("个人适用费率", "Rate for the person"),
        "if(own_account, own_account_rate, person_rate)",
        LAW,
        "rate",
    )
    employer_share: Number = line(
        ("单位缴费", "Employer's contribution"), "base × rate_of_employer", LAW
    )
    person_share: Number = line(("个人缴费", "Person's contribution"), "base × rate_of_person", LAW)
    account_share: Number = line(
        ("记入个人账户", "To the individual account"), "base × account_rate", LAW
    )
    pool_share: Number = line(
        ("记入统筹基金", "To the pool"), "employer_share + person_share − account_share", LAW
    )
    total: Number = line(
        ("应缴合计", "Contribution due"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.contribution",
    ("基本养老保险费", "Old-age insurance contribution"),
    facts=PensionBase,
    params=PensionRates,
    law=LAW,
)
def contribution(f: PensionBase, p: PensionRates) -> Contribution:
    """The old-age contribution of one month, in fen. The pool has what is left, so the parts
    always add up.

    >>> rates = PensionRates(employer_rate=160_000, person_rate=80_000,
    ...                      own_account_rate=200_000, account_rate=80_000)
    >>> c = contribution(PensionBase(base=716_200, category=Category.EMPLOYEE), rates)
    >>> c.employer_share, c.person_share, c.account_share, c.pool_share
    (114592, 57296, 57296, 114592)
    >>> c = contribution(PensionBase(base=481_200, category=Category.OWN_ACCOUNT), rates)
    >>> c.total, c.account_share, c.pool_share
    (96240, 38496, 57744)
    """
    own_account = f.category == Category.OWN_ACCOUNT
    rate_of_employer = where(own_account, 0, p.employer_rate)
    rate_of_person = where(own_account, p.own_account_rate, p.person_rate)
    employer_share = share(f.base, rate_of_employer)
    person_share = share(f.base, rate_of_person)
    account_share = share(f.base, p.account_rate)
    total = employer_share + person_share
    return Contribution(
        own_account,
        rate_of_employer,
        rate_of_person,
        employer_share,
        person_share,
        account_share,
        total - account_share,
        total,
    )


@dataclass(frozen=True)
class Month(Sheet):
    title = ("月缴费核定", "A month's contribution")
    wage: Base
    base: Number = line(("缴费基数", "Contribution base"), "wage.base")
    # A line has no default, which mypy cannot see.
    pension: Contribution  # type: ignore[misc]
    due: Number = line(("本月应缴", "Due for the month"), "pension.total", LAW, kind="total")


@rule(
    "enrollment.month",
    ("月缴费核定", "A month's contribution"),
    facts=PensionWage,
    params=PensionMonth,
    law=LAW,
)
def month(f: PensionWage, p: PensionMonth) -> Month:
    """What one month with one employer, or on one's own account, owes: from wage to shares.

    >>> p = PensionMonth(base_floor=400_000, base_ceiling=2_000_000, employer_rate=160_000,
    ...                  person_rate=80_000, own_account_rate=200_000, account_rate=80_000)
    >>> m = month(PensionWage(wage=3_000_000, category=Category.EMPLOYEE), p)
    >>> m.base, m.pension.employer_share, m.pension.person_share, m.due
    (2000000, 320000, 160000, 480000)
    """
    wage = contribution_base(f, p)
    pension = contribution(PensionBase(base=wage.base, category=f.category), p)
    return Month(wage, wage.base, pension, pension.total)


@dataclass(frozen=True)
class UnemploymentContribution(Sheet):
    title = ("失业保险费", "Unemployment insurance contribution")
    employer_share: Number = line(
        ("单位缴费", "Employer's contribution"), "base × employer_rate", LAW_UNEMPLOYMENT
    )
    person_share: Number = line(
        ("个人缴费", "Person's contribution"), "base × person_rate", LAW_UNEMPLOYMENT
    )
    total: Number = line(
        ("应缴合计", "Contribution due"),
        "employer_share + person_share",
        LAW_UNEMPLOYMENT,
        kind="total",
    )


@rule(
    "enrollment.unemployment_contribution",
    ("失业保险费", "Unemployment insurance contribution"),
    facts=BaseFacts,
    params=UnemploymentRates,
    law=LAW_UNEMPLOYMENT,
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
