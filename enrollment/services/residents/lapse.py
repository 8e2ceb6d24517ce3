"""Enrolments that nobody paid for lapse once the time to pay is over: three statements a chunk.

Residents' insurance is voluntary: an enrolment that is not paid for owes nothing and never covered
anybody. What was claimed for it of sponsors and the government is claimed no more. Who wants to
come in afterwards enrols anew, late, with the wait that the region's rule sets (国办发〔2024〕38号).
"""

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import ResidentDue, ResidentEnrolment, Way
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.collection.letters import send
from enrollment.services.residents.offers import window
from funds.models import Branch, Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel.ranges import MOST
from socsec.office.errors import say
from socsec.office.models import Run

# Ways in that end with the window and its grace; all others may be paid as long as the year lasts.
IN_WINDOW = [int(Way.WINDOW), int(Way.GRACE)]

_UNPAID = """
    select e.person_id, e.branch, e.year, e.region, d.last_part,
           d.person_share, d.sponsor_share, d.collective_subsidy, d.government_subsidy
    from enrollment_residentenrolment e
    join unnest(%s::text[], %s::date[]) as closing (region, day) on closing.region = e.region
    join (
        select person_id, branch, year, max(part) as last_part,
               sum(person_share)::bigint as person_share,
               sum(sponsor_share)::bigint as sponsor_share,
               sum(collective_subsidy)::bigint as collective_subsidy,
               sum(government_subsidy)::bigint as government_subsidy
        from enrollment_residentdue
        where branch = %s and year = %s and person_id between %s and %s
        group by person_id, branch, year
    ) as d using (person_id, branch, year)
    where e.branch = %s and e.year = %s and e.person_id between %s and %s
      and e.cancelled_on is null and e.cover_from is null and d.person_share > 0
      and %s > case when e.branch = %s and e.way = any(%s) then closing.day
                    else make_date(e.year, 12, 31) end
      and not exists (
          select from enrollment_residentpayment p
          where p.person_id = e.person_id and p.branch = e.branch and p.year = e.year
      )
      and not exists (
          select from enrollment_paymentintent i
          where i.person_id = e.person_id and i.state = 'open'
      )
"""

_TOTALS = """
    select region, count(*), sum(person_share)::bigint,
           sum(sponsor_share + collective_subsidy + government_subsidy)::bigint
    from ({unpaid}) as unpaid group by region order by region
"""

_TAKE_OFF = """
    insert into enrollment_residentdue
      (person_id, branch, year, part, region, person_share, sponsor_share, collective_subsidy,
       government_subsidy, run_id, edition)
    select person_id, branch, year, last_part + 1, region, -person_share, -sponsor_share,
           -collective_subsidy, -government_subsidy, %s, %s
    from ({unpaid}) as unpaid
"""

_LAPSE = """
    update enrollment_residentenrolment e set cancelled_on = %s, lapsed_by = %s
    from enrollment_residentdue d
    where d.run_id = %s and d.branch = %s and d.year = %s and d.person_id between %s and %s
      and e.person_id = d.person_id and e.branch = d.branch and e.year = d.year
"""

_POSTINGS = """
    select person_id, 1 as seq, region, %s as debit, %s as credit,
           -(sponsor_share + collective_subsidy + government_subsidy) as amount,
           %s as month, 0 as heads
    from enrollment_residentdue
    where run_id = %s and branch = %s and year = %s and person_id between %s and %s
      and region = any(%s) and sponsor_share + collective_subsidy + government_subsidy <> 0
    order by person_id
"""


def totals(run: Run) -> list[tuple[Any, ...]]:
    """By region: how many lapse, what they were to pay, and what is claimed for them no more."""
    unpaid, values = _unpaid(run, 0, MOST)
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(unpaid=unpaid), values)
        return list(cursor.fetchall())


def execute(run: Run, first: int, last: int, number: int) -> tuple[int, int, list[str]]:
    """Let a chunk lapse. Gives how many, what they were to pay, and the digests of the postings."""
    assert run.edition is not None  # every run is drafted under one
    unpaid, values = _unpaid(run, first, last)
    branch, year = run.params["branch"], run.month // 12
    of_run = [run.pk, branch, year, first, last]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OFF.format(unpaid=unpaid), [run.pk, run.edition.number, *values])
        cursor.execute(_LAPSE, [timezone.localdate(), run.pk, *of_run])
        cursor.execute(
            "select count(*), coalesce(-sum(person_share), 0)::bigint"
            " from enrollment_residentdue where run_id = %s and branch = %s and year = %s"
            " and person_id between %s and %s",
            of_run,
        )
        count, total = cursor.fetchone()
    digests = []
    for fund, regions in _funds(run):
        batch = ledger.post_sql(
            fund,
            "resident_lapse",
            _POSTINGS,
            [
                *(accounts.SUBSIDIES_ASSESSED, accounts.SUBSIDIES_DUE, year * 12),
                *of_run,
                regions,
            ],
            source=_source(run, number, fund),
            by=run.checker,
        )
        if batch is not None:
            digests.append(bytes(batch.digest).hex())
    return count, total, digests


def tell(run: Run) -> int:
    """A letter to everybody whose enrolment lapsed. Gives how many."""
    return send(
        (
            person_id,
            _("Your enrolment was not paid"),
            say(
                _(
                    "Your enrolment for %(branch)s, %(year)s has lapsed: it was not paid in time. "
                    "You owe nothing. You may enrol anew; for medical insurance you then wait "
                    "before it covers you."
                ),
                branch=Branch(run.params["branch"]).label,
                year=run.month // 12,
            ),
        )
        for person_id in ResidentEnrolment.objects.filter(lapsed_by=run.pk)
        .values_list("person_id", flat=True)
        .iterator()
    )


def moved_on(run: Run) -> bool:
    """Whether anybody of the run enrolled anew since."""
    lapsed = ResidentEnrolment.objects.filter(
        lapsed_by=run.pk, cancelled_on__isnull=False, branch=run.params["branch"]
    ).count()
    return lapsed != ResidentDue.objects.filter(run_id=run.pk, year=run.month // 12).count()


def reverse(run: Run, first: int, last: int, number: int) -> None:
    """Put a chunk back as it was."""
    for fund, _regions in _funds(run):
        posted = ledger.batch(_source(run, number, fund))
        if posted is not None:
            ledger.reverse(posted.pk, reason=run.reversal_reason, by=run.reversed_by)
    of = {"person_id__gte": first, "person_id__lte": last}
    ResidentEnrolment.objects.filter(lapsed_by=run.pk, **of).update(cancelled_on=None, lapsed_by=0)
    ResidentDue.objects.filter(run_id=run.pk, year=run.month // 12, **of).delete()


def _unpaid(run: Run, first: int, last: int) -> facts.Select:
    """Enrolments that nobody paid anything for, and that can be paid for no longer."""
    branch, year = run.params["branch"], run.month // 12
    regions = facts.resident_regions(branch=branch, year=year, region=run.region_id)
    of = [branch, year, first, last]
    return _UNPAID, [
        regions,
        [_closing(region, branch, year) for region in regions],
        *of,
        *of,
        timezone.localdate(run.drafted_at),
        Branch.MEDICAL.value,
        IN_WINDOW,
    ]


def _closing(region: str, branch: int, year: int) -> date:
    if branch != Branch.MEDICAL:
        return date(year, 12, 31)
    found = window(region, year)
    return found.grace_until or found.closes


def _funds(run: Run) -> list[tuple[Fund, list[str]]]:
    branch = run.params["branch"]
    regions = facts.resident_regions(branch=branch, year=run.month // 12, region=run.region_id)
    found = pool_of(regions, branch, Scheme.RESIDENTS)
    return [
        (fund, [region for region, pool in found.items() if pool.pk == fund.pk])
        for fund in {pool.pk: pool for pool in found.values()}.values()
    ]


def _source(run: Run, number: int, fund: Fund) -> str:
    return f"enrollment.resident_lapse:{run.pk}/chunk:{number}/fund:{fund.pk}"
