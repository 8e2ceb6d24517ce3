"""Mass runs of assistance: monthly payroll, yearly change of the standard, vouchers for care."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistance.models import AssistancePayroll, Programme, Voucher, VoucherUse
from assistance.services import paying, standards
from assistance.services.care import vouchers
from funds.models import PaymentBatch
from funds.services import payments
from socsec.kernel.months import format_month
from socsec.kernel.ranges import MOST
from socsec.office.errors import Refused, say
from socsec.office.models import Run, RunChunk
from socsec.office.runs import Counts, Preview, RunKind
from socsec.office.services import policy as policies

CHUNK = 250_000
# Grants in one chunk that are decided one by one.
REVISED = 2_000
SAMPLES = 3
CHANGES = 20

NO_ACCOUNT = {
    "code": "no_account",
    "zh": "没有登记收款银行账户，先留着，登记后补发",
    "en": "No bank account on file; paid as arrears once there is one",
}


class AssistancePayrolls(RunKind):
    """The month's assistance of one county, with what earlier months are owed beside.

    Posting puts the money into one envelope, which a second person releases to the bank.
    """

    slug = paying.KIND
    label = _("Monthly assistance payroll")

    def figure(self, name: str) -> str:
        """Figures are of programmes, by their codes."""
        found = Programme.objects.filter(slug=name).order_by("region", "-since").first()
        return str(found) if found else name

    def preview(self, run: Run) -> Preview:
        paying.fund_of(run.region_id)
        _check_turn(run)
        part = _part_of(run)
        count, total = paying.counted(part)
        people, amount = paying.held(part)
        held = [{**NO_ACCOUNT, "count": people, "total": amount}] if people else []
        return Preview(
            count=count,
            total=total,
            figures=paying.by_programme(part),
            regions=paying.totals(part),
            held=held,
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        _check_turn(run)
        AssistancePayroll.objects.get_or_create(
            run=run,
            defaults={
                "fund": paying.fund_of(run.region_id),
                "month": run.month,
                "region": run.region_id,
            },
        )
        return [
            {"first": first, "last": last} for first, last in paying.ranges(_part_of(run), CHUNK)
        ]

    def execute(self, chunk: RunChunk) -> Counts:
        count, total = paying.pay(_part(chunk), chunk.run_id)
        return Counts(count, total, hashlib.sha256(f"{count} {total}".encode()).hexdigest())

    def post(self, run: Run) -> None:
        made = AssistancePayroll.objects.select_related("fund").get(run=run)
        made.envelope = paying.order(made, run)
        made.save(update_fields=["envelope"])
        paying.close_single(run.month, run.region_id)

    def unpost(self, run: Run) -> None:
        """Once the envelope is released the money has left."""
        envelope = AssistancePayroll.objects.select_related("envelope").get(run=run).envelope
        if envelope is None or run.reversed_by is None:
            return
        if envelope.state not in (PaymentBatch.State.OPEN, PaymentBatch.State.CANCELLED):
            raise Refused(
                _("The money of this payroll has gone to the bank, so it cannot be undone."),
                code="paid_already",
                fix=_("Correct single grants instead."),
            )
        if envelope.state == PaymentBatch.State.OPEN:
            payments.cancel(envelope.pk, by=run.reversed_by, reason=run.reversal_reason)

    def reverse(self, chunk: RunChunk) -> None:
        paying.withdraw(_part(chunk), chunk.run)


class StandardChanges(RunKind):
    """Every monthly grant of a region by a new standard, from a month on.

    The policy edition of the run holds the new values. What it adds for months since is paid by the
    next payroll.
    """

    slug = standards.KIND
    label = _("Yearly change of the standards of assistance")

    def figure(self, name: str) -> Any:
        return {
            "cost_a_year": _("Cost a year"),
            "newly_a_month": _("Would newly qualify, a month"),
        }.get(name, name)

    def preview(self, run: Run) -> Preview:
        standards.check(run)
        return standards.preview(standards.part_of(run), SAMPLES, CHANGES)

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        standards.check(run)
        return standards.ranges(standards.part_of(run), REVISED)

    def execute(self, chunk: RunChunk) -> Counts:
        part = standards.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        count, total = standards.revise(part, chunk.run_id)
        return Counts(count, total, hashlib.sha256(f"{count} {total}".encode()).hexdigest())

    def post(self, run: Run) -> None:
        standards.tell_newly(run)

    def unpost(self, run: Run) -> None:
        standards.check_unpaid(run)

    def reverse(self, chunk: RunChunk) -> None:
        part = standards.part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        standards.undo(part, chunk.run_id)


class CareVouchers(RunKind):
    """The month's vouchers for care of a region. Nothing is paid: orders spend them."""

    slug = vouchers.KIND
    label = _("Monthly vouchers for care")

    def preview(self, run: Run) -> Preview:
        found = vouchers.totals(_issue_of(run))
        return Preview(
            count=sum(count for count, _total in found.values()),
            total=sum(total for _count, total in found.values()),
            regions=found,
        )

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        return [
            {"first": first, "last": last} for first, last in vouchers.ranges(_issue_of(run), CHUNK)
        ]

    def execute(self, chunk: RunChunk) -> Counts:
        part = _issue_of(chunk.run, chunk.spec["first"], chunk.spec["last"])
        count, total = vouchers.issue(part, chunk.run_id)
        return Counts(count, total, hashlib.sha256(f"{count} {total}".encode()).hexdigest())

    def unpost(self, run: Run) -> None:
        if VoucherUse.objects.filter(voucher__run=run).exists():
            raise Refused(
                _("Vouchers of this issue were spent already."),
                code="spent_already",
                fix=_("They lapse by themselves where nobody spends them."),
            )

    def reverse(self, chunk: RunChunk) -> None:
        Voucher.objects.filter(
            run=chunk.run,
            person_id__gte=chunk.spec["first"],
            person_id__lte=chunk.spec["last"],
        ).delete()


def _issue_of(run: Run, first: int = 0, last: int = MOST) -> vouchers.Part:
    assert run.edition is not None  # every run is drafted under one
    return vouchers.Part(policies.of(run.edition), run.month, run.region_id, first, last)


def _part_of(run: Run, first: int = 0, last: int | None = None) -> paying.Part:
    part = paying.Part(run.month, run.region_id)
    return part if last is None else paying.Part(run.month, run.region_id, first, last)


def _part(chunk: RunChunk) -> paying.Part:
    return _part_of(chunk.run, chunk.spec["first"], chunk.spec["last"])


def _check_turn(run: Run) -> None:
    """A later month that stands closes the earlier ones: what they miss is paid as arrears."""
    later = (
        Run.objects.filter(
            kind=paying.KIND,
            month__gt=run.month,
            region_low__lte=run.region_high,
            region_high__gte=run.region_low,
            state__in=[*Run.WORKING, Run.State.POSTED, Run.State.FAILED],
        )
        .exclude(pk=run.pk)
        .order_by("month")
        .first()
    )
    if later is not None:
        raise Refused(
            say(
                _(
                    "The payroll of %(month)s stands already, so that of an earlier month is closed."
                ),
                month=format_month(later.month),
            ),
            code="payroll_out_of_turn",
            fix=_("What is missing is paid as arrears with the next payroll."),
        )
