"""Reads of enrollment for its own screens, and the door for the apps above."""

from .coverage import coverage_as_of, coverages, employments_as_of, staff
from .events import EVENTS
from .money import (
    Arrears,
    allocations,
    arrears,
    arrears_by_employer,
    credited_receipts,
    receipts,
    unallocated,
)
from .months import states_of
from .online import online_payments, troubled, unknown_messages
from .people import (
    by_resident_id,
    describe,
    employers,
    household_of,
    people,
    public_ids,
    relatives,
    search,
    search_number,
)
from .record import (
    MonthRecord,
    MonthStatus,
    assessed,
    declarations,
    months_deemed,
    months_paid,
    paid_months,
    record,
    working,
)

__all__ = [
    "EVENTS",
    "Arrears",
    "MonthRecord",
    "MonthStatus",
    "allocations",
    "arrears",
    "arrears_by_employer",
    "assessed",
    "by_resident_id",
    "coverage_as_of",
    "coverages",
    "credited_receipts",
    "declarations",
    "describe",
    "employers",
    "employments_as_of",
    "household_of",
    "months_deemed",
    "months_paid",
    "online_payments",
    "paid_months",
    "people",
    "public_ids",
    "receipts",
    "record",
    "relatives",
    "search",
    "search_number",
    "staff",
    "states_of",
    "troubled",
    "unallocated",
    "unknown_messages",
    "working",
]
