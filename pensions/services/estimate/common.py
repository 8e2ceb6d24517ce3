"""What every estimate shares: when somebody may retire, and how a sheet reads as an estimate."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from pensions.services.projection import Assumptions, Plan, grown, todays
from pensions.services.retirement import Retirement
from socsec.kernel import rules
from socsec.kernel.arith import ONE, half_up
from socsec.kernel.document import Document
from socsec.kernel.months import month_of, year_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import from_kernel
from socsec.office.services import policy as policies

APART = 6  # months between the starts that are compared
ACCOUNT_RATE = "enrollment.pension.account_rate"


@dataclass(frozen=True)
class Estimate:
    """A pension if it starts in a month: fen a month and by part, ages in months.

    `met` says whether every condition is met; the amounts are those of the pension in any case.
    """

    start: int
    age: int
    monthly: int
    parts: dict[str, int]
    met: bool
    months: int
    months_required: int
    document: Document
    wage: int = 0  # the contribution wage of the month before, fen; 0 where nobody knows it
    worth: int = 0  # a month, by the wages of today

    @property
    def open(self) -> bool:
        """Whether it rests on something that nobody has confirmed."""
        return self.document.open

    @property
    def short(self) -> int:
        """How many months of contributions are missing."""
        return max(0, self.months_required - self.months)

    @property
    def replacement(self) -> int:
        """The pension of the first month by the wage of the last one, in millionths; 0: unknown."""
        return half_up(self.monthly * ONE, self.wage) if self.wage else 0


def current_policy() -> Policy:
    return policies.of(policies.current_edition())


def starts(when: Retirement) -> list[int]:
    """The months worth comparing: the earliest still possible, the statutory one, then every half
    year. Who is past all of them may start next month."""
    first = max(month_of(today()) + 1, when.earliest)
    wanted = {first, when.statutory, *range(when.statutory, when.latest + 1, APART)}
    return sorted(month for month in wanted if month >= first)


def account_rate(region: str, month: int, policy: Policy) -> int:
    """What of a base goes to the individual account, in millionths."""
    try:
        return int(policy.at(ACCOUNT_RATE, region, month).value)
    except PolicyError as error:
        raise from_kernel(error) from error


def paid_on(plan: Plan, most: int) -> int:
    return max(0, most if plan.months is None else min(plan.months, most))


def later(amount: int, assumed: Assumptions, month: int) -> int:
    """An amount of today in a month to come."""
    return grown(amount, assumed.wages, year_of(month) - today().year)


def compare(months: list[int], estimate: Callable[[int], Estimate]) -> list[Estimate]:
    """One estimate for each start."""
    return [estimate(month) for month in months]


def read(start: int, assessment: rules.Assessment, wage: int, assumed: Assumptions) -> Estimate:
    sheet: Any = assessment.sheet
    pension = sheet.pension
    basic, account = int(pension.basic.amount), int(pension.account.amount)
    transitional = int(pension.transitional.amount + pension.transitional.adjustment)
    return Estimate(
        start=start,
        age=int(sheet.conditions.age),
        monthly=int(pension.amount),
        parts={
            "basic": basic,
            "account": account,
            "transitional": transitional,
            "addition": int(pension.amount) - basic - account - transitional,
        },
        met=bool(sheet.conditions.entitled),
        months=int(sheet.conditions.months),
        months_required=int(sheet.conditions.months_required),
        document=assessment.document,
        wage=wage,
        worth=todays(int(pension.amount), assumed.wages, year_of(start) - today().year),
    )


def today() -> Any:
    return timezone.localdate()
