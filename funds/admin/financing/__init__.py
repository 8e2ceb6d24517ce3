"""The desk's pages of financing besides contributions: what is due, transferred equity, reserves."""

from .dues import FundingDueAdmin
from .holdings import StateHoldingAdmin
from .reserves import ReserveMoveAdmin

__all__ = [
    "FundingDueAdmin",
    "ReserveMoveAdmin",
    "StateHoldingAdmin",
]
