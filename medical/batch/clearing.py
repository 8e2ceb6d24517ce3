"""The statements between regions of a month, as a run."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from medical.services.clearing import drawing
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind


class RegionalClearings(RunKind):
    """What funds owe each other for care away from home, a statement for each two of them.

    Whichever office is first draws a statement up; both sides agree to it.
    """

    slug = drawing.KIND
    label = _("Clearing between regions")

    def preview(self, run: Run) -> Preview:
        return drawing.preview(run.month, run.region_id)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return drawing.chunks(run.month, run.region_id)

    def execute(self, chunk: RunChunk) -> Counts:
        count, amount = drawing.draw_up(chunk.run, chunk.spec["low"], chunk.spec["high"])
        return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        drawing.check_untouched(run)

    def reverse(self, chunk: RunChunk) -> None:
        drawing.withdraw(chunk.run, chunk.spec["low"], chunk.spec["high"])
