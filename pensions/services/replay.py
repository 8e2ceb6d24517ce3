"""A stored decision, computed once more: what was gathered, by the edition of its time."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from pensions.models import Award
from pensions.services import decision
from pensions.services.decision import Decision, Gathered
from socsec.office.errors import Refused
from socsec.office.services import policy as policies


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
    found = decision.decide(Gathered.from_json(given.gathered), policies.of(given.edition_id))
    now = {line.code: line.value for line in found.assessment.document.lines}
    then = {line["code"]: line["value"] for line in given.sheet["lines"]}
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
