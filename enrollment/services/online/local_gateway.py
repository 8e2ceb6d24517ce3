"""The bank of the trial: it collects online payments with pages of its own, and no money moves.

It behaves as banks do on good and on bad days: it confirms, refuses, falls silent, and says the
same thing twice. Only where the settings say DEMO. Its messages are signed with a key of the
office's own, so that the way through which they come is the one that a real bank's take.
"""

import hashlib
import json
import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from enrollment.models import LocalBankOrder
from enrollment.services.online.gateway import FAILED, PAID, Forged, Order, Said, Silent
from socsec.office.errors import Conflict, NotFound

State = LocalBankOrder.State
NO_FUNDS = "余额不足"  # in the words of a bank


class LocalGateway:
    """The adapter; a `Gateway`."""

    def open(self, order: Order) -> str:
        if not settings.DEMO:
            raise Silent("there is no bank of the trial in an office")
        kept, _made = LocalBankOrder.objects.get_or_create(
            reference=order.reference,
            defaults={
                "token": secrets.token_urlsafe(24),
                "title": order.title,
                "payer": order.payer,
                "amount": order.amount,
                "back": order.back,
                "expires_at": order.expires_at,
            },
        )
        return reverse("trial_bank", args=[kept.token])

    def read(self, body: bytes, signature: str) -> Said:
        if not settings.DEMO or not constant_time_compare(sign(body), signature):
            raise Forged("the signature is not the bank's")
        try:
            said = json.loads(body)
            return Said(
                reference=str(said["reference"])[:64],
                outcome={PAID: PAID, FAILED: FAILED}[said["outcome"]],
                amount=int(said["amount"]),
                transaction=str(said["transaction"])[:40],
                on=date.fromisoformat(said["on"]),
                reason=str(said.get("reason", ""))[:120],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Forged(str(error)) from error

    def ask(self, reference: str) -> Said | None:
        order = LocalBankOrder.objects.filter(reference=reference).first()
        if order is None or order.state not in (State.PAID, State.FAILED):
            return None
        if order.silent:
            raise Silent("the bank of the trial was told to be silent")
        return said_of(order)

    def close(self, reference: str) -> None:
        LocalBankOrder.objects.filter(reference=reference, state=State.OPEN).update(
            state=State.CLOSED
        )


def sign(body: bytes) -> str:
    """The bank's signature of a message: a keyed fingerprint (HMAC-SHA-256)."""
    return salted_hmac("enrollment.local_gateway", body, algorithm="sha256").hexdigest()


def said_of(order: LocalBankOrder) -> Said:
    assert order.on is not None  # paid or refused
    return Said(
        reference=order.reference,
        outcome=PAID if order.state == State.PAID else FAILED,
        amount=order.amount,
        transaction=order.transaction,
        on=order.on,
        reason="" if order.state == State.PAID else NO_FUNDS,
    )


def message(said: Said, turn: int = 1) -> bytes:
    """A message as the bank sends it. `turn` counts how often it was sent."""
    fields: dict[str, Any] = {
        "reference": said.reference,
        "outcome": said.outcome,
        "amount": said.amount,
        "transaction": said.transaction,
        "on": said.on.isoformat(),
        "reason": said.reason,
        "turn": turn,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()


def find(token: str) -> LocalBankOrder:
    """The order behind a page of the bank, or `NotFound`, as everywhere outside a trial."""
    order = LocalBankOrder.objects.filter(token=token).first() if settings.DEMO else None
    if order is None:
        raise NotFound(_("The bank knows no such payment."), code="no_bank_order")
    return order


@transaction.atomic
def decide(token: str, *, paid: bool, silent: bool = False) -> LocalBankOrder:
    """What the payer did at the bank. `silent`: the bank took the money and then fell silent."""
    order = LocalBankOrder.objects.select_for_update().get(pk=find(token).pk)
    if order.state != State.OPEN or order.expires_at <= timezone.now():
        raise Conflict(_("This payment is over at the bank."), code="bank_order_over")
    order.state = State.PAID if paid else State.FAILED
    order.silent = silent
    order.on = timezone.localdate()
    number = f"{order.reference}:{order.state}".encode()
    order.transaction = f"LB{hashlib.sha256(number).hexdigest()[:20].upper()}"
    order.save(update_fields=["state", "silent", "on", "transaction"])
    return order


def speak(order_id: int) -> None:
    """Let a bank that fell silent answer again when it is asked."""
    LocalBankOrder.objects.filter(pk=order_id).update(silent=False)
