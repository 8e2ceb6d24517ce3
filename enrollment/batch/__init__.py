"""Mass runs of enrollment."""

from .contributions import Contributions
from .deemed import DeemedWages
from .statements import Statements

__all__ = ["Contributions", "DeemedWages", "Statements"]
