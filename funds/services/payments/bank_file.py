"""The file to the bank: header with what is to come, a line for each order, a checksum at the end.

UTF-8, comma-separated, line feeds, amounts in yuan with two decimals:

    H,SOCSEC-PAY,1,<payment batch>,<payment date>,<lines>,<total>
    D,<reference>,<payee>,<bank>,<account number>,<amount>,<month>
    T,<lines>,<total>,<SHA-256, in hexadecimal, of every byte above this line>

The bank quotes `reference` back in its return. Written twice, the file is the same to the byte.
"""

import csv
import hashlib
import io
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import BankFile, PaymentBatch, PaymentOrder
from socsec.kernel.money import format_yuan
from socsec.kernel.months import format_month
from socsec.office.access import require
from socsec.office.errors import Conflict, NotFound
from socsec.office.models import User
from socsec.office.services import audit

from .envelope import must_be

AT_ONCE = 2000  # orders held in memory


def bank_file(batch_id: int, *, by: User) -> Iterator[bytes]:
    """The file of a released envelope, in pieces, so that memory stays flat whatever its length.

    Whether `by` may have it is asked before the first piece, and noted: it shows account numbers.
    If the orders no longer give the file that was written first, it breaks off without its last
    line with a `Conflict`, and no bank accepts it.
    """
    batch = PaymentBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(
            _("There is no payment batch %(id)s.") % {"id": batch_id}, code="no_payment_batch"
        )
    require(by, "bank.file", batch.region)
    must_be(batch, PaymentBatch.State.RELEASED, PaymentBatch.State.RECONCILED)
    with transaction.atomic():
        audit.record(by=by, act="bank.file", subject=batch, region=batch.region)
    return _pieces(batch, by)


def _pieces(batch: PaymentBatch, by: User) -> Iterator[bytes]:
    checksum = hashlib.sha256()
    count = total = 0

    def written(*rows: tuple) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        piece = text.getvalue().encode()
        checksum.update(piece)
        return piece

    yield written(
        ("H", "SOCSEC-PAY", 1, batch.pk, batch.pay_on, batch.count, format_yuan(batch.total))
    )
    rows: list[tuple] = []
    orders = PaymentOrder.objects.filter(batch_id=batch.pk).order_by("person_id", "seq")
    for order in orders.iterator(chunk_size=AT_ONCE):
        count += 1
        total += order.amount
        rows.append(
            (
                "D",
                order.reference,
                order.payee,
                order.bank,
                order.account,
                format_yuan(order.amount),
                format_month(order.month),
            )
        )
        if len(rows) == AT_ONCE:
            yield written(*rows)
            rows.clear()
    if rows:
        yield written(*rows)
    sha256 = checksum.hexdigest()
    first, _made = BankFile.objects.get_or_create(
        batch=batch, defaults={"count": count, "total": total, "sha256": sha256, "by": by}
    )
    if (first.count, first.total, first.sha256) != (count, total, sha256):
        raise Conflict(
            _("The orders of payment batch %(id)s are not those that went to the bank.")
            % {"id": batch.pk},
            fix=_("Tell the auditor: someone changed them."),
            code="bank_file_differs",
        )
    yield written(("T", count, format_yuan(total), sha256))
