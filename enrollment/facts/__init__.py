"""What the rules of enrollment must know, gathered as SQL: for one person or for all.

Each function gives a SELECT and its parameters. A clerk's single case asks for one person number,
a mass run for a range of them; the text is the same.
"""

from .common import AS_USUAL, FOR_MANY, PAYING, Select, for_many
from .covered import insured, places, regions
from .residents import (
    carried_residents,
    enrolled,
    resident,
    resident_regions,
    residents,
)
from .situations import situations
from .work import contributions, deemable, undeclared

__all__ = [
    "AS_USUAL",
    "FOR_MANY",
    "PAYING",
    "Select",
    "carried_residents",
    "contributions",
    "deemable",
    "enrolled",
    "for_many",
    "insured",
    "places",
    "regions",
    "resident",
    "resident_regions",
    "residents",
    "situations",
    "undeclared",
]
