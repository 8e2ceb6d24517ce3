"""The yearly run over all residents, a chunk at a time: three statements, whatever their number."""

from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from enrollment import facts
from enrollment.models import Category, ResidentDue, Way
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.residents import assessing
from funds.models import Branch, Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel.ranges import MOST
from socsec.kernel.regions import span
from socsec.office.models import Run

_TOTALS = """
    select region, count(*), sum(person_share)::bigint, sum(sponsor_share)::bigint,
           sum(collective_subsidy)::bigint, sum(government_subsidy)::bigint
    from ({select}) as assessed group by region order by region
"""

_POSTINGS = """
    select person_id, 1 as seq, fund_id, region, %s as debit, %s as credit,
           sponsor_share + collective_subsidy + government_subsidy as amount,
           %s as month, 1 as heads
    from enrollment_residentdue
    join unnest(%s::text[], %s::int[]) as pool (region, fund_id) using (region)
    where run_id = %s and branch = %s and year = %s and person_id between %s and %s
    order by person_id
"""

_CARRY_ON = """
    insert into enrollment_residentenrolment
      (person_id, branch, year, region, tier, collective, student, way, missed_years,
       repaid_years, wait, enrolled_on, cover_from, cancelled_on, recorded_at)
    select person_id, %s, %s, region, tier, 0, student, %s, 0, 0, 0, %s, null, null, now()
    from ({select}) as carried
"""

# Who has nothing to pay is covered from the first day of the year, or of the wait's end.
_BEGIN = """
    update enrollment_residentenrolment e set cover_from = make_date(e.year, 1, 1)
    from enrollment_residentdue d
    where d.person_id = e.person_id and d.branch = e.branch and d.year = e.year and d.part = 0
      and d.run_id = %s and d.branch = %s and d.year = %s and d.person_id between %s and %s
      and d.person_share = 0 and e.cover_from is null
"""

_COVER = """
    insert into enrollment_coverage
      (person_id, branch, category, region, span, end_reason, recorded_at, ended_at)
    select e.person_id, e.branch, %s, e.region,
           daterange(e.cover_from, case when e.branch = %s then make_date(e.year + 1, 1, 1) end),
           '', now(), null
    from enrollment_residentdue d
    join enrollment_residentenrolment e
      on e.person_id = d.person_id and e.branch = d.branch and e.year = d.year
    where d.run_id = %s and d.branch = %s and d.year = %s and d.person_id between %s and %s
      and d.part = 0 and d.person_share = 0
      and not exists (
          select from enrollment_coverage c
          where c.person_id = e.person_id and c.branch = e.branch
            and c.span && daterange(
                e.cover_from, case when e.branch = %s then make_date(e.year + 1, 1, 1) end)
      )
"""


def of_run(run: Run, first: int = 0, last: int = MOST) -> dict[str, Any]:
    """What a run assesses: the settings of `assessing.rows`. Groups are those of the day it was drafted."""
    assert run.edition_id is not None  # every run is drafted under one
    return {
        "branch": run.params["branch"],
        "year": run.month // 12,
        "region": run.region_id,
        "first_person": first,
        "last_person": last,
        "on": timezone.localdate(run.drafted_at),
        "edition": run.edition_id,
        "run_id": run.pk,
    }


def totals(of: dict[str, Any]) -> list[Any]:
    """By region: how many people, and the four shares."""
    select, values = assessing.rows(**of)
    with connection.cursor() as cursor:
        cursor.execute(facts.FOR_MANY)
        cursor.execute(_TOTALS.format(select=select), values)
        return list(cursor.fetchall())


@facts.for_many()
def execute(run: Run, first: int, last: int, number: int) -> tuple[int, int, list[str]]:
    """Enrol who goes on, assess a chunk, post the claims, begin what is paid in full."""
    of = of_run(run, first, last)
    branch, year = of["branch"], of["year"]
    carried, carried_values = facts.carried_residents(
        branch=branch,
        year=year,
        region=run.region_id,
        first_person=first,
        last_person=last,
        born_after=assessing.born_after(of["edition"], run.region_id, branch, year),
    )
    chunk = [run.pk, branch, year, first, last]
    with connection.cursor() as cursor:
        cursor.execute(
            _CARRY_ON.format(select=carried),
            [branch, year, Way.WINDOW.value, of["on"], *carried_values],
        )
    count, regions = assessing.assess_many(**of)
    pools = pool_of(regions, branch, Scheme.RESIDENTS)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, chunk)
        if cursor.rowcount:
            cursor.execute(
                _COVER,
                [
                    *(int(Category.RESIDENT), Branch.MEDICAL.value),
                    *chunk,
                    Branch.MEDICAL.value,
                ],
            )
    batches = ledger.post_funds_sql(
        "resident_assessment",
        _POSTINGS,
        [
            *(accounts.SUBSIDIES_DUE, accounts.SUBSIDIES_ASSESSED, year * 12),
            *(list(pools), [fund.pk for fund in pools.values()]),
            *chunk,
        ],
        sources={fund: _source(run, number, fund) for fund in pools.values()},
        by=run.checker,
    )
    digests = [bytes(batch.digest).hex() for batch in batches]
    return count, _sum(run, first, last), digests


# A cover that the run let begin, because nothing was to be paid, never was.
_UNDO = (
    """
    update enrollment_coverage c set span = 'empty', ended_at = now()
    from enrollment_residentdue d
    join enrollment_residentenrolment e using (person_id, branch, year)
    where d.run_id = %s and d.branch = %s and d.year = %s and d.person_id between %s and %s
      and d.person_share = 0 and c.person_id = d.person_id and c.branch = d.branch
      and c.category = %s and lower(c.span) = e.cover_from
    """,
    """
    update enrollment_residentenrolment e set cover_from = null
    from enrollment_residentdue d
    where d.run_id = %s and d.branch = %s and d.year = %s and d.person_id between %s and %s
      and d.person_share = 0 and e.person_id = d.person_id and e.branch = d.branch
      and e.year = d.year
    """,
)


def reverse(run: Run, first: int, last: int, number: int) -> None:
    """Post the opposite of a chunk and take its years out again."""
    chunk = [run.pk, run.params["branch"], run.month // 12, first, last]
    with connection.cursor() as cursor:
        cursor.execute(_UNDO[0], [*chunk, int(Category.RESIDENT)])
        cursor.execute(_UNDO[1], chunk)
    for fund in funds_of(run):
        posted = ledger.batch(_source(run, number, fund))
        if posted is not None:
            ledger.reverse(posted.pk, reason=run.reversal_reason, by=run.reversed_by)
    ResidentDue.objects.filter(
        run_id=run.pk, year=run.month // 12, person_id__gte=first, person_id__lte=last
    ).delete()


def paid(run: Run, first: int, last: int) -> bool:
    """Whether any money was taken, or any cover began, for a year of the run."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select exists (
                select from enrollment_residentdue d
                join enrollment_residentpayment p using (person_id, branch, year)
                where d.run_id = %s and d.year = %s and d.person_id between %s and %s
            )
            """,
            [run.pk, run.month // 12, first, last],
        )
        return bool(cursor.fetchone()[0])


def funds_of(run: Run) -> list[Fund]:
    """Each fund that the run posts to. `NotFound` for a region that none pools."""
    branch, year = run.params["branch"], run.month // 12
    regions = facts.resident_regions(branch=branch, year=year, region=run.region_id)
    return list(dict.fromkeys(pool_of(regions, branch, Scheme.RESIDENTS).values()))


def year_before(run: Run) -> list[dict[str, Any]]:
    """The same figures of the year before, beside which the preview is read."""
    low, high = span(run.region_id)
    before = ResidentDue.objects.filter(
        branch=run.params["branch"], year=run.month // 12 - 1, region__gte=low, region__lte=high
    ).aggregate(
        count=Count("person_id", distinct=True),
        **{name: Sum(name, default=0) for name in assessing.SHARES},
    )
    return [{"month": f"{run.month // 12 - 1}", **{k: int(v) for k, v in before.items()}}]


def _sum(run: Run, first: int, last: int) -> int:
    found = ResidentDue.objects.filter(
        run_id=run.pk,
        year=run.month // 12,
        branch=run.params["branch"],
        person_id__gte=first,
        person_id__lte=last,
    ).aggregate(**{name: Sum(name, default=0) for name in assessing.SHARES})
    return int(sum(found.values()))


def _source(run: Run, number: int, fund: Fund) -> str:
    return f"enrollment.resident_run:{run.pk}/chunk:{number}/fund:{fund.pk}"
