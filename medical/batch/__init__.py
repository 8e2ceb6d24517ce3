"""Mass runs of medical insurance."""

from .accounts import AccountCredits, YearOpenings
from .paying import ProviderPayments, ProviderStatements

__all__ = ["AccountCredits", "ProviderPayments", "ProviderStatements", "YearOpenings"]
