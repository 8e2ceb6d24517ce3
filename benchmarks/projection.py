"""The long-term balance of the nation to 2100: both schemes in 31 regions, by sex and single age."""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from benchmarks.world import clock
from funds.rules.projection.scheme import Stock
from funds.services.projection import Scenario, assumed, national, years
from funds.services.projection.national import Start
from funds.services.projection.working import carried
from funds.services.projection.years import Years
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION

LABEL = "Long-term balance of the nation"
REGIONS = 31


def measured(rounds: int) -> dict[str, Any]:
    """Seconds of the best round, from the files of the population to the measures of both schemes."""
    policy = Policy.files()
    held = Years(policy, NATION, assumed(policy, NATION), Scenario({}))
    shares = np.arange(1, REGIONS + 1) / np.arange(1, REGIONS + 1).sum()
    seconds = []
    for _round in range(rounds):
        fresh = replace(held)
        with clock() as taken:
            starts = national.starts(fresh, years.people(fresh))
            found = [
                carried(fresh, spread(start, shares), [str(n) for n in range(REGIONS)])
                for start in starts
            ]
        seconds += taken
    (whole, *_others) = (carried(held, start, [NATION]) for start in starts)
    return {
        "seconds": min(seconds),
        "regions": REGIONS,
        "years": len(held.span),
        "rows": sum(len(each.rows()) for each in found),
        # Regions with the same ages go the same way as all together.
        "apart": float(abs(found[0].measures.reserve[-1] / whole.measures.reserve[-1] - 1)),
    }


def spread(start: Start, shares: Any) -> Start:
    """A scheme of one region shared out among many, each with the same ages."""
    by_region = shares[:, None, None]
    members = Stock(*(getattr(start.members, each.name) * by_region for each in fields(Stock)))
    return replace(
        start,
        members=members,
        reserve=start.reserve * shares,
        people=start.people * by_region,
    )
