"""What employees' awards rest on, worked out by statements: the average index and the interest.

The same rules as `decision.lay` asks one by one. `open` says that a yearly value had run out.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import connection

from pensions.params import AverageWageParams, IndexParams, InterestParams
from pensions.rules.index import AverageIndexFacts, YearIndexFacts, average_index, year_index
from pensions.rules.interest import InterestFacts, interest
from pensions.services.recompute.waiting import WAITING, month_number
from socsec.kernel.months import month
from socsec.kernel.params import Params
from socsec.kernel.policy import PROVISIONAL, Policy
from socsec.kernel.sqlexpr import compile as compile_rule

WAGES = "pensions_waiting_wages"  # the average wage of each region and year that is asked for
INTEREST = "pensions_waiting_interest"  # of each account and year that retirement settled


def wages(policy: Policy) -> None:
    """The average wage of every region and year that an award has contributions of."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select distinct w.region, (e.year ->> 0)::int
                  from {WAITING} w cross join lateral jsonb_array_elements(w.years) as e(year)"""  # noqa: S608
        )
        rows = []
        for region, year in cursor.fetchall():
            params = AverageWageParams.at(policy, region, month(year, 1))
            rows.append((region, year, params.average_wage, ran_out(params, "average_wage")))
        cursor.execute(f"drop table if exists {WAGES}")
        cursor.execute(
            f"""create temporary table {WAGES} on commit drop as
                select * from unnest(%s::text[], %s::int[], %s::bigint[], %s::boolean[])
                              as t(region, year, average_wage, open)""",  # noqa: S608
            [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []],
        )
        cursor.execute(f"analyze {WAGES}")


def indices(policy: Policy, places: Iterable[str], claim_month: int) -> str:
    """A SELECT of the average index (award_id, average_index, open) of claims of one month."""
    table, params = IndexParams.sql(policy, places, claim_month)
    yearly = compile_rule(
        {"index": year_index(YearIndexFacts.sql(), params).index},
        f"""select w.award_id, (e.year ->> 2)::bigint as contribution_wages,
                   a.average_wage, a.open, p.*
              from {WAITING} w
             cross join lateral jsonb_array_elements(w.years) as e(year)
              join {WAGES} a on a.region = w.region and a.year = (e.year ->> 0)::int
              join ({table}) p on p.region = w.region
             where w.claim_month = {int(claim_month)}""",  # noqa: S608
        carry=("award_id", "open"),
    )
    names = ("index_sum", "months_paid", "months_deemed", "months_gap")
    return compile_rule(
        {"average_index": average_index(AverageIndexFacts.sql(names=names), params).index},
        f"""select w.award_id, w.months_paid, w.months_deemed, w.months_gap,
                   coalesce(y.index_sum, 0)::bigint as index_sum, coalesce(y.open, false) as open, p.*
              from {WAITING} w
              join ({table}) p on p.region = w.region
              left join (select award_id, sum(index) as index_sum, bool_or(open) as open
                           from ({yearly}) i group by award_id) y on y.award_id = w.award_id
             where w.claim_month = {int(claim_month)}""",  # noqa: S608
        carry=("award_id", "open"),
    )


def earn(policy: Policy) -> None:
    """The interest up to retirement, year after year: each year bears interest on the ones before."""
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {INTEREST}")
        cursor.execute(
            f"""create temporary table {INTEREST} (award_id bigint, amount bigint, open boolean)
                on commit drop"""
        )
        cursor.execute(
            f"""select distinct e.nth, {month_number("(e.account_year ->> 0)")} / 12, w.region
                  from {WAITING} w
                 cross join lateral jsonb_array_elements(w.account_years)
                       with ordinality as e(account_year, nth)
                 order by 1, 2, 3"""  # noqa: S608
        )
        for (nth, year), rows in groupby(cursor.fetchall(), key=lambda row: row[:2]):
            _earn(cursor, policy, [region for _nth, _year, region in rows], nth, year)


def _earn(cursor: Any, policy: Policy, places: list[str], nth: int, year: int) -> None:
    """The interest of one calendar year, of accounts whose `nth` year to settle it is."""
    january = month(year, 1)
    table, params = InterestParams.sql(policy, places, january)
    ran = [
        ran_out(InterestParams.at(policy, place, january), "bookkeeping_rate") for place in places
    ]
    sheet = interest(InterestFacts.sql(), params)
    rows = compile_rule(
        {"amount": sheet.amount},
        f"""select w.award_id, o.open, p.*,
                   (e.y ->> 1)::bigint + coalesce(i.amount, 0) * (t.through - {january} + 1)
                     as balance_months,
                   (e.y ->> 2)::bigint as credited,
                   coalesce((e.y ->> 3)::bigint, 0) as added,
                   coalesce((e.y ->> 4)::bigint, 0) as added_months
              from {WAITING} w
             cross join lateral (select w.account_years -> {nth - 1} as y) e
             cross join lateral (select {month_number("(e.y ->> 0)")} as through) t
              join ({table}) p on p.region = w.region
              join unnest(%s::text[], %s::boolean[]) as o(place, open) on o.place = w.region
              left join (select award_id, sum(amount)::bigint as amount from {INTEREST}
                          group by award_id) i on i.award_id = w.award_id
             where t.through between {january} and {january + 11}""",  # noqa: S608
        carry=("award_id", "open"),
    )
    cursor.execute(
        f"insert into {INTEREST} (amount, award_id, open) {rows}",
        [places, ran],
    )


def ran_out(params: Params, name: str) -> bool:
    """Whether a yearly value has run out, so that what rests on it is provisional."""
    return params.statuses[name].status == PROVISIONAL
