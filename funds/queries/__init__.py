"""Reads of funds for its own screens, and the door for the apps above."""

from .balances import (
    BalanceLine,
    balance,
    control,
    lowest_balance,
    moved_by_month,
    person_total,
    trial_balance,
)
from .ledger import batch_of, batches, transfers
from .payments import (
    PaymentLine,
    batch_lines,
    envelopes,
    outcomes,
    person_payments,
    progress,
    reconciliations,
    unmatched,
)

__all__ = [
    "BalanceLine",
    "PaymentLine",
    "balance",
    "batch_lines",
    "batch_of",
    "batches",
    "control",
    "envelopes",
    "lowest_balance",
    "moved_by_month",
    "outcomes",
    "person_payments",
    "person_total",
    "progress",
    "reconciliations",
    "transfers",
    "trial_balance",
    "unmatched",
]
