"""The monthly run of contributions, in one branch or in several."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import Category, Contribution
from enrollment.services.assessment import contributions, many
from funds.models import Branch, Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel.months import format_month
from socsec.kernel.ranges import MOST
from socsec.office import cutting
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind
from socsec.office.services import policy

# People in one chunk: large, since a commit costs, and small enough to lose without regret.
CHUNK = 250_000
SAMPLES = 3

_TOTALS = """
    select region, count(*), sum(employer_share)::bigint, sum(person_share)::bigint,
           sum(account_share)::bigint, sum(waived)::bigint
    from ({select}) as assessed group by region order by region
"""

_POSTINGS = """
    select person_id, seq, fund_id, region, %s as debit, %s as credit, due as amount, month,
           (seq = 1)::int as heads
    from (
        select person_id, fund_id, region, month, employer_share + person_share as due,
               row_number() over (partition by person_id, fund_id order by employer_id) as seq
        from enrollment_contribution
        join unnest(%s::int[], %s::int[], %s::text[], %s::int[])
          as pool (branch, category, region, fund_id) using (branch, category, region)
        where run_id = %s and month = %s and person_id between %s and %s
    ) as assessed
    order by person_id
"""

_WHY = """case when unrated then 'no_risk_class'
    when employer_id > 0 then 'wage_not_declared' else 'base_not_chosen' end"""
Place = tuple[int, int, str]  # a branch, a category of the insured, and a region

FIGURES = ("employer_share", "person_share", "account_share", "pool_share", "waived")


class Contributions(RunKind):
    """The month's contributions of everybody who is covered and declared (应缴核定).

    One run for all its branches: an employer declares once and gets one demand for all of them,
    so they are approved, posted and, if need be, undone together. A chunk is a range of person
    numbers; for each branch it assesses with one statement and posts the claim with one statement
    for each fund. Months that the counter assessed before are left alone.
    """

    slug = "contributions"
    label = _("Monthly contributions")

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        """The one setting is `branches`, a list, or `branch`; without it, basic old-age insurance."""
        known = dict(params)
        one = known.pop("branch", None)
        several = known.pop("branches", [Branch.PENSION.value] if one is None else [one])
        if known or (one is not None and several != [one]) or not isinstance(several, list):
            raise Invalid(
                _("This kind of run knows one setting: the branches."),
                code="unknown_setting",
                field="params",
            )
        if not several or any(type(branch) is not int for branch in several):
            raise Invalid(_("Name the branches to assess."), code="no_branches", field="branches")
        return {"branches": sorted({contributions.assessable(each).value for each in several})}

    def preview(self, run: Run) -> Preview:
        """Totals by region, branch and share, what is left out, and a few sheets."""
        assert run.edition_id is not None  # every run is drafted under one
        regions: dict[str, list[int]] = {}
        figures = dict.fromkeys(FIGURES, 0)
        samples: list[dict[str, Any]] = []
        _pools(_places(run))  # each region must have a fund
        for branch in run.params["branches"]:
            select, values = _rows(run, branch)
            with connection.cursor() as cursor:
                cursor.execute(facts.FOR_MANY)
                cursor.execute(_TOTALS.format(select=select), values)
                rows = cursor.fetchall()
            for region, count, employer, person, account, waived in rows:
                there = regions.setdefault(region, [0, 0])
                there[0] += count
                there[1] += employer + person
                shares = (employer, person, account, employer + person - account, waived)
                for name, amount in zip(FIGURES, shares, strict=True):
                    figures[name] += amount
            if _several(run):
                figures[Branch(branch).name.lower()] = sum(row[2] + row[3] for row in rows)
            samples += many.samples(
                month=run.month,
                branch=branch,
                region=run.region_id,
                edition=run.edition_id,
                count=1 if _several(run) else SAMPLES,
            )
        if not figures["waived"]:
            del figures["waived"]
        return Preview(
            count=sum(count for count, _total in regions.values()),
            total=sum(total for _count, total in regions.values()),
            figures=figures,
            regions=dict(sorted(regions.items())),
            changes=_against_month_before(run),
            samples=samples,
            held=_left_out(run),
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """Ranges of person numbers with about as many people each."""
        branches = run.params["branches"]
        insured = facts.insured(month=run.month, branches=branches, region=run.region_id)
        return cutting.by_person(*insured, CHUNK * len(branches))

    @facts.for_many()
    def execute(self, chunk: RunChunk) -> Counts:
        run, who = chunk.run, (chunk.spec["first"], chunk.spec["last"])
        assert run.edition_id is not None  # every run is drafted under one
        count, places = many.assess_many(
            month=run.month,
            branches=run.params["branches"],
            region=run.region_id,
            people=who,
            edition=run.edition_id,
            run_id=run.pk,
        )
        pools = _pools(places)
        columns = [list(column) for column in zip(*places, strict=True)] or [[], [], []]
        batches = ledger.post_funds_sql(
            "contribution_assessment",
            _POSTINGS,
            [
                *(accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED),
                *(*columns, [pools[place].pk for place in places]),
                *(run.pk, run.month, *who),
            ],
            sources={fund: _source(chunk, fund) for fund in pools.values()},
            by=run.checker,
        )
        digests = [bytes(batch.digest).hex() for batch in batches]
        total = sum(batch.total for batch in batches)
        return Counts(count, total, many.checksum(digests))

    def unpost(self, run: Run) -> None:
        """Once money has come in for a month of the run it stands, and is corrected by refunds."""
        if _paid(run, 0, MOST):
            raise _too_late()
        if _corrected(run):
            raise Refused(
                _("Months of this run were corrected since, so it cannot be undone."),
                code="corrected_already",
                fix=_("Correct single months instead."),
            )

    def reverse(self, chunk: RunChunk) -> None:
        """Post the opposite and take the months out; the ledger keeps both."""
        run = chunk.run
        first, last = chunk.spec["first"], chunk.spec["last"]
        if _paid(run, first, last):
            raise _too_late()
        for fund in dict.fromkeys(_pools(_places(run)).values()):
            posted = ledger.batch(_source(chunk, fund))
            if posted is not None:
                ledger.reverse(posted.pk, reason=run.reversal_reason, by=run.reversed_by)
        _of(run, first, last).delete()


def _source(chunk: RunChunk, fund: Fund) -> str:
    return f"enrollment.run:{chunk.run_id}/chunk:{chunk.number}/fund:{fund.pk}"


def _several(run: Run) -> bool:
    """Whether the run assesses more than one branch."""
    return len(run.params["branches"]) > 1


def _rows(run: Run, branch: int) -> facts.Select:
    return many.rows(
        run.month, branch, run.region_id, 0, MOST, edition=run.edition_id, run_id=run.pk
    )


def _places(run: Run) -> list[Place]:
    """Where anybody who pays is covered."""
    found = facts.places(month=run.month, branches=run.params["branches"], region=run.region_id)
    return [
        (branch, category, region)
        for branch, categories in found.items()
        for category, regions in categories.items()
        for region in regions
    ]


def _pools(places: Iterable[Place]) -> dict[Place, Fund]:
    """The fund that keeps the books of each place."""
    regions: dict[tuple[int, Scheme], set[str]] = {}
    for branch, category, region in places:
        scheme = Category(category).scheme_in(branch)
        regions.setdefault((branch, scheme), set()).add(region)
    pools = {of: contributions.pool_of(sorted(found), *of) for of, found in regions.items()}
    return {
        (branch, category, region): pools[branch, Category(category).scheme_in(branch)][region]
        for branch, category, region in places
    }


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


def _corrected(run: Run) -> bool:
    """Whether anything stands beside a month of the run, more or less."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select exists (
                select from enrollment_contribution c
                join enrollment_contribution more
                  using (person_id, month, branch, employer_id)
                where c.run_id = %s and c.month = %s and more.part > c.part
            ) or exists (
                select from enrollment_reduction r
                join enrollment_contribution c
                  using (person_id, month, branch, employer_id, part)
                where c.run_id = %s and c.month = %s
            )
            """,
            [run.pk, run.month, run.pk, run.month],
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
        branch__in=run.params["branches"],
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
    counts: dict[str, int] = {}
    assert run.edition_id is not None
    law = policy.of(run.edition_id)
    for branch in run.params["branches"]:
        select, values = facts.undeclared(
            law=law,
            month=run.month,
            branch=branch,
            region=run.region_id,
            first_person=0,
            last_person=MOST,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"select {_WHY} as why, count(*) from ({select}) as left_out group by 1",  # noqa: S608
                values,
            )
            for why, count in cursor.fetchall():
                counts[why] = max(counts.get(why, 0), count)
    said = {
        "wage_not_declared": ("单位没有申报工资", "The employer has declared no wage"),
        "base_not_chosen": ("没有选择缴费基数", "No contribution base was chosen"),
        "no_risk_class": ("单位没有工伤风险类别", "The employer has no work injury risk class"),
    }
    return [
        {"code": code, "zh": zh, "en": en, "count": counts[code]}
        for code, (zh, en) in said.items()
        if code in counts
    ]
