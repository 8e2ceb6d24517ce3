"""What hospitals, clinics and pharmacies ask: visits, lines, settlement.

Each message carries the provider's own number, `msgid`: sent again it is answered again, never done
twice; where its answer was lost, it can be taken back.
"""

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
    "MessageUndo",
    "Visit",
    "VisitDischarge",
    "VisitLines",
    "VisitPreview",
    "VisitReverse",
    "VisitSettle",
    "Visits",
]
