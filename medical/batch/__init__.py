"""Mass runs of medical insurance."""

from .accounts import AccountCredits, YearOpenings
from .clearing import RegionalClearings
from .grouping import CasePayments, CaseYears, RetentionReleases
from .paying import BillAudits, ProviderPayments, ProviderStatements

__all__ = [
    "AccountCredits",
    "BillAudits",
    "CasePayments",
    "CaseYears",
    "ProviderPayments",
    "ProviderStatements",
    "RegionalClearings",
    "RetentionReleases",
    "YearOpenings",
]
