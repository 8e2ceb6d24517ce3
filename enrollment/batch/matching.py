"""The search for records that may be of one person, over everybody."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from enrollment.models import DuplicatePair, Person
from enrollment.models.duplicates import Reason
from enrollment.queries import matching
from enrollment.services.people import merging
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind

# People in one chunk: large, since a commit costs, and small enough to lose without regret.
CHUNK = 250_000


class Matching(RunKind):
    """Looks for records that may be of one person, over everybody, and fills the review queue.

    Cut by date of birth: two records of one person share it, so every pair lies in one part. What
    was looked at before is not asked again. Undone, it takes back what nobody has decided yet.
    """

    slug = "matching"
    label = _("Search for duplicate records")
    # It pays nobody, and people are entered while it runs.
    strict = False

    def preview(self, run: Run) -> Preview:
        """How many pairs there are, by region and by reason."""
        regions: dict[str, list[int]] = {}
        reasons: dict[int, int] = {}
        for found in (matching.same_numbers(), matching.near_names(date.min, date.max)):
            select, values = matching.new_pairs(found, run.region_id)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"select region, reason, count(*) from ({select}) as found group by 1, 2",  # noqa: S608
                    values,
                )
                for region, reason, count in cursor.fetchall():
                    regions.setdefault(region, [0, 0])[0] += count
                    reasons[reason] = reasons.get(reason, 0) + count
        return Preview(
            count=sum(row[0] for row in regions.values()),
            total=0,
            figures={},
            regions=regions,
            changes=[
                {"reason": str(reason), "count": count} for reason, count in sorted(reasons.items())
            ],
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """The numbers first, since they are the strongest sign; then ranges of birth dates."""
        parts: list[dict[str, Any]] = [{"numbers": True}]
        days: list[date] = []
        count = 0
        for day, born in matching.born_days():
            if days and count + born > CHUNK:
                parts.append(_part(days))
                days, count = [], 0
            days.append(day)
            count += born
        return [*parts, _part(days)] if days else parts

    def execute(self, chunk: RunChunk) -> Counts:
        with connection.cursor() as cursor:
            cursor.execute("set local work_mem = '256MB'")
        count = merging.write_pairs(_found(chunk), chunk.run.region_id, chunk.run_id)
        return Counts(count, 0, f"{count}")

    def reverse(self, chunk: RunChunk) -> None:
        """Nobody's judgement is undone: only pairs that are still open go."""
        pairs = DuplicatePair.objects.filter(run_id=chunk.run_id, state=DuplicatePair.State.OPEN)
        if "numbers" in chunk.spec:
            pairs.filter(reason=Reason.NUMBER).delete()
            return
        born = Person.objects.filter(
            born_on__range=(chunk.spec["first"], chunk.spec["last"])
        ).values("pk")
        pairs.exclude(reason=Reason.NUMBER).filter(person_id__in=born).delete()


def _part(days: list[date]) -> dict[str, Any]:
    return {"first": days[0].isoformat(), "last": days[-1].isoformat()}


def _found(chunk: RunChunk) -> matching.Select:
    if "numbers" in chunk.spec:
        return matching.same_numbers()
    first, last = (date.fromisoformat(chunk.spec[end]) for end in ("first", "last"))
    return matching.near_names(first, last)
