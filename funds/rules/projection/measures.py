"""What a course means: deficits, exhaustion, cost rates, implicit debt, the long-range balance."""

from dataclasses import dataclass

import numpy as np

from .ages import Array
from .scheme import Course


@dataclass(frozen=True)
class Measures:
    """A course in the nation, by year: fen unless said otherwise.

    `cost_rate` expenditure as a part of the wages contributed on, `dependency` pensioners for each
    contributor, `replacement` the mean pension and `award` the mean new pension as parts of the
    average wage, `funded` the reserve in years of expenditure. `first_deficit` is the first year
    that spends more than it takes in, `exhausted` the first whose reserve is below nothing; None
    where neither happens.
    """

    years: tuple[int, ...]
    income: Array
    expenditure: Array
    balance: Array
    reserve: Array
    cost_rate: Array
    dependency: Array
    replacement: Array
    award: Array
    funded: Array
    first_deficit: int | None
    exhausted: int | None


def measure(course: Course, wage: Array) -> Measures:
    """The measures of a course under average wages (year) in fen a year."""
    flows = course.flows
    income, expenditure = flows.income.sum(1), flows.expenditure.sum(1)
    heads, pensioners = flows.contributors.sum(1), flows.pensioners.sum(1)
    reserve = course.reserve.sum(1)
    balance = income - expenditure
    return Measures(
        tuple(course.years),
        income,
        expenditure,
        balance,
        reserve,
        share(expenditure, flows.base.sum(1)),
        share(pensioners, heads),
        share(share(flows.pensions.sum(1), pensioners), wage),
        share(share(flows.award.sum(1), flows.awarded.sum(1)), wage),
        share(reserve, expenditure),
        first_year(course.years, balance < 0),
        first_year(course.years, reserve < 0),
    )


def share(part: Array, whole: Array) -> Array:
    """A part of a whole; nought where there is no whole."""
    found: Array = np.where(whole > 0, part / np.where(whole > 0, whole, 1), 0)
    return found


def first_year(years: range, holds: Array) -> int | None:
    """The first year for which a condition holds, or None."""
    places = np.flatnonzero(holds)
    return years[int(places[0])] if len(places) else None


def present(amounts: Array, returns: Array) -> Array:
    """What amounts by year (year, …) are worth at the start, paid in the middle of each year."""
    factor = (1 + returns).cumprod() / np.sqrt(1 + returns)
    found: Array = (amounts / factor.reshape(-1, *[1] * (amounts.ndim - 1))).sum(0)
    return found


def long_range(course: Course, returns: Array, years: int) -> float:
    """The actuarial balance of so many years, as a part of the wages contributed on.

    The reserve at the start and what comes in but returns, less what goes out, all at present
    value: above nought the scheme can pay for these years.
    """
    flows = course.flows
    upto = slice(0, years)
    comes = (flows.contributions + flows.subsidies).sum(1)[upto]
    goes = flows.expenditure.sum(1)[upto]
    wages = flows.base.sum(1)[upto]
    rates = returns[upto]
    missing = course.opening.sum() + present(comes - goes, rates)
    base = present(wages, rates)
    balance: float = (missing / base).item() if base > 0 else 0
    return balance
