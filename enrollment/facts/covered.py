"""Who is covered in a month: the part of the statements about work that all of them begin with."""

from collections.abc import Sequence
from datetime import date, timedelta

from enrollment.models import Coverage
from enrollment.params import CountedDays
from socsec.kernel.months import first_day
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION, span

from .common import PAYING, STAFF, Select

# A month is owed once, by whoever is covered on one of its counted days: where a person changed
# over within the month, being an employee comes first, and between equals the earlier coverage.
# Work injury is owed by each employer apart, where it insures in nothing else.
_COVERED = """
    select person_id, branch, apart, category, region, days
    from (
        select distinct on (person_id, branch, apart)
               person_id, branch, apart, category, region, {days} as days
        from enrollment_coverage
        where branch = any(%s) and person_id between %s and %s and span && {days}
        order by person_id, branch, apart, category <> all(%s), category, lower(span)
    ) as first_covered
    where region between %s and %s
"""

# Where a region counts other days than the nation.
_DAYS_OF_REGION = """coalesce((
    select daterange(own.first, own.last)
    from unnest(%s::text[], %s::text[], %s::date[], %s::date[]) as own (low, high, first, last)
    where region between own.low and own.high
    order by own.high::int - own.low::int limit 1
), daterange(%s, %s))"""


def covered(
    law: Policy,
    month: int,
    branches: Sequence[int],
    region: str,
    first_person: int,
    last_person: int,
) -> Select:
    """Who is covered on a counted day: person_id, branch, apart, category, region, days."""
    low, high = span(region)
    days, values = counted(law, month)
    return _COVERED.format(days=days), [
        *values,
        *(list(branches), first_person, last_person),
        *values,
        *(STAFF, low, high),
    ]


def counted(law: Policy, month: int) -> Select:
    """The days of a month that count, as a daterange of the row's region."""

    def days_in(place: str) -> list[date]:
        rule = CountedDays.at(law, place, month)
        first = first_day(month)
        until = min(first + timedelta(days=rule.counted_until), first_day(month + 1))
        return [first + timedelta(days=rule.counted_from - 1), until]

    own = sorted(
        {value.region for value in law.values() if value.code in CountedDays.codes().values()}
        - {NATION}
    )
    nation = days_in(NATION)
    if not own:
        return "daterange(%s, %s)", nation
    spans = [span(place) for place in own]
    days = [days_in(place) for place in own]
    return _DAYS_OF_REGION, [
        [low for low, _high in spans],
        [high for _low, high in spans],
        [first for first, _last in days],
        [last for _first, last in days],
        *nation,
    ]


_INSURED = """
    select person_id from enrollment_coverage
    where branch = any(%s) and region between %s and %s and span && daterange(%s, %s)
"""


def insured(*, month: int, branches: Sequence[int], region: str) -> Select:
    """Everybody covered that month, once for each of the branches: person_id."""
    low, high = span(region)
    return _INSURED, [list(branches), low, high, first_day(month), first_day(month + 1)]


def regions(*, month: int, branch: int, region: str, categories: Sequence[int] = ()) -> list[str]:
    """The regions in which anybody who pays is covered that month: those whose law a run must know.

    With `categories` only those count.
    """
    low, high = span(region)
    return sorted(
        Coverage.objects.filter(
            branch=branch,
            category__in=categories or PAYING,
            region__gte=low,
            region__lte=high,
            span__overlap=(first_day(month), first_day(month + 1)),
        )
        .order_by()
        .values_list("region", flat=True)
        .distinct()
    )


def places(*, month: int, branches: Sequence[int], region: str) -> dict[int, dict[int, list[str]]]:
    """The same for several branches at once: by branch and category, the regions with anybody."""
    low, high = span(region)
    found: dict[int, dict[int, list[str]]] = {branch: {} for branch in branches}
    for branch, category, place in (
        Coverage.objects.filter(
            branch__in=branches,
            category__in=PAYING,
            region__gte=low,
            region__lte=high,
            span__overlap=(first_day(month), first_day(month + 1)),
        )
        .order_by("branch", "category", "region")
        .values_list("branch", "category", "region")
        .distinct()
    ):
        found[branch].setdefault(category, []).append(place)
    return found
