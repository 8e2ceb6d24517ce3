"""Mass runs of medical insurance: the monthly credit to personal accounts."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from medical.services.accounts import crediting
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind

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


def _part(chunk: RunChunk) -> crediting.Part:
    return crediting.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])


def _source(chunk: RunChunk) -> str:
    return f"medical.accounts:{chunk.run_id}/{chunk.number}"
