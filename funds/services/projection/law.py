"""What the law says of a scheme, asked of the app that knows it: that app registers its answer.

Rates, pensionable ages, accrual and divisors are not assumptions: they are the policy in force, or
a draft of it, and stand in the apps above. A projection asks for all its years at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from funds.models import Scheme
from funds.rules.projection.ages import Array
from socsec.kernel.policy import Policy

# Groups that retire at an age of their own.
MEN, WOMEN_55, WOMEN_50, WOMEN = "men", "women55", "women50", "women"


@dataclass(frozen=True)
class Asked:
    """For which years, and for whom: `births` are months. Without `delayed` the pensionable ages are
    those before the decision of 2024; from the month `later_from` on they rise further, by a month
    for each `later_step` months, up to `later` months."""

    policy: Policy
    region: str
    years: range
    births: range
    delayed: bool = True
    later: int = 0
    later_from: int = 0
    later_step: int = 1


@dataclass(frozen=True)
class SchemeLaw:
    """A scheme's law: rates of one by year from `first` on; nought before there was any.

    `rate` of contribution in all, `account_rate` of it into the account, `accrual` of the wage for
    each year, `divisor` months by age (101), `retires` the month in which each birth month of a
    group reaches the pensionable age, `interest` on accounts where it is announced, by year.
    """

    first: int
    rate: Array
    account_rate: Array
    accrual: Array
    divisor: Array
    retires: dict[str, Array]
    interest: dict[int, float]
    accounts_since: int


LawOf = Callable[[Asked], SchemeLaw]
_laws: dict[Scheme, LawOf] = {}


def register(scheme: Scheme, law: LawOf) -> None:
    """Called by the app that knows the scheme, when it is ready."""
    _laws[scheme] = law


def of(scheme: Scheme, asked: Asked) -> SchemeLaw:
    """The scheme's law for these years; KeyError where no app has said that it knows it."""
    return _laws[scheme](asked)
