"""Between which two numbers a value lies: what lets arithmetic prove that bigint is wide enough.

>>> (Range(0, 10**6) * Range(0, 10**4)).fits
True
>>> (Range(0, 10**12) * Range(0, 10**7)).fits
False
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LEAST, MOST = -(2**63), 2**63 - 1  # PostgreSQL bigint, numpy int64


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included."""

    low: int
    high: int

    @classmethod
    def of(cls, values: Iterable[int]) -> Range:
        numbers = list(values)
        return cls(min(numbers), max(numbers))

    @property
    def fits(self) -> bool:
        """Whether every number of the range is a bigint."""
        return self.low >= LEAST and self.high <= MOST

    @property
    def has_zero(self) -> bool:
        return self.low <= 0 <= self.high

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Range) -> Range:
        return Range(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Range) -> Range:
        return Range.of(a * b for a in (self.low, self.high) for b in (other.low, other.high))

    def __floordiv__(self, other: Range) -> Range:
        divisors = {d for d in (other.low, other.high) if d}
        divisors |= {d for d in (-1, 1) if other.low <= d <= other.high}
        # Only a divisor that is always zero leaves none; nothing comes of it but NULL.
        return Range.of([a // d for a in (self.low, self.high) for d in divisors] or [0])

    def __mod__(self, other: Range) -> Range:
        # The remainder has the sign of the divisor and is smaller than it.
        return Range(min(0, other.low + 1), max(0, other.high - 1))

    def __or__(self, other: Range) -> Range:
        return Range(min(self.low, other.low), max(self.high, other.high))


BIGINT = Range(LEAST, MOST)


def span(data: Any) -> tuple[int, int]:
    """The least and the greatest number of an array; (0, 0) of an empty one."""
    if not data.size:
        return 0, 0
    return int(data.min()), int(data.max())
