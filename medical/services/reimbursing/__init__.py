"""Reimbursing what was paid in cash (手工报销), 社会保险经办条例第二十条.

    receive → cost list matched to the catalogue → assess → grant | refuse → order the payment

The bill is worked out by the settling of every other bill, so that the sums of the person's year
count it; what differs is to whom the funds owe it.
"""

from .claims import KIND, Paper, Said, add_invoice, complete, open_claim, withdraw
from .deciding import REASONS, assess, grant, proposal, refuse, send_back
from .lines import enter_lines, restore, strike
from .paying import order, receive_back
from .undoing import reverse

__all__ = [
    "KIND",
    "REASONS",
    "Paper",
    "Said",
    "add_invoice",
    "assess",
    "complete",
    "enter_lines",
    "grant",
    "open_claim",
    "order",
    "proposal",
    "receive_back",
    "refuse",
    "restore",
    "reverse",
    "send_back",
    "strike",
    "withdraw",
]
