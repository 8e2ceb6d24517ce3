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
    Side,
)
from .adjustment import PensionAdjustment
from .award import Award, AwardState, Benefit, EndReason
from .choice import ChoiceKind, RetirementChoice
from .claim import Category, PensionClaim
from .correction import Cause, Correction
from .disability import DisabilityClaim
from .few_months import BalanceClaim, FewMonthsChoice, Way
from .overpayment import (
    Instalment,
    OverpaidMonth,
    Overpayment,
    OverpaymentReason,
    OverpaymentState,
    Plan,
    Recovery,
    RecoveryKind,
)
from .payroll import (
    HeldPayment,
    HoldReason,
    PaymentState,
    Payroll,
    PensionPayment,
    ReturnedPayment,
    WithdrawnPayment,
)
from .recomputation import Recomputation
from .residents import CreditedSource, ResidentAdjustment
from .special_work import ArduousWork, SpecialWorkPeriod, SpecialWorkState
from .survivors import Heir, Relation, SurvivorClaim
from .transfer import (
    Transfer,
    TransferAccount,
    TransferCase,
    TransferKind,
    TransferMonth,
    TransferState,
    TransferStep,
)

__all__ = [
    "AccountEntry",
    "AccountState",
    "ArduousWork",
    "Award",
    "AwardState",
    "BalanceClaim",
    "Benefit",
    "Category",
    "Cause",
    "ChoiceKind",
    "Correction",
    "CreditedReceipt",
    "CreditedSource",
    "DisabilityClaim",
    "EndReason",
    "EntryKind",
    "FewMonthsChoice",
    "Heir",
    "HeldPayment",
    "HoldReason",
    "IndividualAccount",
    "Instalment",
    "OpeningBalance",
    "OpeningState",
    "OverpaidMonth",
    "Overpayment",
    "OverpaymentReason",
    "OverpaymentState",
    "PaymentState",
    "Payroll",
    "PensionAdjustment",
    "PensionClaim",
    "PensionPayment",
    "Plan",
    "Recomputation",
    "Recovery",
    "RecoveryKind",
    "Relation",
    "ResidentAdjustment",
    "RetirementChoice",
    "ReturnedPayment",
    "Side",
    "SpecialWorkPeriod",
    "SpecialWorkState",
    "SurvivorClaim",
    "Transfer",
    "TransferAccount",
    "TransferCase",
    "TransferKind",
    "TransferMonth",
    "TransferState",
    "TransferStep",
    "Way",
    "WithdrawnPayment",
]
