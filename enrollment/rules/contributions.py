"""Old-age insurance: what a month's base owes, shared between employer, person, account and pool."""

from dataclasses import dataclass

from enrollment.params import PensionMonth, PensionRates
from enrollment.rules import relief
from enrollment.rules.bases import Base, contribution_base
from enrollment.rules.facts import BaseFacts, Category, CategoryWage
from socsec.kernel.arith import share, where
from socsec.kernel.facts import Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会保险法第十二条；国发〔2005〕38号；国办发〔2019〕13号"


@dataclass(frozen=True, kw_only=True)
class PensionBase(BaseFacts):
    category: Number = fact(("参保身份", "Insured as"), choices=Category)


@dataclass(frozen=True, kw_only=True)
class PensionWage(CategoryWage):
    """A month's wage, for old-age insurance."""


@dataclass(frozen=True)
class Contribution(Sheet):
    title = ("基本养老保险费", "Old-age insurance contribution")
    own_account: Number = line(
        ("按灵活就业人员缴费", "Pays as an own-account worker"), unit="bool", kind="normal"
    )
    agency: Number = line(
        ("按机关事业单位缴费", "Pays as an agency or institution"), unit="bool", kind="normal"
    )
    rate_of_employer: Number = line(
        ("单位适用费率", "Rate for the employer"),
        "if(own_account, 0, if(agency, agency_employer_rate, employer_rate))",
        LAW,
        "rate",
    )
    rate_of_person: Number = line(
        ("个人适用费率", "Rate for the person"),
        "if(own_account, own_account_rate, if(agency, agency_person_rate, person_rate))",
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

    >>> rates = PensionRates(employer_rate=160_000, person_rate=80_000, own_account_rate=200_000,
    ...                      agency_employer_rate=160_000, agency_person_rate=80_000,
    ...                      account_rate=80_000)
    >>> c = contribution(PensionBase(base=716_200, category=Category.EMPLOYEE), rates)
    >>> c.employer_share, c.person_share, c.account_share, c.pool_share
    (114592, 57296, 57296, 114592)
    >>> c = contribution(PensionBase(base=481_200, category=Category.OWN_ACCOUNT), rates)
    >>> c.total, c.account_share, c.pool_share
    (96240, 38496, 57744)
    """
    own_account = f.category == Category.OWN_ACCOUNT
    agency = f.category == Category.AGENCY
    rate_of_employer = where(own_account, 0, where(agency, p.agency_employer_rate, p.employer_rate))
    rate_of_person = where(
        own_account, p.own_account_rate, where(agency, p.agency_person_rate, p.person_rate)
    )
    employer_share = share(f.base, rate_of_employer)
    person_share = share(f.base, rate_of_person)
    account_share = share(f.base, p.account_rate)
    total = employer_share + person_share
    return Contribution(
        own_account,
        agency,
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
    relief_rate: Number = line(
        ("单位缴费减免比例", "Share of the employer's contribution that is waived"),
        "relief(kind)",
        relief.LAW,
        "rate",
    )
    waived: Number = line(
        ("减免金额", "Waived"), "pension.employer_share × relief_rate", relief.LAW
    )
    employer_share: Number = line(
        ("单位应缴", "Due from the employer"), "pension.employer_share − waived", LAW
    )
    person_share: Number = line(("个人应缴", "Due from the person"), "pension.person_share", LAW)
    account_share: Number = line(
        ("记入个人账户", "To the individual account"), "pension.account_share", LAW
    )
    due: Number = line(
        ("本月应缴", "Due for the month"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.month",
    ("月缴费核定", "A month's contribution"),
    facts=PensionWage,
    params=PensionMonth,
    law=LAW,
)
def month(f: PensionWage, p: PensionMonth) -> Month:
    """What one month with one employer, or on one's own account, owes: from wage to shares.

    >>> from socsec.kernel.arith import Steps
    >>> p = PensionMonth(base_floor=400_000, base_ceiling=2_000_000, employer_rate=160_000,
    ...                  person_rate=80_000, own_account_rate=200_000, account_rate=80_000,
    ...                  agency_employer_rate=160_000, agency_person_rate=80_000,
    ...                  relief=Steps({0: 0, 2: 1_000_000, 3: 0}))
    >>> m = month(PensionWage(wage=3_000_000, category=Category.EMPLOYEE), p)
    >>> m.base, m.employer_share, m.person_share, m.due
    (2000000, 320000, 160000, 480000)

    A small employer in a month of relief owes nothing of its own:

    >>> m = month(PensionWage(wage=3_000_000, category=Category.EMPLOYEE, kind=2), p)
    >>> m.waived, m.employer_share, m.due
    (320000, 0, 160000)
    """
    wage = contribution_base(f, p)
    pension = contribution(PensionBase(base=wage.base, category=f.category), p)
    relief_rate = relief.relief_rate(f.kind, p.relief)
    waived = relief.waived(pension.employer_share, relief_rate)
    employer_share = pension.employer_share - waived
    return Month(
        wage,
        wage.base,
        pension,
        relief_rate,
        waived,
        employer_share,
        pension.person_share,
        pension.account_share,
        employer_share + pension.person_share,
    )
