"""Entitlements that move between funds: the form, the money, its arrival, and the way back.

Two offices, each with its own case, clock and four eyes. The old place draws up the form (信息表)
from its books, a second person checks it, and in that moment the entitlement leaves the account, is
announced to the new place, and its money is ordered. The new place books the arrival, compares it
with the form and takes over. Whatever is rejected restores the account to the fen, interest and
all; in flight an entitlement belongs to neither account, and never to both.
"""

from .accounts import approve_account, enter_account
from .annuities import open_annuity, plan_paid
from .common import KINDS, REASONS, STAFF_REASONS
from .form import Form, draw_up
from .links import (
    REFUSALS,
    Judged,
    accept_link,
    ask_link,
    judge,
    propose_link,
    refuse_link,
    withdraw_link,
)
from .opening import open_record, open_temporary
from .outside import (
    Announced,
    announce_form,
    confirm_elsewhere,
    reject_elsewhere,
    request_record,
    withdraw_form,
)
from .receiving import arrive, compare, reject, take_over
from .refunds import pay_refund
from .sending import assess, came_back, give_up, recall, send, send_back

__all__ = [
    "KINDS",
    "REASONS",
    "REFUSALS",
    "STAFF_REASONS",
    "Announced",
    "Form",
    "Judged",
    "accept_link",
    "announce_form",
    "approve_account",
    "arrive",
    "ask_link",
    "assess",
    "came_back",
    "compare",
    "confirm_elsewhere",
    "draw_up",
    "enter_account",
    "give_up",
    "judge",
    "open_annuity",
    "open_record",
    "open_temporary",
    "pay_refund",
    "plan_paid",
    "propose_link",
    "recall",
    "refuse_link",
    "reject",
    "reject_elsewhere",
    "request_record",
    "send",
    "send_back",
    "take_over",
    "withdraw_form",
    "withdraw_link",
]
