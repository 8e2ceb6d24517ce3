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
from .bank import OpenBatch, deposits_of, open_batches, open_lines, statements_of
from .budgets import Execution, drawn, execution, in_force, planned
from .disclosure import PublishedYear, published
from .ledger import batch_of, batches, transfers
from .overview import AccountMove, FundFigures, by_month, moves, overview
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
from .pooling import parts_of, rounds_of, transfers_of
from .statements import Statements, statements, within
from .statements import parts as statement_tables

__all__ = [
    "AccountMove",
    "BalanceLine",
    "Execution",
    "FundFigures",
    "Moved",
    "OpenBatch",
    "PaymentLine",
    "PublishedYear",
    "Statements",
    "balance",
    "batch_lines",
    "batch_of",
    "batches",
    "by_month",
    "control",
    "deposits_of",
    "drawn",
    "envelopes",
    "execution",
    "in_force",
    "last_closed",
    "lines",
    "lowest_balance",
    "moved",
    "moved_by_month",
    "moves",
    "open_batches",
    "open_lines",
    "outcomes",
    "overview",
    "parts_of",
    "person_payments",
    "person_total",
    "planned",
    "progress",
    "published",
    "reconciliations",
    "rounds_of",
    "statement_tables",
    "statements",
    "statements_of",
    "transfers",
    "transfers_of",
    "trial_balance",
    "unmatched",
    "within",
]
