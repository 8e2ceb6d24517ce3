"""Banks: statements read, lines matched to what was booked, differences explained, days compared."""

from .accounts import open_account
from .days import compare, compare_all, tax_day
from .deposits import approve_deposit, expected_interest, place, take_back
from .matching import book_interest, explain, match, match_all, unmatch
from .statements import read_statement

__all__ = [
    "approve_deposit",
    "book_interest",
    "compare",
    "compare_all",
    "expected_interest",
    "explain",
    "match",
    "match_all",
    "open_account",
    "place",
    "read_statement",
    "take_back",
    "tax_day",
    "unmatch",
]
