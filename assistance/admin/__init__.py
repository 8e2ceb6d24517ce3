"""Desk screens of assistance: applications on the case page, queues, grants and their changes."""

from .grants import GrantAdmin, GrantChangeAdmin
from .programmes import ProgrammeAdmin
from .queues import ApplicationAdmin, ClockAdmin
from .watch import CircumstanceAdmin, ReclaimAdmin

__all__ = [
    "ApplicationAdmin",
    "CircumstanceAdmin",
    "ClockAdmin",
    "GrantAdmin",
    "GrantChangeAdmin",
    "ProgrammeAdmin",
    "ReclaimAdmin",
]
