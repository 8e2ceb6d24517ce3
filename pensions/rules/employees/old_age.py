"""The old-age pension as a whole, its amounts alone or together with the conditions."""

from dataclasses import dataclass

from pensions.params import ClaimParams, PensionParams
from pensions.rules.divisor import LEAST_AGE, MOST_AGE
from pensions.rules.employees.account import AccountPension, account_pension
from pensions.rules.employees.basic import BasicPension, basic_pension
from pensions.rules.employees.facts import AmountFacts
from pensions.rules.employees.supplements import Supplements, supplements
from pensions.rules.employees.transitional import TransitionalPension, transitional_pension
from pensions.rules.retirement import (
    MEASURES,
    Entitlement,
    EntitlementFacts,
    entitlement,
)
from socsec.kernel.arith import NOT_STATED, Number, most, rounded, total, where
from socsec.kernel.facts import FactError, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会保险法第十五条；国发〔2005〕38号第六条"
_SUM = "basic.amount + account.amount + transitional.amount + transitional.adjustment + supplements.amount"


@dataclass(frozen=True, kw_only=True)
class OldAgeFacts(AmountFacts):
    """A working life, an account, and the age at retirement."""

    age: Number = fact(
        ("退休年龄", "Age at retirement"),
        "age",
        least=LEAST_AGE,
        most=MOST_AGE,
        optional=True,
        help=(
            "退休年龄和计发月数，至少要有一个",
            "Either this or the annuity divisor is needed",
        ),
    )

    def check(self) -> None:
        super().check()
        if self.age == NOT_STATED and self.divisor == NOT_STATED:
            raise FactError(
                "missing_fact",
                "age",
                "age (Age at retirement): this fact is needed, or the annuity divisor in its place",
                "age（退休年龄）：必须填，或者填计发月数",
            )


@dataclass(frozen=True)
class OldAgePension(Sheet):
    """What one month of pension comes to, and every step on the way."""

    title = ("职工基本养老金", "Employees' old-age pension")

    basic: BasicPension
    account: AccountPension
    transitional: TransitionalPension
    supplements: Supplements
    amount: Number = line(
        ("月养老金合计", "Pension a month"),
        _SUM,
        LAW,
        rounding="total_rounding",
        kind="total",
    )


@rule(
    "pensions.employees.old_age",
    ("职工基本养老金", "Employees' old-age pension"),
    facts=OldAgeFacts,
    params=PensionParams,
    law=LAW,
    help=(
        "基础养老金、个人账户养老金、过渡性养老金和加发，按退休当月、当地的规定计算",
        "Basic, account and transitional pension and supplements, by the law of the month and place",
    ),
)
def old_age(f: OldAgeFacts, p: PensionParams) -> OldAgePension:
    """The amounts of a pension, whether or not the conditions are met.

    Xi'an, November 2025, a woman of 50 with 29 years and 2 months:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = PensionParams.at(Policy.files(), "610100", month(2025, 11))
    >>> sheet = old_age(OldAgeFacts(months_paid=350, average_index=583_000,
    ...                             account_balance=97_593_95, age=50 * 12), p)
    >>> sheet.basic.amount, sheet.account.amount, sheet.amount
    (181936, 50048, 231984)
    """
    return _pension(f, f.age, p)


@dataclass(frozen=True, kw_only=True)
class ClaimFacts(EntitlementFacts, AmountFacts):
    """Everything that a claim for an employee's old-age pension is decided on."""


@dataclass(frozen=True)
class Claim(Sheet):
    """Whether a pension is due, and how much."""

    title = ("职工基本养老金核定", "Assessment of an employee's old-age pension")

    conditions: Entitlement
    age: Number = line(
        ("计发年龄", "Age for the divisor"),
        "max(conditions.age, conditions.retirement.earliest_age)",
        unit="age",
        help=(
            "还没到年龄的，按最早可以退休的年龄估算",
            "Before the earliest age, the amounts are those at the earliest age",
        ),
    )
    pension: OldAgePension  # type: ignore[misc]  # a line has no default, which mypy cannot see
    amount: Number = line(
        ("每月应发", "Payable a month"),
        "if(conditions.entitled, pension.amount, 0)",
        f"社会保险法第十六条；{MEASURES}第二条",
        kind="total",
    )


@rule(
    "pensions.employees.claim",
    ("职工基本养老金核定", "Assessment of an employee's old-age pension"),
    facts=ClaimFacts,
    params=ClaimParams,
    law=f"{LAW}；{MEASURES}",
    on="claim_month",
    help=(
        "领取条件和养老金数额在一张核定表上；条件不满足的，应发为零",
        "Conditions and amounts on one sheet; nothing is payable while a condition is not met",
    ),
)
def claim(f: ClaimFacts, p: ClaimParams) -> Claim:
    """A claim as a whole.

    >>> from dataclasses import replace
    >>> from pensions.rules.retirement import Category
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ClaimParams.at(Policy.files(), "610100", month(2025, 11))
    >>> woman = ClaimFacts(category=Category.FEMALE_50, birth_month=month(1975, 7),
    ...                    claim_month=month(2025, 11), months_paid=350, average_index=583_000,
    ...                    account_balance=97_593_95)
    >>> claim(woman, p).amount, claim(replace(woman, claim_month=month(2025, 10)), p).amount
    (232424, 0)
    """
    conditions = entitlement(f, p)
    age = most(conditions.age, conditions.retirement.earliest_age)
    pension = _pension(f, age, p)
    amount = where(conditions.entitled, pension.amount, 0)
    return Claim(conditions, age, pension, amount)


def _pension(f: AmountFacts, age: Number, p: PensionParams) -> OldAgePension:
    basic = basic_pension(f, p)
    account = account_pension(f, age, p)
    transitional = transitional_pension(f, basic, p)
    own = total(basic.amount, account.amount, transitional.amount, transitional.adjustment)
    added = supplements(f, basic, own, p)
    return OldAgePension(
        basic=basic,
        account=account,
        transitional=transitional,
        supplements=added,
        amount=rounded(own + added.amount, 1, p.total_rounding),
    )
