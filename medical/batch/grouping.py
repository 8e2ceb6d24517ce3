"""Stays paid by group in the month and in the year, and the release of the retention, as runs."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from funds.models import Fund
from medical.models import CaseYear, ProviderAdjustment
from medical.services.grouping import differences, months, releasing, years
from medical.services.paying.drawing import Part
from socsec.office.errors import Refused
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind

FIGURES = {
    "worth": _("Worth at the value of the year"),
    "billed": _("Paid item by item"),
    "differences": _("Differences of the months"),
    "final": _("Due for the year"),
    "forfeited": _("Forfeited"),
}


class Adjusting(RunKind):
    """What adds to providers' payments or takes off: undone as long as no payment took it."""

    def figure(self, name: str) -> Any:
        return FIGURES[name]

    def unpost(self, run: Run) -> None:
        differences.check_unpaid(run)


class CasePayments(Adjusting):
    """The stays of a month by their groups: each provider's difference beside what was billed.

    The difference is paid, or taken off, with the next payment to the provider.
    """

    slug = months.KIND
    label = _("Stays paid by group")

    def preview(self, run: Run) -> Preview:
        count, total, where, (waiting, amount) = months.preview(run)
        held = [{**months.NO_TERMS, "count": waiting, "total": amount}] if waiting else []
        return Preview(count=count, total=total, regions=where, held=held)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """By scheme: the value of a point may follow from all stays of the month."""
        return [{"scheme": part.fund.scheme} for part in months.parts_of(run)]

    def execute(self, chunk: RunChunk) -> Counts:
        return _counts(months.pay(_part(chunk), chunk.run))

    def unpost(self, run: Run) -> None:
        super().unpost(run)
        if months.later(run):
            raise Refused(
                _("A later month of this region has been worked out."),
                code="later_month",
                fix=_("Reverse that run first."),
            )
        stays = run.case_payments.values("fund", "year").distinct()
        if any(CaseYear.objects.filter(**each).exists() for each in stays):
            raise Refused(
                _("The year of these stays is settled."),
                code="year_settled",
                fix=_("Reverse the settlement of the year first."),
            )

    def reverse(self, chunk: RunChunk) -> None:
        part = _part(chunk)
        differences.withdraw(chunk.run, part.fund)
        months.withdraw(part, chunk.run)


class CaseYears(Adjusting):
    """A year of stays settled from the budget: what each provider still gets, or gives back."""

    slug = years.KIND
    label = _("Settlement of a year of stays by group")

    def preview(self, run: Run) -> Preview:
        count, total, figures, where = years.preview(run)
        return Preview(count=count, total=total, figures=figures, regions=where)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return [{"fund": part.fund.pk} for part in years.parts_of(run)]

    def execute(self, chunk: RunChunk) -> Counts:
        part = next(p for p in years.parts_of(chunk.run) if p.fund.pk == chunk.spec["fund"])
        return _counts(years.settle(part, chunk.run))

    def reverse(self, chunk: RunChunk) -> None:
        fund = Fund.objects.get(pk=chunk.spec["fund"])
        differences.withdraw(chunk.run, fund)
        years.withdraw(fund, chunk.run)


class RetentionReleases(Adjusting):
    """The retention of providers whose year is judged: released by the score, the rest forfeited."""

    slug = releasing.KIND
    label = _("Release of the retention")

    def preview(self, run: Run) -> Preview:
        count, total, figures, where, (waiting, amount) = releasing.preview(run)
        held = [{**releasing.NO_SCORE, "count": waiting, "total": amount}] if waiting else []
        return Preview(count=count, total=total, figures=figures, regions=where, held=held)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return [{}]

    def execute(self, chunk: RunChunk) -> Counts:
        return _counts(releasing.pay(chunk.run))

    def reverse(self, chunk: RunChunk) -> None:
        adjusted = ProviderAdjustment.objects.filter(run=chunk.run)
        for fund in Fund.objects.filter(pk__in=adjusted.values("fund")):
            differences.withdraw(chunk.run, fund)


def _part(chunk: RunChunk) -> Part:
    """The stays of a chunk's scheme."""
    parts = months.parts_of(chunk.run)
    return next(part for part in parts if part.fund.scheme == chunk.spec["scheme"])


def _counts(found: tuple[int, int]) -> Counts:
    count, amount = found
    return Counts(count, amount, hashlib.sha256(f"{count} {amount}".encode()).hexdigest())
