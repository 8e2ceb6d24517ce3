"""Full coverage at the desk: the work list, a person on it, the rates, and a file to take along."""

from .work_list import GapContactAdmin, hang

__all__ = ["GapContactAdmin", "hang"]
