"""A scenario worked out: the people, both schemes, what was earned so far, and what it all means."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from funds.models import Scheme
from funds.params import ProjectionParams, SpreadParams
from funds.rules.projection.ages import Array
from funds.rules.projection.measures import Measures, long_range, measure, present
from funds.rules.projection.scheme import Course, float_of, run
from socsec.kernel.arith import ONE
from socsec.kernel.errors import KernelError
from socsec.kernel.months import month
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION

from . import national, years
from .national import Start
from .scenario import Scenario
from .years import Shocks, Years

Told = Callable[[int, int], None]
# What a row of a year takes from the flows of a course.
KEPT = (
    *("contributors", "pensioners", "awarded", "contributions", "subsidies", "investment"),
    *("pensions", "grants", "refunds", "award", "base"),
)
LARGEST = 2**62
LAST_YEAR = 2100  # that the population is projected to
SCHEMES = 2
# What a tenth, half and nine tenths of the draws stay below.
QUANTILES = (1 / 10, 1 / 2, 9 / 10)


@dataclass(frozen=True)
class Outcome:
    """A scheme of a projection: its course, its measures, and in fen what was earned so far."""

    scheme: Scheme
    regions: list[str]
    course: Course
    measures: Measures
    wage: Array
    long_range: float | None
    debt: float

    def figures(self) -> dict[str, Any]:
        """The measures as they are kept: years, millionths, fen."""
        return {
            "first_deficit": self.measures.first_deficit,
            "exhausted": self.measures.exhausted,
            "long_range": None if self.long_range is None else round(self.long_range * ONE),
            "debt": round(self.debt),
            "opening": round(float_of(self.course.opening.sum())),
        }

    def rows(self) -> list[dict[str, int | str]]:
        """A row for each region and year. KernelError where a number is beyond all money."""
        flows = {name: self._whole(getattr(self.course.flows, name)) for name in KEPT}
        flows["reserve"] = self._whole(self.course.reserve)
        wage = self._whole(self.wage)
        return [
            {
                "scheme": int(self.scheme),
                "region": region,
                "year": year,
                **{name: int(each[row, place]) for name, each in flows.items()},
                "wage": int(wage[row]),
            }
            for place, region in enumerate(self.regions)
            for row, year in enumerate(self.course.years)
        ]

    @staticmethod
    def _whole(numbers: Array) -> Array:
        if not (np.abs(numbers) < LARGEST).all():
            raise KernelError(
                "beyond_numbers",
                "Under these assumptions amounts grow beyond all money",
                "按这些假设推算，金额超出可记录的范围",
            )
        found: Array = np.rint(numbers).astype(np.int64)
        return found


def assumed(policy: Policy, region: str) -> ProjectionParams:
    """The newest assumptions that a policy knows."""
    return ProjectionParams.at(policy, region, month(LAST_YEAR, 1))


def of_nation(
    policy: Policy, scenario: Scenario, told: Told = lambda done, steps: None
) -> list[Outcome]:
    """The nation under a scenario. `told` hears how far it is.

    KernelError where something cannot be, such as a negative mortality.
    """
    held = Years(policy, NATION, assumed(policy, NATION), scenario)
    steps = 1 + 2 * SCHEMES
    told(0, steps)
    starts = national.starts(held, years.people(held))
    outcomes = []
    for place, start in enumerate(starts):
        told(1 + 2 * place, steps)
        outcomes.append(carried(held, start, [NATION]))
    told(steps, steps)
    return outcomes


def carried(held: Years, start: Start, regions: list[str]) -> Outcome:
    """A scheme carried on to the horizon."""
    first = held.span[0]
    given = start.members, start.reserve, start.people, start.survival, start.terms, first
    course = run(*given)
    earned = run(*given, closed=True)
    wages = float_of(course.flows.base.sum())
    horizon = int(held.assumed.long_range_years)
    return Outcome(
        start.scheme,
        regions,
        course,
        measure(course, held.wage),
        held.wage,
        long_range(course, held.returns, horizon) if wages else None,
        float_of(present(earned.flows.expenditure.sum(1), held.returns)),
    )


def chances(
    policy: Policy, scenario: Scenario, draws: int, seed: int, told: Told = lambda done, steps: None
) -> dict[str, Any]:
    """How far chance may carry the nation: quantiles of many courses, the same for the same seed.

    By scheme: `reserve` fen and `cost_rate` millionths as a row of years for each of `QUANTILES`;
    `exhausted` the year by which so many draws have used the reserve up, None for not by the horizon.
    """
    known = assumed(policy, NATION)
    spread = SpreadParams.at(policy, NATION, month(LAST_YEAR, 1))
    chance = np.random.default_rng(seed)
    plain = Years(policy, NATION, known, scenario)
    courses: dict[Scheme, list[tuple[Array, Array, int | None]]] = {}
    for draw in range(draws):
        told(draw, draws)
        held = replace(plain, shocks=_shocks(chance, spread, len(plain.span)))
        for start in national.starts(held, years.people(held)):
            course = run(
                *(start.members, start.reserve, start.people, start.survival, start.terms),
                held.span[0],
            )
            found = measure(course, held.wage)
            courses.setdefault(start.scheme, []).append(
                (found.reserve, found.cost_rate, found.exhausted)
            )
    return {str(int(scheme)): _quantiles(drawn) for scheme, drawn in courses.items()}


def _shocks(chance: np.random.Generator, spread: SpreadParams, span: int) -> Shocks:
    lasts = spread.lasts / ONE
    fresh = np.sqrt(1 - lasts**2)
    walks = []
    for deviation in (spread.wage_growth, spread.returns):
        now, walk = 0, []
        for new in chance.standard_normal(span):
            now = lasts * now + fresh * new
            walk.append(now)
        walks.append(np.array(walk) * deviation / ONE)
    # Levels drift away evenly: at the horizon they are where their deviation says.
    ramp = np.arange(1, span + 1) / span
    levels = [
        np.exp(chance.standard_normal() * deviation / ONE * ramp)
        for deviation in (spread.fertility, spread.mortality)
    ]
    return Shocks(*walks, *levels)


def _quantiles(drawn: list[tuple[Array, Array, int | None]]) -> dict[str, Any]:
    reserve = np.quantile(np.stack([each[0] for each in drawn]), QUANTILES, axis=0)
    cost = np.quantile(np.stack([each[1] for each in drawn]), QUANTILES, axis=0)
    # A reserve that lasts beyond the horizon comes after every year.
    ended = sorted(each[2] or LAST_YEAR + 1 for each in drawn)
    at = [ended[min(int(part * len(ended)), len(ended) - 1)] for part in QUANTILES]
    return {
        "reserve": Outcome._whole(reserve).tolist(),
        "cost_rate": Outcome._whole(cost * ONE).tolist(),
        "exhausted": [year if year <= LAST_YEAR else None for year in at],
    }


def fingerprint(content: Any) -> str:
    """SHA-256 of something as canonical JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
