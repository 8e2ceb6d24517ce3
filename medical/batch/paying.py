"""The statements of a month, and the payment of what providers agreed to, as runs."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from medical.models import Settlement
from medical.services.paying import drawing, payments
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind

CHUNK = 500_000  # bills

FIGURES = {
    "due": _("Agreed statements"),
    "adjusted": _("Differences of payment by group and year"),
    "deducted": _("Deducted for findings"),
    "restored": _("Given back after appeals"),
    "retained": _("Retained"),
    "released": _("Released of what was retained"),
    "set_off": _("Advances set off"),
}


class ProviderStatements(RunKind):
    """What the bills of each provider came to in a month, in each scheme.

    Providers compare and agree; `ProviderPayments` pays what is agreed.
    """

    slug = drawing.KIND
    label = _("Statements of providers")

    def figure(self, name: str) -> Any:
        return Settlement._meta.get_field(name).verbose_name

    def preview(self, run: Run) -> Preview:
        return drawing.preview(run.month, run.region_id)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return drawing.chunks(run.month, run.region_id, CHUNK)

    def execute(self, chunk: RunChunk) -> Counts:
        count, amount = drawing.draw_up(_part(chunk), chunk.run)
        return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        drawing.check_untouched(run)

    def reverse(self, chunk: RunChunk) -> None:
        drawing.withdraw(_part(chunk), chunk.run)


class ProviderPayments(RunKind):
    """Agreed statements paid: less deductions, retention and advances, one order for each provider.

    Posting puts the money of each fund into an envelope, which a second person releases to the bank.
    """

    slug = payments.KIND
    label = _("Payments to providers")

    def figure(self, name: str) -> Any:
        return FIGURES[name]

    def preview(self, run: Run) -> Preview:
        count, total, figures, where, (waiting, amount) = payments.preview(payments.part_of(run))
        held = [{**payments.NO_ACCOUNT, "count": waiting, "total": amount}] if waiting else []
        return Preview(count=count, total=total, figures=figures, regions=where, held=held)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """One: providers are few, and what is deducted depends on all that is owed to each."""
        return [{}]

    def execute(self, chunk: RunChunk) -> Counts:
        count, amount = payments.pay(payments.part_of(chunk.run), chunk.run)
        return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())

    def post(self, run: Run) -> None:
        payments.order(run)

    def unpost(self, run: Run) -> None:
        payments.cancel(run)

    def reverse(self, chunk: RunChunk) -> None:
        payments.withdraw(chunk.run)


def _part(chunk: RunChunk) -> drawing.Part:
    """The providers of a chunk, with the fund of its scheme."""
    run, spec = chunk.run, chunk.spec
    whole = next(
        part
        for part in drawing.parts(run.month, run.region_id)
        if part.fund.scheme == spec["scheme"]
    )
    return drawing.Part(whole.fund, run.month, run.region_id, spec["first"], spec["last"])
