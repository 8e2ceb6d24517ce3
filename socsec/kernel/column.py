"""Whole numbers for many cases at once: a numpy column that never overflows and never guesses.

A bare int64 array wraps round silently when a product grows past nine quintillion. A `Column`
carries the range of its numbers through the arithmetic; where the range could leave int64 it
looks at the numbers themselves, and if they do leave it, it goes on in Python's unbounded ints.

What has no answer is missing, as NULL is in SQL: a fact outside its bounds, a division by zero,
a table asked below its first key. Missing spreads to whatever is made from it.

>>> wages = Column([600_000, 3_000_000, None])
>>> (wages * 80_000 // 1_000_000).list()
[48000, 240000, None]
>>> (wages > 1_000_000).list()
[False, True, None]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import index
from typing import Any

import numpy as np

from socsec.kernel.ranges import LEAST, MOST, Range, span

Array = np.ndarray[Any, Any]


class Column:
    """A column of whole numbers or of conditions, some of which may be missing.

    `values` is a sequence of ints or bools, with None for what is missing, or a numpy array.
    Numbers outside `least`..`most`, where these are given, count as missing.
    """

    __array_ufunc__ = None  # a bare array on the left gives way to us
    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("data", "missing", "range")

    data: Array
    missing: Array | None
    range: Range

    def __init__(
        self,
        values: Iterable[Any] | Column,
        least: int | None = None,
        most: int | None = None,
    ) -> None:
        data, missing = _read(values)
        if data.dtype != bool and (least is not None or most is not None):
            low, high = span(data)
            outside = np.zeros(len(data), dtype=bool)
            if least is not None and low < least:
                outside |= (data < least).astype(bool)
            if most is not None and high > most:
                outside |= (data > most).astype(bool)
            if outside.any():
                missing = outside if missing is None else missing | outside
        _set(self, data, missing, None)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"Column({self.list()!r})"

    def __bool__(self) -> bool:
        raise TypeError("a rule asked `if`, `and`, `or` or min/max of a column: write where(...)")

    @property
    def is_condition(self) -> bool:
        return self.data.dtype == bool

    def item(self, i: int) -> int | bool | None:
        """The value of one case as a plain int or bool; None where it is missing."""
        if self.missing is not None and self.missing[i]:
            return None
        value = self.data[i]
        return bool(value) if self.is_condition else int(value)

    def list(self) -> list[int | bool | None]:
        """All values, as plain ints or bools."""
        out: list[int | bool | None] = self.data.tolist()
        if self.missing is not None:
            for i in np.flatnonzero(self.missing):
                out[i] = None
        return out

    def int64(self) -> Array:
        """The numbers as a bare int64 array. OverflowError if one does not fit, ValueError if
        one is missing."""
        if self.missing is not None and self.missing.any():
            raise ValueError(f"{int(self.missing.sum())} values are missing")
        return self.data.astype(np.int64) if self.data.dtype != object else _exact(self.data)

    # arithmetic

    def __add__(self, other: Any) -> Column:
        return _arithmetic(np.add, Range.__add__, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Column:
        return _arithmetic(np.subtract, Range.__sub__, self, other)

    def __rsub__(self, other: Any) -> Column:
        return _arithmetic(np.subtract, Range.__sub__, other, self)

    def __mul__(self, other: Any) -> Column:
        return _arithmetic(np.multiply, Range.__mul__, self, other)

    __rmul__ = __mul__

    def __neg__(self) -> Column:
        return 0 - self

    def __floordiv__(self, other: Any) -> Column:
        return _divide(np.floor_divide, Range.__floordiv__, self, other)

    def __rfloordiv__(self, other: Any) -> Column:
        return _divide(np.floor_divide, Range.__floordiv__, other, self)

    def __mod__(self, other: Any) -> Column:
        return _divide(np.mod, Range.__mod__, self, other)

    def __rmod__(self, other: Any) -> Column:
        return _divide(np.mod, Range.__mod__, other, self)

    # comparisons

    def __lt__(self, other: Any) -> Column:
        return _compare(np.less, self, other)

    def __le__(self, other: Any) -> Column:
        return _compare(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Column:
        return _compare(np.greater, self, other)

    def __ge__(self, other: Any) -> Column:
        return _compare(np.greater_equal, self, other)

    def __eq__(self, other: Any) -> Column:  # type: ignore[override]
        return _compare(np.equal, self, other)

    def __ne__(self, other: Any) -> Column:  # type: ignore[override]
        return _compare(np.not_equal, self, other)

    # conditions, with SQL's three values: false and missing is false, true or missing is true

    def __and__(self, other: Any) -> Column:
        a, b = _condition(self), _condition(other, len(self))
        _same_length(a, b)
        data = a.data & b.data
        if a.missing is None and b.missing is None:
            return _make(data, None)
        a_missing, b_missing = _mask(a), _mask(b)
        false = (~a.data & ~a_missing) | (~b.data & ~b_missing)
        return _make(data, (a_missing | b_missing) & ~false)

    __rand__ = __and__

    def __or__(self, other: Any) -> Column:
        return ~(~self & ~_condition(other, len(self)))

    __ror__ = __or__

    def __invert__(self) -> Column:
        return _make(~_condition(self).data, self.missing)


def choose(condition: Column, then: Any, otherwise: Any) -> Column:
    """`then` where the condition holds, `otherwise` where it does not, missing where unknown."""
    test = _condition(condition)
    a, b = (_lift(arm, len(test)) for arm in (then, otherwise))
    if a.is_condition != b.is_condition:
        raise TypeError("where(...) was given a number in one arm and a condition in the other")
    if not len(test) == len(a) == len(b):
        raise ValueError(
            f"columns of {len(test)} and {min(len(a), len(b))} cases do not go together"
        )
    missing = None
    if a.missing is not None or b.missing is not None or test.missing is not None:
        missing = _mask(test) | np.where(test.data, _mask(a), _mask(b))
    return _make(np.where(test.data, a.data, b.data), missing, a.range | b.range)


def look_up(key: Column, keys: Sequence[int], values: Sequence[int]) -> Column:
    """The value of the last key that is not above the number; missing below the first key."""
    found = np.searchsorted(_array(keys), _number(key).data, side="right") - 1
    below = found < 0
    missing = below if key.missing is None else below | key.missing
    data = _array(values)[np.where(below, 0, found)]
    return _make(data, missing if missing.any() else None, Range.of(values))


def _make(data: Array, missing: Array | None, known: Range | None = None) -> Column:
    column = object.__new__(Column)
    _set(column, data, missing, known)
    return column


def _set(column: Column, data: Array, missing: Array | None, known: Range | None) -> None:
    if missing is not None and not missing.any():
        missing = None
    if missing is not None:
        # What stands where a value is missing must not widen the range of the rest.
        rest = data[~missing]
        data = data.copy()
        data[missing] = rest[0] if len(rest) else data.dtype.type(1)
    if data.dtype == object and data.size and all(LEAST <= x <= MOST for x in span(data)):
        data = data.astype(np.int64)
    column.data, column.missing = data, missing
    column.range = Range(0, 1) if data.dtype == bool else known or Range(*span(data))


def _read(values: Iterable[Any] | Column) -> tuple[Array, Array | None]:
    if isinstance(values, Column):
        return values.data, values.missing
    if isinstance(values, np.ndarray):
        if values.dtype == bool or values.dtype == object:
            pass
        elif np.issubdtype(values.dtype, np.signedinteger):
            return values.astype(np.int64), None
        elif np.issubdtype(values.dtype, np.unsignedinteger):
            return _array(values.tolist()), None
        else:
            raise TypeError(f"a column holds whole numbers, not {values.dtype}")
        if values.dtype == bool:
            return values, None
    rows = list(values)
    missing = np.array([row is None for row in rows], dtype=bool)
    known = [row for row in rows if row is not None]
    if known and all(isinstance(row, (bool, np.bool_)) for row in known):
        return np.array([bool(row) for row in rows]), missing
    if any(isinstance(row, (bool, np.bool_)) for row in known):
        raise TypeError("a column holds numbers or conditions, not both")
    filler = index(known[0]) if known else 0
    return _array([filler if row is None else index(row) for row in rows]), missing


def _array(values: Sequence[int]) -> Array:
    fits = all(LEAST <= value <= MOST for value in values)
    return np.array(values, dtype=np.int64 if fits else object)


def _exact(data: Array) -> Array:
    low, high = span(data)
    if low < LEAST or high > MOST:
        raise OverflowError("a number does not fit in a bigint")
    return data.astype(np.int64)


def _lift(value: Any, length: int) -> Column:
    if isinstance(value, Column):
        return value
    if isinstance(value, (np.ndarray, list)):
        return Column(value)
    if isinstance(value, (bool, np.bool_)):
        return _make(np.full(length, bool(value)), None)
    number = index(value)  # refuses floats and decimals
    return _make(np.full(length, number, dtype=_array([number]).dtype), None)


def _number(value: Any) -> Column:
    if value.is_condition:
        raise TypeError("a condition is not a number: write where(condition, 1, 0)")
    column: Column = value
    return column


def _condition(value: Any, length: int = 0) -> Column:
    column = _lift(value, length)
    if not column.is_condition:
        raise TypeError("a number is not a condition: compare it with something")
    return column


def _mask(column: Column) -> Array:
    return np.zeros(len(column), dtype=bool) if column.missing is None else column.missing


def _pair(a: Any, b: Any) -> tuple[Column, Column]:
    length = len(a) if isinstance(a, Column) else len(b)
    a, b = _number(_lift(a, length)), _number(_lift(b, length))
    _same_length(a, b)
    return a, b


def _same_length(a: Column, b: Column) -> None:
    if len(a) != len(b):  # numpy would repeat a column of one case for all the others
        raise ValueError(f"columns of {len(a)} and {len(b)} cases do not go together")


def _missing(a: Column, b: Column) -> Array | None:
    if a.missing is None or b.missing is None:
        return a.missing if b.missing is None else b.missing
    return a.missing | b.missing


def _arithmetic(ufunc: np.ufunc, bounds: Callable[[Range, Range], Range], a: Any, b: Any) -> Column:
    a, b = _pair(a, b)
    missing = _missing(a, b)
    known = bounds(a.range, b.range)
    if not known.fits:  # the range is a worst case: look at the numbers themselves
        known = bounds(Range(*span(a.data)), Range(*span(b.data)))
    if known.fits and a.data.dtype != object and b.data.dtype != object:
        return _make(ufunc(a.data, b.data), missing, known)
    return _make(ufunc(a.data.astype(object), b.data.astype(object)), missing)


def _divide(ufunc: np.ufunc, bounds: Callable[[Range, Range], Range], a: Any, b: Any) -> Column:
    a, b = _pair(a, b)
    missing = _missing(a, b)
    zero = (b.data == 0).astype(bool)
    if zero.any():
        missing = zero if missing is None else missing | zero
        b = _make(np.where(zero, 1, b.data), b.missing)
    return _arithmetic(ufunc, bounds, _make(a.data, missing), b)


def _compare(ufunc: np.ufunc, a: Any, b: Any) -> Column:
    a, b = (_lift(x, len(a)) for x in (a, b))
    if a.is_condition != b.is_condition:
        raise TypeError("a number was compared with a condition")
    _same_length(a, b)
    return _make(ufunc(a.data, b.data).astype(bool), _missing(a, b))
