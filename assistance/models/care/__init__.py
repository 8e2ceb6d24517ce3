"""Care of the elderly: levels and plans, providers and beds, vouchers and orders."""

from .billing import BillState, CareBill, CareBillPayment
from .giving import CareOrder, OrderState, Voucher, VoucherUse
from .needing import CareAssessment, CarePlan, CareState
from .providing import Bed, BedStay, BedWait, CareProvider, WaitState

__all__ = [
    "Bed",
    "BedStay",
    "BedWait",
    "BillState",
    "CareAssessment",
    "CareBill",
    "CareBillPayment",
    "CareOrder",
    "CarePlan",
    "CareProvider",
    "CareState",
    "OrderState",
    "Voucher",
    "VoucherUse",
    "WaitState",
]
