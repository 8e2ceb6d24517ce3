"""Single years of age out of groups of five, and life tables out of death rates.

Ages run from 0 to 100; the last stands for everybody of 100 and over. Arrays have the ages as their
last axis, so that both sexes and all regions go through at once.
"""

from typing import Any

import numpy as np

from socsec.kernel.errors import KernelError

Array = np.ndarray[Any, Any]

OLDEST = 100
AGES = np.arange(OLDEST + 1)
# Where the groups of an abridged life table begin.
ABRIDGED = np.array([0, 1, *range(5, OLDEST + 1, 5)])
FIVES = np.arange(0, OLDEST + 1, 5)
# A cubic stays monotone while its tangents are at most so many times the slopes beside them.
STEEPEST = 3
# The ages at which the rates of an abridged table are taken to hold; that of 1 to 4 at both ends.
_DRAWN_AT = np.array([0, 1, 4, *range(7, OLDEST, 5), OLDEST])


def single_years(groups: Array) -> Array:
    """Counts of five-year groups (the last of them open) in single years of age.

    The running sum is drawn by a monotone cubic (Fritsch and Carlson), so that every group keeps
    its count to the last head and nothing turns negative.

    >>> ages = single_years(np.array([500.0] * 21))
    >>> ages[:5].round(6).tolist(), ages[-1].item()
    ([100.0, 100.0, 100.0, 100.0, 100.0], 500.0)
    """
    groups = np.asarray(groups, dtype=np.float64)
    if (groups < 0).any():
        raise KernelError(
            "negative_population",
            "The population of an age group is below zero",
            "有年龄组的人口数小于零",
        )
    closed = groups[..., :-1]
    running = np.concatenate([np.zeros_like(closed[..., :1]), closed.cumsum(-1)], axis=-1)
    at_ages = _monotone(FIVES.astype(np.float64), running, AGES.astype(np.float64))
    # Where nobody is, what is left of rounding may be below nothing.
    within = np.maximum(np.diff(at_ages, axis=-1), 0)
    return np.concatenate([within, groups[..., -1:]], axis=-1)


def _monotone(x: Array, y: Array, at: Array) -> Array:
    """The monotone cubic through (x, y) at equal steps, read elsewhere; y rises along its last axis."""
    step = np.diff(x)
    slope = np.diff(y, axis=-1) / step
    before, after = slope[..., :-1], slope[..., 1:]
    inner = np.minimum((before + after) / 2, STEEPEST * np.minimum(before, after))
    ends = [
        np.clip(end + (end - beside) / 2, 0, STEEPEST * end)
        for end, beside in ((slope[..., :1], slope[..., 1:2]), (slope[..., -1:], slope[..., -2:-1]))
    ]
    tangent = np.concatenate([ends[0], inner, ends[1]], axis=-1)
    place = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(step) - 1)
    width = step[place]
    t = (at - x[place]) / width
    rest = 1 - t
    return (
        y[..., place] * (1 + 2 * t) * rest**2
        + width * tangent[..., place] * t * rest**2
        + y[..., place + 1] * t**2 * (1 + 2 * rest)
        - width * tangent[..., place + 1] * t**2 * rest
    )


def rates_by_age(rates: Array) -> Array:
    """Death rates of an abridged table (0, 1, 5, 10 … 100) for single years of age.

    Between the middles of the groups the logarithm is drawn straight, as death rates grow with age.

    >>> constant = rates_by_age(np.full(22, 0.02))
    >>> bool(np.allclose(constant, 0.02))
    True
    """
    _refuse_bad_rates(rates)
    log = np.log(np.maximum(rates, np.finfo(np.float64).tiny))
    # Small children stand apart: their rate holds for the four years of their group.
    flat = np.insert(log, 1, log[..., 1], axis=-1).reshape(-1, len(_DRAWN_AT))
    drawn = np.stack([np.interp(AGES, _DRAWN_AT, row) for row in flat])
    found: Array = np.exp(drawn).reshape(*np.shape(rates)[:-1], len(AGES))
    return found


def _refuse_bad_rates(rates: Array) -> None:
    rates = np.asarray(rates)
    if not np.isfinite(rates).all():
        raise KernelError(
            "no_mortality",
            "A death rate is missing or is no number",
            "有年龄的死亡率缺失或不是数字",
        )
    if (rates < 0).any():
        place = np.argwhere(rates < 0)[0][-1]
        raise KernelError(
            "negative_mortality",
            f"A death rate is below zero (the {place + 1}th age of its table)",
            f"死亡率小于零（表中第 {place + 1} 个年龄）",
        )


def survival(rates: Array) -> Array:
    """The share of those at each age who are alive a year later, one year older, from death rates.

    A cell more than there are ages: the first is the share of the births of a year who live at its
    end. Who dies does so in the middle of the year; the last two ages share the open group.

    >>> survival(np.zeros(101)).tolist() == [1.0] * 102
    True
    """
    _refuse_bad_rates(rates)
    rates = np.asarray(rates, dtype=np.float64)
    dies = np.minimum(rates / (1 + rates / 2), 1)[..., :-1]
    alive = np.concatenate([np.ones_like(dies[..., :1]), (1 - dies).cumprod(-1)], axis=-1)
    lived = (alive[..., :-1] + alive[..., 1:]) / 2
    # Alive at 100 over their death rate are the years lived from then on: for ever where nobody dies.
    ending = alive[..., -1:]
    whole = lived[..., -1:] * rates[..., -1:] + ending
    into_open = np.where(whole > 0, ending / np.where(whole > 0, whole, 1), 0)
    return np.concatenate(
        [lived[..., :1], lived[..., 1:] / lived[..., :-1], into_open, into_open], axis=-1
    )


def expectancy(rates: Array) -> Array:
    """Life expectancy at each age, in years, from death rates.

    >>> round(float(expectancy(np.full(101, 0.02))[0]), 3)
    50.0
    """
    _refuse_bad_rates(rates)
    dies = np.minimum(rates / (1 + rates / 2), 1)[..., :-1]
    alive = np.concatenate([np.ones_like(dies[..., :1]), (1 - dies).cumprod(-1)], axis=-1)
    lived = (alive[..., :-1] + alive[..., 1:]) / 2
    years = np.concatenate([lived, alive[..., -1:] / rates[..., -1:]], axis=-1)
    return years[..., ::-1].cumsum(-1)[..., ::-1] / alive
