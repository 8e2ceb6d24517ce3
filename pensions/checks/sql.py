"""What every question asks the database with."""

from typing import Any

from django.db import connection

from enrollment.models import Person, ReceiptAllocation
from funds.models import PaymentOrder
from pensions.models import (
    AccountEntry,
    Award,
    OverpaidMonth,
    PensionClaim,
    PensionPayment,
    Recovery,
)

ENTRIES = AccountEntry._meta.db_table
AWARDS = Award._meta.db_table
CLAIMS = PensionClaim._meta.db_table
PEOPLE = Person._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
OVERPAID = OverpaidMonth._meta.db_table
RECOVERIES = Recovery._meta.db_table
ORDERS = PaymentOrder._meta.db_table
ALLOCATIONS = ReceiptAllocation._meta.db_table
FEW = 100  # findings of one question: who has more has read enough


def select(statement: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a SELECT."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or [])
        return list(cursor.fetchall())
