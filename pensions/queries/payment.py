"""Payments and payrolls: what was paid, how far it has got, totals of months."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum

from funds.models import PaymentBatch, PaymentOrder, PaymentOutcome
from pensions.models import AccountEntry, Benefit, EntryKind, PaymentState, Payroll, PensionPayment
from socsec.kernel import regions
from socsec.office import people
from socsec.office.access import scope
from socsec.office.models import Run

from .award import award_in_payment


@dataclass(frozen=True)
class PaidRow:
    """A pension paid or on its way: the month it is for, and how far it has got."""

    payment: PensionPayment
    state: PaymentState
    paid_month: int
    reason: str = ""

    @property
    def arrears(self) -> bool:
        """Whether it was paid later than in its own month."""
        return self.payment.month < self.paid_month


def payments(person_id: int) -> list[PaidRow]:
    """A person's pension payments, the latest month first. A few queries, however many."""
    numbers = people.numbers(person_id)
    found = [row for number in numbers for row in _payments_under(number)]
    if len(numbers) > 1:
        found.sort(key=lambda row: (row.payment.month, row.payment.part), reverse=True)
    return found


def _payments_under(person_id: int) -> list[PaidRow]:
    """What was paid under one number of a person."""
    found = list(PensionPayment.objects.filter(person_id=person_id).order_by("-month", "-part"))
    payrolls = Payroll.objects.select_related("envelope").in_bulk({row.run_id for row in found})
    states = _order_states(person_id, payrolls.values())
    rows = []
    for payment in found:
        payroll = payrolls[payment.run_id]
        state, reason = states.get(payroll.envelope_id or 0, (PaymentState.PREPARED, ""))
        rows.append(PaidRow(payment, state, payroll.month, reason))
    return rows


def _order_states(
    person_id: int, payrolls: Iterable[Payroll]
) -> dict[int, tuple[PaymentState, str]]:
    """How far the order of a person has got in each envelope, with the bank's reason."""
    released = {
        payroll.envelope.pk: payroll.envelope.state not in _NOT_SENT
        for payroll in payrolls
        if payroll.envelope is not None
    }
    orders = PaymentOrder.objects.filter(person_id=person_id)
    again = {
        order.reorders_batch_id or 0: order.batch_id
        for order in orders.filter(reorders_batch_id__in=list(released))
    }
    outcomes: dict[int, PaymentOutcome] = {}
    for outcome in PaymentOutcome.objects.filter(
        person_id=person_id, batch_id__in=[*released, *again.values()]
    ).order_by("outcome"):
        outcomes[outcome.batch_id] = outcome  # RETURNED comes after PAID: the last word
    states = {}
    for envelope, sent in released.items():
        state, reason = _state(outcomes.get(envelope), sent)
        if envelope in again:
            second, second_reason = _state(outcomes.get(again[envelope]), True)
            if second == PaymentState.SENT:
                second = PaymentState.REORDERED
            state, reason = second, second_reason or reason
        states[envelope] = (state, reason)
    return states


_NOT_SENT = (PaymentBatch.State.OPEN, PaymentBatch.State.CANCELLED)


def _state(outcome: PaymentOutcome | None, sent: bool) -> tuple[PaymentState, str]:
    if outcome is None:
        return (PaymentState.SENT if sent else PaymentState.PREPARED), ""
    if outcome.outcome == PaymentOutcome.Outcome.PAID:
        return PaymentState.PAID, ""
    return PaymentState.RETURNED, outcome.reason


def next_payment(person_id: int) -> int | None:
    """What the award of a person pays a month at present, in fen; None without one."""
    award = award_in_payment(person_id)
    if award is None:
        return None
    last = Benefit.objects.filter(person_id=award.person_id, award_id=award.pk)
    row = last.order_by("-from_month", "-version").first()
    return row.monthly if row else None


def payrolls(user: Any) -> QuerySet[Payroll]:
    """The payrolls of the user's region, the latest first."""
    return scope(Payroll.objects.select_related("run", "fund__region", "envelope"), user)


def payments_of(run: Run) -> QuerySet[PensionPayment]:
    """What a payroll pays, by person."""
    return PensionPayment.objects.filter(run_id=run.pk).order_by("person_id", "month")


@dataclass(frozen=True)
class MonthTotal:
    """What a month's payrolls paid: people and fen, the part that accounts bear among them."""

    month: int
    people: int
    amount: int
    from_account: int


def monthly_totals(region: str, first_month: int, last_month: int) -> list[MonthTotal]:
    """What the payrolls of a region's parts paid in each month, for charts."""
    low, high = regions.span(region)
    runs = Run.objects.filter(
        payroll__month__gte=first_month,
        payroll__month__lte=last_month,
        payroll__region__gte=low,
        payroll__region__lte=high,
        state=Run.State.POSTED,
    ).annotate(paid_month=F("payroll__month"))
    borne = (
        AccountEntry.objects.filter(kind=EntryKind.BENEFIT, reference__in=[run.pk for run in runs])
        .order_by()
        .values("reference")
        .annotate(total=Sum("amount"))
    )
    drawn = {row["reference"]: -row["total"] for row in borne}
    months: dict[int, list[int]] = {}
    for run in runs:
        sums = months.setdefault(run.paid_month, [0, 0, 0])
        for place, value in enumerate((run.count, run.total, drawn.get(run.pk, 0))):
            sums[place] += value
    return [MonthTotal(month, *months[month]) for month in sorted(months)]
