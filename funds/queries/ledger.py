"""The ledger as screens read it."""

from typing import Any

from django.db.models import QuerySet

from funds.models import Fund
from funds.models.ledger import LedgerBatch, Transfer
from socsec.office.access import scope


def batches(user: Any) -> "QuerySet[LedgerBatch]":
    """The batches of the funds that a user may see, latest first."""
    return scope(LedgerBatch.objects.select_related("fund__region", "by"), user, "fund__region_id")


def batch_of(source: str) -> LedgerBatch | None:
    """The batch that an act posted, or None."""
    return LedgerBatch.objects.filter(source=source).first()


def transfers(
    person_id: int | None = None, batch_id: int | None = None, fund: Fund | None = None
) -> "QuerySet[Transfer]":
    """Postings of a person, a batch or both, in the order in which they were made."""
    found = Transfer.objects.order_by("batch_id", "person_id", "seq")
    if person_id is not None:
        found = found.filter(person_id=person_id)
    if batch_id is not None:
        found = found.filter(batch_id=batch_id)
    if fund is not None:
        found = found.filter(fund_id=fund.pk)
    return found
