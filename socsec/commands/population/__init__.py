"""A population that never lived: for measurements and for looking at full lists.

Deterministic: the same numbers of people, from the same first person number and with the same
seed, are the same people. Identity numbers, credit codes and cards carry right check digits and
names are put together from common characters, so nobody in particular is meant. Of a hundred
people 60 are employees, 15 own-account workers, 20 pensioners and 5 not insured.
"""

from .write import Population, populate

__all__ = ["Population", "populate"]
