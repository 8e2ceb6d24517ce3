"""Three reconciliations of an envelope: its orders with the bank file, its outcomes with what the
bank states, its orders with the ledger."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from funds.models import (
    BankFile,
    BankReturn,
    PaymentBatch,
    PaymentOrder,
    PaymentOutcome,
    Reconciliation,
    UnmatchedLine,
    accounts,
)
from funds.models.ledger import BatchTotal
from socsec.office.access import require
from socsec.office.models import User
from socsec.office.services import audit

from .envelope import locked, must_be

What = Reconciliation.What
Sums = tuple[int, int]  # count and fen


@dataclass(frozen=True)
class Check:
    """Two sides of one comparison, each as a count and a total in fen."""

    what: str
    expected: Sums
    found: Sums

    @property
    def agrees(self) -> bool:
        return self.expected == self.found


def compare(batch: PaymentBatch) -> list[Check]:
    """The three comparisons as they stand now; nothing is written."""
    orders = _sums(PaymentOrder.objects.filter(batch_id=batch.pk))
    written = BankFile.objects.filter(batch=batch).first()
    reported = _sums(PaymentOutcome.objects.filter(batch_id=batch.pk))
    stated = BankReturn.objects.filter(batch=batch).aggregate(
        count=Sum("paid_count", default=0) + Sum("returned_count", default=0),
        total=Sum("paid_total", default=0) + Sum("returned_total", default=0),
    )
    # What was settled by hand stands in the bank's statement, but was never ours.
    settled = _sums(
        UnmatchedLine.objects.filter(bank_return__batch=batch, settled_by__isnull=False)
    )
    returns = BankReturn.objects.filter(batch=batch).values_list("pk", flat=True)
    left_transit = BatchTotal.objects.filter(
        batch__source__in=[f"funds.return:{pk}" for pk in returns], credit=accounts.IN_TRANSIT
    ).aggregate(count=Sum("count", default=0), total=Sum("amount", default=0))
    return [
        Check(What.FILE, orders, (written.count, written.total) if written else (0, 0)),
        Check(
            What.ACCOUNT,
            reported,
            (stated["count"] - settled[0], stated["total"] - settled[1]),
        ),
        # Paid or returned, every order has left the transit account once.
        Check(What.LEDGER, orders, (left_transit["count"], left_transit["total"])),
    ]


@transaction.atomic
def reconcile(batch_id: int, *, by: User) -> list[Check]:
    """Compare, keep the result, and close the envelope if all three agree."""
    batch = locked(batch_id)
    require(by, "payment.reconcile", batch.region)
    must_be(batch, PaymentBatch.State.RELEASED, PaymentBatch.State.RECONCILED)
    checks = compare(batch)
    Reconciliation.objects.bulk_create(
        Reconciliation(
            batch=batch,
            what=check.what,
            expected_count=check.expected[0],
            expected_total=check.expected[1],
            found_count=check.found[0],
            found_total=check.found[1],
            by=by,
        )
        for check in checks
    )
    agrees = all(check.agrees for check in checks)
    state = PaymentBatch.State.RECONCILED if agrees else PaymentBatch.State.RELEASED
    if state != batch.state:
        batch.state = state
        batch.save(update_fields=["state"])
    audit.record(by=by, act="payment.reconcile", subject=batch, region=batch.region, agrees=agrees)
    return checks


def _sums(rows: QuerySet) -> Sums:
    sums = rows.order_by().aggregate(count=Count("*"), total=Sum("amount", default=0))
    return sums["count"], sums["total"]
