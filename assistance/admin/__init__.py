"""Desk screens of assistance: applications on the case page, queues, grants and their changes."""

from .grants import GrantAdmin, GrantChangeAdmin
from .programmes import ProgrammeAdmin
from .queues import ApplicationAdmin, ClockAdmin

__all__ = [
    "ApplicationAdmin",
    "ClockAdmin",
    "GrantAdmin",
    "GrantChangeAdmin",
    "ProgrammeAdmin",
]
