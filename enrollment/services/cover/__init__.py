"""Coverage begins, changes and ends.

One act covers every branch that belongs together: which, is policy (`enrollment.insured.*`).
"""

from enrollment.services.own_base import choose_base

from .beginning import AGENCY_CODES, begin, branches, check_branches, enrol, start
from .ending import end, leave, retire

__all__ = [
    "AGENCY_CODES",
    "begin",
    "branches",
    "check_branches",
    "choose_base",
    "end",
    "enrol",
    "leave",
    "retire",
    "start",
]
