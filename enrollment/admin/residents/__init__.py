"""Residents' insurance at the desk: what waits, a person's years, payments, sponsors, doubles, older schemes."""

from .hung import hang
from .legacy import LegacyImportAdmin
from .payments import ResidentReceiptAdmin, UnmatchedPaymentAdmin
from .sponsors import SponsorBillAdmin, SponsorMembershipAdmin
from .twice import DoubleEnrolmentAdmin, ResidentRefundAdmin

__all__ = [
    "DoubleEnrolmentAdmin",
    "LegacyImportAdmin",
    "ResidentReceiptAdmin",
    "ResidentRefundAdmin",
    "SponsorBillAdmin",
    "SponsorMembershipAdmin",
    "UnmatchedPaymentAdmin",
    "hang",
]
