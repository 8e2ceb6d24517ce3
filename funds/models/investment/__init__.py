"""Investment of pension money: mandates, what custodians report of them, and what regions get."""

from .holdings import (
    AssetClass,
    CashKind,
    CashLine,
    CustodianFile,
    Holding,
    Instrument,
    Trade,
    Valuation,
)
from .mandates import Entrustment, FirmUser, InvestmentFirm, InvestmentOrder, Mandate
from .watch import LimitBreach, ReturnShare, ReturnYear, RiskReserve

__all__ = [
    "AssetClass",
    "CashKind",
    "CashLine",
    "CustodianFile",
    "Entrustment",
    "FirmUser",
    "Holding",
    "Instrument",
    "InvestmentFirm",
    "InvestmentOrder",
    "LimitBreach",
    "Mandate",
    "ReturnShare",
    "ReturnYear",
    "RiskReserve",
    "Trade",
    "Valuation",
]
