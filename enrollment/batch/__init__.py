"""Mass runs of enrollment."""

from .collection import DemandNotes, Reminders, Surcharges
from .contributions import Contributions
from .deemed import DeemedWages
from .statements import Statements

__all__ = [
    "Contributions",
    "DeemedWages",
    "DemandNotes",
    "Reminders",
    "Statements",
    "Surcharges",
]
