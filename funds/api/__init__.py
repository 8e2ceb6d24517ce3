"""Partner API of funds: payments and banks' answers, custodians' files, the books for auditors and banks."""

from .books import BankStatements, FundStatements, LedgerBatches, LedgerTransfers, StatementLines
from .custody import CustodianFiles, Mandates, Orders, Valuations
from .payments import BankReturns, PaymentBatches, PaymentFile

__all__ = [
    "BankReturns",
    "BankStatements",
    "CustodianFiles",
    "FundStatements",
    "LedgerBatches",
    "LedgerTransfers",
    "Mandates",
    "Orders",
    "PaymentBatches",
    "PaymentFile",
    "StatementLines",
    "Valuations",
]
