"""Desk screens of medical insurance: bills, catalogues, providers, cover of people."""

from .bills import BillReversalAdmin, EncounterAdmin
from .catalogue import DiagnosisAdmin, EditionAdmin, ItemAdmin
from .filings import AwayFilingAdmin, RegistrationAdmin
from .findings import BillFindingAdmin, FindingAppealAdmin
from .providers import (
    AgreementAdmin,
    ProviderAccountAdmin,
    ProviderAdmin,
    ProviderAdvanceAdmin,
    SanctionAdmin,
)
from .statements import ProviderStatementAdmin

__all__ = [
    "AgreementAdmin",
    "AwayFilingAdmin",
    "BillFindingAdmin",
    "BillReversalAdmin",
    "DiagnosisAdmin",
    "EditionAdmin",
    "EncounterAdmin",
    "FindingAppealAdmin",
    "ItemAdmin",
    "ProviderAccountAdmin",
    "ProviderAdmin",
    "ProviderAdvanceAdmin",
    "ProviderStatementAdmin",
    "RegistrationAdmin",
    "SanctionAdmin",
]
