"""The way in for money paid online: the setting PAYMENT_GATEWAY names a class by its dotted path."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from funds.models import Branch, Fund, Scheme

PAID, FAILED = "paid", "failed"


@dataclass(frozen=True, slots=True)
class Order:
    """What the bank is asked to collect: `amount` in fen, `back` the page to send the payer to."""

    reference: str
    amount: int
    title: str
    payer: str
    back: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What the bank says of one payment. `transaction` is its own number of the movement of money."""

    reference: str
    outcome: str
    amount: int
    transaction: str
    on: date
    reason: str = ""


class Forged(Exception):
    """A message that the bank has not signed, or that cannot be read."""


class Silent(Exception):
    """The bank gave no answer; nothing is known of the payment."""


class Gateway(Protocol):
    """What a bank's adapter must have. Each may raise `Silent` where the bank cannot be reached.

    `open` tells the bank of an order and gives the address at which the payer pays; the same order
    again gives the same. `read` checks the signature of a message and says what is in it, or raises
    `Forged`. `ask` gives what the bank knows, None while it is undecided. `close` takes an order
    back; the bank may have been paid already, and will say so.
    """

    def open(self, order: Order) -> str: ...

    def read(self, body: bytes, signature: str) -> Said: ...

    def ask(self, reference: str) -> Said | None: ...

    def close(self, reference: str) -> None: ...


def home_region() -> str:
    """The region whose fund keeps money of the gateway that belongs to no payment of ours.

    The setting PAYMENT_GATEWAY_REGION; without it, the region of the first old-age fund, since most
    installations keep one. Empty where there is none.
    """
    named = str(settings.PAYMENT_GATEWAY_REGION)
    if named:
        return named
    fund = Fund.objects.filter(branch=Branch.PENSION, scheme=Scheme.EMPLOYEES).order_by("pk")
    return fund.values_list("region_id", flat=True).first() or ""


def backend() -> Gateway:
    return import_string(settings.PAYMENT_GATEWAY)()  # type: ignore[no-any-return]
