"""A yearly change of the standard (调标): what every monthly grant comes to by the new values.

Each grant is decided again from the facts of its last decision, under the policy of the run. Who gets
more gets a further version from the month on; what was paid since at the old amount is made up by the
next payroll. Earned income counts as it was decided: what of a wage is left out by the new standard
is found at the next review. Nobody is reduced or stopped here: that needs a hearing (社会救助法第四十八条), so such
grants are left as they are and listed. Households refused in the year before that would qualify now
are told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Application, Grant, GrantAmount, GrantState, Revision, Rhythm
from assistance.services import granting, paying
from assistance.services.deciding import Found, decide
from socsec.kernel import regions
from socsec.kernel.months import format_month, same_day
from socsec.kernel.policy import Policy
from socsec.kernel.ranges import MOST
from socsec.office.errors import Conflict, Problem, Refused, say
from socsec.office.models import Case, PolicyEdition, Run
from socsec.office.runs import Preview
from socsec.office.services import policy as policies

KIND = "assistance_standard"
REASON = "调整救助标准"
YEAR = 12  # months


@dataclass(frozen=True)
class Part:
    """The grants of a region with numbers from `first` to `last`, under an edition."""

    month: int
    region: str
    edition: PolicyEdition
    first: int = 0
    last: int = MOST

    @property
    def policy(self) -> Policy:
        return policies.of(self.edition)


@dataclass(frozen=True)
class Step:
    """What a grant comes to from a month on: the version that holds, and what it would be."""

    holds: GrantAmount
    from_month: int
    found: Found | None

    @property
    def after(self) -> int:
        return self.found.amount if self.found and self.found.eligible else 0


@dataclass(frozen=True)
class Change:
    """A grant that comes out otherwise, from the month of the run on."""

    grant: Grant
    steps: list[Step]

    @property
    def before(self) -> int:
        return self.steps[-1].holds.amount

    @property
    def after(self) -> int:
        return self.steps[-1].after

    @property
    def kind(self) -> str:
        """`more`, or why it is left as it is: `less`, or `unclear` where a fact is missing."""
        if any(step.found is None for step in self.steps):
            return "unclear"
        return "less" if any(step.after < step.holds.amount for step in self.steps) else "more"


def part_of(run: Run, first: int = 0, last: int = MOST) -> Part:
    """The part of a run."""
    assert run.edition is not None  # every run is drafted under one
    return Part(run.month, run.region_id, run.edition, first, last)


def changes(part: Part) -> Iterator[Change]:
    """The monthly grants of a part that would come to something else."""
    low, high = regions.span(part.region)
    grants = (
        Grant.objects.filter(
            state=GrantState.RUNNING,
            programme__rhythm=Rhythm.MONTHLY,
            region__gte=low,
            region__lte=high,
            pk__gte=part.first,
            pk__lte=part.last,
        )
        .exclude(until_month__lt=part.month)
        .select_related("programme", "person")
        .prefetch_related("amounts")
        .order_by("pk")
    )
    policy = part.policy
    for grant in grants.iterator(500):
        steps = [
            Step(holds, month, _decided(grant, holds, month, policy))
            for month, holds in _holding(grant, part.month)
        ]
        if any(step.found is None or step.after != step.holds.amount for step in steps):
            yield Change(grant, steps)


def newly(part: Part) -> Iterator[tuple[Application, int]]:
    """Applications refused within the year before that would be granted now, with their amounts."""
    low, high = regions.span(part.region)
    since = same_day(timezone.localdate(), -YEAR)
    refused = (
        Application.objects.filter(
            case__state=Case.State.REFUSED,
            case__decided_at__date__gte=since,
            programme__rhythm=Rhythm.MONTHLY,
            region__gte=low,
            region__lte=high,
            gathered__isnull=False,
            person__died_on__isnull=True,
        )
        .select_related("programme", "person", "case")
        .order_by("pk")
    )
    policy = part.policy
    for application in refused.iterator(500):
        try:
            found = decide(
                _at(application.gathered or {}, part.month),
                policy,
                application.programme,
                application.region,
            )
        except Problem:
            continue
        if found.eligible:
            yield application, found.amount


def preview(part: Part, samples: int, most: int) -> Preview:
    """Who gets more, who newly qualifies, what it costs a year, and who is left for a hearing."""
    figures = dict.fromkeys(("more_a_month", "cost_a_year", "newly_a_month"), 0)
    by_region: dict[str, list[int]] = {}
    rows: list[dict[str, Any]] = []
    sheets: list[dict[str, Any]] = []
    left: dict[str, list[int]] = {"less": [0, 0], "unclear": [0, 0]}
    count = total = 0
    for each in changes(part):
        if each.kind != "more":
            held = left[each.kind]
            held[0], held[1] = held[0] + 1, held[1] + each.before
            continue
        more = each.after - each.before
        figures["more_a_month"] += more
        count, total = count + 1, total + each.after
        sums = by_region.setdefault(each.grant.region, [0, 0])
        sums[0], sums[1] = sums[0] + 1, sums[1] + each.after
        rows.append(_row(each.grant.person_id, each.before, each.after, "more"))
        found = each.steps[-1].found
        if len(sheets) < samples and found is not None:
            sheets.append(found.assessment.as_json())
    for application, amount in newly(part):
        figures["newly_a_month"] += amount
        rows.append(_row(application.person_id, 0, amount, "new"))
    figures["cost_a_year"] = (figures["more_a_month"] + figures["newly_a_month"]) * YEAR
    rows.sort(key=lambda row: (-row["change"], row["person_id"]))
    return Preview(
        count=count,
        total=total,
        figures=figures,
        regions=by_region,
        changes=rows[:most],
        samples=sheets,
        held=[
            {**LEFT[kind], "count": held[0], "total": held[1]}
            for kind, held in left.items()
            if held[0]
        ],
    )


LEFT = {
    "less": {
        "code": "less",
        "zh": "按新标准会减少，须先听取意见，不在本次调整",
        "en": "Would come to less: left as it is, since the household must be heard first",
    },
    "unclear": {
        "code": "unclear",
        "zh": "原核定情况不足以重新计算，须个别核定",
        "en": "The facts of the last decision do not allow it: to be decided one by one",
    },
}


def revise(part: Part, run_id: int) -> tuple[int, int]:
    """Write the new amounts of a part. Returns grants, and fen a month after it."""
    count = total = 0
    for each in changes(part):
        if each.kind != "more":
            continue
        written = []
        for step in each.steps:
            if step.found is None or step.after == step.holds.amount:
                continue
            version = granting.write_amount(
                each.grant,
                from_month=step.from_month,
                amount=step.after,
                facts=dict(step.found.assessment.facts.as_json()),
                sheet=step.found.assessment.as_json(),
                edition=part.edition,
                by=None,
                reason=REASON,
            )
            written.append({"version": version.version, "restores": step.holds.version})
        Revision.objects.create(
            run_id=run_id,
            grant=each.grant,
            before=each.before,
            after=each.after,
            versions=written,
        )
        count, total = count + 1, total + each.after
    return count, total


def undo(part: Part, run_id: int) -> None:
    """Let what held before hold again, as further versions. `Refused` where a grant changed since."""
    rows = Revision.objects.filter(
        run_id=run_id, grant__gte=part.first, grant__lte=part.last
    ).select_related("grant")
    for row in rows:
        versions = {each.version: each for each in row.grant.amounts.all()}
        if max(versions) != row.versions[-1]["version"]:
            raise Refused(
                _("A grant of this run has changed since."),
                code="changed_since",
                fix=_("Change single grants instead."),
            )
        for each in row.versions:
            mine, before = versions[each["version"]], versions[each["restores"]]
            granting.write_amount(
                row.grant,
                from_month=mine.from_month,
                amount=before.amount,
                facts=before.facts,
                sheet=before.sheet,
                edition=before.edition,
                by=None,
                reason="撤销调整",
            )


def tell_newly(run: Run) -> int:
    """Tell the households that were refused and would qualify now. Returns how many."""
    told = 0
    assert run.checker is not None  # a run is posted after its approval
    for application, _amount in newly(part_of(run)):
        granting.tell(
            application.person_id,
            application.case,
            title=say(_("Apply again: %(programme)s"), programme=application.programme),
            body=say(
                _(
                    "The standard has changed from %(month)s. By what you told us then you would"
                    " qualify now. Apply again, at the portal or at any township desk."
                ),
                month=format_month(run.month),
            ),
            by=run.checker,
        )
        told += 1
    return told


def check(run: Run) -> None:
    """`Conflict` where a change of the standard of a later month stands for the region."""
    later = (
        _standing(run, KIND)
        .filter(month__gt=run.month)
        .exclude(pk=run.pk)
        .order_by("month")
        .first()
    )
    if later is not None:
        raise Conflict(
            say(_("The standard of %(month)s stands already."), month=format_month(later.month)),
            code="out_of_turn",
            fix=_("Reverse that run first."),
        )


def check_unpaid(run: Run) -> None:
    """`Refused` once a payroll may have paid what the run added."""
    if _standing(run, paying.KIND).filter(started_at__gt=run.started_at).exists():
        raise Refused(
            _("A payroll has paid these amounts already."),
            code="paid_already",
            fix=_("Reverse that payroll first, or change single grants."),
        )


def ranges(part: Part, size: int) -> list[dict[str, int]]:
    """Ranges of grant numbers with about as many grants each."""
    low, high = regions.span(part.region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select min(id), max(id) from (
                  select id, (row_number() over (order by id) - 1) / %s as chunk
                    from {Grant._meta.db_table}
                   where state = {GrantState.RUNNING} and region between %s and %s) g
                 group by chunk order by 1""",  # noqa: S608
            [size, low, high],
        )
        return [{"first": first, "last": last} for first, last in cursor.fetchall()]


def _standing(run: Run, kind: str) -> Any:
    return Run.objects.filter(
        kind=kind,
        region_low__lte=run.region_high,
        region_high__gte=run.region_low,
        state__in=[*Run.WORKING, Run.State.POSTED, Run.State.FAILED],
    )


def _holding(grant: Grant, month: int) -> list[tuple[int, GrantAmount]]:
    """What holds from the month on, and what takes over later: month by month, the last version."""
    by_month: dict[int, GrantAmount] = {}
    for each in sorted(grant.amounts.all(), key=lambda row: row.version):
        by_month[each.from_month] = each
    start = max(month, grant.from_month)
    first = [of for of in sorted(by_month) if of <= start][-1:]
    return [
        *((start, by_month[of]) for of in first),
        *((of, by_month[of]) for of in sorted(by_month) if of > start),
    ]


def _decided(grant: Grant, holds: GrantAmount, month: int, policy: Policy) -> Found | None:
    try:
        return decide(_at(holds.facts, month), policy, grant.programme, grant.region)
    except Problem:
        return None


def _at(facts: dict[str, Any], month: int) -> dict[str, Any]:
    return {**facts, "month": format_month(month)} if "month" in facts else facts


def _row(person_id: int, before: int, after: int, kind: str) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "before": before,
        "after": after,
        "change": after - before,
        "kind": kind,
    }
