"""Debts at the desk: what a payer owes, and everything that is done about it."""

from .forms import payer_url
from .notes import DemandNoteAdmin

__all__ = ["DemandNoteAdmin", "payer_url"]
