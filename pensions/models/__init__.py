"""State of pensions and its constraints, one noun a file.

Amounts are whole fen; a month is one whole number, year × 12 + month − 1; regions are six-digit
codes (GB/T 2260). Tables that mass runs write to (`AccountEntry`, `Benefit`, `PensionPayment`,
`HeldPayment`) have natural keys that begin with the person, and no foreign keys.
"""

from .account import (
    AccountEntry,
    AccountState,
    CreditedReceipt,
    EntryKind,
    IndividualAccount,
    OpeningBalance,
    OpeningState,
)
from .adjustment import PensionAdjustment
from .award import Award, AwardState, Benefit, EndReason
from .claim import Category, PensionClaim
from .payroll import (
    HeldPayment,
    HoldReason,
    PaymentState,
    Payroll,
    PensionPayment,
    ReturnedPayment,
    WithdrawnPayment,
)

__all__ = [
    "AccountEntry",
    "AccountState",
    "Award",
    "AwardState",
    "Benefit",
    "Category",
    "CreditedReceipt",
    "EndReason",
    "EntryKind",
    "HeldPayment",
    "HoldReason",
    "IndividualAccount",
    "OpeningBalance",
    "OpeningState",
    "PaymentState",
    "Payroll",
    "PensionAdjustment",
    "PensionClaim",
    "PensionPayment",
    "ReturnedPayment",
    "WithdrawnPayment",
]
