"""Provisional awards, once the value they waited for is announced (预发重算): all of a region at once.

Each is decided again from its stored facts by the edition of the run; yearly adjustments since are
worked out anew. More is paid by the next payroll, less is recorded as overpaid.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pensions.models import Award, AwardState, Recomputation
from pensions.services import correction, overpaid
from pensions.services.adjustment import Part
from pensions.services.deciding import Decision, law_of
from socsec.kernel import regions
from socsec.office.errors import Refused
from socsec.office.runs import Preview

KIND = "pension_recompute"


@dataclass(frozen=True)
class Change:
    """An award that comes out otherwise, or for good, by the edition of the run."""

    award: Award
    found: Decision
    before: list[correction.Step]
    after: list[correction.Step]

    @property
    def was(self) -> int:
        return self.before[-1].monthly

    @property
    def now(self) -> int:
        return self.after[-1].monthly


def _waiting(part: Part) -> QuerySet[Award]:
    low, high = regions.span(part.region)
    return Award.objects.filter(
        provisional=True,
        state=AwardState.IN_PAYMENT,
        scheme=part.scheme,
        gathered__isnull=False,
        claim__isnull=False,
        region__gte=low,
        region__lte=high,
        person_id__gte=part.first,
        person_id__lte=part.last,
    ).select_related("person")


def _found(part: Part, award: Award) -> Decision | None:
    """What an award comes to by the edition of the part; None where it goes on waiting."""
    found = law_of(part.scheme).decide_again(award.gathered, part.policy)
    same = found.parts == {name: getattr(award, name) for name in correction.PARTS}
    return None if not found.entitled or (found.provisional and same) else found


def changes(part: Part) -> Iterator[Change]:
    """The provisional awards of a part whose value has been announced since."""
    for award in _waiting(part).order_by("person_id", "pk").iterator(500):
        if (found := _found(part, award)) is not None:
            yield Change(award, found, correction.steps(award), correction.restated(award, found))


def check_announced(part: Part) -> None:
    """`Refused` while every award still waits. Values come by place and year, so one of each tells."""
    first = ("region", "from_month")
    for award in _waiting(part).order_by(*first, "pk").distinct(*first):
        if _found(part, award) is not None:
            return
    raise Refused(
        _("No value that a provisional award waits for has been announced since."),
        code="nothing_announced",
        fix=_("Enter it as a policy value first, and have it approved."),
    )


def preview(part: Part, samples: int, most: int) -> Preview:
    """How many come out otherwise, who wins and who loses, what earlier months bring."""
    by_region: dict[str, list[int]] = {}
    rows: list[dict[str, Any]] = []
    sheets: list[dict[str, Any]] = []
    figures = dict.fromkeys(("more_a_month", "less_a_month", "arrears", "overpaid"), 0)
    for each in changes(part):
        change = each.now - each.was
        figures["more_a_month"] += max(change, 0)
        figures["less_a_month"] += max(-change, 0)
        for month in correction.months_between(each.award, each.before, each.after):
            figures["arrears"] += month["more"]
            figures["overpaid"] += month["overpaid"]
        sums = by_region.setdefault(each.award.region, [0, 0])
        sums[0], sums[1] = sums[0] + 1, sums[1] + each.now
        rows.append(
            {
                "person_id": each.award.person_id,
                "before": each.was,
                "after": each.now,
                "change": change,
                "kind": "more" if change > 0 else "less",
            }
        )
        if len(sheets) < samples:
            sheets.append(each.found.as_json())
    rows.sort(key=lambda row: (-abs(row["change"]), row["person_id"]))
    return Preview(
        count=len(rows),
        total=sum(row["after"] for row in rows),
        figures=figures,
        regions=by_region,
        changes=[row for row in rows if row["change"]][:most],
        samples=sheets,
    )


def recompute(part: Part, run_id: int) -> tuple[int, int]:
    """Let the awards of a part rest on the announced value. (awards, fen a month) after it."""
    count = total = 0
    for each in changes(part):
        before = {
            **correction.resting_on(each.award),
            "steps": [asdict(step) for step in each.before],
        }
        after = {
            "gathered": each.award.gathered,
            "sheet": each.found.as_json(),
            "edition": part.edition,
            "parts": each.found.parts,
            "months": each.award.months,
            "provisional": bool(each.found.provisional),
            "steps": [asdict(step) for step in each.after],
        }
        Recomputation.objects.create(
            person_id=each.award.person_id,
            award_id=each.award.pk,
            run_id=run_id,
            region=each.award.region,
            before=before,
            after=after,
            monthly_before=each.was,
            monthly=each.now,
        )
        correction.put(each.award, after)
        overpaid.find(award=each.award)
        count, total = count + 1, total + each.now
    return count, total


def undo(part: Part, run_id: int) -> None:
    """Put the awards of a part back. `Refused` where one has changed since."""
    rows = Recomputation.objects.filter(
        run_id=run_id, person_id__gte=part.first, person_id__lte=part.last
    ).order_by("person_id")
    for row in rows:
        award = Award.objects.select_for_update().get(pk=row.award_id)
        if [asdict(step) for step in correction.steps(award)] != row.after["steps"]:
            raise Refused(
                _("A pension of this run has changed since."),
                code="later_change",
                fix=_("Correct single pensions instead."),
            )
        correction.put(award, row.before)
        overpaid.find(award=award)
