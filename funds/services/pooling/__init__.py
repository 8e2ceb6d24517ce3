"""Pooling: rounds in which regions share, and payments between two levels, each agreed on both."""

from .agreeing import agree, confirm, object_to
from .figures import enter_figures
from .rounds import abandon, approve, ask_reversal, draft, post, preview, reverse
from .transfers import (
    above,
    accept,
    ask_back,
    draft_transfer,
    finish,
    give_back,
    reject,
    send,
)

__all__ = [
    "abandon",
    "above",
    "accept",
    "agree",
    "approve",
    "ask_back",
    "ask_reversal",
    "confirm",
    "draft",
    "draft_transfer",
    "enter_figures",
    "finish",
    "give_back",
    "object_to",
    "post",
    "preview",
    "reject",
    "reverse",
    "send",
]
