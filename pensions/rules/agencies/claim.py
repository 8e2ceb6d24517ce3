"""A claim for the pension of an agency or institution: conditions, both methods, what is paid.

国发〔2015〕2号 tells three kinds of people apart by 1 October 2014. Who retired before (老人) stays with
the old method; who joined later (新人) has the new one alone; who stands between (中人) has deemed
months, and the old and the new method are compared for ten years (人社部发〔2015〕28号).
"""

from dataclasses import dataclass

from pensions.params import AgencyClaimParams
from pensions.rules.agencies.old_age import ANNUITY, LAW, AgencyFacts, AgencyPension, agency_old_age
from pensions.rules.agencies.transition import (
    OldMethod,
    OldMethodFacts,
    OldMethodParams,
    Transition,
    TransitionFacts,
    old_method,
    transition,
)
from pensions.rules.retirement import MEASURES, Entitlement, EntitlementFacts, entitlement
from socsec.kernel.arith import ONE as WHOLE
from socsec.kernel.arith import Condition, Number, all_of, most, not_, stated, where
from socsec.kernel.facts import fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

TRANSITION = "人社部发〔2015〕28号"
_STATED = ("档案或核定表上写明的才填", "Only where the papers state it")


@dataclass(frozen=True, kw_only=True)
class AgencyClaimFacts(EntitlementFacts):
    """Everything that a claim for an agency's pension is decided on."""

    average_index: Number = fact(
        ("平均缴费工资指数", "Average contribution index"), "index", most=20 * WHOLE
    )
    rank: Number = fact(
        ("职级（职务）序号", "Rank, by number"),
        "count",
        most=99,
        default=0,
        help=("按省里视同缴费指数表", "As in the province's table of deemed indices"),
    )
    index_of_rank: Number = fact(
        ("核定表上的视同缴费指数", "Deemed index on the papers"),
        "index",
        most=20 * WHOLE,
        optional=True,
        help=_STATED,
    )
    calculation_base: Number = fact(
        ("计发基数", "Calculation base"), least=1, most=10**8, optional=True, help=_STATED
    )
    divisor: Number = fact(
        ("计发月数", "Annuity divisor"),
        "divisor",
        least=1,
        most=10_000,
        optional=True,
        help=_STATED,
    )
    account_balance: Number = fact(("个人账户储存额", "Account balance"), most=10**10, default=0)
    annuity_balance: Number = fact(
        ("职业年金账户余额", "Balance of the occupational annuity"), most=10**10, default=0
    )
    basic_pay: Number = fact(
        ("2014 年 9 月基本工资", "Basic pay of September 2014"),
        most=10**8,
        default=0,
        help=("中人对比老办法时填", "For who had worked before the reform"),
    )
    old_rate: Number = fact(
        ("老办法计发比例", "Rate of the old method"), "rate", most=WHOLE, default=0
    )
    subsidy: Number = fact(("退休补贴", "Retirement subsidy"), most=10**8, default=0)
    increment: Number = fact(("2015 年增加的退休费", "Increase of 2015"), most=10**8, default=0)
    wage_growth: Number = fact(
        ("历年工资增长累计", "Wage growth, multiplied up"),
        "index",
        least=WHOLE,
        most=20 * WHOLE,
        default=WHOLE,
    )


@dataclass(frozen=True)
class AgencyClaim(Sheet):
    """Whether a pension is due, by which method, and how much."""

    title = ("机关事业单位养老待遇核定", "Assessment of an agency's pension")

    conditions: Entitlement
    retired_before: Condition = line(
        ("改革前退休（老人）", "Retired before the reform"),
        "claim_month < reform_month",
        LAW,
        "bool",
    )
    worked_before: Condition = line(
        ("改革前参加工作（中人）", "Worked before the reform"), "months_deemed > 0", LAW, "bool"
    )
    age: Number = line(
        ("计发年龄", "Age for the divisor"),
        "max(conditions.age, conditions.retirement.earliest_age)",
        unit="age",
    )
    deemed_index: Number = line(
        ("视同缴费指数", "Deemed index"),
        "stated(index_of_rank, deemed_indices(rank))",
        f"{TRANSITION}；省里规定",
        "index",
    )
    months: Number = line(("累计缴费月数", "Months in all"), "conditions.months", unit="months")
    by_new: AgencyPension  # type: ignore[misc]  # a line has no default, which mypy cannot see
    by_old: OldMethod  # type: ignore[misc]
    month: Number = line(  # type: ignore[misc]
        ("退休年月", "Month of retirement"), "claim_month", unit="month"
    )
    old_amount: Number = line(("老办法待遇", "By the old method"), "by_old.amount", TRANSITION)  # type: ignore[misc]
    new_amount: Number = line(("新办法待遇", "By the new method"), "by_new.total", TRANSITION)  # type: ignore[misc]
    compared: Transition  # type: ignore[misc]
    by_both: Condition = line(
        ("按新老办法对比计发", "Old and new method compared"),
        "worked_before and basic_pay > 0 and compared.compared and not retired_before",
        TRANSITION,
        "bool",
    )
    annuity: Number = line(
        ("职业年金月待遇", "Annuity a month"),
        "if(retired_before, 0, by_new.annuity)",
        ANNUITY,
        help=("由职业年金基金发放，发完为止", "Paid by the annuity's own fund until it is used up"),
    )
    pension: Number = line(
        ("月养老金", "Pension a month"),
        "if(retired_before, by_old.amount, if(by_both, max(compared.pension − annuity, 0), by_new.pension))",
        f"{LAW}；{TRANSITION}",
        kind="total",
    )
    amount: Number = line(
        ("每月应发", "Payable a month"),
        "if(conditions.entitled, pension, 0)",
        f"社会保险法第十六条；{MEASURES}第二条",
        kind="total",
    )


@rule(
    "pensions.agencies.claim",
    ("机关事业单位养老待遇核定", "Assessment of an agency's pension"),
    facts=AgencyClaimFacts,
    params=AgencyClaimParams,
    law=f"{LAW}；{TRANSITION}；{ANNUITY}",
    on="claim_month",
    help=(
        "领取条件、新办法、老办法和过渡期对比在一张核定表上",
        "Conditions, the new and the old method and their comparison on one sheet",
    ),
)
def agency_claim(f: AgencyClaimFacts, p: AgencyClaimParams) -> AgencyClaim:
    """A claim as a whole.

    Jiangsu, March 2025: a man of 60 years and 2 months, 11 years paid and 29 deemed, index 1.2:

    >>> from pensions.rules.retirement import Category
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = AgencyClaimParams.at(Policy.files(), "320000", month(2025, 3))
    >>> man = AgencyClaimFacts(category=Category.MALE_60, birth_month=month(1965, 1),
    ...                        claim_month=month(2025, 3), months_paid=132, months_deemed=348,
    ...                        average_index=1_200_000, index_of_rank=1_200_000,
    ...                        account_balance=80_000_00, annuity_balance=115_000_00)
    >>> sheet = agency_claim(man, p)
    >>> sheet.pension == sheet.by_new.pension, sheet.amount == sheet.pension, sheet.annuity
    (True, True, 83454)
    """
    conditions = entitlement(f, p)
    retired_before = f.claim_month < p.reform_month
    worked_before = f.months_deemed > 0
    age = most(conditions.age, conditions.retirement.earliest_age)
    deemed_index = stated(f.index_of_rank, p.deemed_indices.at(f.rank))
    new = agency_old_age(
        AgencyFacts(
            months=conditions.months,
            months_deemed=f.months_deemed,
            average_index=f.average_index,
            deemed_index=deemed_index,
            account_balance=f.account_balance,
            annuity_balance=f.annuity_balance,
            age=age,
            calculation_base=f.calculation_base,
            divisor=f.divisor,
        ),
        p,
    )
    old = old_method(
        OldMethodFacts(
            basic_pay=f.basic_pay,
            old_rate=f.old_rate,
            subsidy=f.subsidy,
            increment=f.increment,
            wage_growth=f.wage_growth,
        ),
        OldMethodParams(),
    )
    compared = transition(
        TransitionFacts(month=f.claim_month, old_amount=old.amount, new_amount=new.total), p
    )
    by_both = all_of(worked_before, f.basic_pay > 0, compared.compared, not_(retired_before))
    annuity = where(retired_before, 0, new.annuity)
    pension = where(
        retired_before,
        old.amount,
        where(by_both, most(compared.pension - annuity, 0), new.pension),
    )
    return AgencyClaim(
        conditions=conditions,
        retired_before=retired_before,
        worked_before=worked_before,
        age=age,
        deemed_index=deemed_index,
        months=conditions.months,
        by_new=new,
        by_old=old,
        month=f.claim_month,
        old_amount=old.amount,
        new_amount=new.total,
        compared=compared,
        by_both=by_both,
        annuity=annuity,
        pension=pension,
        amount=where(conditions.entitled, pension, 0),
    )
