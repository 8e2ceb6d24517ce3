"""Reads of funds for its own screens, and the door for the apps above."""

from .balances import (
    BalanceLine,
    Moved,
    balance,
    control,
    last_closed,
    lines,
    lowest_balance,
    moved,
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
from .statements import Statements, statements, within
from .statements import parts as statement_tables

__all__ = [
    "BalanceLine",
    "Moved",
    "PaymentLine",
    "Statements",
    "balance",
    "batch_lines",
    "batch_of",
    "batches",
    "control",
    "envelopes",
    "last_closed",
    "lines",
    "lowest_balance",
    "moved",
    "moved_by_month",
    "outcomes",
    "person_payments",
    "person_total",
    "progress",
    "reconciliations",
    "statement_tables",
    "statements",
    "transfers",
    "trial_balance",
    "unmatched",
    "within",
]
