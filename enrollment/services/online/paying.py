"""Paying online: begun by the payer, confirmed by the bank, booked as a receipt exactly once.

The bank's word alone counts, never the payer's browser. A message may come late, twice, or never;
whatever it says is kept, and money that it confirms is booked even where the payment was given up
before. What a person must look at stands in the intent's `trouble`.
"""

import hashlib
import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    GatewayMessage,
    PaymentIntent,
    Person,
    Receipt,
    ResidentReceipt,
    UnmatchedReceipt,
)
from enrollment.services.checks import lock
from enrollment.services.collection import unmatched
from enrollment.services.collection.receipts import MOST
from enrollment.services.online import gateway, purposes
from socsec.kernel.money import yuan
from socsec.office.access import require
from socsec.office.errors import Denied, Invalid, NotFound, Problem, Refused, both, say
from socsec.office.models import User
from socsec.office.services import audit

log = logging.getLogger(__name__)

State = PaymentIntent.State
Effect = GatewayMessage.Effect
# How long the payer has at the bank, and how long we wait before we ask the bank by ourselves.
VALID = timedelta(minutes=30)
PATIENCE = timedelta(minutes=1)
# After this a bank that gives no answer is a matter for a person.
SILENCE = timedelta(hours=1)


@transaction.atomic
def begin(
    *, by: User, purpose: str, payer: purposes.Payer, amount: int, subject: str = ""
) -> PaymentIntent:
    """Set out to pay `amount` fen. The same payment again, still open, is the one there already;
    another amount for the same thing takes its place, so that nobody pays both.
    """
    kind = purposes.get(purpose)
    if not kind.may(by, payer):
        raise Denied(
            _("You cannot pay this for somebody else."),
            code="not_your_payment",
            fix=_("Sign in as the one who owes it."),
        )
    if type(amount) is not int or not 0 < amount <= MOST:
        raise Invalid(
            _("The amount is more than 0 and at most %(most)s yuan.") % {"most": yuan(MOST)},
            code="amount_impossible",
            field="amount",
        )
    payer = lock(payer)  # two who begin at once take turns
    kind.check(payer, subject, amount)
    now = timezone.now()
    open_now = _of(payer).filter(purpose=purpose, subject=subject, state=State.OPEN).first()
    if open_now is not None:
        if open_now.amount == amount and open_now.expires_at > now + PATIENCE:
            return open_now
        _end(open_now, State.EXPIRED if open_now.expires_at <= now else State.REPLACED)
        transaction.on_commit(lambda: _close(open_now.reference))
    titles = both(kind.title(payer, subject))
    intent = PaymentIntent.objects.create(
        purpose=purpose,
        subject=subject,
        **_payer(payer),
        region=payer.region,
        amount=amount,
        title_zh=titles["zh"],
        title_en=titles["en"],
        by=by,
        begun_at=now,
        expires_at=now + VALID,
    )
    audit.record(
        by=by,
        act="receipt.pay",
        subject=intent,
        person_id=intent.person_id,
        region=intent.region,
        amount=amount,
        purpose=purpose,
        reference=intent.reference,
    )
    return intent


def hand_over(intent: PaymentIntent, *, back: str) -> str:
    """Tell the bank, and give the address where the payer pays. `Refused` where it is not there."""
    order = gateway.Order(
        reference=intent.reference,
        amount=intent.amount,
        title=intent.title,
        payer=str(intent.payer),
        back=back,
        expires_at=intent.expires_at,
    )
    try:
        return gateway.backend().open(order)
    except gateway.Silent as error:
        log.warning("payment %s could not be opened: %s", intent.reference, error)
        raise Refused(
            _("The bank does not answer at the moment. Nothing was paid."),
            code="bank_away",
            fix=_("Try again in a while, or pay at any bank counter."),
        ) from error


def hear(body: bytes, signature: str) -> GatewayMessage:
    """Take a signed message of the bank. `Denied` for one that the bank has not signed."""
    try:
        said = gateway.backend().read(body, signature)
    except gateway.Forged as error:
        log.warning("a message about a payment was not signed by the bank: %s", error)
        raise Denied(
            _("The signature does not fit the message."), code="signature_wrong"
        ) from error
    return _take(said, hashlib.sha256(body).hexdigest())


def ask(intent: PaymentIntent) -> PaymentIntent:
    """Ask the bank what became of a payment, and take its answer; an open one may run out."""
    try:
        said = gateway.backend().ask(intent.reference)
    except gateway.Silent as error:
        log.warning("the bank gave no answer about payment %s: %s", intent.reference, error)
        return _unanswered(intent.pk)
    if said is not None:
        text = f"{said.reference} {said.outcome} {said.amount} {said.transaction} {said.on}"
        _take(said, hashlib.sha256(text.encode()).hexdigest())
    else:
        _run_out(intent.pk)
    return PaymentIntent.objects.get(pk=intent.pk)


def ask_all() -> int:
    """Ask after every payment that has waited a while, and book again what could not be booked."""
    now = timezone.now()
    waiting = PaymentIntent.objects.filter(
        Q(state=State.OPEN, begun_at__lt=now - PATIENCE)
        | Q(state=State.EXPIRED, answered_at__isnull=True, begun_at__gt=now - timedelta(days=2))
    ).order_by("begun_at")
    count = 0
    for intent in waiting.iterator():
        ask(intent)
        count += 1
    for intent in PaymentIntent.objects.filter(state=State.PAID).exclude(trouble={}).iterator():
        if unbooked(intent):
            book(by=None, intent=intent)
    return count


@transaction.atomic
def book(*, by: User | None, intent: PaymentIntent) -> list[purposes.Booked]:
    """Book what the bank confirmed and could not be booked before. Gives the receipts made now."""
    if by is not None:
        require(by, "receipt.enter", intent.region)
    intent = lock(intent)
    made = [receipt for message in unbooked(intent) if (receipt := _book(intent, message))]
    if made and not unbooked(intent):
        intent.trouble = {}
        intent.save(update_fields=["trouble"])
    return made


@transaction.atomic
def look(*, by: User, intent: PaymentIntent, note: str) -> PaymentIntent:
    """A person has looked at the trouble and says what came of it."""
    require(by, "receipt.enter", intent.region)
    intent = lock(intent)
    if not intent.trouble:
        raise Refused(_("Nothing of this payment is left to look at."), code="no_trouble")
    if unbooked(intent):
        raise Refused(
            _("Money of this payment is not booked yet."),
            code="not_booked",
            fix=_("Book it first."),
        )
    if not note.strip():
        raise Invalid(_("Say what came of it."), code="empty", field="note")
    intent.trouble = {}
    intent.save(update_fields=["trouble"])
    audit.record(
        by=by,
        act="receipt.enter",
        subject=intent,
        person_id=intent.person_id,
        region=intent.region,
        reason=note.strip(),
    )
    return intent


def find(reference: str, by: User) -> PaymentIntent:
    """A payment of whoever may make it; for everybody else there is none."""
    intent = (
        PaymentIntent.objects.select_related("person", "employer")
        .filter(reference=reference)
        .first()
    )
    if intent is None or not purposes.get(intent.purpose).may(by, intent.payer):
        raise NotFound(_("There is no such payment."), code="no_payment")
    return intent


def messages_of(intent: PaymentIntent) -> list[GatewayMessage]:
    """What the bank said of it, oldest first."""
    return list(GatewayMessage.objects.filter(reference=intent.reference))


def receipts_of(intent: PaymentIntent) -> list[purposes.Booked]:
    """What was booked for it."""
    names = [message.receipt_reference for message in _money(intent)]
    return [
        receipt
        for model in (Receipt, ResidentReceipt)
        for receipt in model._default_manager.filter(reference__in=names).order_by("pk")
    ]


def unbooked(intent: PaymentIntent) -> list[GatewayMessage]:
    """Money that the bank confirmed and that no receipt holds yet."""
    booked = {receipt.reference for receipt in receipts_of(intent)}
    return [message for message in _money(intent) if message.receipt_reference not in booked]


def _money(intent: PaymentIntent) -> list[GatewayMessage]:
    return [
        message
        for message in messages_of(intent)
        if message.outcome == gateway.PAID and message.effect in (Effect.TAKEN, Effect.SECOND)
    ]


@transaction.atomic
def _take(said: gateway.Said, digest: str) -> GatewayMessage:
    """Keep what the bank said and do what follows from it, once."""
    intent = (
        PaymentIntent.objects.select_for_update(of=("self",))
        .filter(reference=said.reference)
        .first()
    )
    there = GatewayMessage.objects.filter(digest=digest).first()
    if there is not None:
        return there
    message = GatewayMessage.objects.create(
        reference=said.reference,
        outcome=said.outcome,
        amount=said.amount,
        transaction=said.transaction,
        on=said.on,
        reason=said.reason,
        effect=_effect(intent, said),
        digest=digest,
    )
    if intent is None:
        log.error("the bank speaks of a payment that is not ours: %s", said.reference)
        if message.outcome == gateway.PAID and message.effect == Effect.UNKNOWN:
            _keep(message)
        return message
    if message.effect == Effect.CONTRADICTS:
        _trouble(intent, _("The bank said “paid” first and “not paid” later. Ask the bank."))
    elif message.effect in (Effect.TAKEN, Effect.SECOND):
        intent.reason = said.reason
        intent.answered_at = timezone.now()
        if said.outcome == gateway.PAID:
            _paid(intent, message)
        elif intent.state == State.OPEN:
            intent.state = State.FAILED
        intent.save()
    return message


def _effect(intent: PaymentIntent | None, said: gateway.Said) -> str:
    if said.outcome == gateway.PAID:
        before = GatewayMessage.objects.filter(
            outcome=gateway.PAID, transaction=said.transaction
        ).exists()
        if before:
            return Effect.REPEATED
        if intent is None:
            return Effect.UNKNOWN
        return Effect.SECOND if intent.state == State.PAID else Effect.TAKEN
    if intent is None:
        return Effect.UNKNOWN
    if intent.state == State.PAID:
        return Effect.CONTRADICTS
    return Effect.REPEATED if intent.state == State.FAILED else Effect.TAKEN


def _paid(intent: PaymentIntent, message: GatewayMessage) -> None:
    """Money has come in: the payment counts whatever became of it before."""
    intent.state = State.PAID
    if _book(intent, message) is None:
        return
    if message.effect == Effect.SECOND:
        _trouble(intent, _("It was paid twice. What is too much stands as credit of the payer."))
    elif message.amount != intent.amount:
        text = _("%(paid)s yuan came in, %(asked)s were asked for. What came in is booked.")
        _trouble(intent, say(text, paid=yuan(message.amount), asked=yuan(intent.amount)))


def _book(intent: PaymentIntent, message: GatewayMessage) -> purposes.Booked | None:
    """Make the receipt through the purpose; where that is refused, leave the refusal to be seen."""
    taken = purposes.Taken(intent, message.amount, message.on, message.receipt_reference)
    try:
        with transaction.atomic():
            receipt = purposes.get(intent.purpose).take(taken)
    except Problem as problem:
        text = _("%(amount)s yuan came in and could not be booked: %(why)s")
        _trouble(intent, say(text, amount=yuan(message.amount), why=problem.message))
        return None
    audit.record(
        by=None,
        act="receipt.pay",
        subject=intent,
        person_id=intent.person_id,
        region=intent.region,
        amount=message.amount,
        receipt=receipt.pk,
    )
    return receipt


def _keep(message: GatewayMessage) -> None:
    """Money that came for no payment of ours waits in suspense, on the list of unmatched money."""
    region = gateway.home_region()
    if not region:
        log.error("no fund keeps the money of %s", message.receipt_reference)
        return
    unmatched.keep(
        by=None,
        line=unmatched.Line(
            reference=message.receipt_reference,
            payer="",
            name="",
            amount=message.amount,
            branch=None,
            received_on=message.on,
        ),
        region=region,
        why=UnmatchedReceipt.Why.ONLINE,
    )


def _trouble(intent: PaymentIntent, text: purposes.Text) -> None:
    intent.trouble = both(text)
    intent.save()


@transaction.atomic
def _unanswered(pk: int) -> PaymentIntent:
    """The bank fell silent: after a while that is for a person to see."""
    intent = PaymentIntent.objects.select_for_update(of=("self",)).get(pk=pk)
    late = intent.begun_at < timezone.now() - SILENCE
    if late and not intent.trouble and intent.state in (State.OPEN, State.EXPIRED):
        _trouble(intent, _("The bank does not say whether this was paid. Ask the bank."))
    return intent


@transaction.atomic
def _run_out(pk: int) -> None:
    intent = PaymentIntent.objects.select_for_update(of=("self",)).get(pk=pk)
    if intent.state == State.OPEN and intent.expires_at <= timezone.now():
        _end(intent, State.EXPIRED)


def _end(intent: PaymentIntent, state: str) -> None:
    intent.state = state
    intent.save(update_fields=["state"])


def _close(reference: str) -> None:
    try:
        gateway.backend().close(reference)
    except gateway.Silent as error:
        log.warning("payment %s could not be closed at the bank: %s", reference, error)


def _payer(payer: purposes.Payer) -> dict[str, purposes.Payer]:
    return {"person" if isinstance(payer, Person) else "employer": payer}


def _of(payer: purposes.Payer) -> QuerySet[PaymentIntent]:
    return PaymentIntent.objects.filter(**_payer(payer))
