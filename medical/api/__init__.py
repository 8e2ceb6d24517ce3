"""What hospitals, clinics and pharmacies ask: visits, lines, settlement, statements.

Each message carries the provider's own number, `msgid`: sent again it is answered again, never done
twice; where its answer was lost, it can be taken back.
"""

from .cases import CasePayments, CaseYears, StayGroups, VisitGroup
from .statements import (
    DeductionAppeals,
    Deductions,
    Statement,
    StatementBills,
    Statements,
    StatementTotals,
)
from .visits import (
    MessageUndo,
    Visit,
    VisitDischarge,
    VisitLines,
    VisitPreview,
    VisitReverse,
    Visits,
    VisitSettle,
)

__all__ = [
    "CasePayments",
    "CaseYears",
    "DeductionAppeals",
    "Deductions",
    "MessageUndo",
    "Statement",
    "StatementBills",
    "StatementTotals",
    "Statements",
    "StayGroups",
    "Visit",
    "VisitDischarge",
    "VisitGroup",
    "VisitLines",
    "VisitPreview",
    "VisitReverse",
    "VisitSettle",
    "Visits",
]
