"""A stored decision, computed once more: what was gathered, by the edition of its time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from pensions.models import Award, PensionAdjustment, Recomputation, ResidentAdjustment
from pensions.services import adjustment, recompute
from pensions.services.deciding import Decision, law_for
from pensions.services.residents import adjustment as resident_adjustment
from socsec.office.errors import Refused
from socsec.office.models import Run
from socsec.office.replays import Outcome
from socsec.office.services import policy as policies

M = TypeVar("M", bound=Model)

LINES = {
    "flat_part": "flat_part",
    "linked.amount": "linked",
    "level.amount": "level",
    "tilt.amount": "tilt",
    "increase": "increase",
}


@dataclass(frozen=True)
class Replay:
    """A stored decision, computed once more. `differences` names each line with both numbers."""

    award: Award
    decision: Decision
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.differences


def replay(given: Award) -> Replay:
    """Compute an award again, from what was gathered and by the edition of its time.

    `Refused` for an award that was taken over from earlier books, without a sheet.
    """
    if given.gathered is None or given.edition_id is None or given.sheet is None:
        raise Refused(
            _("This award was taken over from earlier books and has no sheet."), code="no_sheet"
        )
    found = law_for(given).decide_again(given.gathered, policies.of(given.edition_id))
    now, then = _lines(given, found)
    differences = [
        f"{code}: {then.get(code)} → {now.get(code)}"
        for code in [*then, *(code for code in now if code not in then)]
        if then.get(code) != now.get(code)
    ]
    paid = {**found.parts, "monthly": found.monthly}
    differences += [
        f"{name}: {getattr(given, name)} → {value}"
        for name, value in paid.items()
        if getattr(given, name) != value
    ]
    return Replay(given, found, tuple(differences))


def _lines(given: Award, found: Decision) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every line of the decision, as it comes to now and as it was kept."""
    if given.recomputed_by is None:
        now = {line.code: line.value for line in found.assessment.document.lines}
        return now, {line["code"]: line["value"] for line in (given.sheet or {})["lines"]}
    kept = Recomputation.objects.get(
        person_id=given.person_id, award_id=given.pk, run_id=given.recomputed_by
    )
    return recompute.lines_of(found), kept.after["lines"]


def awards(sample: int | None) -> Iterator[Outcome]:
    """Awards with a sheet, worked out again."""
    for each in _some(Award.objects.filter(sheet__isnull=False, gathered__isnull=False), sample):
        yield Outcome(str(each.claim_id or each.pk), replay(each).differences)


def adjustments(sample: int | None) -> Iterator[Outcome]:
    """Yearly adjustments of posted runs, worked out again."""
    posted = Run.objects.filter(state=Run.State.POSTED).values("pk")
    for each in _some(PensionAdjustment.objects.filter(run_id__in=posted), sample):
        sheet = adjustment.numbers_of(each)
        differences = tuple(
            f"{line}: {getattr(each, column)} → {sheet[line]}"
            for line, column in LINES.items()
            if getattr(each, column) != sheet[line]
        )
        yield Outcome(f"{each.run_id}/{each.person_id}", differences)


def resident_adjustments(sample: int | None) -> Iterator[Outcome]:
    """Residents' pensions that posted runs stated anew, worked out again."""
    posted = Run.objects.filter(state=Run.State.POSTED).values("pk")
    for each in _some(ResidentAdjustment.objects.filter(run_id__in=posted), sample):
        sheet = resident_adjustment.numbers_of(each)
        differences = tuple(
            f"{name}: {getattr(each, name)} → {sheet[name]}"
            for name in resident_adjustment.PARTS
            if getattr(each, name) != sheet[name]
        )
        yield Outcome(f"{each.run_id}/{each.person_id}", differences)


def _some(rows: QuerySet[M], sample: int | None) -> Iterator[M]:
    return iter(rows.iterator() if sample is None else rows.order_by("?")[:sample])
