"""Arrears by how long they have been owed: by region, employer and branch."""

from dataclasses import dataclass, field
from typing import Any

from enrollment.queries import debts

_BY = """
    select {by}, least(greatest(width_bucket(%s - month, %s::int[]), 0), %s),
           count(distinct person_id), sum(open_here)::bigint
    from ({debts}) as d group by 1, 2
"""


@dataclass(slots=True)
class Aged:
    """What one region, employer or branch owes, by bucket, in fen."""

    key: Any
    amounts: list[int]
    heads: int = 0
    name: str = ""
    url: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.amounts)


def aged(region: str, month: int, by: str, bounds: list[int]) -> list[Aged]:
    """Arrears of a region up to a month, by `region`, `employer_id` or `branch`, most owed first.

    `bounds` are the ages in months at which the next bucket begins.
    """
    owing, values = debts.of_region(region, month)
    rows = debts.fetch(_BY.format(by=by, debts=owing), [month, bounds, len(bounds), *values])
    found: dict[Any, Aged] = {}
    for key, bucket, heads, amount in rows:
        each = found.setdefault(key, Aged(key, [0] * (len(bounds) + 1)))
        each.amounts[bucket] += amount
        each.heads += heads
    return sorted(found.values(), key=lambda each: -each.total)
