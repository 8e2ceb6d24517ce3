"""The desk's part in reimbursing care paid in cash: the list, the case, the cost list, the payment."""

from .hung import hang
from .pages import ReimbursementAdmin

__all__ = ["ReimbursementAdmin", "hang"]
