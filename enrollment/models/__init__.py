"""State of enrollment and its constraints, one noun a file.

Regions are six-digit codes (GB/T 2260) without a foreign key; amounts are whole fen; a month is one
whole number, year × 12 + month − 1; spans are half-open date ranges. Tables that mass runs write to
(`WageDeclaration`, `Contribution`, `Reduction`, `ReceiptAllocation`, `PriorMonth`) have natural keys that begin
with the person, and no foreign keys.
"""

from .bank import BankAccount, Purpose
from .card import Card, CardChannel, CardState
from .changes import ChangeRequest, What
from .contribution import Contribution, Reduction
from .coverage import EMPLOYED, BaseChoice, Category, Coverage, EndReason
from .deferral import Deferral, DeferredMonth
from .delegates import Mandate
from .demand import Agreement, DemandLine, DemandNote, Instalment, Measure, Reminder
from .duplicates import DuplicatePair, PersonLink
from .employer import Employer, Employment
from .events import EventKind, EventReport, LifeEvent
from .firm import (
    EmployerDetails,
    EmployerOfficer,
    EmployerPause,
    EmployerRequest,
    Takeover,
)
from .gaps import (
    AgeBand,
    Area,
    ContactOutcome,
    ContactWay,
    CoverageCount,
    CoverageGap,
    GapContact,
    GapEnd,
    GapReason,
)
from .history import Detail, PersonFact, Registration, RegistrationKind
from .household import Household, HouseholdMember, HouseholdRole
from .identifiers import IdentityDocument
from .late import SurchargeEntry, Waiver, WaiverLine
from .legacy import CarriedBalance, LegacyImport, LegacyRow, LegacyScheme, LegacyYear
from .movement import (
    Keep,
    MoneyState,
    MovedMonth,
    Movement,
    MovementState,
    MovementStep,
    Step,
)
from .online import GatewayMessage, LocalBankOrder, PaymentIntent
from .person import IdentifierKind, Person, PersonIdentifier, Sex
from .prior import PriorKind, PriorMonth, PriorService, PriorState
from .receipt import Receipt, ReceiptAllocation, Remittance, SurchargeAllocation
from .refund import Refund
from .residents import (
    Payer,
    ResidentDue,
    ResidentEnrolment,
    ResidentPayment,
    ResidentReceipt,
    UnmatchedPayment,
    Way,
)
from .sponsors import SponsorBill, SponsorBillLine, Sponsored, SponsorMembership
from .standing import EmployerKind, EmployerStanding, Floating
from .statement import YearlyStatement
from .status import (
    SUSPICIONS,
    ProofOfLife,
    ProofTask,
    ProofWay,
    Register,
    StatusKind,
    StatusNotice,
    StatusState,
)
from .twice import DoubleEnrolment, ResidentRefund
from .unmatched import ReceiptFile, UnmatchedReceipt
from .uploads import MonthDeclared, ReturnedRow, Upload, UploadedChange, UploadedWage
from .wages import WageDeclaration
from .withholding import WithholdingFile, WithholdingLine, WithholdingMandate

__all__ = [
    "EMPLOYED",
    "SUSPICIONS",
    "AgeBand",
    "Agreement",
    "Area",
    "BankAccount",
    "BaseChoice",
    "Card",
    "CardChannel",
    "CardState",
    "CarriedBalance",
    "Category",
    "ChangeRequest",
    "ContactOutcome",
    "ContactWay",
    "Contribution",
    "Coverage",
    "CoverageCount",
    "CoverageGap",
    "Deferral",
    "DeferredMonth",
    "DemandLine",
    "DemandNote",
    "Detail",
    "DoubleEnrolment",
    "DuplicatePair",
    "Employer",
    "EmployerDetails",
    "EmployerKind",
    "EmployerOfficer",
    "EmployerPause",
    "EmployerRequest",
    "EmployerStanding",
    "Employment",
    "EndReason",
    "EventKind",
    "EventReport",
    "Floating",
    "GapContact",
    "GapEnd",
    "GapReason",
    "GatewayMessage",
    "Household",
    "HouseholdMember",
    "HouseholdRole",
    "IdentifierKind",
    "IdentityDocument",
    "Instalment",
    "Keep",
    "LegacyImport",
    "LegacyRow",
    "LegacyScheme",
    "LegacyYear",
    "LifeEvent",
    "LocalBankOrder",
    "Mandate",
    "Measure",
    "MoneyState",
    "MonthDeclared",
    "MovedMonth",
    "Movement",
    "MovementState",
    "MovementStep",
    "Payer",
    "PaymentIntent",
    "Person",
    "PersonFact",
    "PersonIdentifier",
    "PersonLink",
    "PriorKind",
    "PriorMonth",
    "PriorService",
    "PriorState",
    "ProofOfLife",
    "ProofTask",
    "ProofWay",
    "Purpose",
    "Receipt",
    "ReceiptAllocation",
    "ReceiptFile",
    "Reduction",
    "Refund",
    "Register",
    "Registration",
    "RegistrationKind",
    "Reminder",
    "Remittance",
    "ResidentDue",
    "ResidentEnrolment",
    "ResidentPayment",
    "ResidentReceipt",
    "ResidentRefund",
    "ReturnedRow",
    "Sex",
    "SponsorBill",
    "SponsorBillLine",
    "SponsorMembership",
    "Sponsored",
    "StatusKind",
    "StatusNotice",
    "StatusState",
    "Step",
    "SurchargeAllocation",
    "SurchargeEntry",
    "Takeover",
    "UnmatchedPayment",
    "UnmatchedReceipt",
    "Upload",
    "UploadedChange",
    "UploadedWage",
    "WageDeclaration",
    "Waiver",
    "WaiverLine",
    "Way",
    "What",
    "WithholdingFile",
    "WithholdingLine",
    "WithholdingMandate",
    "YearlyStatement",
]
