"""Payments as screens read them, and as schemes pull what the bank said."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from funds.models import (
    PaymentBatch,
    PaymentOrder,
    PaymentOutcome,
    Reconciliation,
    UnmatchedLine,
)
from socsec.office.access import scope

PAID, RETURNED = PaymentOutcome.Outcome.PAID, PaymentOutcome.Outcome.RETURNED


@dataclass(frozen=True)
class PaymentLine:
    """One order and how far it has got.

    `state` is open, cancelled, released, paid or returned; `again_in` the envelope that repeats it.
    """

    order: PaymentOrder
    envelope: PaymentBatch
    state: str
    on: date | None
    reason: str
    again_in: int | None


def outcomes(kind: str, after: int = 0) -> "QuerySet[PaymentOutcome]":
    """What the bank said about the payments of one kind, in answers read after that number.

    Schemes keep the last `return_id` that they have seen and ask for what came since. As a subquery
    of INSERT … SELECT it serves a mass run.
    """
    return PaymentOutcome.objects.filter(
        return_id__gt=after, batch_id__in=PaymentBatch.objects.filter(kind=kind).values("pk")
    ).order_by("return_id", "person_id", "batch_id", "seq", "outcome")


def envelopes(user: Any) -> "QuerySet[PaymentBatch]":
    """The payment batches that a user may see, latest first."""
    return scope(
        PaymentBatch.objects.select_related("fund__region", "maker", "checker"), user, "region"
    )


def unmatched(user: Any) -> "QuerySet[UnmatchedLine]":
    """Lines of bank returns that fit no order and that nobody has cleared up: each a task."""
    return scope(
        UnmatchedLine.objects.filter(settled_by__isnull=True).select_related("bank_return__batch"),
        user,
        "bank_return__batch__region",
    )


def progress(batch_id: int) -> dict[str, int]:
    """Counts and fen of an envelope: orders, paid, returned."""
    orders = PaymentOrder.objects.filter(batch_id=batch_id).aggregate(
        orders=Count("person_id"), ordered=Sum("amount", default=0)
    )
    answers = PaymentOutcome.objects.filter(batch_id=batch_id).aggregate(
        paid=Count("person_id", filter=Q(outcome=PAID)),
        paid_total=Sum("amount", filter=Q(outcome=PAID), default=0),
        returned=Count("person_id", filter=Q(outcome=RETURNED)),
        returned_total=Sum("amount", filter=Q(outcome=RETURNED), default=0),
    )
    return {**orders, **answers}


def person_payments(person_id: int) -> list[PaymentLine]:
    """Every payment ordered for a person, latest first."""
    orders = list(PaymentOrder.objects.filter(person_id=person_id).order_by("-batch_id", "seq"))
    answered: dict[tuple[int, int], PaymentOutcome] = {}
    # A return after a payment comes later and is what counts.
    for answer in PaymentOutcome.objects.filter(person_id=person_id).order_by("outcome"):
        answered[answer.batch_id, answer.seq] = answer
    batches = PaymentBatch.objects.select_related("fund__region").in_bulk(
        {order.batch_id for order in orders}
    )
    again = {
        (order.reorders_batch_id, order.reorders_seq): order.batch_id
        for order in orders
        if order.reorders_batch_id and batches[order.batch_id].state != PaymentBatch.State.CANCELLED
    }
    lines = []
    for order in orders:
        key = (order.batch_id, order.seq)
        envelope, said = batches[order.batch_id], answered.get(key)
        state = envelope.state
        if state == PaymentBatch.State.RECONCILED:
            state = PaymentBatch.State.RELEASED
        if said:
            state = "paid" if said.outcome == PAID else "returned"
        lines.append(
            PaymentLine(
                order,
                envelope,
                str(state),
                said.on if said else None,
                said.reason if said else "",
                again.get(key),
            )
        )
    return lines


def batch_lines(
    batch: PaymentBatch, count: int
) -> list[tuple[PaymentOrder, PaymentOutcome | None]]:
    """The first orders of an envelope, each with what the bank said of it. Two queries."""
    orders = list(
        PaymentOrder.objects.filter(batch_id=batch.pk).order_by("person_id", "seq")[:count]
    )
    people = [order.person_id for order in orders]
    answers: dict[tuple[int, int], PaymentOutcome] = {}
    # A return after a payment comes later and is what counts.
    for answer in PaymentOutcome.objects.filter(batch_id=batch.pk, person_id__in=people).order_by(
        "outcome"
    ):
        answers[answer.person_id, answer.seq] = answer
    return [(order, answers.get((order.person_id, order.seq))) for order in orders]


def reconciliations(batch_id: int) -> list[Reconciliation]:
    """The latest comparison of each kind."""
    latest: dict[str, Reconciliation] = {}
    for each in Reconciliation.objects.filter(batch_id=batch_id).order_by("id"):
        latest[each.what] = each
    return list(latest.values())
