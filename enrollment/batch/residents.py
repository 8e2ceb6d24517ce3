"""The yearly runs over all residents: what they owe, and what lapses because nobody paid."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.services.assessment.many import checksum
from enrollment.services.residents import assessing, lapse, yearly
from funds.models import Branch
from socsec.kernel.ranges import MOST
from socsec.office import cutting
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind, register

# Residents in one chunk: large, since a commit costs, and small enough to lose without regret.
CHUNK = 250_000
SAMPLES = 3


class ResidentYear(RunKind):
    """A year of residents' insurance for everybody enrolled, and for those who go on from the year
    before (居民年度缴费核定).

    The run is drafted for a month of the insured year. It writes what each year owes, with the
    parts of sponsor and government beside the person's own, claims these, enrols who goes on, and
    lets the cover begin of those for whom everything is paid. Nobody is dunned for it.
    """

    slug = "resident_year"
    label = _("Yearly residents' contributions")

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        """The one setting is the branch; without it, residents' medical insurance."""
        known = dict(params)
        branch = known.pop("branch", Branch.MEDICAL.value)
        if known or type(branch) is not int:
            raise Invalid(
                _("This kind of run knows one setting: the branch."),
                code="unknown_setting",
                field="params",
            )
        return {"branch": assessing.branch_of_residents(branch).value}

    def preview(self, run: Run) -> Preview:
        """Totals by region and payer, and a few sheets."""
        assert run.edition is not None
        of = yearly.of_run(run)
        yearly.funds_of(run)
        regions = yearly.totals(of)
        shares = {
            name: sum(row[2 + place] for row in regions)
            for place, name in enumerate(assessing.SHARES)
        }
        return Preview(
            count=sum(row[1] for row in regions),
            total=sum(shares.values()),
            figures=shares,
            regions={row[0]: [row[1], sum(row[2:])] for row in regions},
            changes=yearly.year_before(run),
            samples=assessing.samples(
                branch=of["branch"],
                year=of["year"],
                region=run.region_id,
                on=of["on"],
                edition=run.edition,
                count=SAMPLES,
            ),
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """Ranges of person numbers with about as many people each."""
        branch, year = run.params["branch"], run.month // 12
        enrolled = facts.enrolled(branch=branch, year=year, region=run.region_id)
        return cutting.by_person(*enrolled, CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        count, total, digests = yearly.execute(
            chunk.run, chunk.spec["first"], chunk.spec["last"], chunk.number
        )
        return Counts(count, total, checksum(digests))

    def unpost(self, run: Run) -> None:
        """Once money has come in for a year of the run it stands, and is corrected one by one."""
        if yearly.paid(run, 0, MOST):
            raise too_late()

    def reverse(self, chunk: RunChunk) -> None:
        """Post the opposite and take the years out; the ledger keeps both."""
        first, last = chunk.spec["first"], chunk.spec["last"]
        if yearly.paid(chunk.run, first, last):
            raise too_late()
        yearly.reverse(chunk.run, first, last, chunk.number)


class ResidentLapse(RunKind):
    """Enrolments for a year that nobody paid for, once they can be paid for no longer (未缴费失效).

    Drafted for a month of the insured year. What was claimed for them of sponsors and the
    government is claimed no more, nobody's cover begins, and each person is told.
    """

    slug = "resident_lapse"
    label = _("Residents' enrolments that were not paid")

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        """The one setting is the branch, as in the yearly run."""
        return ResidentYear().check(params)

    def preview(self, run: Run) -> Preview:
        regions = lapse.totals(run)
        return Preview(
            count=sum(row[1] for row in regions),
            total=sum(row[2] for row in regions),
            figures={
                "person_share": sum(row[2] for row in regions),
                "subsidies": sum(row[3] for row in regions),
            },
            regions={row[0]: [row[1], row[2]] for row in regions},
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return ResidentYear().chunks(run)

    def execute(self, chunk: RunChunk) -> Counts:
        count, total, digests = lapse.execute(
            chunk.run, chunk.spec["first"], chunk.spec["last"], chunk.number
        )
        return Counts(count, total, checksum(digests))

    def post(self, run: Run) -> None:
        lapse.tell(run)

    def unpost(self, run: Run) -> None:
        """Once somebody enrolled anew it stands."""
        if lapse.moved_on(run):
            raise Refused(
                _("Somebody enrolled anew since, so it cannot be undone."),
                code="enrolled_anew",
                fix=_("Correct single years instead."),
            )

    def reverse(self, chunk: RunChunk) -> None:
        lapse.reverse(chunk.run, chunk.spec["first"], chunk.spec["last"], chunk.number)


def too_late() -> Refused:
    """Once money has come in, a run cannot be undone."""
    return Refused(
        _("Money has come in for years of this run, so it cannot be undone."),
        code="paid_already",
        fix=_("Correct single years instead."),
    )


register(ResidentYear())
register(ResidentLapse())
