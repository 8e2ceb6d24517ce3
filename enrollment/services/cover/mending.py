"""Coverage of employees that no employment carries any more: found, and ended where the last one did.

An employee's coverage goes on as long as a job does (社会保险法第五十八条). Where it goes on without
one, a job ended and the coverage did not.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from enrollment.models import EMPLOYED, Contribution, Coverage, EndReason
from enrollment.models.spans import until
from enrollment.services.checks import lock
from socsec.kernel.months import month_of
from socsec.office.models import User
from socsec.office.services import audit

# The last day of the last job is null where the books know of none.
_ORPHANS = """
    select c.id, max(upper(e.span)) - 1
    from enrollment_coverage c
    left join enrollment_employment e
      on e.person_id = c.person_id and e.apart = c.apart and not isempty(e.span)
         and e.span && c.span
    where c.category = any(%s) and upper_inf(c.span) and not isempty(c.span)
    group by c.id
    having not coalesce(bool_or(upper_inf(e.span)), false)
    order by c.id
"""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A coverage that goes on, and the last day of the last job that carried it."""

    coverage: Coverage
    worked_until: date | None


def orphans() -> list[Orphan]:
    """Every coverage of an employee that goes on without a job."""
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS, [[int(each) for each in EMPLOYED]])
        found = dict(cursor.fetchall())
    rows = Coverage.objects.filter(pk__in=found).select_related("person").order_by("pk")
    return [Orphan(row, found[row.pk]) for row in rows]


@transaction.atomic
def end_with_the_job(*, by: User | None, orphan: Orphan) -> Coverage | None:
    """End it with the last day of the last job. None where nobody knows that day, or where months
    after it are assessed: those a clerk corrects first."""
    coverage = lock(orphan.coverage)
    last_day = orphan.worked_until
    if coverage.span.upper is not None or last_day is None:
        return None
    if Contribution.objects.filter(
        person_id=coverage.person_id, branch=coverage.branch, month__gt=month_of(last_day)
    ).exists():
        return None
    coverage.span = until(coverage.span, last_day)
    coverage.end_reason, coverage.ended_at = EndReason.LEFT, timezone.now()
    coverage.save(update_fields=["span", "end_reason", "ended_at"])
    audit.record(
        by=by,
        act="coverage.change",
        subject=coverage,
        person_id=coverage.person_id,
        region=coverage.region,
        branch=coverage.branch,
        reason=EndReason.LEFT.value,
        ended=last_day,
        mended=True,
    )
    return coverage
