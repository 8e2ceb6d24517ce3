"""Medical insurance of employees, maternity included: a month's base, shared out.

What the person pays of the base goes to the medical account, what the employer pays to the pool.
"""

from dataclasses import dataclass

from enrollment.params import MedicalMonth, MedicalRates
from enrollment.rules import relief
from enrollment.rules.bases import Base, contribution_base
from enrollment.rules.facts import BaseFacts, Category, CategoryWage
from socsec.kernel.arith import share, where
from socsec.kernel.facts import Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会保险法第二十三条、第五十三条；国发〔1998〕44号；国办发〔2019〕10号"
LAW_ACCOUNT = "国办发〔2021〕14号"


@dataclass(frozen=True, kw_only=True)
class MedicalBase(BaseFacts):
    category: Number = fact(("参保身份", "Insured as"), choices=Category)
    first: Number = fact(
        ("本月首个单位", "First employer of the month"),
        "bool",
        help=("每月定额只交一次。", "The flat amount is paid once a month."),
        default=True,
    )


@dataclass(frozen=True, kw_only=True)
class MedicalWage(CategoryWage):
    """A month's wage, for medical insurance."""


@dataclass(frozen=True)
class MedicalContribution(Sheet):
    title = ("职工基本医疗保险费", "Medical insurance contribution")
    own_account: Number = line(
        ("按灵活就业人员缴费", "Pays as an own-account worker"), unit="bool", kind="normal"
    )
    rate_of_employer: Number = line(
        ("单位适用费率（含生育）", "Rate for the employer, maternity included"),
        "if(own_account, 0, employer_rate + maternity_rate)",
        LAW,
        "rate",
    )
    rate_of_person: Number = line(
        ("个人适用费率", "Rate for the person"),
        "if(own_account, own_account_rate, person_rate)",
        LAW,
        "rate",
    )
    rate_of_account: Number = line(
        ("记入个人账户的比例", "Share of the base to the medical account"),
        "if(own_account, own_account_account_rate, account_rate)",
        LAW_ACCOUNT,
        "rate",
    )
    employer_share: Number = line(
        ("单位缴费", "Employer's contribution"), "base × rate_of_employer", LAW
    )
    flat: Number = line(("个人每月定额", "Flat amount"), "if(first, person_flat, 0)", LAW)
    percentage: Number = line(
        ("个人按比例缴费", "Person's percentage"), "base × rate_of_person", LAW
    )
    person_share: Number = line(("个人缴费", "Person's contribution"), "percentage + flat", LAW)
    account_share: Number = line(
        ("记入个人账户", "To the medical account"), "base × rate_of_account", LAW_ACCOUNT
    )
    total: Number = line(
        ("应缴合计", "Contribution due"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.medical_contribution",
    ("职工基本医疗保险费", "Medical insurance contribution"),
    facts=MedicalBase,
    params=MedicalRates,
    law=LAW,
)
def medical_contribution(f: MedicalBase, p: MedicalRates) -> MedicalContribution:
    """The medical contribution of one month, in fen.

    >>> rates = MedicalRates(employer_rate=90_000, maternity_rate=8_000, person_rate=20_000,
    ...                      person_flat=300, account_rate=20_000, own_account_rate=80_000,
    ...                      own_account_account_rate=0)
    >>> c = medical_contribution(MedicalBase(base=716_200, category=Category.EMPLOYEE), rates)
    >>> c.employer_share, c.person_share, c.account_share
    (70188, 14624, 14324)
    """
    own_account = f.category == Category.OWN_ACCOUNT
    rate_of_employer = where(own_account, 0, p.employer_rate + p.maternity_rate)
    rate_of_person = where(own_account, p.own_account_rate, p.person_rate)
    rate_of_account = where(own_account, p.own_account_account_rate, p.account_rate)
    employer_share = share(f.base, rate_of_employer)
    flat = where(f.first, p.person_flat, 0)
    percentage = share(f.base, rate_of_person)
    person_share = percentage + flat
    return MedicalContribution(
        own_account,
        rate_of_employer,
        rate_of_person,
        rate_of_account,
        employer_share,
        flat,
        percentage,
        person_share,
        share(f.base, rate_of_account),
        employer_share + person_share,
    )


@dataclass(frozen=True)
class MedicalMonthSheet(Sheet):
    title = ("月医疗保险缴费核定", "A month's medical contribution")
    wage: Base
    base: Number = line(("缴费基数", "Contribution base"), "wage.base")
    first: Number = line(  # type: ignore[misc]
        ("本月首个单位", "First employer of the month"), "wage_before = 0", unit="bool"
    )
    medical: MedicalContribution  # type: ignore[misc]
    relief_rate: Number = line(
        ("单位缴费减免比例", "Share of the employer's contribution that is waived"),
        "relief(kind)",
        relief.LAW,
        "rate",
    )
    waived: Number = line(
        ("减免金额", "Waived"), "medical.employer_share × relief_rate", relief.LAW
    )
    employer_share: Number = line(
        ("单位应缴", "Due from the employer"), "medical.employer_share − waived", LAW
    )
    person_share: Number = line(("个人应缴", "Due from the person"), "medical.person_share", LAW)
    account_share: Number = line(
        ("记入个人账户", "To the medical account"), "medical.account_share", LAW_ACCOUNT
    )
    due: Number = line(
        ("本月应缴", "Due for the month"), "employer_share + person_share", LAW, kind="total"
    )


@rule(
    "enrollment.medical_month",
    ("月医疗保险缴费核定", "A month's medical contribution"),
    facts=MedicalWage,
    params=MedicalMonth,
    law=LAW,
)
def medical_month(f: MedicalWage, p: MedicalMonth) -> MedicalMonthSheet:
    """What one month owes to medical insurance: from wage to shares."""
    wage = contribution_base(f, p)
    first = f.wage_before == 0
    medical = medical_contribution(MedicalBase(base=wage.base, category=f.category, first=first), p)
    relief_rate = relief.relief_rate(f.kind, p.relief)
    waived = relief.waived(medical.employer_share, relief_rate)
    employer_share = medical.employer_share - waived
    return MedicalMonthSheet(
        wage,
        wage.base,
        first,
        medical,
        relief_rate,
        waived,
        employer_share,
        medical.person_share,
        medical.account_share,
        employer_share + medical.person_share,
    )
