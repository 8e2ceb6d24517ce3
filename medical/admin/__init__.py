"""Desk screens of medical insurance: bills, catalogues, providers, cover of people."""

from .bills import BillReversalAdmin, EncounterAdmin
from .catalogue import DiagnosisAdmin, EditionAdmin, ItemAdmin
from .clearing import ClearingStatementAdmin
from .filings import AwayFilingAdmin, RegistrationAdmin
from .findings import BillFindingAdmin, FindingAppealAdmin
from .grouping import (
    CasePaymentAdmin,
    CaseYearAdmin,
    GroupListAdmin,
    ProviderScoreAdmin,
    YearBudgetAdmin,
)
from .providers import (
    AgreementAdmin,
    ProviderAccountAdmin,
    ProviderAdmin,
    ProviderAdvanceAdmin,
    SanctionAdmin,
)
from .reimbursements import ReimbursementAdmin
from .statements import ProviderStatementAdmin

__all__ = [
    "AgreementAdmin",
    "AwayFilingAdmin",
    "BillFindingAdmin",
    "BillReversalAdmin",
    "CasePaymentAdmin",
    "CaseYearAdmin",
    "ClearingStatementAdmin",
    "DiagnosisAdmin",
    "EditionAdmin",
    "EncounterAdmin",
    "FindingAppealAdmin",
    "GroupListAdmin",
    "ItemAdmin",
    "ProviderAccountAdmin",
    "ProviderAdmin",
    "ProviderAdvanceAdmin",
    "ProviderScoreAdmin",
    "ProviderStatementAdmin",
    "RegistrationAdmin",
    "ReimbursementAdmin",
    "SanctionAdmin",
    "YearBudgetAdmin",
]
