"""Desk screens of assistance: applications on the case page, queues, grants and their changes."""

from .care import (
    BedAdmin,
    BedWaitAdmin,
    CareAssessmentAdmin,
    CareBillAdmin,
    CareOrderAdmin,
    CarePlanAdmin,
    CareProviderAdmin,
    VoucherAdmin,
)
from .grants import GrantAdmin, GrantChangeAdmin
from .programmes import ProgrammeAdmin
from .queues import ApplicationAdmin, ClockAdmin
from .watch import CircumstanceAdmin, ReclaimAdmin

__all__ = [
    "ApplicationAdmin",
    "BedAdmin",
    "BedWaitAdmin",
    "CareAssessmentAdmin",
    "CareBillAdmin",
    "CareOrderAdmin",
    "CarePlanAdmin",
    "CareProviderAdmin",
    "CircumstanceAdmin",
    "ClockAdmin",
    "GrantAdmin",
    "GrantChangeAdmin",
    "ProgrammeAdmin",
    "ReclaimAdmin",
    "VoucherAdmin",
]
