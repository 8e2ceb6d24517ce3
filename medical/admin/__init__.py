"""Desk screens of medical insurance: catalogues, providers, cover of people."""

from .catalogue import DiagnosisAdmin, EditionAdmin, ItemAdmin
from .providers import AgreementAdmin, ProviderAdmin, SanctionAdmin

__all__ = [
    "AgreementAdmin",
    "DiagnosisAdmin",
    "EditionAdmin",
    "ItemAdmin",
    "ProviderAdmin",
    "SanctionAdmin",
]
