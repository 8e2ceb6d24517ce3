"""Entitlements that move between funds: the form, the money, its arrival, and the way back.

Two offices, each with its own case, clock and four eyes. The old place draws up the form (信息表)
from its books, a second person checks it, and in that moment the entitlement leaves the account, is
announced to the new place, and its money is ordered. The new place books the arrival, compares it
with the form and takes over. Whatever is rejected restores the account to the fen, interest and
all; in flight an entitlement belongs to neither account, and never to both.
"""

from .accounts import approve_account, enter_account
from .common import KINDS, REASONS, STAFF_REASONS
from .form import Form, draw_up
from .opening import open_record, open_temporary
from .receiving import arrive, compare, reject, take_over
from .refunds import pay_refund
from .sending import assess, came_back, give_up, recall, send, send_back

__all__ = [
    "KINDS",
    "REASONS",
    "STAFF_REASONS",
    "Form",
    "approve_account",
    "arrive",
    "assess",
    "came_back",
    "compare",
    "draw_up",
    "enter_account",
    "give_up",
    "open_record",
    "open_temporary",
    "pay_refund",
    "recall",
    "reject",
    "send",
    "send_back",
    "take_over",
]
