"""What awards pay from which month on, before a recomputation and after it: the table `STEPS`.

As `correction.restated` does it for one: the first step is what was decided anew, each later one
keeps its own change, and the increase of each yearly adjustment is worked out anew from the pension
that it now meets, by the edition of its run.
"""

from typing import Any

from django.db import connection

from pensions.models import Benefit, PensionAdjustment, PensionPayment
from pensions.services import adjustment
from pensions.services.recompute.found import FOUND, PARTS
from pensions.services.recompute.waiting import AWARDS, month_number
from socsec.office.models import Run
from socsec.office.services import policy as policies

STEPS = "pensions_steps"
BENEFITS = Benefit._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
ADJUSTMENTS = PensionAdjustment._meta.db_table
RUNS = Run._meta.db_table

# The steps in force of the awards `f` of a source, numbered from 1.
IN_FORCE = f"""
    select person_id, award_id, from_month, version, {", ".join(PARTS)},
           (row_number() over steps)::int as nth,
           coalesce(lead(from_month) over steps, 2147483647) as next_month
      from (select distinct on (b.person_id, b.award_id, b.from_month) b.*
              from {BENEFITS} b join {{of}} f using (person_id, award_id)
             order by b.person_id, b.award_id, b.from_month, b.version desc) b
    window steps as (partition by award_id order by from_month)
"""  # noqa: S608


def lay() -> None:
    """Put the steps of every award in `FOUND` into `STEPS`, as they are (`old_…`) and as they come to."""
    news = ", ".join(f"s.{name} + f.{name} - o.{name} as {name}" for name in PARTS)
    olds = ", ".join(f"s.{name} as old_{name}" for name in PARTS)
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {STEPS}")
        cursor.execute(
            f"""create temporary table {STEPS} on commit drop as
                with s as materialized ({IN_FORCE.format(of=FOUND)})
                select s.person_id, s.award_id, s.nth, s.from_month, s.next_month, s.version,
                       {olds}, {news}
                  from s
                  join s o on o.award_id = s.award_id and o.nth = 1
                  join {FOUND} f on f.award_id = s.award_id"""  # noqa: S608
        )
        cursor.execute(f"analyze {STEPS}")
        cursor.execute(f"select coalesce(max(nth), 0) from {STEPS}")  # noqa: S608
        for nth in range(2, cursor.fetchone()[0] + 1):
            _adjust(cursor, nth)


def _adjust(cursor: Any, nth: int) -> None:
    """Work the adjustments anew that stand at the `nth` steps, and let what they change go on."""
    cursor.execute(
        f"""select r.edition_id, j.month, array_agg(distinct j.region)
              from {STEPS} s
              join {ADJUSTMENTS} j on j.person_id = s.person_id and j.award_id = s.award_id
                                  and j.month = s.from_month
              join {RUNS} r on r.id = j.run_id and r.state = %s
             where s.nth = %s
             group by r.edition_id, j.month order by r.edition_id, j.month""",  # noqa: S608
        [Run.State.POSTED, nth],
    )
    for edition, month, places in cursor.fetchall():
        facts = f"""
            select j.person_id, j.award_id, j.month, j.region, j.woman, j.area, j.standing,
                   j.land_taken, j.owed_before, a.months,
                   p.basic + p.account + p.transitional + p.addition as pension,
                   j.month - 1 - {month_number("(a.gathered ->> 'birth_month')")} as age,
                   j.increase as was
              from {STEPS} s
              join {STEPS} p on p.award_id = s.award_id and p.nth = s.nth - 1
              join {AWARDS} a on a.id = s.award_id
              join {ADJUSTMENTS} j on j.person_id = s.person_id and j.award_id = s.award_id
                                  and j.month = s.from_month
              join {RUNS} r on r.id = j.run_id and r.state = %s and r.edition_id = %s
             where s.nth = %s and j.month = %s"""  # noqa: S608
        rows = adjustment.sheets_of(
            policies.of(edition), month, facts, places, carry=("award_id", "was")
        )
        cursor.execute(
            f"""update {STEPS} s set addition = s.addition + d.more
                  from (select award_id, sum(increase - was)::bigint as more
                          from ({rows}) i group by award_id) d
                 where s.award_id = d.award_id and s.nth >= %s
                   and d.more is distinct from 0""",  # noqa: S608
            [Run.State.POSTED, edition, nth, month, nth],
        )


def summed(prefix: str = "") -> str:
    """The pension of a step, all its parts together."""
    return " + ".join(f"s.{prefix}{name}" for name in PARTS)


def as_json(prefix: str = "") -> str:
    """The steps of an award as JSON, earliest first, for a group of rows `s`."""
    parts = ", ".join(f"'{name}', s.{prefix}{name}" for name in PARTS)
    return (
        f"jsonb_agg(jsonb_build_object('from_month', s.from_month, {parts}) order by s.from_month)"
    )
