"""Pay more, get more (多缴多得、长缴多得): what further months or a higher base would bring.

Each choice is an estimate of its own, by the rule of a claim. What it costs is what the person
pays from now on; whoever pays alone pays the whole contribution.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from pensions.services.estimate import Estimate, Plan
from pensions.services.projection import Assumptions, grown
from socsec.kernel.arith import ceil_div, share
from socsec.kernel.months import month_of, year_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import from_kernel

FLOOR, CEILING = "enrollment.pension.base_floor", "enrollment.pension.base_ceiling"
OWN, EMPLOYED = "enrollment.pension.own_account_rate", "enrollment.pension.person_rate"
YEARS = (0, 1, 2, 3, 5, 10)  # beside all the time that is left
STEPS = 4  # equal steps from the floor to the ceiling of the base


@dataclass(frozen=True)
class Choice:
    """One way to go on: the plan, its estimate, and what the person pays for it, in fen."""

    plan: Plan
    estimate: Estimate
    months: int
    base: int
    paid: int

    def beside(self, other: "Choice") -> "Difference":
        """What this one brings beyond another."""
        more, cost = self.estimate.monthly - other.estimate.monthly, self.paid - other.paid
        return Difference(more, cost, ceil_div(cost, more) if more > 0 and cost > 0 else 0)


@dataclass(frozen=True)
class Difference:
    """Fen a month more, fen paid more, and months of drawing until it has come back; 0: never."""

    more: int
    cost: int
    months: int


@dataclass(frozen=True)
class Payer:
    """Who pays from now on: where, on which base in fen, whether alone, until which start."""

    region: str
    base: int
    alone: bool
    start: int
    first: int  # the first month not paid yet

    @property
    def left(self) -> int:
        """How many months there are until the pension."""
        return max(0, self.start - self.first)


Work = Callable[[Plan], Estimate]


def by_years(payer: Payer, work: Work, policy: Policy, assumed: Assumptions) -> list[Choice]:
    """Stop now, or pay for some years more, up to the pension."""
    counts = [12 * years for years in YEARS if 12 * years < payer.left]
    plans = [Plan(months=count) for count in [*counts, payer.left]]
    return _worked_out(payer, plans, work, policy, assumed)


def by_base(payer: Payer, work: Work, policy: Policy, assumed: Assumptions) -> list[Choice]:
    """Pay until the pension on the lowest base, the present one, the highest, and between."""
    plans = [Plan(base=base) for base in sorted({*bases(payer, policy), payer.base})]
    return _worked_out(payer, plans, work, policy, assumed)


def bases(payer: Payer, policy: Policy) -> list[int]:
    """Bases from the floor of the place to its ceiling, in whole yuan between."""
    now = month_of(timezone.localdate())
    try:
        low, high = (int(policy.at(code, payer.region, now).value) for code in (FLOOR, CEILING))
    except PolicyError as error:
        raise from_kernel(error) from error
    between = [low + (high - low) * step // STEPS // 100_00 * 100_00 for step in range(1, STEPS)]
    return [low, *between, high]


def _worked_out(
    payer: Payer, plans: Sequence[Plan], work: Work, policy: Policy, assumed: Assumptions
) -> list[Choice]:
    return [_choice(payer, plan, work(plan), policy, assumed) for plan in plans]


def _choice(
    payer: Payer, plan: Plan, estimate: Estimate, policy: Policy, assumed: Assumptions
) -> Choice:
    base = payer.base if plan.base is None else plan.base
    months = payer.left if plan.months is None else min(plan.months, payer.left)
    return Choice(plan, estimate, months, base, _paid(payer, base, months, policy, assumed))


def _paid(payer: Payer, base: int, months: int, policy: Policy, assumed: Assumptions) -> int:
    """What the person pays for so many months from the first one not paid yet."""
    now, code = timezone.localdate().year, OWN if payer.alone else EMPLOYED
    total = 0
    for month in range(payer.first, payer.first + months):
        try:
            rate = int(policy.at(code, payer.region, month).value)
        except PolicyError as error:
            raise from_kernel(error) from error
        total += share(grown(base, assumed.wages, year_of(month) - now), rate)
    return total
