"""Runs that the calendar brings, drafted by the clock: payrolls, interest, adjustments.

The clock only drafts. People preview, approve and execute, as with a run that a person drafted.
What was drafted once for a month and a region is not drafted again, whatever became of it: who
abandons or reverses a run decides whether there is another.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from .. import runs
from ..errors import Problem
from ..models import Run
from . import audit, run, users


def draft_due(today: date | None = None) -> list[Run]:
    """Draft every run that is due and has what it rests on. Asked again, it drafts nothing more."""
    day = today or timezone.localdate()
    drafted = (_draft(kind, due) for kind in runs.all_kinds() for due in kind.due(day))
    return [made for made in drafted if made is not None]


@transaction.atomic
def _draft(kind: runs.RunKind, due: runs.Due) -> Run | None:
    made = run.laid_out(kind.slug, due.month, due.region, kind.check(due.params), users.clock())
    if Run.objects.filter(
        identity=made.identity,
        month=made.month,
        region_low__lte=made.region_high,
        region_high__gte=made.region_low,
    ).exists():
        return None
    try:
        kind.check_due(made)
        run.save(made)
    except Problem:
        return None  # tomorrow again, unless a person was first
    audit.record(
        by=None,
        act="run.draft",
        subject=made,
        region=made.region_id,
        kind=made.kind,
        month=made.month,
        params=made.params,
    )
    return made
