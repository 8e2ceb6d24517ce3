"""What may be paid online: apps and topics register a purpose each from `ready()`.

A purpose says who may pay it, which amounts it takes now, and how money that has come in becomes
a receipt. Everything else, the bank, its messages, retries, is `services.paying`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, PaymentIntent, Person, Receipt, ResidentReceipt
from socsec.office.access import may
from socsec.office.errors import Invalid
from socsec.office.models import User

Text = str | Promise
Payer = Employer | Person
Booked = Receipt | ResidentReceipt


@dataclass(frozen=True, slots=True)
class Taken:
    """Money that the bank confirmed for an intent: `amount` fen, booked under `reference`."""

    intent: PaymentIntent
    amount: int
    on: date
    reference: str


def own(user: User, payer: Payer) -> bool:
    """A person pays for themselves and for nobody else."""
    return isinstance(payer, Person) and may(user, "receipt.pay", person_id=payer.pk)


@dataclass(frozen=True, kw_only=True, slots=True)
class Purpose:
    """`check` raises a Problem where this payer cannot pay this amount for this subject now.
    `take` books the money, in the transaction of the bank's message, and must take what came: its
    refusal leaves the payment as paid with a trouble to look at. `title` is what payer and bank
    read. `done` is the name of the page to go on to.
    """

    slug: str
    label: Text
    title: Callable[[Payer, str], Text]
    check: Callable[[Payer, str, int], None]
    take: Callable[[Taken], Booked]
    may: Callable[[User, Payer], bool] = own
    done: str = "home"


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    _purposes[purpose.slug] = purpose
    return purpose


def get(slug: str) -> Purpose:
    """The purpose, or `Invalid`."""
    try:
        return _purposes[slug]
    except KeyError:
        raise Invalid(
            _("Nothing can be paid under this name."), code="unknown_purpose", field="purpose"
        ) from None


def choices() -> list[tuple[str, Text]]:
    """Slug and label of each, for filters."""
    return [(slug, _purposes[slug].label) for slug in sorted(_purposes)]
