"""Long-term balance: what is known is gathered, what is assumed is named, and the years are worked out."""

from .asking import ask, ask_neighbours, fingerprint_of, publish, waiting, withdraw, work
from .scenario import LEVERS, Lever, Scenario
from .working import assumed

__all__ = [
    "LEVERS",
    "Lever",
    "Scenario",
    "ask",
    "ask_neighbours",
    "assumed",
    "fingerprint_of",
    "publish",
    "waiting",
    "withdraw",
    "work",
]
