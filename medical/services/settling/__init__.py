"""Visits and stays, what is charged for them, and who pays: preview, settle, reverse.

    admit → charge → discharge → preview → settle → reverse

Settling holds the sums of the person's year, so that bills of one person take turns.
"""

from medical.services.accounts.spending import Choice

from .bills import Preview, preview, reverse, settle
from .charging import Charge, charge, take_off
from .left import Catastrophic, Left, left
from .visits import admit, cancel, discharge

__all__ = [
    "Catastrophic",
    "Charge",
    "Choice",
    "Left",
    "Preview",
    "admit",
    "cancel",
    "charge",
    "discharge",
    "left",
    "preview",
    "reverse",
    "settle",
    "take_off",
]
