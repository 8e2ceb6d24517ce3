"""A rule as one SQL statement: each number is a node of a graph, and `compile` writes the SELECT.

What is used more than once is computed once: it becomes a column of an inner SELECT, one level
for each depth of need, so a rule of a hundred lines is still one pass over the facts.

>>> wage = column("wage", 0, 10**9)
>>> print(compile({"share": wage * 8 // 100}, "select * from facts"))
select ((case when f."wage" between 0 and 1000000000 then f."wage"::bigint end * 8::bigint) / 100::bigint) as "share" from (select * from facts) f

What has no answer is NULL and stays NULL, up to every line that uses it: a fact that is NULL or
outside its declared bounds, a division by zero, a table asked below its first key. A condition
that is NULL chooses neither arm of a `where`. Nothing is ever paid on a NULL, because the tables
that runs write to have NOT NULL amounts.

Every node knows the range of its numbers, from the bounds of the facts upwards. Where a product
could leave bigint it is computed as `numeric`, exactly; where it cannot, bigint is used, and
where the sign is proven a floor division is a plain division. Since facts outside their bounds
become NULL, the proof holds for whatever stands in the table.

A run should `set local jit = off`: a rule is compiled code of many small expressions, and for a
million rows PostgreSQL would spend longer on compiling it than on running it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from socsec.kernel.expr import NAME, Expr, column, constant
from socsec.kernel.ranges import BIGINT, Range

__all__ = ["Expr", "column", "compile"]


def compile(
    lines: Mapping[str, Any],
    source: str,
    *,
    carry: Iterable[str] = (),
    keep: Expr | None = None,
    fence: bool = True,
) -> str:
    """One SELECT that computes every line for each row of `source`.

    `lines` maps the name of a result column to an Expr, or to a plain int or bool that is the
    same for all. `source` is a SELECT whose columns are the facts; its own placeholders stay as
    they are. `carry` names columns of the source that go along unchanged, after the lines, such
    as a person's number or a region.

    `keep` is a condition that rows must meet. A row of which it is not known is kept, so that
    what is missing there is seen, and refused, where the rows go.

    `fence=False` leaves out the `offset 0` that keeps PostgreSQL from computing a shared number
    again at each use; Citus wants that.
    """
    roots = {name: constant(value) for name, value in lines.items()}
    carry = list(carry)
    for name in [*roots, *carry]:
        if not NAME.match(name):
            raise ValueError(f"not a column name: {name!r}")
    uses, order = _survey([*roots.values(), *([keep] if keep is not None else [])])
    depth: dict[int, int] = {}
    names: dict[int, str] = {}
    levels: dict[int, list[str]] = {}

    def text(node: Expr) -> str:
        return names.get(id(node)) or _write(node, text)

    for node in order:
        below = max((depth[id(arg)] for arg in _arguments(node)), default=0)
        shared = uses[id(node)] > 1 and node.op != "constant"
        if shared and not (node.op == "column" and not node.args[1]):
            written = _write(node, text)
            names[id(node)] = f"_{len(names)}"
            below += 1
            levels.setdefault(below, []).append(f"{written} as _{len(names) - 1}")
        depth[id(node)] = below
    sql = f"({source}) f"
    for level in sorted(levels):
        stop = " offset 0" if fence else ""
        sql = f"(select f.*, {', '.join(levels[level])} from {sql}{stop}) f"  # noqa: S608
    written_lines = [f'{_result(node, text)} as "{name}"' for name, node in roots.items()]
    results = ", ".join([*written_lines, *(f'f."{name}"' for name in carry)])
    filtered = ""
    if keep is not None:
        filtered = f" where {text(keep)}" + (" is not false" if keep.nullable else "")
    return f"select {results} from {sql}{filtered}"  # noqa: S608


def _arguments(node: Expr) -> Iterator[Expr]:
    """The nodes that the text of this one mentions, as often as it mentions them."""
    expressions = [arg for arg in node.args if isinstance(arg, Expr)]
    yield from expressions
    if node.op == "//" and not _plain_division(node) and not _lift(node):
        yield expressions[0]
        yield expressions[1]
        if expressions[1].range.low < 0:
            yield expressions[0]
            yield expressions[1]
    elif node.op == "%" and not _plain_division(node):
        yield expressions[1]
        yield expressions[1]
    elif node.op in ("least", "greatest") and node.nullable:
        yield from expressions * 2
    elif node.op == "positive" or (node.op == "case" and expressions[0].nullable):
        yield expressions[0]


def _survey(roots: list[Expr]) -> tuple[Counter[int], list[Expr]]:
    """How often each node is mentioned, and all nodes, arguments before their users."""
    uses: Counter[int] = Counter()
    order: list[Expr] = []
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
            continue
        uses[id(node)] += 1
        if uses[id(node)] == 1:
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(list(_arguments(node))))
    return uses, order


def _plain_division(node: Expr) -> bool:
    """Whether truncation, PostgreSQL's division, is the same as floor: nothing is negative."""
    a, b = node.args
    return bool(a.range.low >= 0 and b.range.low >= 0)


def _lift(node: Expr) -> int:
    """How often the divisor has to be added for nothing to be negative; 0 where that cannot be."""
    a, b = node.args
    if b.op != "constant" or b.args[0] <= 0 or not a.range.fits:
        return 0
    times = max(0, -(a.range.low // b.args[0]))
    return int(times) if (a.range + b.range * Range(times, times)).fits else 0


def _is_numeric(node: Expr) -> bool:
    return not node.range.fits


def _result(node: Expr, text: Any) -> str:
    written = text(node)
    return f"{written}::bigint" if _is_numeric(node) else written


def _write(node: Expr, text: Any) -> str:
    match node.op:
        case "constant":
            return _literal(node.args[0])
        case "column":
            return _column(node)
        case "steps":
            return _steps(node, text)
        case "case":
            test, a, b = map(text, node.args)
            if node.args[0].nullable:
                return f"case when {test} then {a} when not {test} then {b} end"
            return f"case when {test} then {a} else {b} end"
        case "least" | "greatest":
            a, b = map(text, node.args)
            if not node.nullable:
                return _fit(node, f"{node.op}({a}, {b})")
            # PostgreSQL's least() skips NULLs, which would turn a missing fact into an answer.
            sign = "<=" if node.op == "least" else ">="
            return _fit(node, f"case when {a} {sign} {b} then {a} when {b} {sign} {a} then {b} end")
        case "positive":
            x = text(node.args[0])
            return _fit(node, f"case when {x} > 0 then {x} end")
        case "not":
            return f"(not {text(node.args[0])})"
        case "//" | "%":
            return _division(node, text)
        case "+" | "-" | "*":
            a, b = map(text, node.args)
            if _is_numeric(node):
                return f"({a}::numeric {node.op} {b})"
            return _fit(node, f"({a} {node.op} {b})")
        case op:
            a, b = map(text, node.args)
            return f"({a} {op} {b})"


def _fit(node: Expr, written: str) -> str:
    """Back to bigint, where the answer fits although what it is made of does not."""
    made_of_numeric = any(_is_numeric(arg) for arg in node.args if isinstance(arg, Expr))
    return f"{written}::bigint" if made_of_numeric and not _is_numeric(node) else written


def _literal(value: int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # Without a type PostgreSQL would take a small number for a 32-bit integer, and overflow.
    kind = "bigint" if BIGINT.low <= value <= BIGINT.high else "numeric"
    return f"{value}::{kind}" if value >= 0 else f"({value})::{kind}"


def _column(node: Expr) -> str:
    name, bounded, least, most = node.args
    if node.boolean:
        return f'f."{name}"'
    if not bounded:
        return f'f."{name}"::bigint'
    return f'case when f."{name}" between {least} and {most} then f."{name}"::bigint end'


def _steps(node: Expr, text: Any) -> str:
    key, keys, values = node.args
    kind = "numeric" if _is_numeric(key) or not Range.of(keys).fits else "bigint"
    value_kind = "numeric" if _is_numeric(node) else "bigint"
    thresholds = ",".join(map(str, keys))
    answers = ",".join(map(str, values))
    # width_bucket counts the keys reached; element 0, below the first, does not exist: NULL.
    return (
        f"('{{{answers}}}'::{value_kind}[])"
        f"[width_bucket({text(key)}::{kind}, '{{{thresholds}}}'::{kind}[])]"
    )


def _division(node: Expr, text: Any) -> str:
    """Division that rounds down, also below zero, where PostgreSQL's rounds towards zero."""
    a, b = map(text, node.args)
    if node.args[1].range.has_zero:
        b = f"nullif({b}, 0)"
    wide = any(_is_numeric(arg) for arg in node.args) or _is_numeric(node)
    if wide:
        a, b = f"{a}::numeric", f"{b}::numeric"
    quotient = f"div({a}, {b})" if wide else f"({a} / {b})"
    if node.op == "%":
        written = f"mod({a}, {b})"
        if not _plain_division(node):
            written = f"mod(mod({a}, {b}) + {b}, {b})"
            if not wide and not (node.args[1].range + node.args[1].range).fits:
                written = f"mod(mod({a}, {b})::numeric + {b}, {b})::bigint"
    elif _plain_division(node):
        written = quotient
    elif times := _lift(node):
        # Nothing is mentioned twice, so the dividend needs no level of its own.
        more = _literal(times * node.args[1].args[0])
        written = f"(({a} + {more}) / {b} - {_literal(times)})"
    elif node.args[1].range.low >= 0:
        written = f"({quotient} - (mod({a}, {b}) < 0)::int)"
    else:
        odd = f"(mod({a}, {b}) <> 0 and (mod({a}, {b}) < 0) <> ({b} < 0))"
        written = f"({quotient} - {odd}::int)"
    return f"{written}::bigint" if wide and not _is_numeric(node) else written
