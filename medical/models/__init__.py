"""State of medical insurance and its constraints."""

from .accounts import AccountShare, AwayFiling, MedicalAccount, MedicalEntry, Registration
from .bills import BillLine, Encounter
from .catalogue import (
    TERMS,
    CatalogueBadRow,
    CatalogueEdition,
    CatalogueItem,
    CatalogueRow,
    Diagnosis,
)
from .providers import Agreement, Department, Provider, ProviderItem, ProviderUser, Sanction
from .settlement import (
    FUND_SHARES,
    MONEY,
    PERSON_SHARES,
    ProviderMessage,
    Settlement,
    YearSums,
)
from .words import (
    BY_STAY,
    BY_VISIT,
    Away,
    Care,
    Disease,
    ItemClass,
    ItemKind,
    Level,
    OfSex,
    ProviderKind,
    Standing,
)

__all__ = [
    "BY_STAY",
    "BY_VISIT",
    "FUND_SHARES",
    "MONEY",
    "PERSON_SHARES",
    "TERMS",
    "AccountShare",
    "Agreement",
    "Away",
    "AwayFiling",
    "BillLine",
    "Care",
    "CatalogueBadRow",
    "CatalogueEdition",
    "CatalogueItem",
    "CatalogueRow",
    "Department",
    "Diagnosis",
    "Disease",
    "Encounter",
    "ItemClass",
    "ItemKind",
    "Level",
    "MedicalAccount",
    "MedicalEntry",
    "OfSex",
    "Provider",
    "ProviderItem",
    "ProviderKind",
    "ProviderMessage",
    "ProviderUser",
    "Registration",
    "Sanction",
    "Settlement",
    "Standing",
    "YearSums",
]
