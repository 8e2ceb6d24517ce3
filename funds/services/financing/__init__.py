"""Financing besides contributions: what is due and received, state-owned capital, reserves."""

from .dues import ask_due, decide_due, decide_receipt, enter_receipt, reverse_receipt
from .holdings import approve_holding, ask_dividend, enter_holding
from .reserves import Standing, decide_move, propose_move, reverse_move, standing, standings

__all__ = [
    "Standing",
    "approve_holding",
    "ask_dividend",
    "ask_due",
    "decide_due",
    "decide_move",
    "decide_receipt",
    "enter_holding",
    "enter_receipt",
    "propose_move",
    "reverse_move",
    "reverse_receipt",
    "standing",
    "standings",
]
