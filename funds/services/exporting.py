"""The books as a stream, for auditors and banks: as long as they are, in flat memory; each is noted."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from funds.models import BankStatement, Fund
from funds.models.ledger import Transfer
from socsec.kernel.money import format_yuan
from socsec.kernel.months import first_day, format_month
from socsec.office.access import require
from socsec.office.models import User
from socsec.office.services import audit

AT_ONCE = 2000  # rows held in memory

TRANSFERS = ("batch", "person", "seq", "region", "month", "debit", "credit", "yuan", "heads")
LINES = ("line", "day", "yuan", "reference", "text", "batches")


def transfers(fund: Fund, month: int, *, by: User) -> Iterator[str]:
    """Every transfer of a fund that was booked in a month, in the order of posting, as CSV."""
    require(by, "ledger.read", fund.region_id)
    _note(by, fund, "ledger.export", month=format_month(month))
    batches = fund.batches.filter(
        booked_on__gte=first_day(month), booked_on__lt=first_day(month + 1)
    ).values("id")
    rows = (
        Transfer.objects.filter(batch_id__in=batches)
        .order_by("batch_id", "person_id", "seq")
        .values_list(
            "batch_id", "person_id", "seq", "region", "month", "debit", "credit", "amount", "heads"
        )
    )

    def written() -> Iterator[list[Any]]:
        count = total = 0
        yield list(TRANSFERS)
        for *before, of, debit, credit, amount, heads in rows.iterator(chunk_size=AT_ONCE):
            count, total = count + 1, total + amount
            yield [*before, format_month(of), debit, credit, format_yuan(amount), heads]
        yield ["T", count, format_yuan(total)]

    return _csv(written())


def lines(statement: BankStatement, *, by: User) -> Iterator[str]:
    """The lines of a bank's statement, with the ledger batches that each was matched to, as CSV."""
    fund = statement.account.fund
    require(by, "bank.read", fund.region_id)
    _note(by, fund, "bank.export", statement=statement.pk)
    found = statement.lines.order_by("place").prefetch_related("matches")

    def written() -> Iterator[list[Any]]:
        yield list(LINES)
        for each in found.iterator(chunk_size=AT_ONCE):
            sign, amount = ("-", -each.amount) if each.amount < 0 else ("", each.amount)
            batches = " ".join(str(match.batch_id) for match in each.matches.all())
            yield [
                *(each.place, each.on.isoformat(), f"{sign}{format_yuan(amount)}"),
                *(each.reference, each.text, batches),
            ]

    return _csv(written())


@transaction.atomic
def _note(by: User, fund: Fund, act: str, **detail: Any) -> None:
    audit.record(by=by, act=act, subject=fund, region=fund.region_id, **detail)


def _csv(rows: Iterable[list[Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
