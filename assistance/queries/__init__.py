"""Reads for screens, and the door for the apps above."""

from .amounts import amount_in, amounts_in
from .desk import (
    application_of,
    applications,
    changes,
    circumstances,
    grants,
    grants_of,
    grievances,
    next_step,
    programmes,
    reclaims,
    steps,
    steps_under_way,
)
from .own import (
    GrantNow,
    applications_of,
    drawn_by,
    monthly_of,
    payments_of,
    recognitions_of,
    to_authorise,
)
from .punctuality import Punctuality, punctuality

__all__ = [
    "GrantNow",
    "Punctuality",
    "amount_in",
    "amounts_in",
    "application_of",
    "applications",
    "applications_of",
    "changes",
    "circumstances",
    "drawn_by",
    "grants",
    "grants_of",
    "grievances",
    "monthly_of",
    "next_step",
    "payments_of",
    "programmes",
    "punctuality",
    "reclaims",
    "recognitions_of",
    "steps",
    "steps_under_way",
    "to_authorise",
]
