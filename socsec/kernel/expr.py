"""Numbers that PostgreSQL will compute: nodes of a graph, each with its range.

Arithmetic on an `Expr` makes more of them; the same arithmetic on the same nodes makes the same
node, so what a rule uses in two places is one node. `sqlexpr.compile` writes the statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import index
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from socsec.kernel.ranges import BIGINT, Range

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")


class Expr:
    """A number (or a condition) that PostgreSQL will compute. Made by `column` and by arithmetic."""

    __slots__ = ("__weakref__", "args", "boolean", "nullable", "op", "range")

    op: str
    args: tuple[Any, ...]
    boolean: bool
    nullable: bool
    range: Range

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError(
            "a rule asked `if`, `and`, `or` or min/max of a number in SQL: write where(...)"
        )

    def __add__(self, other: Any) -> Expr:
        return _arithmetic("+", self, other)

    def __radd__(self, other: Any) -> Expr:
        return _arithmetic("+", other, self)

    def __sub__(self, other: Any) -> Expr:
        return _arithmetic("-", self, other)

    def __rsub__(self, other: Any) -> Expr:
        return _arithmetic("-", other, self)

    def __mul__(self, other: Any) -> Expr:
        return _arithmetic("*", self, other)

    def __rmul__(self, other: Any) -> Expr:
        return _arithmetic("*", other, self)

    def __neg__(self) -> Expr:
        return _arithmetic("-", 0, self)

    def __floordiv__(self, other: Any) -> Expr:
        return _arithmetic("//", self, other)

    def __rfloordiv__(self, other: Any) -> Expr:
        return _arithmetic("//", other, self)

    def __mod__(self, other: Any) -> Expr:
        return _arithmetic("%", self, other)

    def __rmod__(self, other: Any) -> Expr:
        return _arithmetic("%", other, self)

    def __lt__(self, other: Any) -> Expr:
        return _compare("<", self, other)

    def __le__(self, other: Any) -> Expr:
        return _compare("<=", self, other)

    def __gt__(self, other: Any) -> Expr:
        return _compare(">", self, other)

    def __ge__(self, other: Any) -> Expr:
        return _compare(">=", self, other)

    def __eq__(self, other: Any) -> Expr:  # type: ignore[override]
        return _compare("=", self, other)

    def __ne__(self, other: Any) -> Expr:  # type: ignore[override]
        return _compare("<>", self, other)

    def __and__(self, other: Any) -> Expr:
        return _join("and", self, other)

    def __rand__(self, other: Any) -> Expr:
        return _join("and", other, self)

    def __or__(self, other: Any) -> Expr:
        return _join("or", self, other)

    def __ror__(self, other: Any) -> Expr:
        return _join("or", other, self)

    def __invert__(self) -> Expr:
        return _node("not", (_condition(self),), boolean=True)


_CONDITION = Range(0, 1)
_seen: WeakValueDictionary[tuple[Any, ...], Expr] = WeakValueDictionary()


def column(
    name: str,
    least: int = BIGINT.low,
    most: int = BIGINT.high,
    *,
    boolean: bool = False,
    checked: bool = False,
    nullable: bool = True,
) -> Expr:
    """A column of the source, of whole numbers (or, if `boolean`, of true and false).

    With bounds, a value outside them becomes NULL: an impossible fact has no answer. Without
    bounds nothing is assumed, and most arithmetic on it has to be `numeric`, which is slower.
    `checked` says that the source itself keeps the bounds, as the table of a run's parameters
    does, so that they are not tested again; `nullable=False`, that it has no NULL there.
    """
    if not NAME.match(name):
        raise ValueError(f"not a column name: {name!r}")
    bounded = not (boolean or checked) and (least, most) != (BIGINT.low, BIGINT.high)
    return _node(
        "column",
        (name, bounded, least, most),
        boolean=boolean,
        nullable=nullable,
        known=_CONDITION if boolean else Range(least, most),
    )


def choose(condition: Any, then: Any, otherwise: Any) -> Expr:
    """`then` where the condition is true, `otherwise` where it is false, else NULL."""
    test = _condition(condition)
    a, b = constant(then), constant(otherwise)
    if a.boolean != b.boolean:
        raise TypeError("where(...) was given a number in one arm and a condition in the other")
    return _node("case", (test, a, b), boolean=a.boolean, known=a.range | b.range)


def smaller(a: Any, b: Any) -> Expr:
    """The lesser of two numbers; NULL if either is."""
    a, b = _number(a), _number(b)
    low, high = min(a.range.low, b.range.low), min(a.range.high, b.range.high)
    return _node("least", (a, b), known=Range(low, high))


def greater(a: Any, b: Any) -> Expr:
    """The greater of two numbers; NULL if either is."""
    a, b = _number(a), _number(b)
    low, high = max(a.range.low, b.range.low), max(a.range.high, b.range.high)
    return _node("greatest", (a, b), known=Range(low, high))


def positive(x: Any) -> Expr:
    """The number if it is above zero, else NULL."""
    x = _number(x)
    return _node("positive", (x,), nullable=True, known=Range(1, max(1, x.range.high)))


def look_up(key: Expr, keys: Iterable[int], values: Iterable[int]) -> Expr:
    """The value of the last key that is not above the number; NULL below the first key."""
    keys, values = tuple(keys), tuple(values)
    below = key.range.low < keys[0]
    return _node(
        "steps",
        (_number(key), keys, values),
        nullable=below or key.nullable,
        known=Range.of(values),
    )


def _node(
    op: str,
    args: tuple[Any, ...],
    *,
    boolean: bool = False,
    nullable: bool | None = None,
    known: Range = _CONDITION,
) -> Expr:
    if nullable is None:
        nullable = any(arg.nullable for arg in args if isinstance(arg, Expr))
    # An argument is held by the node, so its id cannot be given to another while the key lives.
    key = (
        op,
        boolean,
        nullable,
        known,
        *((type(a).__name__, id(a) if isinstance(a, Expr) else a) for a in args),
    )
    node = _seen.get(key)
    if node is None:
        node = object.__new__(Expr)
        node.op, node.args, node.boolean = op, args, boolean
        node.nullable, node.range = nullable, known
        _seen[key] = node
    return node


def constant(value: Any) -> Expr:
    if isinstance(value, Expr):
        return value
    if isinstance(value, (bool, np.bool_)):
        return _node("constant", (bool(value),), boolean=True)
    number = index(value)  # refuses floats, decimals and columns
    return _node("constant", (number,), known=Range(number, number))


def _number(value: Any) -> Expr:
    node = constant(value)
    if node.boolean:
        raise TypeError("a condition is not a number: write where(condition, 1, 0)")
    return node


def _condition(value: Any) -> Expr:
    node = constant(value)
    if not node.boolean:
        raise TypeError("a number is not a condition: compare it with something")
    return node


_RANGES = {
    "+": Range.__add__,
    "-": Range.__sub__,
    "*": Range.__mul__,
    "//": Range.__floordiv__,
    "%": Range.__mod__,
}


def _arithmetic(op: str, left: Any, right: Any) -> Expr:
    a, b = _number(left), _number(right)
    same = {"+": 0, "-": 0, "*": 1, "//": 1}.get(op)
    if b.op == "constant" and b.args[0] == same:
        return a
    if a.op == "constant" and a.args[0] == same and op in ("+", "*"):
        return b
    nullable = None
    if op in ("//", "%") and b.range.has_zero:
        nullable = True
    return _node(op, (a, b), nullable=nullable, known=_RANGES[op](a.range, b.range))


def _compare(op: str, left: Any, right: Any) -> Expr:
    a, b = constant(left), constant(right)
    if a.boolean != b.boolean:
        raise TypeError("a number was compared with a condition")
    return _node(op, (a, b), boolean=True)


def _join(op: str, left: Any, right: Any) -> Expr:
    return _node(op, (_condition(left), _condition(right)), boolean=True)
