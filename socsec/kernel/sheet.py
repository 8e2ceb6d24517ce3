"""The assessment sheet (核定表): the result of a rule is its working.

A rule returns a sheet: named lines, each with its number, its arithmetic in words, its unit and
its article of law. Sheets nest, as the parts of a pension do.

>>> @dataclass(frozen=True)
... class BasicPension(Sheet):
...     title = ("基础养老金", "Basic pension")
...     mean: Number = line(("计发平均", "Mean of base and wage"), "(base + indexed_wage) ÷ 2")
...     amount: Number = line(("基础养老金", "Basic pension"), "mean × years × 1%", "国发〔2005〕38号")
>>> sheet = BasicPension(mean=700_000, amount=210_000)
>>> for each in sheet.lines():
...     print(each.code, each.value, "=", each.spec.working)
mean 700000 = (base + indexed_wage) ÷ 2
amount 210000 = mean × years × 1%
>>> sheet.as_json()
{'mean': '7000.00', 'amount': '2100.00'}

Of many cases a sheet holds columns, and `row` gives the sheet of one of them; as SQL it holds
expressions, and `columns` gives them to `sqlexpr.compile`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from socsec.kernel.arith import FEN, Number
from socsec.kernel.column import Column
from socsec.kernel.expr import Expr
from socsec.kernel.units import UNITS, Choice, Label, Unit, choice_unit

__all__ = ["LineSpec", "Number", "PlainLine", "Sheet", "line"]

NORMAL, CONDITION, TOTAL = "normal", "condition", "total"
NOUGHT, ECHO = "nought", "echo"


@dataclass(frozen=True, slots=True)
class LineSpec:
    """What a line is, apart from its number.

    `kind` is normal, condition (met or not) or total. `uses` names parameters that the line rests
    on although its working does not print them. `rounding` is how the number comes from the
    exact value of the working: a Rounding, or the name of the parameter or fact that holds one.
    """

    label: Label
    working: str
    law: str
    unit: Unit
    help: Label
    kind: str
    uses: tuple[str, ...]
    rounding: int | str
    quiet: str = ""


def line(
    label: Label,
    working: str = "",
    law: str = "",
    unit: str = "fen",
    *,
    help: Label = ("", ""),
    kind: str = "",
    uses: tuple[str, ...] = (),
    rounding: int | str = FEN,
    choices: type[Choice] | None = None,
    quiet: str = "",
) -> Any:
    """A line of a sheet.

    `label` and `help` are (Chinese, English). `working` is read by `kernel.working`; its names
    are lines of this sheet, of nested ones (`basic.amount`) or of enclosing ones, then facts,
    then parameters. Every name in it must mean the number that the rule used: if a rule adds two
    facts up first, the sum is a line of its own. A line that is quiet at `NOUGHT` is not drawn where
    it is nought; one that is a quiet `ECHO`, neither there nor where it only hands on a number
    that is seen elsewhere.
    """
    of = choice_unit(choices) if choices else UNITS[unit]
    kind = kind or (CONDITION if unit == "bool" else NORMAL)
    spec = LineSpec(label, working, law, of, help, kind, uses, rounding, quiet)
    return field(metadata={"line": spec})


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A line and its number: `code` is its path in the sheet, such as basic.amount."""

    code: str
    depth: int
    spec: LineSpec
    value: Any


class Sheet:
    """The result of a rule. A subclass is `@dataclass(frozen=True)`; its fields are lines and
    other sheets, in the order in which they are read. `title` is its heading.

    The last line of a sheet is its result.
    """

    title: ClassVar[Label] = ("", "")

    @classmethod
    def specs(cls) -> dict[str, LineSpec]:
        """What each line of this sheet is, without those of nested sheets."""
        return _specs(cls)  # type: ignore[arg-type]

    def parts(self) -> Iterator[tuple[str, Any]]:
        """The lines and nested sheets, by name."""
        for f in fields(self):  # type: ignore[arg-type]
            yield f.name, getattr(self, f.name)

    def row(self, i: int = 0) -> Self:
        """The sheet of one case, in plain ints; None where a number is missing."""
        return type(self)(**{name: _pick(value, i) for name, value in self.parts()})

    def columns(self, prefix: str = "") -> dict[str, Number]:
        """Every number by a flat name: `basic_amount` is the line amount of the sheet basic."""
        out: dict[str, Number] = {}
        for name, value in self.parts():
            if isinstance(value, Sheet):
                inner = value.columns(f"{prefix}{name}_")
            else:
                inner = {prefix + name: value}
            for key, number in inner.items():
                if key in out:
                    raise ValueError(f"two lines would both be called {key}")
                out[key] = number
        return out

    def complete(self) -> bool:
        """Whether every line of this one case has an answer."""
        return all(value is not None for value in self.columns().values())

    def lines(self, prefix: str = "", depth: int = 0) -> list[PlainLine]:
        """Every line with its number, those of nested sheets where these stand."""
        specs = self.specs()
        out: list[PlainLine] = []
        for name, value in self.parts():
            if isinstance(value, Sheet):
                out += value.lines(f"{prefix}{name}.", depth + 1)
            elif name in specs:
                out.append(PlainLine(prefix + name, depth, specs[name], value))
        return out

    def as_json(self) -> dict[str, Any]:
        """The bare numbers of one case in natural units, nested as the sheet is."""
        specs = self.specs()
        out: dict[str, Any] = {}
        for name, value in self.parts():
            if isinstance(value, Sheet):
                out[name] = value.as_json()
            else:
                out[name] = None if value is None else specs[name].unit.natural(value)
        return out


@cache
def _specs(cls: Any) -> dict[str, LineSpec]:
    return {f.name: f.metadata["line"] for f in fields(cls) if "line" in f.metadata}


def _pick(value: Any, i: int) -> Any:
    if isinstance(value, Sheet):
        return value.row(i)
    if isinstance(value, Column):
        return value.item(i)
    if isinstance(value, np.ndarray):
        return value[i].item()
    if isinstance(value, Expr):
        raise TypeError("a sheet of SQL expressions has no rows until the statement has run")
    return value
