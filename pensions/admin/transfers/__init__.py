"""The desk's pages of transfers: where each stands, and the verbs of either office on it."""

from .accounts import TransferAccountAdmin
from .pages import TransferAdmin
from .shown import hang

__all__ = ["TransferAccountAdmin", "TransferAdmin", "hang"]
