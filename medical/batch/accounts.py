"""The monthly credit to personal accounts, and the opening of a year, as runs."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, Scheme
from medical.services import opening
from medical.services.accounts import crediting
from socsec.kernel.months import month
from socsec.office.models import Run, RunChunk, User
from socsec.office.runs import Counts, Due, Preview, RunKind

CHUNK = 250_000  # people: a commit costs, and so much is small enough to lose without regret


class AccountCredits(RunKind):
    """A month's credit to the medical accounts of one pooling region: own contributions, fixed amounts."""

    slug = crediting.KIND
    label = _("Monthly credit to medical accounts")

    def preview(self, run: Run) -> Preview:
        return crediting.preview(crediting.part_of(run))

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return crediting.chunks(crediting.part_of(run), CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        count, amount = crediting.credit(_part(chunk), chunk.run_id, _source(chunk))
        return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())

    def reverse(self, chunk: RunChunk) -> None:
        crediting.undo(_part(chunk), chunk.run, _source(chunk))


class YearOpenings(RunKind):
    """The opening of a year's sums, with the raise of the catastrophic cap that residents earned.

    Not strict: bills of the year before that come late may take a year without a claim away between
    preview and execution, and nothing is paid here.
    """

    slug = opening.KIND
    label = _("Opening of the year of medical insurance")
    strict = False

    def due(self, today: date) -> Iterable[Due]:
        """This January's, of each fund that pools residents."""
        january = month(today.year, 1)
        for fund in Fund.objects.filter(branch=Branch.MEDICAL, scheme=Scheme.RESIDENTS):
            yield Due(january, fund.region_id)

    def figure(self, name: str) -> str | Promise:
        return FIGURES.get(name, name)

    def preview(self, run: Run) -> Preview:
        return opening.preview(opening.part_of(run))

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return opening.chunks(opening.part_of(run), CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        count, amount = opening.open_year(_year(chunk), chunk.run_id, _hand(chunk))
        return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())

    def reverse(self, chunk: RunChunk) -> None:
        opening.undo(_year(chunk), chunk.run_id, _hand(chunk))


FIGURES = {
    "for_years": _("For years in a row"),
    "for_zero": _("For years without a claim"),
}


def _year(chunk: RunChunk) -> opening.Part:
    return opening.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])


def _hand(chunk: RunChunk) -> User:
    """In whose name bills are worked out anew: who approved the run, or took it back."""
    by = chunk.run.reversed_by or chunk.run.checker
    assert by is not None  # nothing is executed that nobody approved
    return by


def _part(chunk: RunChunk) -> crediting.Part:
    return crediting.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])


def _source(chunk: RunChunk) -> str:
    return f"medical.accounts:{chunk.run_id}/{chunk.number}"
