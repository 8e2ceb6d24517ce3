"""State of enrollment and its constraints, one noun a file.

Regions are six-digit codes (GB/T 2260) without a foreign key; amounts are whole fen; a month is one
whole number, year × 12 + month − 1; spans are half-open date ranges. Tables that mass runs write to
(`WageDeclaration`, `Contribution`, `Reduction`, `ReceiptAllocation`, `PriorMonth`) have natural keys that begin
with the person, and no foreign keys.
"""

from .bank import BankAccount, Purpose
from .contribution import Contribution, Reduction
from .coverage import EMPLOYED, BaseChoice, Category, Coverage, EndReason
from .employer import Employer, Employment
from .household import Household, HouseholdMember, HouseholdRole
from .online import GatewayMessage, LocalBankOrder, PaymentIntent
from .person import IdentifierKind, Person, PersonIdentifier, Sex
from .prior import PriorKind, PriorMonth, PriorService, PriorState
from .receipt import Receipt, ReceiptAllocation
from .standing import EmployerKind, EmployerStanding, Floating
from .wages import WageDeclaration

__all__ = [
    "EMPLOYED",
    "BankAccount",
    "BaseChoice",
    "Category",
    "Contribution",
    "Coverage",
    "Employer",
    "EmployerKind",
    "EmployerStanding",
    "Employment",
    "EndReason",
    "Floating",
    "GatewayMessage",
    "Household",
    "HouseholdMember",
    "HouseholdRole",
    "IdentifierKind",
    "LocalBankOrder",
    "PaymentIntent",
    "Person",
    "PersonIdentifier",
    "PriorKind",
    "PriorMonth",
    "PriorService",
    "PriorState",
    "Purpose",
    "Receipt",
    "ReceiptAllocation",
    "Reduction",
    "Sex",
    "WageDeclaration",
]
