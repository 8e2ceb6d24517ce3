"""The population of China as the United Nations estimate and project it, read from `funds/reference/`.

`2019` and `2024` are revisions of World Population Prospects. The files of 2024 hold no population
by age: it is worked out from that of the year 2000 in the revision of 2019, with the births, deaths
and migration of 2024; the README beside the files says so and by how much it misses.
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path as File

import numpy as np

from funds.rules.projection.ages import ABRIDGED, AGES, FIVES, Array, rates_by_age, single_years
from funds.rules.projection.population import Path, YearRates, project
from socsec.kernel.errors import KernelError

FILES = File(__file__).resolve().parents[2] / "reference" / "population"
SEXES = ("m", "f")
THOUSAND = 1000
BASE = 2000  # from this year on the population is known by age in both revisions
LAST_KNOWN = 2020
WIDTH = 5
LESS = 99 / 100


@dataclass(frozen=True)
class Demography:
    """One revision: how many there are, and the rates of every year from 2000 to 2100."""

    revision: str
    table: dict[tuple[str, str], dict[tuple[int, int], dict[int, float]]]

    def heads(self, year: int) -> Array:
        """People (2, 101) in the middle of a year for which they are published by age."""
        groups = [self._row("population", sex, year) for sex in SEXES]
        return single_years(
            np.array([[row[int(age)] for age in FIVES] for row in groups]) * THOUSAND
        )

    def groups(self, year: int) -> Array:
        """The same as published, in groups of five years (2, 21)."""
        rows = [self._row("population", sex, year) for sex in SEXES]
        return np.array([[row[int(age)] for age in FIVES] for row in rows]) * THOUSAND

    def rates(self, year: int) -> YearRates:
        """What holds from the middle of a year to that of the next."""
        births = self.one("births", year) if year < self.first_projected else 0
        return YearRates(
            mortality=self.mortality(year),
            fertility=self.fertility(year),
            sex_ratio=self.one("sex_ratio", year),
            migration=self._migration(year),
            # Known for years gone by; for those to come they follow from fertility.
            births=births * THOUSAND or None,
        )

    def mortality(self, year: int) -> Array:
        """Death rates (2, 101): logarithms run straight between the middles of the periods."""
        periods = sorted(self.table["mortality", SEXES[0]])
        middles = [(first + last) / 2 for first, last in periods]
        at = np.clip(year + 1 / 2, middles[0], middles[-1])
        after = max(1, int(np.searchsorted(middles, at)))
        share = (at - middles[after - 1]) / (middles[after] - middles[after - 1])
        before, following = (self._deaths[periods[place]] for place in (after - 1, after))
        found: Array = np.exp(np.log(before) * (1 - share) + np.log(following) * share)
        return found

    @cached_property
    def _deaths(self) -> dict[tuple[int, int], Array]:
        """Death rates by single age of each period."""
        return {
            period: rates_by_age(
                np.array(
                    [
                        [self.table["mortality", s][period][int(age)] for age in ABRIDGED]
                        for s in SEXES
                    ]
                )
            )
            for period in self.table["mortality", SEXES[0]]
        }

    def fertility(self, year: int) -> Array:
        """Births of a woman at each age in a year (101)."""
        shares = self._row("fertility_age", "", year)
        total = self.one("fertility", year)
        drawn = single_years(np.array([shares.get(int(age), 0) for age in FIVES]))
        return drawn * (total / sum(shares.values()))

    def _migration(self, year: int) -> Array:
        """Net heads (2, 101) of a year. Where only their number is known: with the ages of the first
        period that has them, or else with those of the people of 2020."""
        if ("migration", SEXES[0]) in self.table:
            moved = np.array([self._by_age("migration", sex, year) for sex in SEXES])
            total = self.one("migration_total", year) or moved.sum() / WIDTH
        else:
            moved, total = self.heads(LAST_KNOWN), self.one("migration", year) / WIDTH
        return moved * (total * THOUSAND / moved.sum())

    def _by_age(self, what: str, sex: str, year: int) -> Array:
        periods = self.table[what, sex]
        first = min(periods)
        groups = periods[_period(periods, year) or first]
        out = np.zeros(len(AGES))
        for age, heads in groups.items():
            last = min(age + WIDTH, len(AGES))
            out[age:last] = heads / (last - age)
        return out

    @property
    def first_projected(self) -> int:
        """The first year whose rates are a projection."""
        return int(self.revision)

    def _row(self, what: str, sex: str, year: int) -> dict[int, float]:
        periods = self.table[what, sex]
        period = _period(periods, year)
        if period is None:
            raise KernelError(
                "year_not_known",
                f"World Population Prospects {self.revision} has no {what} for {year}",
                f"《世界人口展望 {self.revision}》没有 {year} 年的 {what}",
            )
        return periods[period]

    def one(self, what: str, year: int) -> float:
        """A published number of a year that has no ages, as in its file; nought where there is none."""
        periods = self.table.get((what, ""), {})
        period = _period(periods, year)
        return 0 if period is None else periods[period][0]

    def expectancy(self, sex: int, year: int) -> float:
        """Published life expectancy at birth, in years."""
        return self._row("expectancy", SEXES[sex], year)[0]


def _period(periods: dict[tuple[int, int], dict[int, float]], year: int) -> tuple[int, int] | None:
    """The period that holds a year: one year, or from mid-year to mid-year of several."""
    if (year, year) in periods:
        return year, year
    for first, last in periods:
        if first <= year < last:
            return first, last
    return None


@cache
def load(revision: str) -> Demography:
    """A revision of World Population Prospects: "2019" or "2024"."""
    table: defaultdict[tuple[str, str], dict[tuple[int, int], dict[int, float]]] = defaultdict(dict)
    with (FILES / f"china_wpp{revision}.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            ages = table[row["what"], row["sex"]].setdefault((int(row["from"]), int(row["to"])), {})
            ages[int(row["age"] or 0)] = _number(row["value"])
    return Demography(revision, dict(table))


def _number(text: str) -> float:
    return np.float64(text).item()


@cache
def base(revision: str, year: int) -> Array:
    """The people (2, 101) from whom a projection starts, in the middle of a year."""
    of = load(revision)
    if ("population", SEXES[0]) in of.table:
        first = max(y for y, _last in of.table["population", SEXES[0]] if y <= year)
        return project(of.heads(first), first, year, of.rates).heads[-1]
    return project(_fitted_base(revision), BASE, year, of.rates).heads[-1]


def _fitted_base(revision: str) -> Array:
    """The people of the year 2000 from the revision of 2019, all ages by one factor, so that the
    first published total of the newer revision, at the end of its year, is met."""
    of, before = load(revision), load("2019").heads(BASE)
    year = of.first_projected
    total = of.one("total_end_of_year", year) * THOUSAND
    # The later total moves in step with the earlier people, so that two tries give the factor.
    full, less = (
        project(people, BASE, year + 1, of.rates).heads[-2:].sum() / 2
        for people in (before, before * LESS)
    )
    return before * (1 - (full - total) / (full - less) * (1 - LESS))


def population(
    of: Demography,
    first: int,
    last: int,
    adjust: Callable[[YearRates, int], YearRates] | None = None,
) -> Path:
    """The nation from the middle of `first` to that of `last`."""

    def rates(year: int) -> YearRates:
        return adjust(of.rates(year), year) if adjust else of.rates(year)

    return project(base(of.revision, first), first, last, rates)
