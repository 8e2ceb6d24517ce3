"""Mass runs of medical insurance."""

from .accounts import AccountCredits, YearOpenings
from .paying import BillAudits, ProviderPayments, ProviderStatements

__all__ = ["AccountCredits", "BillAudits", "ProviderPayments", "ProviderStatements", "YearOpenings"]
