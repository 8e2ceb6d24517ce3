"""What holds in each year of a projection: the assumptions with a scenario laid over them.

Arrays are numbers of one (a rate of 0.24, not millionths) and fen; index 0 is the first year after
the start.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from funds.params import ProjectionParams
from funds.rules.projection.ages import AGES, Array, survival
from funds.rules.projection.population import YearRates
from funds.rules.projection.scheme import float_of
from socsec.kernel.arith import ONE, Steps
from socsec.kernel.policy import Policy

from . import demography, law
from .scenario import Scenario

REVISION = "2024"
YEAR = 12  # months


@dataclass(frozen=True)
class Shocks:
    """What chance adds in each year: to growth and returns, and to fertility and mortality as factors."""

    growth: Array
    returns: Array
    fertility: Array
    mortality: Array


@dataclass(frozen=True)
class Years:
    """One scenario under one policy, year by year to the horizon."""

    policy: Policy
    region: str
    assumed: ProjectionParams
    scenario: Scenario
    shocks: Shocks | None = None

    @property
    def start(self) -> int:
        """The year at whose end everybody stands where they are known to stand."""
        return int(self.assumed.start)

    @cached_property
    def span(self) -> range:
        return range(self.start + 1, int(self.assumed.horizon) + 1)

    def of(self, name: str) -> int:
        """What holds for a lever, in its kernel unit."""
        return self.scenario.value(name, self.assumed)

    def _shock(self, name: str, plain: float) -> Array:
        if self.shocks is None:
            return np.full(len(self.span), plain, dtype=np.float64)
        found: Array = getattr(self.shocks, name)
        return found

    @cached_property
    def growth(self) -> Array:
        """Growth of the average wage."""
        changed = by_year(self.assumed.wage_growth, self.span) + self.of("growth") / ONE
        return changed + self._shock("growth", 0)

    @cached_property
    def wage(self) -> Array:
        """The average wage a year, in fen."""
        return self.wage_before * (1 + self.growth).cumprod()

    @property
    def wage_before(self) -> float:
        return float_of(self.assumed.average_wage * YEAR)

    @cached_property
    def returns(self) -> Array:
        found = by_year(self.assumed.returns, self.span) + self.of("returns") / ONE
        return found + self._shock("returns", 0)

    @cached_property
    def index(self) -> Array:
        """By how much pensions in payment rise."""
        return self.growth * (self.of("index_share") / ONE)

    def interest(self, announced: dict[int, float], years: range) -> Array:
        """On individual accounts: what was announced, then what is assumed."""
        assumed = by_year(self.assumed.account_interest, years)
        return np.array(
            [announced.get(year, rate) for year, rate in zip(years, assumed, strict=True)]
        )

    def past_wage(self, year: int) -> float:
        """The average wage of a year gone by, in fen a year."""
        gone = by_year(self.assumed.wage_growth, range(year + 1, self.start + 1))
        return self.wage_before / float_of((1 + gone).prod())

    def asked(self, births: range) -> law.Asked:
        """The question to the schemes: from the years of the oldest accounts to the horizon."""
        return law.Asked(
            self.policy,
            self.region,
            range(self.assumed.wage_growth.keys[0], self.span[-1] + 1),
            births,
            delayed=bool(self.of("delayed")),
            later=self.of("later"),
            later_from=int(self.assumed.later_from),
            later_step=int(self.assumed.later_step),
        )

    @property
    def births(self) -> range:
        """Months of birth of everybody alive in these years."""
        return range((self.start - len(AGES)) * YEAR, (self.span[-1] + 1) * YEAR)


@dataclass(frozen=True)
class People:
    """The nation: heads at the end of the start and of each year (T + 1, 2, 101), and who lives on."""

    heads: Array
    survival: Array


def people(years: Years) -> People:
    """The population of the scenario. KernelError where a rate cannot be: a negative mortality, say."""
    wpp = demography.load(REVISION)
    fertility = by_year(years.assumed.fertility, years.span) * (years.of("fertility") / ONE)
    mortality = by_year(years.assumed.mortality, years.span) * (years.of("mortality") / ONE)
    fertility = fertility * years._shock("fertility", 1)
    mortality = mortality * years._shock("mortality", 1)

    def adjust(rates: YearRates, year: int) -> YearRates:
        if year not in years.span:
            return rates
        row = year - years.span[0]
        changed = fertility[row] != 1
        births = None if changed else rates.births
        return replace(
            rates,
            fertility=rates.fertility * fertility[row],
            mortality=rates.mortality * mortality[row],
            births=births,
        )

    path = demography.population(wpp, years.start, years.span[-1] + 1, adjust)
    # Heads stand in the middle of a year; those at its end are half-way to the next middle.
    ends = (path.heads[:-1] + path.heads[1:]) / 2
    alive = np.stack(
        [
            survival(wpp.mortality(year) * mortality[row])[:, :-1]
            for row, year in enumerate(years.span)
        ]
    )
    return People(ends, alive)


def by_year(table: Steps, years: range) -> Array:
    """A table of rates by year, as numbers of one."""
    return np.array([table.at(year) for year in years], dtype=np.float64) / ONE


def by_age(table: Steps) -> Array:
    """A table of rates by age, as numbers of one (101)."""
    return np.array([table.at(int(age) * YEAR) for age in AGES], dtype=np.float64) / ONE
