"""Ordering a returned payment again: once, to the account that is right now."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import PaymentBatch, PaymentOrder, PaymentOutcome
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User

from .envelope import SAID, UNNEST, Order, columns, insert, locked, open_batch


@dataclass(frozen=True)
class Payee:
    """Which returned order is paid again, and to whose plain account number."""

    person_id: int
    seq: int
    payee: str
    bank: str
    account: str


def reissue(
    batch_id: int, person_id: int, seq: int, *, payee: str, bank: str, account: str, by: User
) -> PaymentBatch:
    """Order one returned payment again; see `reissue_many`."""
    return reissue_many(batch_id, [Payee(person_id, seq, payee, bank, account)], by=by)


@transaction.atomic
def reissue_many(batch_id: int, payees: Sequence[Payee], *, by: User) -> PaymentBatch:
    """Put returned payments of an envelope into a new one, which a second person must release.

    `Refused` for a payment that is not returned or was a repetition itself, `Conflict` for one that
    was ordered again before: a payment is repeated once and no more.
    """
    batch = locked(batch_id)
    require(by, "payment.draft", batch.region)
    returned = _returned(batch, payees)
    orders = []
    for payee in payees:
        require_stranger(by, payee.person_id)
        first = returned[payee.person_id, payee.seq]
        if not payee.account.strip():
            raise Invalid(SAID["account"], code="account", field="account")
        orders.append(
            Order(
                person_id=first.person_id,
                seq=first.seq,
                region=first.region,
                payee=payee.payee,
                bank=payee.bank,
                account=payee.account,
                amount=first.amount,
                month=first.month,
                source=first.source,
            )
        )
    number = _try(batch, returned)
    envelope = open_batch(
        batch.fund,
        batch.kind,
        month=batch.month,
        count=len(orders),
        total=sum(order.amount for order in orders),
        source=f"funds.reorder:{min(first.reference for first in returned.values())}:{number}",
        by=by,
        region=batch.region,
    )
    insert(
        envelope,
        f"""
        SELECT person_id, %s, seq, 2, %s, seq, %s, region, payee, bank, account, last_four, amount,
               month, source
        FROM ({UNNEST}) AS row
        """,  # noqa: S608
        [envelope.pk, batch.pk, number, *columns(orders)],
    )
    return envelope


def _returned(batch: PaymentBatch, payees: Sequence[Payee]) -> dict[tuple[int, int], PaymentOrder]:
    keys = {(payee.person_id, payee.seq) for payee in payees}
    persons = {person for person, _seq in keys}
    orders = {
        (order.person_id, order.seq): order
        for order in PaymentOrder.objects.filter(batch_id=batch.pk, person_id__in=persons)
    }
    back = set(
        PaymentOutcome.objects.filter(
            batch_id=batch.pk,
            person_id__in=persons,
            outcome=PaymentOutcome.Outcome.RETURNED,
        ).values_list("person_id", "seq")
    )
    if not keys or len(keys) != len(payees):
        raise Invalid(_("Name each returned payment once."), code="payments_not_distinct")
    for person, seq in sorted(keys):
        about = {"reference": f"P{batch.pk}-{person}-{seq}"}
        order = orders.get((person, seq))
        if order is None:
            raise NotFound(_("There is no payment %(reference)s.") % about, code="no_order")
        if (person, seq) not in back:
            raise Refused(
                _("Payment %(reference)s did not come back, so it is not paid again.") % about,
                code="not_returned",
            )
        if order.attempt != 1:
            raise Refused(
                _("Payment %(reference)s was a repetition already and came back as well.") % about,
                fix=_("Find out with the person and the bank what is wrong, then open a case."),
                code="repeated_before",
            )
    return {key: orders[key] for key in keys}


def _try(batch: PaymentBatch, returned: dict[tuple[int, int], PaymentOrder]) -> int:
    """Which try of the repetition this is; the tries before were cancelled before their release."""
    before = PaymentOrder.objects.filter(
        reorders_batch_id=batch.pk, person_id__in={person for person, _seq in returned}
    ).values_list("person_id", "reorders_seq", "batch_id", "reorders_try")
    tries = [row for row in before if (row[0], row[1]) in returned]
    live = (
        PaymentBatch.objects.filter(pk__in={row[2] for row in tries})
        .exclude(state=PaymentBatch.State.CANCELLED)
        .first()
    )
    if live:
        raise Conflict(
            _("This payment was ordered again before, in payment batch %(id)s.") % {"id": live.pk},
            code="reordered",
        )
    return max((row[3] or 0 for row in tries), default=0) + 1
