"""The run that takes the month before where employers declared nothing."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import Contribution, Employer, WageDeclaration
from enrollment.services.assessment import deemed, many
from funds.models import Branch
from socsec.kernel.ranges import MOST
from socsec.office import cutting
from socsec.office.errors import Refused
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind
from socsec.office.services import policy

from .contributions import CHUNK

_BY_REGION = """
    select region, count(*), sum(wage)::bigint from ({select}) as taken
    group by region order by region
"""


class DeemedWages(RunKind):
    """Wages of a month for everybody whose employer declared nothing (社会保险法第六十二条).

    Drafted once the time for declaring is over; the run of contributions then assesses them like
    any other wage. The total is of wages, not of money owed.
    """

    slug = "deemed_wages"
    label = _("Deemed wages of employers that declared nothing")

    def preview(self, run: Run) -> Preview:
        select, values = _rows(run, 0, MOST)
        with connection.cursor() as cursor:
            cursor.execute(_BY_REGION.format(select=select), values)
            rows = cursor.fetchall()
        return Preview(
            count=sum(row[1] for row in rows),
            total=sum(row[2] for row in rows),
            regions={row[0]: [row[1], row[2]] for row in rows},
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """Ranges of person numbers with about as many people each."""
        branches = Branch.values
        insured = facts.insured(month=run.month, branches=branches, region=run.region_id)
        # An employer of the region may have staff who are insured elsewhere.
        everybody = [{"first": 0, "last": MOST}]
        return cutting.by_person(*insured, CHUNK * len(branches)) or everybody

    def execute(self, chunk: RunChunk) -> Counts:
        select, values = _rows(chunk.run, chunk.spec["first"], chunk.spec["last"])
        count, total = deemed.insert(select, values)
        return Counts(count, total, many.checksum([f"{count}/{total}"]))

    def unpost(self, run: Run) -> None:
        """Once a deemed wage is assessed it stands, until the employer declares."""
        if _of(run).filter(person_id__in=_assessed(run)).exists():
            raise Refused(
                _("Deemed wages of this month are assessed, so the run cannot be undone."),
                code="assessed_already",
                fix=_("Reverse the run of contributions first."),
            )

    def reverse(self, chunk: RunChunk) -> None:
        _of(chunk.run).filter(
            person_id__gte=chunk.spec["first"], person_id__lte=chunk.spec["last"]
        ).delete()


def _rows(run: Run, first: int, last: int) -> facts.Select:
    assert run.edition_id is not None  # every run is drafted under one
    return deemed.rows(
        law=policy.of(run.edition_id),
        month=run.month,
        region=run.region_id,
        first_person=first,
        last_person=last,
    )


def _of(run: Run) -> Any:
    employers = Employer.objects.filter(
        region__gte=f"{run.region_low:06}", region__lte=f"{run.region_high:06}"
    )
    return WageDeclaration.objects.filter(
        month=run.month, deemed=True, employer_id__in=employers.values("pk")
    )


def _assessed(run: Run) -> Any:
    return Contribution.objects.filter(month=run.month, deemed=True).values("person_id")
