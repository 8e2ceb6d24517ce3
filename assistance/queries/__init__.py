"""Reads for screens, and the door for the apps above."""

from .desk import (
    application_of,
    applications,
    changes,
    grants,
    grants_of,
    next_step,
    programmes,
    steps,
    steps_under_way,
)

__all__ = [
    "application_of",
    "applications",
    "changes",
    "grants",
    "grants_of",
    "next_step",
    "programmes",
    "steps",
    "steps_under_way",
]
