"""The words in which rules are written.

Each works alike on a Python int (one case), on a `Column` (many cases) and on an SQL expression
(a mass run), so that a rule is written once. Amounts are whole fen, rates whole millionths,
months whole months; there are no fractions until a word rounds, and no floats at all.

Eight per cent of a wage of 5,000.00 yuan:

>>> share(500_000, 80_000)
40000

A rule may not ask `if` of a number, since a column has many answers; it asks `where`:

>>> where(3 > 2, 500, 100)
500
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import index
from typing import Any, TypeAlias

import numpy as np

from socsec.kernel import column as _column
from socsec.kernel import expr as _sql
from socsec.kernel.column import Column
from socsec.kernel.errors import NoAnswer
from socsec.kernel.expr import Expr
from socsec.kernel.units import ONE, Choice

# An int, a Column or an Expr. Rules are checked by running them in all three, not by mypy.
Number: TypeAlias = Any
Condition: TypeAlias = Any

NOT_STATED = -1  # what an optional fact is when nobody stated it


class Rounding(Choice):
    """To what an amount is rounded, and which way. A setting of the province, with a date.

    The number is the size of the step in fen, then a digit for the way: 0 half up, 1 up, 2 down.
    """

    FEN = 10, "四舍五入到分", "to the fen, half up"
    FEN_UP = 11, "向上取到分", "up to the fen"
    FEN_DOWN = 12, "舍去分以下", "down to the fen"
    JIAO = 100, "四舍五入到角", "to the jiao, half up"
    JIAO_UP = 101, "见分进角", "up to the jiao"
    JIAO_DOWN = 102, "舍去角以下", "down to the jiao"
    YUAN = 1000, "四舍五入到元", "to the yuan, half up"
    YUAN_UP = 1001, "见角进元", "up to the yuan"
    YUAN_DOWN = 1002, "舍去元以下", "down to the yuan"


FEN, FEN_UP, FEN_DOWN = Rounding.FEN, Rounding.FEN_UP, Rounding.FEN_DOWN
JIAO, JIAO_UP, JIAO_DOWN = Rounding.JIAO, Rounding.JIAO_UP, Rounding.JIAO_DOWN
YUAN, YUAN_UP, YUAN_DOWN = Rounding.YUAN, Rounding.YUAN_UP, Rounding.YUAN_DOWN

HALF_UP, UP, DOWN = 0, 1, 2  # ways for `rounded_to`


def where(condition: Condition, then: Number, otherwise: Number) -> Number:
    """`then` if the condition holds, else `otherwise`.

    >>> where(2 > 1, 5, 0)
    5
    >>> where(Column([1, 9]) > 5, Column([10, 90]), 0).list()
    [0, 90]

    Both arms are computed before one is chosen: an arm that has no answer for one case (a table
    asked below its first key) must be kept from asking, with `most` or with `below=`.
    """
    condition, then, otherwise = _plain(condition), _plain(then), _plain(otherwise)
    if isinstance(condition, bool):
        return then if condition else otherwise
    if isinstance(condition, Expr):
        return _sql.choose(condition, then, otherwise)
    if isinstance(condition, Column):
        return _column.choose(condition, then, otherwise)
    raise TypeError(f"where(...) needs a condition, not {condition!r}")


def all_of(*conditions: Condition) -> Condition:
    """Whether every condition is met.

    >>> all_of(True, 2 > 1), all_of(True, False), all_of()
    (True, False, True)
    """
    return reduce(lambda a, b: a & b, map(_truth, conditions), True)


def any_of(*conditions: Condition) -> Condition:
    """Whether at least one condition is met.

    >>> any_of(False, 2 > 1), any_of(False, False), any_of()
    (True, False, False)
    """
    return reduce(lambda a, b: a | b, map(_truth, conditions), False)


def not_(condition: Condition) -> Condition:
    """The opposite. (Python's `not` cannot ask a column, and `~True` is -2.)

    >>> not_(True), not_(Column([True, False])).list()
    (False, [False, True])
    """
    condition = _truth(condition)
    return (not condition) if isinstance(condition, bool) else ~condition


def least(first: Number, *others: Number) -> Number:
    """The smallest.

    >>> least(3, 1, 2), least(Column([1, 5]), 3).list()
    (1, [1, 3])
    """
    return reduce(_least, others, _plain(first))


def most(first: Number, *others: Number) -> Number:
    """The largest.

    >>> most(3, 1, 2), most(Column([1, 5]), 3).list()
    (3, [3, 5])
    """
    return reduce(_most, others, _plain(first))


def between(low: Number, x: Number, high: Number) -> Number:
    """`x`, but no less than `low` and no more than `high`. If they cross, `high` wins.

    A wage of 2,000 between a floor of 4,000 and a ceiling of 20,000:

    >>> between(400_000, 200_000, 2_000_000)
    400000
    """
    return least(most(low, x), high)


def within(low: Number, x: Number, high: Number) -> Condition:
    """Whether `x` lies from `low` to `high`, both included.

    >>> within(1, 3, 3), within(1, 4, 3)
    (True, False)
    """
    return all_of(low <= x, x <= high)


def stated(fact: Number, otherwise: Number) -> Number:
    """An optional fact if it was stated, else what holds without it.

    An optional fact that was not stated is NOT_STATED, in a table of facts as much as for one
    case. (Not NULL: a fact outside its bounds is NULL, and must not turn into the usual value.)

    A calculation base printed on the form, and one left to the policy:

    >>> stated(735_900, 759_400), stated(NOT_STATED, 759_400)
    (735900, 759400)
    """
    return where(fact == NOT_STATED, otherwise, fact)


def half_up(amount: Number, parts: Number) -> Number:
    """`amount` divided by `parts`, rounded to the nearest whole, a half upwards.

    >>> half_up(5, 2), half_up(7, 3), half_up(-5, 2)
    (3, 2, -2)
    """
    return rounded_to(amount, parts, 1, HALF_UP)


def share(amount: Number, rate: Number) -> Number:
    """`amount` times a rate in millionths, half up to the whole.

    Half a per cent of 5,001 yuan is 25.005, which is 25.01:

    >>> share(500_100, 5_000)
    2501
    """
    return half_up(_plain(amount) * _plain(rate), ONE)


def rounded(amount: Number, parts: Number, mode: Number) -> Number:
    """`amount` in fen divided by `parts`, rounded as the mode says.

    3,751.02 yuan to the fen, to the jiao upwards (见分进角), to the yuan upwards:

    >>> [rounded(375_102, 1, mode) for mode in (FEN, JIAO_UP, YUAN_UP)]
    [375102, 375110, 375200]

    The mode may itself differ from row to row:

    >>> rounded(375_102, 1, Column([FEN, JIAO_DOWN])).list()
    [375102, 375100]

    Upwards means any remainder at all, of the exact quotient: 100.001 yuan to the jiao upwards
    is 100.10.
    """
    mode = _plain(mode)
    return rounded_to(amount, parts, mode // 10, mode % 10)


def rounded_to(amount: Number, parts: Number, step: Number, way: Number) -> Number:
    """`amount` divided by `parts`, rounded to a whole number of steps: HALF_UP, UP or DOWN.

    145 months in years, in hundredths of a year, each way:

    >>> [rounded_to(145 * 100, 12, 1, way) for way in (HALF_UP, UP, DOWN)]
    [1208, 1209, 1208]

    The parts and the step must be positive. ZeroDivisionError otherwise for one case; missing
    or NULL for many.
    """
    amount = _plain(amount)
    width = positive(parts) * positive(step)
    extra = where(way == HALF_UP, width // 2, where(way == UP, width - 1, 0))
    # Whether the width is odd or even, adding its half (rounded down) and flooring is half up.
    return (amount + extra) // width * step


def floor_div(amount: Number, parts: Number) -> Number:
    """`amount` divided by `parts`, rounded down, also below zero.

    >>> floor_div(7, 2), floor_div(-7, 2)
    (3, -4)
    """
    return _plain(amount) // _plain(parts)


def ceil_div(amount: Number, parts: Number) -> Number:
    """`amount` divided by `parts`, rounded up.

    >>> ceil_div(7, 2), ceil_div(-7, 2)
    (4, -3)
    """
    return rounded_to(amount, parts, 1, UP)


def ceil_to(amount: Number, step: Number) -> Number:
    """The next multiple of `step` that is not below `amount`.

    >>> ceil_to(41, 10), ceil_to(40, 10)
    (50, 40)
    """
    return ceil_div(amount, step) * step


def floor_to(amount: Number, step: Number) -> Number:
    """The last multiple of `step` that is not above `amount`.

    >>> floor_to(49, 10)
    40
    """
    return floor_div(amount, positive(step)) * step


def total(*amounts: Number) -> Number:
    """The sum.

    >>> total(1, 2, 3), total()
    (6, 0)
    """
    return reduce(lambda a, b: a + b, map(_plain, amounts), 0)


def positive(x: Number) -> Number:
    """`x` if it is above zero; otherwise ZeroDivisionError for one case, NULL for many.

    >>> positive(3)
    3
    >>> positive(0)
    Traceback (most recent call last):
    ZeroDivisionError: 0 is not above zero
    """
    x = _plain(x)
    if isinstance(x, Column):
        return x if x.range.low > 0 else Column(x, least=1)
    if isinstance(x, Expr):
        return x if x.range.low > 0 else _sql.positive(x)
    if x <= 0:
        raise ZeroDivisionError(f"{x} is not above zero")
    return x


class Steps:
    """A table that holds a value from each key on until the next key.

    >>> divisors = Steps({600: 1950, 660: 1700, 720: 1390})
    >>> divisors.at(660), divisors.at(719), divisors.at(10_000)
    (1700, 1700, 1390)

    Below the first key there is no answer, unless the rule says what holds there:

    >>> divisors.at(599)
    Traceback (most recent call last):
    socsec.kernel.errors.NoAnswer: 599 is below the first key of the table, 600
    >>> divisors.at(599, below=0)
    0
    >>> divisors.at(Column([599, 600])).list()
    [None, 1950]
    """

    __slots__ = ("keys", "values")

    def __init__(self, table: Mapping[int, int] | Sequence[tuple[int, int]]) -> None:
        rows = sorted(table.items() if isinstance(table, Mapping) else table)
        if not rows:
            raise ValueError("a table without rows")
        self.keys = tuple(index(key) for key, _ in rows)
        self.values = tuple(index(value) for _, value in rows)
        if len(set(self.keys)) < len(self.keys):
            raise ValueError("a table with the same key twice")

    def at(self, key: Number, below: Number | None = None) -> Number:
        """The value that holds at `key`; `below` is the answer under the first key."""
        key = _plain(key)
        if below is not None and key is not None:
            inside = most(key, self.keys[0])
            return where(key < self.keys[0], below, self.at(inside))
        if isinstance(key, Expr):
            return _sql.look_up(key, self.keys, self.values)
        if isinstance(key, Column):
            return _column.look_up(key, self.keys, self.values)
        return self.values[self.place(key)]

    def starts(self) -> Steps:
        """The key from which on the value of a key holds: where its band begins.

        >>> bands = Steps({0: 40, 15: 50, 25: 60})
        >>> bands.starts().at(20), bands.starts().at(15), bands.starts().at(14)
        (15, 15, 0)
        """
        return Steps([(key, key) for key in self.keys])

    def sums(self) -> Steps:
        """What the bands below that of a key come to, each unit at the value of its own band.

        Thirty years at 0.40 for the first fifteen, 0.50 to the twenty-fifth and 0.60 beyond:

        >>> bands = Steps({0: 40, 15: 50, 25: 60})
        >>> before = bands.sums().at(30)
        >>> before, before + (30 - bands.starts().at(30)) * bands.at(30)
        (1100, 1400)
        """
        total, rows = 0, [(self.keys[0], 0)]
        for place in range(1, len(self.keys)):
            width = self.keys[place] - self.keys[place - 1]
            total += width * self.values[place - 1]
            rows.append((self.keys[place], total))
        return Steps(rows)

    def place(self, key: int) -> int:
        """Which row holds at `key`, counted from 0. NoAnswer below the first."""
        found = int(np.searchsorted(np.array(self.keys), key, side="right")) - 1
        if found < 0:
            raise NoAnswer(f"{key} is below the first key of the table, {self.keys[0]}")
        return found

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self.keys, self.values, strict=True))

    def __len__(self) -> int:
        return len(self.keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Steps) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash((self.keys, self.values))

    def __repr__(self) -> str:
        return f"Steps({dict(list(self))})"


class ManySteps:
    """One of several tables for each case: `which` is its place in `tables`, counted from 0.

    This is how a run over several provinces asks each province's own table.

    >>> by_province = ManySteps(Column([0, 1]), [Steps({0: 100}), Steps({0: 200})])
    >>> by_province.at(Column([5, 5])).list()
    [100, 200]
    """

    __slots__ = ("tables", "which")

    def __init__(self, which: Number, tables: Sequence[Steps]) -> None:
        self.which, self.tables = which, tuple(tables)

    def starts(self) -> ManySteps:
        """Where the band of a key begins, in the table of each case."""
        return ManySteps(self.which, [table.starts() for table in self.tables])

    def sums(self) -> ManySteps:
        """What the bands below that of a key come to, in the table of each case."""
        return ManySteps(self.which, [table.sums() for table in self.tables])

    def at(self, key: Number, below: Number | None = None) -> Number:
        """The value that holds at `key` in the table of each case."""
        answer = self.tables[-1].at(key, below)
        for place in reversed(range(len(self.tables) - 1)):
            answer = where(self.which == place, self.tables[place].at(key, below), answer)
        return answer


def _least(a: Number, b: Number) -> Number:
    a, b = _plain(a), _plain(b)
    if isinstance(a, Expr) or isinstance(b, Expr):
        return _sql.smaller(a, b)
    return where(b < a, b, a)


def _most(a: Number, b: Number) -> Number:
    a, b = _plain(a), _plain(b)
    if isinstance(a, Expr) or isinstance(b, Expr):
        return _sql.greater(a, b)
    return where(b > a, b, a)


def _truth(condition: Condition) -> Condition:
    condition = _plain(condition)
    if isinstance(condition, (bool, Column, Expr)):
        return condition
    raise TypeError(f"{condition!r} is not a condition")


def _plain(x: Any) -> Any:
    """Bare arrays become columns and numpy's scalars plain ints, which cannot overflow."""
    if isinstance(x, (int, Column, Expr)):
        return x
    if isinstance(x, np.ndarray):
        return Column(x)
    if isinstance(x, (np.integer, np.bool_)):
        return x.item()
    raise TypeError(f"{x!r} is no whole number: rules count in fen, millionths and months")
