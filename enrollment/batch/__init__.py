"""Mass runs of enrollment."""

from .collection import DemandNotes, Reminders, Surcharges
from .contributions import Contributions
from .deemed import DeemedWages
from .matching import Matching
from .statements import Statements

__all__ = [
    "Contributions",
    "DeemedWages",
    "DemandNotes",
    "Matching",
    "Reminders",
    "Statements",
    "Surcharges",
]
