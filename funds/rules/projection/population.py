"""The population year by year, by sex and single age: the cohort-component method.

Each year those alive grow a year older or die, women bear children by age, and people come and go.
Half of a year's migrants arrive at its beginning and half at its end. Every year balances: heads at
the end are heads at the beginning, plus births, less deaths, plus net migration.

The sexes are in the order men, women. Arrays are (…, sex, age): any axes before are regions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from socsec.kernel.errors import KernelError

from .ages import AGES, Array, survival

MALE, FEMALE = 0, 1


@dataclass(frozen=True)
class YearRates:
    """What one year, from mid-year to mid-year, holds for everybody.

    `mortality` death rates (…, 2, 101); `fertility` births a woman of each age (…, 101);
    `sex_ratio` boys for each girl born; `migration` net heads of the year (…, 2, 101); `births`,
    where they are known, the heads born in the year, and fertility only shares them out.
    """

    mortality: Array
    fertility: Array
    sex_ratio: float
    migration: Array | float = 0
    births: Array | float | None = None


@dataclass(frozen=True)
class Path:
    """A population over the years: heads (year, …, sex, age), and what moved them in each year.

    `births` (year, …, sex), `deaths` (year, …, sex, age) by the age reached, `migration` likewise;
    the year is that in which they begin, so that there is one row fewer than of `heads`.
    """

    first: int
    heads: Array
    births: Array
    deaths: Array
    migration: Array

    @property
    def years(self) -> range:
        return range(self.first, self.first + len(self.heads))

    def at(self, year: int) -> Array:
        """The heads in the middle of a year; KernelError for one that was not worked out."""
        if year not in self.years:
            raise KernelError(
                "year_not_projected",
                f"The population of {year} was not worked out, only {self.first} to {self.years[-1]}",
                f"没有推算 {year} 年的人口，只有 {self.first} 至 {self.years[-1]} 年",
            )
        found: Array = self.heads[year - self.first]
        return found


def step(heads: Array, rates: YearRates) -> tuple[Array, Array, Array, Array]:
    """A year: the heads at its end, births by sex, deaths by age reached, migration by age reached."""
    live = survival(rates.mortality)
    half = np.broadcast_to(np.asarray(rates.migration, dtype=np.float64) / 2, heads.shape)
    before = heads + half
    # Who is 99 and who is 100 or over a year later make up the open group.
    aged = np.concatenate(
        [np.zeros_like(before[..., :1]), before[..., :-2], before[..., -2:].sum(-1, keepdims=True)],
        axis=-1,
    )
    shares = live[..., :-1]  # the last two of them are one share: that of the open group
    kept = aged * shares
    mothers = (before[..., FEMALE, :] + kept[..., FEMALE, :]) / 2
    born = _born(mothers, rates)
    kept[..., 0] = born * live[..., 0]
    came = born[..., None] * (AGES == 0)
    deaths = aged + came - kept
    # Migrants are counted at the age that they reach, as those they join.
    grown = np.concatenate(
        [np.zeros_like(half[..., :1]), half[..., :-2], half[..., -2:].sum(-1, keepdims=True)],
        axis=-1,
    )
    end = kept + half
    if (end < 0).any():
        raise KernelError(
            "negative_population",
            "More people leave than there are at some age",
            "某个年龄迁出的人数多于该年龄的人数",
        )
    return end, born, deaths, grown + half


def _born(mothers: Array, rates: YearRates) -> Array:
    """Births by sex in a year, from the women who lived in it."""
    fertility = np.asarray(rates.fertility)
    if (fertility < 0).any() or rates.sex_ratio <= 0:
        raise KernelError(
            "negative_fertility",
            "Fertility and the sex ratio at birth cannot be below zero",
            "生育率和出生性别比不能小于零",
        )
    total = (mothers * fertility).sum(-1)
    if rates.births is not None:
        total = np.asarray(rates.births) * total / total.sum()
    boys = total * rates.sex_ratio / (1 + rates.sex_ratio)
    return np.stack([boys, total - boys], axis=-1)


def project(heads: Array, first: int, last: int, rates: Callable[[int], YearRates]) -> Path:
    """From the middle of the year `first` to that of `last`, under `rates` of each year."""
    heads = np.asarray(heads, dtype=np.float64)
    if (heads < 0).any() or not np.isfinite(heads).all():
        raise KernelError(
            "negative_population", "A head count is below zero or missing", "有人数小于零或缺失"
        )
    path, births, deaths, moved = [heads], [], [], []
    for year in range(first, last):
        heads, born, died, came = step(heads, rates(year))
        path.append(heads)
        births.append(born)
        deaths.append(died)
        moved.append(came)
    return Path(
        first,
        np.stack(path),
        _stacked(births, heads.shape[:-1]),
        _stacked(deaths, heads.shape),
        _stacked(moved, heads.shape),
    )


def _stacked(rows: list[Array], shape: tuple[int, ...]) -> Array:
    return np.stack(rows) if rows else np.zeros((0, *shape))


def fitted(seed: Array, rows: Array, groups: Array, rounds: int) -> Array:
    """Heads of regions by sex and age that add up to the nation's and to what each region counts.

    `seed` the nation (2, 101); `rows` the heads of each region in a few broad age groups
    (region, group); `groups` the group of each age (101). Iterative proportional fitting: first
    each region's groups, last each cell of the nation, which therefore holds exactly.
    """
    out = np.broadcast_to(seed, (len(rows), *seed.shape)).copy()
    within = groups[None, :] == np.arange(rows.shape[1])[:, None]  # (group, age)
    scaled = rows * (seed.sum() / rows.sum())
    for _round in range(rounds):
        counted = np.einsum("rsa,ga->rg", out, within)
        out *= (scaled / counted)[:, groups][:, None, :]
        out *= seed / out.sum(0)
    return out
