"""The old place: draw up the form, have it checked, pay; take it back; or leave the record where it is."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services import movements
from funds.models import PaymentBatch, PaymentOutcome, accounts
from funds.services import payments
from pensions.models import (
    Transfer,
    TransferKind,
    TransferMonth,
    TransferState,
    TransferStep,
)
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office.access import may, require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, both, say
from socsec.office.models import Case, User
from socsec.office.services import case as cases
from socsec.office.services import messages

from . import balances
from .accounts import payee_of
from .common import (
    REASONS,
    announce,
    case_of,
    lock_person,
    locked,
    money_at,
    open_step,
    post,
    record,
    set_state,
    tell,
)
from .form import draw_up

PAYMENT = "pension_transfer"
Outcome = PaymentOutcome.Outcome


@transaction.atomic
def assess(*, by: User, transfer: Transfer) -> Transfer:
    """The maker's part: the form is drawn up from the books and laid down for a colleague."""
    transfer = locked(transfer, TransferState.DUE)
    case = case_of(transfer, TransferStep.SEND)
    cases.lock(case.pk, by, "case.assess", Case.State.RECEIVED)
    form = draw_up(transfer)
    transfer.turn += 1
    transfer.months, transfer.wages = len(form.months), int(form.facts.wages)
    transfer.account, transfer.pool = int(form.sheet.account), int(form.sheet.pool)
    transfer.refund = int(form.facts.given_back)
    transfer.parts = [list(part) for part in form.parts]
    transfer.digest = form.digest
    transfer.save()
    TransferMonth.objects.bulk_create(
        TransferMonth(
            person_id=transfer.person_id,
            transfer_id=transfer.pk,
            turn=transfer.turn,
            month=each.month,
            region=each.region,
            base=each.base,
            deemed=each.deemed,
        )
        for each in form.months
    )
    cases.propose(
        case_id=case.pk,
        by=by,
        sheet=form.document.as_json(),
        edition=form.edition,
        months=transfer.months,
        total=transfer.total,
    )
    record(by, "assess", transfer, transfer.from_region, months=transfer.months)
    return transfer


@transaction.atomic
def send_back(*, by: User, transfer: Transfer, text: str) -> Transfer:
    """The checker of either office disagrees with the maker: to be done again."""
    transfer = locked(transfer, TransferState.DUE, TransferState.ARRIVED)
    step = TransferStep.SEND if transfer.state == TransferState.DUE else TransferStep.RECEIVE
    cases.send_back(case_id=case_of(transfer, step).pk, by=by, text=text)
    return transfer


@transaction.atomic
def send(*, by: User, transfer: Transfer) -> Transfer:
    """The checker's part: the entitlement leaves the account, and its money is ordered.

    The books are read again; if they say something else than the form, nothing happens. The order
    goes to the bank once a third hand releases its envelope.
    """
    transfer = locked(transfer, TransferState.DUE)
    case = case_of(transfer, TransferStep.SEND)
    cases.lock(case.pk, by, "case.check", Case.State.ASSESSED)
    lock_person(transfer)
    form = draw_up(transfer)
    if form.digest != transfer.digest:
        raise Conflict(
            _("The books have changed since the form was drawn up."),
            code="facts_changed",
            fix=_("Send it back, so that it is drawn up anew."),
        )
    cases.decide(case_id=case.pk, by=by, outcome=Case.State.GRANTED.value, total=transfer.total)
    fund = transfer.from_fund
    assert fund is not None  # a form of ours is drawn up from a fund of ours
    balances.settle(transfer, fund, form.held.interest, by)
    transfer.sent_batches = balances.take_out(transfer, fund, list(form.given_back), by)
    transfer.envelope = _order(transfer, by) if transfer.total else None
    transfer.sent_on = timezone.localdate()
    set_state(transfer, TransferState.SENT, "sent_batches", "envelope", "sent_on")
    announce(transfer, by=by)
    money_at(transfer, "sent")
    messages.notify(
        person_id=transfer.person_id,
        title=_("The money of your record is on its way"),
        body=say(
            _("%(total)s yuan go to the new place, for %(months)s months."),
            total=yuan(transfer.total),
            months=transfer.months,
        ),
        by=by,
        case=case,
    )
    record(
        by,
        "send",
        transfer,
        transfer.from_region,
        months=transfer.months,
        account=transfer.account,
        pool=transfer.pool,
        refund=transfer.refund,
    )
    tell(by, transfer, transfer.to_region, "sent")
    return transfer


@transaction.atomic
def recall(*, by: User, transfer: Transfer, text: str) -> Transfer:
    """The old place takes back what has not been paid: a mistake was found, the bank returned it, or
    the new place rejected it before.
    """
    transfer = locked(transfer, TransferState.SENT, TransferState.BACK)
    require(by, "case.check", transfer.from_region)
    require_stranger(by, transfer.person_id)
    if not text.strip():
        raise Invalid(_("Say why."), code="empty", field="text")
    if transfer.from_fund is None:
        raise _not_ours()
    stop_payment(transfer, by, text)
    restore(transfer, by)
    record(by, "recall", transfer, transfer.from_region, reason=text.strip()[:200])
    tell(by, transfer, transfer.to_region, "recalled")
    return transfer


@transaction.atomic
def came_back(*, by: User, transfer: Transfer, on: date, reference: str) -> Transfer:
    """The money of a rejected form is back on the expenditure account: everything is as it was."""
    transfer = locked(transfer, TransferState.BACK)
    require(by, "ledger.post", transfer.from_region)
    require_stranger(by, transfer.person_id)
    if transfer.from_fund is None:
        raise _not_ours()
    if not reference.strip() or len(reference) > 64:
        raise Invalid(_("Enter the bank's reference."), code="no_reference", field="reference")
    if transfer.sent_on is None or not transfer.sent_on <= on <= timezone.localdate():
        raise Invalid(
            _("The day must lie between the payment and today."), code="impossible_date", field="on"
        )
    if not paid(transfer):
        raise Refused(
            _("The bank has not reported this payment as paid."),
            code="not_paid_yet",
            fix=_("Take the form back instead."),
        )
    post(
        transfer,
        transfer.from_fund,
        transfer.from_region,
        [(accounts.EXPENDITURE_ACCOUNT, accounts.TRANSFER_EXPENSE, transfer.total)],
        name="came_back",
        by=by,
    )
    restore(transfer, by)
    record(by, "came_back", transfer, transfer.from_region, reference=reference.strip())
    tell(by, transfer, transfer.to_region, "came_back")
    return transfer


@transaction.atomic
def give_up(*, by: User, transfer: Transfer, reason: str) -> Transfer:
    """The old place's checker refuses for good: the record stays, or goes back to, where it was."""
    transfer = locked(transfer, TransferState.DUE)
    if reason not in REASONS:
        raise Invalid(_("Choose the reason."), code="no_reason", field="reason")
    case = case_of(transfer, TransferStep.SEND)
    text, law = REASONS[reason]
    said = both(text)
    cases.decide(
        case_id=case.pk,
        by=by,
        outcome=Case.State.REFUSED.value,
        reasons=[{"code": reason, "text_zh": said["zh"], "text_en": said["en"], "law": law}],
    )
    transfer.reason = reason
    set_state(transfer, TransferState.REFUSED, "reason")
    if transfer.kind == TransferKind.RECORD and transfer.movement is not None:
        transfer.movement.refresh_from_db()
        if transfer.movement.money == "due":
            movements.move_back(by=by, movement=transfer.movement, reason=reason)
    messages.notify(
        person_id=transfer.person_id,
        title=_("Your entitlement stays where it was"),
        body=text,
        by=by,
        case=case,
    )
    record(by, "refuse", transfer, transfer.from_region, reason=reason)
    tell(by, transfer, transfer.to_region, "refused")
    return transfer


def paid(transfer: Transfer) -> bool:
    """Whether the bank has paid the order, and has not sent it back."""
    return _outcome(transfer) == Outcome.PAID


def stop_payment(transfer: Transfer, by: User, text: str) -> None:
    """See that the order is not paid: cancel its envelope, or find that the bank returned it."""
    if transfer.envelope is None:
        return
    envelope = PaymentBatch.objects.get(pk=transfer.envelope.pk)
    if envelope.state == PaymentBatch.State.OPEN:
        payments.cancel(envelope.pk, by=by, reason=text.strip()[:120])
    elif envelope.state != PaymentBatch.State.CANCELLED and _outcome(transfer) != Outcome.RETURNED:
        raise Refused(
            _("The order is at the bank, or paid."),
            code="at_the_bank",
            fix=_("Wait for the bank's answer. What was paid comes back only if it is rejected."),
        )


def restore(transfer: Transfer, by: User) -> None:
    """Account, announcement and movement as before the form left; the old place is to act again."""
    fund = transfer.from_fund
    assert fund is not None  # what outside offices send is theirs to restore
    lock_person(transfer)
    announce(transfer, by=by, undo=True)
    balances.put_back(transfer, fund, by)
    transfer.sent_batches, transfer.envelope = [], None
    transfer.sent_on = transfer.arrived_on = None
    transfer.arrival = ""
    set_state(
        transfer,
        TransferState.DUE,
        "sent_batches",
        "envelope",
        "sent_on",
        "arrived_on",
        "arrival",
    )
    money_at(transfer, "due")
    own = by.region_code or transfer.from_region
    # Whoever restores it hands it on: an accountant, a checker, or the other office's system.
    act = next(a for a in ("ledger.post", "case.check", "case.receive") if may(by, a, own))
    open_step(
        transfer,
        TransferStep.SEND,
        by=by,
        act=act,
        own_region=own,
        channel=Case.Channel.SYSTEM,
    )


def _outcome(transfer: Transfer) -> int | None:
    if transfer.envelope is None:
        return None
    return (
        PaymentOutcome.objects.filter(person_id=transfer.person_id, batch_id=transfer.envelope.pk)
        .order_by("-outcome")
        .values_list("outcome", flat=True)
        .first()
    )


def _order(transfer: Transfer, by: User) -> PaymentBatch:
    fund = transfer.from_fund
    assert fund is not None  # only our own funds pay
    payee, bank, account = payee_of(transfer)
    month, source = (
        month_of(timezone.localdate()),
        f"pensions.transfer:{transfer.pk}/{transfer.turn}",
    )
    envelope = payments.open_batch(
        fund,
        PAYMENT,
        month=month,
        count=1,
        total=transfer.total,
        source=source,
        by=by,
        region=transfer.from_region,
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=transfer.person_id,
                seq=1,
                region=transfer.from_region,
                payee=payee,
                bank=bank,
                account=account,
                amount=transfer.total,
                month=month,
                source=source,
            )
        ],
    )
    return envelope


def _not_ours() -> Refused:
    return Refused(
        _("The other office sent this from books of its own."),
        code="not_our_form",
        fix=_("Reject it instead."),
    )
