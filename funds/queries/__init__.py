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
from .budgets import Execution, drawn, execution, in_force, planned
from .disclosure import PublishedYear, published
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
    "Execution",
    "Moved",
    "PaymentLine",
    "PublishedYear",
    "Statements",
    "balance",
    "batch_lines",
    "batch_of",
    "batches",
    "control",
    "drawn",
    "envelopes",
    "execution",
    "in_force",
    "last_closed",
    "lines",
    "lowest_balance",
    "moved",
    "moved_by_month",
    "outcomes",
    "person_payments",
    "person_total",
    "planned",
    "progress",
    "published",
    "reconciliations",
    "statement_tables",
    "statements",
    "transfers",
    "trial_balance",
    "unmatched",
    "within",
]
