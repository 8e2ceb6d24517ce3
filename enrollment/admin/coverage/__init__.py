"""The desk's verbs on a working life: insure, end, retire, assess, correct, pay missed months."""

from .common import find_employer
from .cover import choose, insure, leave, retire
from .months import assess, correct, pay_back, reassess
from .pages import branches_page, month_page

__all__ = [
    "assess",
    "branches_page",
    "choose",
    "correct",
    "find_employer",
    "insure",
    "leave",
    "month_page",
    "pay_back",
    "reassess",
    "retire",
]
