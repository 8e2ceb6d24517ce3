"""Long-term balance: what is known is gathered, what is assumed is named, and the years are worked out."""

from .asking import ask, publish, waiting, withdraw, work
from .scenario import LEVERS, Scenario

__all__ = ["LEVERS", "Scenario", "ask", "publish", "waiting", "withdraw", "work"]
