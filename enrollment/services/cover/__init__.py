"""Coverage begins, changes and ends.

One act covers every branch that belongs together: which, is policy (`enrollment.insured.*`).
"""

from enrollment.services.cover.own_base import choose_base

from .beginning import (
    AGENCY_CODES,
    begin,
    branches,
    check_branches,
    enrol,
    insure_at_work,
    start,
)
from .ending import check_end_of_work, end, end_own, end_work, last_month, leave, retire

__all__ = [
    "AGENCY_CODES",
    "begin",
    "branches",
    "check_branches",
    "check_end_of_work",
    "choose_base",
    "end",
    "end_own",
    "end_work",
    "enrol",
    "insure_at_work",
    "last_month",
    "leave",
    "retire",
    "start",
]
