"""Mass runs of enrollment."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import Contribution
from enrollment.services import contributions
from funds.models import Branch, Fund, accounts
from funds.services import ledger
from socsec.kernel.months import format_month
from socsec.kernel.ranges import MOST
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind

# People in one chunk: large, since a commit costs, and small enough to lose without regret.
CHUNK = 250_000
SAMPLES = 3

_TOTALS = """
    select region, count(*), sum(employer_share)::bigint, sum(person_share)::bigint,
           sum(account_share)::bigint
    from ({select}) as assessed group by region order by region
"""

_POSTINGS = """
    select person_id,
           row_number() over (partition by person_id order by employer_id) as seq,
           region, %s as debit, %s as credit, employer_share + person_share as amount, month,
           (row_number() over (partition by person_id order by employer_id) = 1)::int as heads
    from enrollment_contribution
    where run_id = %s and month = %s and branch = %s and person_id between %s and %s
      and region = any(%s)
    order by person_id
"""


class Contributions(RunKind):
    """The month's contributions of everybody who is covered and declared (应缴核定).

    A chunk is a range of person numbers; it assesses with one statement and posts the claim with
    one statement for each fund. Months that the counter assessed before are left alone.
    """

    slug = "contributions"
    label = _("Monthly contributions")

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        """The one setting is the branch; without it, basic old-age insurance."""
        known = dict(params)
        branch = known.pop("branch", Branch.PENSION.value)
        if known or type(branch) is not int:
            raise Invalid(
                _("This kind of run knows one setting: the branch."),
                code="unknown_setting",
                field="params",
            )
        return {"branch": contributions.assessable(branch).value}

    def preview(self, run: Run) -> Preview:
        """Totals by region and share, what is left out, and a few sheets."""
        assert run.edition_id is not None  # every run is drafted under one
        contributions.pool_of(_regions(run), run.params["branch"])
        select, values = _rows(run)
        with connection.cursor() as cursor:
            cursor.execute(facts.FOR_MANY)
            cursor.execute(_TOTALS.format(select=select), values)
            regions = cursor.fetchall()
        employer, person, account = (sum(row[place] for row in regions) for place in (2, 3, 4))
        return Preview(
            count=sum(row[1] for row in regions),
            total=employer + person,
            figures={
                "employer_share": employer,
                "person_share": person,
                "account_share": account,
                "pool_share": employer + person - account,
            },
            regions={row[0]: [row[1], row[2] + row[3]] for row in regions},
            changes=_against_month_before(run),
            samples=contributions.samples(
                month=run.month,
                branch=run.params["branch"],
                region=run.region_id,
                edition=run.edition_id,
                count=SAMPLES,
            ),
            held=_left_out(run),
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """Ranges of person numbers with about as many people each."""
        select, values = facts.ranges(
            month=run.month, branch=run.params["branch"], region=run.region_id, size=CHUNK
        )
        with connection.cursor() as cursor:
            cursor.execute(select, values)
            return [{"first": first, "last": last} for first, last in cursor.fetchall()]

    def execute(self, chunk: RunChunk) -> Counts:
        run = chunk.run
        statement, values = contributions.insert(
            month=run.month,
            branch=run.params["branch"],
            region=run.region_id,
            first_person=chunk.spec["first"],
            last_person=chunk.spec["last"],
            edition=run.edition_id,
            run_id=run.pk,
        )
        with connection.cursor() as cursor:
            cursor.execute(facts.FOR_MANY)
            cursor.execute(statement, values)
            count = cursor.rowcount
        total, digests = 0, []
        for fund, regions in _funds(run):
            batch = ledger.post_sql(
                fund,
                "contribution_assessment",
                _POSTINGS,
                [
                    *(accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED),
                    *(run.pk, run.month, run.params["branch"]),
                    *(chunk.spec["first"], chunk.spec["last"], regions),
                ],
                source=_source(chunk, fund),
                by=run.checker,
            )
            if batch is not None:
                total += batch.total
                digests.append(bytes(batch.digest).hex())
        return Counts(count, total, contributions.checksum(digests))

    def unpost(self, run: Run) -> None:
        """Once money has come in for a month of the run it stands, and is corrected by refunds."""
        if _paid(run, 0, MOST):
            raise _too_late()

    def reverse(self, chunk: RunChunk) -> None:
        """Post the opposite and take the months out; the ledger keeps both."""
        run = chunk.run
        first, last = chunk.spec["first"], chunk.spec["last"]
        if _paid(run, first, last):
            raise _too_late()
        for fund, _codes in _funds(run):
            posted = ledger.batch(_source(chunk, fund))
            if posted is not None:
                ledger.reverse(posted.pk, reason=run.reversal_reason, by=run.reversed_by)
        _of(run, first, last).delete()


def _source(chunk: RunChunk, fund: Fund) -> str:
    return f"enrollment.run:{chunk.run_id}/chunk:{chunk.number}/fund:{fund.pk}"


def _rows(run: Run) -> facts.Select:
    return contributions.rows(
        run.month,
        run.params["branch"],
        run.region_id,
        0,
        MOST,
        edition=run.edition_id,
        run_id=run.pk,
    )


def _regions(run: Run) -> list[str]:
    return facts.regions(month=run.month, branch=run.params["branch"], region=run.region_id)


def _funds(run: Run) -> list[tuple[Fund, list[str]]]:
    """Each fund that the run posts to, with the codes of the regions that it pools."""
    pools = contributions.pool_of(_regions(run), run.params["branch"])
    funds = {fund.pk: fund for fund in pools.values()}
    return [
        (fund, [region for region, pool in pools.items() if pool.pk == fund.pk])
        for fund in funds.values()
    ]


def _of(run: Run, first: int, last: int) -> Any:
    return Contribution.objects.filter(
        run_id=run.pk, month=run.month, person_id__gte=first, person_id__lte=last
    )


def _paid(run: Run, first: int, last: int) -> bool:
    """Whether any money was taken for a month of the run."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select exists (
                select from enrollment_receiptallocation a
                join enrollment_contribution c
                  using (person_id, month, branch, employer_id, part)
                where c.run_id = %s and c.month = %s and c.person_id between %s and %s
            )
            """,
            [run.pk, run.month, first, last],
        )
        return bool(cursor.fetchone()[0])


def _too_late() -> Refused:
    return Refused(
        _("Money has come in for months of this run, so it cannot be undone."),
        code="paid_already",
        fix=_("Correct single months instead."),
    )


def _against_month_before(run: Run) -> list[dict[str, Any]]:
    """The same figures of the month before, beside which the preview is read."""
    before = Contribution.objects.filter(
        month=run.month - 1,
        branch=run.params["branch"],
        region__gte=f"{run.region_low:06}",
        region__lte=f"{run.region_high:06}",
    ).aggregate(
        count=Count("person_id"),
        employer_share=Sum("employer_share", default=0),
        person_share=Sum("person_share", default=0),
        account_share=Sum("account_share", default=0),
    )
    return [{"month": format_month(run.month - 1), **{k: int(v) for k, v in before.items()}}]


def _left_out(run: Run) -> list[dict[str, Any]]:
    """How many covered people cannot be assessed, and why."""
    select, values = facts.undeclared(
        month=run.month,
        branch=run.params["branch"],
        region=run.region_id,
        first_person=0,
        last_person=MOST,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"select employer_id > 0, count(*) from ({select}) as left_out group by 1",  # noqa: S608
            values,
        )
        counts = dict(cursor.fetchall())
    said = {
        True: ("wage_not_declared", "单位没有申报工资", "The employer has declared no wage"),
        False: ("base_not_chosen", "没有选择缴费基数", "No contribution base was chosen"),
    }
    return [
        {"code": code, "zh": zh, "en": en, "count": counts[employed]}
        for employed, (code, zh, en) in said.items()
        if employed in counts
    ]
