"""The envelope and what is put into it, up to its release."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentBatch
from funds.services.statement import check_columns, unfit
from socsec.kernel import regions
from socsec.kernel.money import MOST_YUAN
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.fields import encrypt
from socsec.office.models import User
from socsec.office.services import audit

MOST = MOST_YUAN * 100  # fen, the most that one order may be over
NUMBERS = ("person_id", "seq", "amount", "month")
TEXTS = ("region", "payee", "bank", "account", "last_four", "source")

SAID = {
    "payment_order_pays_someone": _("An order must pay a person an amount above zero."),
    "payment_order_account_encrypted": _("An account number was not encrypted."),
    "funds_paymentorder_pkey": _("This payment batch holds that order already."),
    "payment_order_repetition_once": _("This payment was ordered again before."),
    "account": _("A payee has no bank account on file."),
}


@dataclass(frozen=True)
class Order:
    """A payment of `amount` fen to the plain account number `account` of `payee`."""

    person_id: int
    seq: int
    region: str
    payee: str
    bank: str
    account: str
    amount: int
    month: int
    source: str


@transaction.atomic
def open_batch(
    fund: Fund,
    kind: str,
    *,
    month: int,
    count: int,
    total: int,
    source: str,
    by: User,
    region: str | None = None,
    pay_on: date | None = None,
) -> PaymentBatch:
    """Announce `count` orders over `total` fen; `by` is the maker, who cannot release it.

    The scheme that opens it has asked whether its user may. Opened twice from the same source with
    the same announcement it is the same envelope, otherwise a `Conflict`.
    """
    region = region or fund.region_id
    if not regions.covers(fund.region_id, region):
        raise Refused(
            _("Region %(region)s is not part of %(fund)s.") % {"region": region, "fund": fund},
            code="region_outside_fund",
        )
    if type(count) is not int or type(total) is not int or not 0 < total <= MOST * count:
        raise Refused(
            _("There is nobody to pay: an envelope needs at least one order above zero."),
            code="nobody_to_pay",
        )
    batch, opened = PaymentBatch.objects.get_or_create(
        source=source,
        defaults={
            "fund": fund,
            "kind": kind,
            "region": region,
            "month": month,
            "count": count,
            "total": total,
            "maker": by,
            "pay_on": pay_on or timezone.localdate(),
        },
    )
    said = (batch.fund_id, batch.kind, batch.region, batch.month, batch.count, batch.total)
    if said != (fund.pk, kind, region, month, count, total):
        raise Conflict(
            _("“%(source)s” opened an envelope with another announcement before.")
            % {"source": source},
            fix=_("Cancel that envelope, then open one from a new source."),
            code="source_taken",
        )
    if opened:
        audit.record(
            by=by, act="payment.open", subject=batch, region=region, count=count, total=total
        )
    return batch


@transaction.atomic
def add_orders_sql(batch: PaymentBatch, select: str, params: Sequence[Any] = ()) -> int:
    """Put the rows of a SELECT with the columns `NUMBERS` and `TEXTS` into an open envelope.

    `account` is ciphertext, copied as it is from the payee's account on file. Rows of nothing are
    left out; no rows put nobody in. Returns how many orders were added.
    """
    check_columns(select, params, whole=NUMBERS, text=TEXTS)
    return insert(
        batch,
        f"""
        SELECT person_id, %s, seq, 1, NULL::bigint, NULL::int, NULL::smallint, region, payee, bank, account,
               last_four, amount, month, source
        FROM ({select}) AS row
        WHERE amount IS DISTINCT FROM 0
        """,  # noqa: S608  the statement is a scheme's, its values are parameters
        [batch.pk, *params],
    )


def add_orders(batch: PaymentBatch, orders: Sequence[Order]) -> int:
    """The same for a few orders whose account numbers are plain."""
    for order in orders:
        if type(order.amount) is not int or not 0 < order.amount <= MOST:
            raise Invalid(
                _("An order must pay a person an amount above zero."),
                code="amount_out_of_range",
                field="amount",
            )
        if not order.account.strip():
            raise Invalid(SAID["account"], code="account", field="account")
    return add_orders_sql(batch, UNNEST, columns(orders)) if orders else 0


# Rows of Python as a statement; `columns` gives its parameters.
UNNEST = """
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[],
                         %s::text[], %s::bigint[], %s::int[], %s::text[])
      AS o (person_id, seq, region, payee, bank, account, last_four, amount, month, source)
"""


def columns(orders: Sequence[Order]) -> list[list]:
    rows = []
    for order in orders:
        person, seq, region, payee, bank, account, amount, month, source = astuple(order)
        rows.append(
            (
                person,
                seq,
                region,
                payee,
                bank,
                encrypt(account.strip()),
                account.strip()[-4:],
                amount,
                month,
                source,
            )
        )
    return [list(column) for column in zip(*rows, strict=True)]


@transaction.atomic
def cancel(batch_id: int, *, by: User, reason: str) -> PaymentBatch:
    """Give an envelope up before its release. Its orders stay, and nobody will ever pay them."""
    batch = locked(batch_id)
    require(by, "payment.cancel", batch.region)
    must_be(batch, PaymentBatch.State.OPEN)
    if not reason.strip():
        raise Invalid(_("Say why the payment batch is cancelled."), field="reason")
    batch.state = PaymentBatch.State.CANCELLED
    batch.reason = reason.strip()
    batch.save(update_fields=["state", "reason"])
    audit.record(
        by=by, act="payment.cancel", subject=batch, region=batch.region, reason=batch.reason
    )
    return batch


def locked(batch_id: int) -> PaymentBatch:
    """The envelope, held against everyone else until the transaction ends."""
    batch = (
        PaymentBatch.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region", "maker")
        .filter(pk=batch_id)
        .first()
    )
    if batch is None:
        raise NotFound(
            _("There is no payment batch %(id)s.") % {"id": batch_id}, code="no_payment_batch"
        )
    return batch


def must_be(batch: PaymentBatch, *states: str) -> None:
    if batch.state not in states:
        raise Conflict(
            _("Payment batch %(id)s is: %(state)s.")
            % {"id": batch.pk, "state": batch.get_state_display()},
            code="wrong_state",
            state=batch.state,
        )


def insert(batch: PaymentBatch, select: str, params: Sequence[Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        # Shared among chunks that fill the envelope side by side; the release waits for them all.
        cursor.execute("SELECT state FROM funds_paymentbatch WHERE id = %s FOR SHARE", [batch.pk])
        (batch.state,) = cursor.fetchone()
        must_be(batch, PaymentBatch.State.OPEN)
        try:
            cursor.execute(
                f"""
                INSERT INTO funds_paymentorder
                  (person_id, batch_id, seq, attempt, reorders_batch_id, reorders_seq, reorders_try, region,
                   payee, bank, account, last_four, amount, month, source)
                {select}
                """,
                list(params),
            )
        except (IntegrityError, DataError) as error:
            raise unfit(error, SAID) from error
        return cursor.rowcount
