"""The whole settlement: every payer in the order of the law, one sheet."""

from dataclasses import dataclass

from medical.params import EmployeesPlan, Plan, ResidentsPlan
from medical.rules.major import Major, MajorFacts, major
from socsec.kernel.arith import all_of, least, not_, share, total, where
from socsec.kernel.facts import Number
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

from .facts import BillFacts
from .large import Large, large_of
from .laws import LAW, LAW_ACCOUNT, LAW_ORDER
from .pooled import Pooled, pooled_of
from .scope import Scope, scope_of


@dataclass(frozen=True)
class Settled(Sheet):
    """Who pays the bill. The names of the national interface stand in brackets."""

    title = ("医疗费结算", "Settlement of a bill")
    scope: Scope
    pooled: Pooled
    large: Large
    bears: Number = line(
        ("基本医保后政策范围内个人负担", "Borne in scope after basic insurance"),
        "scope.in_scope − pooled.pay − large.pay",
        LAW_ORDER,
    )
    counts: Number = line(
        ("计入大病保险的个人负担", "Of it counts for catastrophic insurance"),
        "if(pooled.outpatient and not major_outpatient, 0, bears)",
        LAW_ORDER,
    )
    major: Major  # type: ignore[misc]  # a line has no default, which mypy cannot see
    civil_pay: Number = line(
        ("公务员补助支付", "Civil servants' supplement"),
        "if(civil_servant, (bears − major.pay) × civil_ratio, 0)",
        LAW_ORDER,
        quiet=NOUGHT,
    )
    residual: Number = line(
        ("救助前政策范围内个人负担", "Borne in scope before assistance"),
        "bears − major.pay − civil_pay",
        LAW_ORDER,
    )
    assistance_pay: Number = line(
        ("医疗救助支付", "Medical assistance pays"),
        "min(residual, assistance)",
        LAW_ORDER,
        quiet=NOUGHT,
    )
    residual_in_scope: Number = line(
        ("救助后政策范围内个人负担", "Borne in scope in the end"),
        "residual − assistance_pay",
        LAW_ORDER,
    )
    fund_pay: Number = line(
        ("基金支付合计", "The funds pay"),
        "pooled.pay + large.pay + major.pay + civil_pay + assistance_pay",
        LAW,
        kind="total",
    )
    person_pay: Number = line(
        ("个人负担合计", "The insured person pays"), "total − fund_pay", LAW, kind="total"
    )
    account_pay: Number = line(
        ("个人账户支付", "Of it from the personal account"),
        "min(person_pay, account)",
        LAW_ACCOUNT,
        quiet=NOUGHT,
    )
    family_pay: Number = line(
        ("家庭共济支付", "Of it from family accounts"),
        "min(person_pay − account_pay, family)",
        LAW_ACCOUNT,
        quiet=NOUGHT,
    )
    cash: Number = line(
        ("个人现金支付", "Of it in cash"),
        "person_pay − account_pay − family_pay",
        LAW,
        kind="total",
    )


def settle(f: BillFacts, p: Plan) -> Settled:
    """Who pays a bill.

    Beijing 2019, a resident's first stay in a hospital of the third level: 150,000.00, of which
    10,000.00 outside the catalogue and 5,000.00 first self-pay.
    (135,000.00 − 1,300.00) × 75 % = 100,275.00; (34,725.00 − 30,404.00) × 60 % = 2,592.60:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> from medical.rules.words import Care, Level, Standing
    >>> p = ResidentsPlan.at(Policy.files(), "110000", month(2019, 6))
    >>> bill = BillFacts(care=Care.INPATIENT, level=Level.THIRD, standing=Standing.ADULT,
    ...                  total=15_000_000, uncovered=1_000_000, first_self_pay=500_000)
    >>> sheet = settle(bill, p)
    >>> sheet.pooled.pay, sheet.major.pay, sheet.person_pay
    (10027500, 259260, 4713240)
    """
    scope = scope_of(f, p)
    pooled = pooled_of(f, p, scope)
    large = large_of(f, p, scope, pooled)
    bears = scope.in_scope - pooled.pay - large.pay
    counts = where(all_of(pooled.outpatient, not_(p.major_outpatient)), 0, bears)
    catastrophic = major(
        MajorFacts(
            bears=counts,
            major_base=f.major_base,
            major_paid=f.major_paid,
            poor=f.poor,
            listed=f.listed,
            cap_raise=f.cap_raise,
        ),
        p,
    )
    after_major = bears - catastrophic.pay
    civil = where(f.civil_servant, share(after_major, p.civil_ratio), 0)
    residual = after_major - civil
    assistance = least(residual, f.assistance)
    fund_pay = total(pooled.pay, large.pay, catastrophic.pay, civil, assistance)
    person_pay = f.total - fund_pay
    account = least(person_pay, f.account)
    family = least(person_pay - account, f.family)
    return Settled(
        scope=scope,
        pooled=pooled,
        large=large,
        bears=bears,
        counts=counts,
        major=catastrophic,
        civil_pay=civil,
        residual=residual,
        assistance_pay=assistance,
        residual_in_scope=residual - assistance,
        fund_pay=fund_pay,
        person_pay=person_pay,
        account_pay=account,
        family_pay=family,
        cash=person_pay - account - family,
    )


@rule(
    "medical.residents.settlement",
    ("居民医保结算", "Settlement for a resident"),
    facts=BillFacts,
    params=ResidentsPlan,
    law=LAW,
)
def residents_settlement(f: BillFacts, p: ResidentsPlan) -> Settled:
    """A bill of somebody insured as a resident."""
    return settle(f, p)


@rule(
    "medical.employees.settlement",
    ("职工医保结算", "Settlement for an employee"),
    facts=BillFacts,
    params=EmployeesPlan,
    law=LAW,
)
def employees_settlement(f: BillFacts, p: EmployeesPlan) -> Settled:
    """A bill of somebody insured as an employee, or retired."""
    return settle(f, p)
