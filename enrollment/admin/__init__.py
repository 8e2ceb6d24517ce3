"""Desk screens of enrollment: people and who acts for them, households, employers and what they hand in, receipts."""

from .cards import CardAdmin
from .changes import ChangeRequestAdmin
from .debts import DemandNoteAdmin
from .deferrals import DeferralAdmin
from .delegates import MandateAdmin
from .duplicates import PersonLinkAdmin
from .employers import EmployerAdmin
from .gaps import GapContactAdmin
from .households import HouseholdAdmin
from .life import EventReportAdmin, LifeEventAdmin
from .movements import MovementAdmin
from .online import PaymentIntentAdmin
from .people import PersonAdmin
from .queues import AgreementAdmin, RefundAdmin, UnmatchedReceiptAdmin, WaiverAdmin
from .receipts import ReceiptAdmin
from .residents import (
    DoubleEnrolmentAdmin,
    LegacyImportAdmin,
    ResidentReceiptAdmin,
    ResidentRefundAdmin,
    SponsorBillAdmin,
    SponsorMembershipAdmin,
    UnmatchedPaymentAdmin,
)
from .uploads import UploadAdmin
from .withholding import WithholdingFileAdmin

__all__ = [
    "AgreementAdmin",
    "CardAdmin",
    "ChangeRequestAdmin",
    "DeferralAdmin",
    "DemandNoteAdmin",
    "DoubleEnrolmentAdmin",
    "EmployerAdmin",
    "EventReportAdmin",
    "GapContactAdmin",
    "HouseholdAdmin",
    "LegacyImportAdmin",
    "LifeEventAdmin",
    "MandateAdmin",
    "MovementAdmin",
    "PaymentIntentAdmin",
    "PersonAdmin",
    "PersonLinkAdmin",
    "ReceiptAdmin",
    "RefundAdmin",
    "ResidentReceiptAdmin",
    "ResidentRefundAdmin",
    "SponsorBillAdmin",
    "SponsorMembershipAdmin",
    "UnmatchedPaymentAdmin",
    "UnmatchedReceiptAdmin",
    "UploadAdmin",
    "WaiverAdmin",
    "WithholdingFileAdmin",
]
