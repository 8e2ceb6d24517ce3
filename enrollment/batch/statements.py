"""The run that states everybody's record of a year."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import YearlyStatement
from enrollment.services.record import statements
from socsec.kernel.months import FIRST_YEAR, last_day
from socsec.kernel.ranges import MOST
from socsec.kernel.regions import span
from socsec.office import cutting
from socsec.office.errors import Invalid
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind

# People in one chunk: their months are sorted in memory.
CHUNK = 100_000

_TOTALS = """
    select region, count(*), sum(jsonb_array_length(facts->'branches'))::bigint
    from ({select}) as stated group by region order by region
"""

_PEOPLE = "select id as person_id from enrollment_person where region between %s and %s"


class Statements(RunKind):
    """The yearly statements (社会保险个人权益记录单) of a region, for the year of the run's month.

    A row a person, written once; the paper is drawn from it when somebody asks. The run's total is
    in fen and pays nothing: it is 0.
    """

    slug = "statements"
    label = _("Yearly statements")

    def preview(self, run: Run) -> Preview:
        if last_day(_year(run) * 12 + 11) >= timezone.localdate():
            raise Invalid(
                _("The year %(year)s is not over yet.") % {"year": _year(run)},
                code="year_not_over",
                field="month",
                fix=_("Choose a month of a year that has ended."),
            )
        select, values = statements.rows(
            year=_year(run), region=run.region_id, first_person=0, last_person=MOST
        )
        with connection.cursor() as cursor:
            cursor.execute(_TOTALS.format(select=select), values)
            regions = cursor.fetchall()
        return Preview(
            count=sum(row[1] for row in regions),
            total=0,
            regions={row[0]: [row[1], 0] for row in regions},
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return cutting.by_person(_PEOPLE, span(run.region_id), CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        run = chunk.run
        count, checksum = statements.insert(
            year=_year(run),
            region=run.region_id,
            first_person=chunk.spec["first"],
            last_person=chunk.spec["last"],
            run_id=run.pk,
            on=timezone.localdate(),
        )
        return Counts(count, 0, checksum)

    def reverse(self, chunk: RunChunk) -> None:
        """Take the statements back: their numbers are no longer ours, and whoever checks is told so."""
        YearlyStatement.objects.filter(
            run_id=chunk.run_id,
            year=_year(chunk.run),
            person_id__gte=chunk.spec["first"],
            person_id__lte=chunk.spec["last"],
        ).delete()


def _year(run: Run) -> int:
    return max(run.month // 12, FIRST_YEAR)
