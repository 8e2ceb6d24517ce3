"""Late debts: what was open on which days, and for how long payers have owed.

For each contribution that was not paid in full by its due date the sum over all days of what was
open that day, in fen, times the day's rate in millionths (`weight`), and what of the surcharge was
counted before. A payment stops counting on the day on which the money came, whenever it was booked. What was put off
by a policy is late from its later due date on.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from enrollment.queries import debts
from socsec.kernel.regions import span

Select = tuple[str, list[Any]]

# (category, region, day of the month, months after): those whose debts bear a surcharge.
Terms = Iterable[tuple[int, str, int, int]]
# (region, first day, the day after the last, millionths)
Rates = Iterable[tuple[str, date, date, int]]

DUE_ON = """(
    make_date((c.month + {after}) / 12, (c.month + {after}) %% 12 + 1, 1)
    + least({day}, extract(day from (
        make_date((c.month + {after}) / 12, (c.month + {after}) %% 12 + 1, 1)
        + interval '1 month - 1 day'))::int) - 1
)"""

# `segment` is a stretch of days with its rate; a kept agreement that stops the surcharge takes its
# days off again.
_WEIGHTS = """
    select c.person_id, c.month, c.branch, c.employer_id, c.part, c.category, c.region,
           greatest(w.weight, 0) as weight, e.before
    from enrollment_contribution c
    join (values {terms}) as t (category, region, day, after) using (category, region)
    cross join lateral (
        select greatest({due_on}, (
            select m.due_on from enrollment_deferredmonth m
            where m.employer_id = c.employer_id and m.branch = c.branch and m.month = c.month
        )) as due_on
    ) as d
    cross join lateral (
        select c.employer_share + c.person_share - {reduced} as due, {added} as before
    ) as e
    cross join lateral (
        select coalesce(sum(s.rate * (
            e.due * (s.last - s.first)
            - (select coalesce(sum(x.amount * greatest(0, s.last - greatest(s.first, x.received_on))), 0)
               from enrollment_receiptallocation x
               where x.person_id = c.person_id and x.month = c.month and x.branch = c.branch
                 and x.employer_id = c.employer_id and x.part = c.part)
            - (select coalesce(sum(x.amount * greatest(0, s.last - greatest(s.first, x."on"))), 0)
               from enrollment_waiverline x
               where x.person_id = c.person_id and x.month = c.month and x.branch = c.branch
                 and x.employer_id = c.employer_id and x.part = c.part and not x.surcharge)
        )), 0)::bigint as weight
        from (
            select r.rate, greatest(r.first, d.due_on + 1) as first, least(r.last, %s) as last
            from (values {rates}) as r (region, first, last, rate) where r.region = c.region
            union all
            select -r.rate, greatest(r.first, d.due_on + 1, g.from_day),
                   least(r.last, %s, coalesce(g.ended_on, %s))
            from (values {rates}) as r (region, first, last, rate)
            join enrollment_agreement g
              on g.stops_surcharge and g.state in ('active', 'kept') and c.month <= g.last_month
                 and (g.employer_id = c.employer_id
                      or (c.employer_id = 0 and g.person_id = c.person_id))
            where r.region = c.region
        ) as s
        where s.last > s.first
    ) as w
    where {where} and (d.due_on + 1 < %s or e.before <> 0) and (w.weight > 0 or e.before <> 0)
"""


def weights(where: str, values: list[Any], terms: Terms, rates: Rates, until: date) -> Select:
    """The late contributions that meet a condition on `c`, for all days before `until`."""
    rows = ", ".join(
        f"({category}, '{region}', {day}, {after})" for category, region, day, after in terms
    )
    of_days = ", ".join(
        f"('{region}', date '{first}', date '{last}', {rate})"
        for region, first, last, rate in rates
    )
    statement = _WEIGHTS.format(
        terms=rows,
        rates=of_days,
        due_on=DUE_ON.format(day="t.day", after="t.after"),
        reduced=debts._REDUCED,
        added=debts._ADDED,
        where=where,
    )
    return statement, [until, until, until, *values, until]


def of_payer(payer: debts.Payer) -> tuple[str, list[Any]]:
    """The condition for one payer."""
    if isinstance(payer, debts.Person):
        return "c.person_id = %s and c.employer_id = 0", [payer.pk]
    return "c.employer_id = %s and c.employer_id > 0", [payer.pk]


def of_range(region: str, first: int, last: int) -> tuple[str, list[Any]]:
    """The condition for a region and a range of person numbers."""
    low, high = span(region)
    return "c.region between %s and %s and c.person_id between %s and %s", [low, high, first, last]
