"""Desk screens of enrollment: people and who acts for them, households, employers and what they hand in, receipts."""

from .cards import CardAdmin
from .changes import ChangeRequestAdmin
from .delegates import MandateAdmin
from .duplicates import PersonLinkAdmin
from .employers import EmployerAdmin
from .gaps import GapContactAdmin
from .households import HouseholdAdmin
from .legacy import LegacyImportAdmin
from .life import EventReportAdmin, LifeEventAdmin
from .movements import MovementAdmin
from .online import PaymentIntentAdmin
from .people import PersonAdmin
from .receipts import ReceiptAdmin
from .residents import ResidentReceiptAdmin, UnmatchedPaymentAdmin
from .sponsors import SponsorBillAdmin, SponsorMembershipAdmin
from .twice import DoubleEnrolmentAdmin, ResidentRefundAdmin
from .uploads import UploadAdmin

__all__ = [
    "CardAdmin",
    "ChangeRequestAdmin",
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
    "ResidentReceiptAdmin",
    "ResidentRefundAdmin",
    "SponsorBillAdmin",
    "SponsorMembershipAdmin",
    "UnmatchedPaymentAdmin",
    "UploadAdmin",
]
