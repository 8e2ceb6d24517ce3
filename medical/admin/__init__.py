"""Desk screens of medical insurance: catalogues, providers, cover of people."""

from .catalogue import DiagnosisAdmin, EditionAdmin, ItemAdmin
from .filings import AwayFilingAdmin, RegistrationAdmin
from .providers import AgreementAdmin, ProviderAdmin, SanctionAdmin

__all__ = [
    "AgreementAdmin",
    "AwayFilingAdmin",
    "DiagnosisAdmin",
    "EditionAdmin",
    "ItemAdmin",
    "ProviderAdmin",
    "RegistrationAdmin",
    "SanctionAdmin",
]
