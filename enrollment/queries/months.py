"""What became of each month, in the words of the grid: for the person's page and the desk's."""

from collections.abc import Iterable

from django.utils import timezone

from socsec.kernel.months import month_of

from ..models import Coverage
from ..models.spans import last_day
from .movements import place_months
from .record import MonthRecord, MonthStatus

# a status of a month → the state under which the grid draws it
STATES = {
    MonthStatus.PAID: "paid",
    MonthStatus.CARRIED: "paid",
    MonthStatus.DEEMED: "deemed",
    MonthStatus.PART: "part",
    MonthStatus.DUE: "owed",
}


def overlapping(person_id: int, branch: int) -> dict[int, tuple[str, ...]]:
    """Months that count in two places or schemes, with the regions: one of them counts."""
    found: dict[int, list[str]] = {}
    for each in place_months(person_id, branch):
        if not each.deemed:
            found.setdefault(each.month, []).append(each.region)
    return {month: tuple(regions) for month, regions in found.items() if len(regions) > 1}


def states_of(records: dict[int, MonthRecord], spans: Iterable[Coverage]) -> dict[int, str]:
    """The state of every month from the first insured one to this month.

    A month under cover that nobody has worked out yet is being processed; one without cover is
    missing.
    """
    this_month = month_of(timezone.localdate())
    covered: set[int] = set()
    for each in spans:
        start, end = each.span.lower, last_day(each.span)
        if start is None:
            # the database refuses a span without a first day; an empty one has none either
            continue
        last = min(this_month, month_of(end) if end else this_month)
        covered.update(range(month_of(start), last + 1))
    known = covered | set(records)
    if not known:
        return {}
    states = {}
    for month in range(min(known), max(max(known), this_month) + 1):
        if month in records:
            states[month] = STATES[records[month].status]
        else:
            states[month] = "proc" if month in covered else "miss"
    return states
