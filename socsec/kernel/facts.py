"""Facts: what a rule must know about a case, each with its meaning, its unit and its bounds.

>>> @dataclass(frozen=True, kw_only=True)
... class Work(Facts):
...     wage: Number = fact(("月工资", "Monthly wage"), "fen")
...     months_paid: Number = fact(("实际缴费月数", "Months paid"), "months", default=0)
>>> Work.read({"wage": "7162.00"})
Work(wage=716200, months_paid=0)
>>> Work.read({"wage": "-1"})
Traceback (most recent call last):
socsec.kernel.facts.FactError: wage (Monthly wage): at least 0.00, not -0.01 ...
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field
from functools import cache
from typing import Any, Self

from socsec.kernel.arith import NOT_STATED, Number
from socsec.kernel.column import Column
from socsec.kernel.errors import KernelError
from socsec.kernel.expr import column as sql_column
from socsec.kernel.units import UNITS, Choice, Label, Unit, choice_unit

__all__ = ["FactError", "FactSpec", "Facts", "Number", "fact"]


class FactError(KernelError):
    """A fact that a rule does not know, needs, or cannot believe.

    `code` is unknown_fact, missing_fact or impossible_fact; `fact` is its name.
    """

    def __init__(self, code: str, fact: str, en: str, zh: str) -> None:
        super().__init__(code, en, zh)
        self.fact = fact


@dataclass(frozen=True, slots=True)
class FactSpec:
    """What a fact is: its name, label, unit, bounds (both included), and whether it may be left
    out, in which case it is `default`."""

    name: str
    label: Label
    unit: Unit
    help: Label
    least: int
    most: int
    default: Any
    choices: type[Choice] | None

    @property
    def required(self) -> bool:
        return self.default is MISSING

    @property
    def optional(self) -> bool:
        """Whether it may be left unstated, which is not the same as nought."""
        return type(self.default) is int and self.default == NOT_STATED and self.least > NOT_STATED

    def read(self, value: Any) -> int:
        """The fact from JSON. FactError if it is not of its unit or out of its bounds."""
        if value is None and self.optional:
            return NOT_STATED
        try:
            if value is None:
                raise FactError("missing_fact", self.name, "it is empty", "没有填")
            number = self.unit.read(value)
        except FactError as error:
            raise self._wrong("missing_fact", error) from error
        except KernelError as error:
            raise self._wrong("impossible_fact", error) from error
        if not self.least <= number <= self.most:
            limit = self.least if number < self.least else self.most
            limit_text = self.unit.natural(limit)
            given = self.unit.natural(number)
            way_en, way_zh = ("least", "不能小于") if number < self.least else ("most", "不能大于")
            raise self._wrong(
                "impossible_fact",
                KernelError(
                    "bounds",
                    f"at {way_en} {limit_text}, not {given}",
                    f"{way_zh} {limit_text}，填的是 {given}",
                ),
            )
        return number

    def natural(self, value: int) -> Any:
        """The fact for JSON; null if it is optional and was not stated."""
        return None if self.optional and value == NOT_STATED else self.unit.natural(value)

    def say(self, value: int, language: str) -> str:
        """The fact in words."""
        if self.optional and value == NOT_STATED:
            return "没有填" if language.startswith("zh") else "not stated"
        return self.unit.say(value, language)

    def _wrong(self, code: str, error: KernelError) -> FactError:
        return FactError(
            code,
            self.name,
            f"{self.name} ({self.label[1]}): {error.message_en}",
            f"{self.name}（{self.label[0]}）：{error.message_zh}",
        )


def fact(
    label: Label,
    unit: str = "fen",
    *,
    help: Label = ("", ""),
    least: int | None = None,
    most: int | None = None,
    choices: type[Choice] | None = None,
    default: Any = MISSING,
    optional: bool = False,
) -> Any:
    """A field of Facts.

    `unit` is a code of `units.UNITS`, or give `choices`. `least` and `most` are in whole numbers
    of the kernel, both included; without them the bounds of the unit hold. A fact with `default`
    may be left out. An `optional` fact that is left out is NOT_STATED (-1); ask `stated(...)`.
    """
    of = choice_unit(choices) if choices else UNITS[unit]
    if optional:
        default = NOT_STATED
    if choices and default is not MISSING:
        default = int(default)
    spec = FactSpec(
        "",
        label,
        of,
        help,
        of.least if least is None else least,
        of.most if most is None else most,
        default,
        choices,
    )
    if default is MISSING:
        return field(metadata={"fact": spec})
    return field(default=default, metadata={"fact": spec})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of one case (ints), of many (columns), or of a row in SQL (expressions).

    A subclass is `@dataclass(frozen=True, kw_only=True)` with fields made by `fact(...)`.
    """

    @classmethod
    def specs(cls) -> dict[str, FactSpec]:
        """What each fact is, by name."""
        return _specs(cls)  # type: ignore[arg-type]

    @classmethod
    def read(cls, data: Any) -> Self:
        """The facts of one case from JSON. FactError names the fact that is unknown, missing or
        impossible."""
        if not isinstance(data, Mapping):
            raise FactError(
                "impossible_fact",
                "",
                f"The facts of a case are a JSON object, not {type(data).__name__}",
                "一个案例的事实要写成 JSON 对象",
            )
        specs = cls.specs()
        for name in data:
            if name not in specs:
                known = ", ".join(specs)
                raise FactError(
                    "unknown_fact",
                    str(name),
                    f"{str(name)[:60]}: there is no such fact; this rule knows {known}",
                    f"{str(name)[:60]}：没有这一项；这条规则要的是 {known}",
                )
        for name, spec in specs.items():
            if name not in data and spec.required:
                raise FactError(
                    "missing_fact",
                    name,
                    f"{name} ({spec.label[1]}): this fact is needed and was not given",
                    f"{name}（{spec.label[0]}）：这一项必须填，没有填",
                )
        facts = cls(**{name: specs[name].read(value) for name, value in data.items()})
        facts.check()
        return facts

    def check(self) -> None:
        """Refuse facts that cannot be true together, by raising FactError. Nothing by default.

        Only single cases pass here: what a run must not pay on belongs into the rule, as a
        condition.
        """

    @classmethod
    def columns(cls, rows: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> Self:
        """The facts of many cases, from a list of rows or from a mapping of arrays, in whole
        numbers of the kernel. None, and what is out of bounds, counts as missing."""
        out: dict[str, Any] = {}
        for name, spec in cls.specs().items():
            if isinstance(rows, Mapping):
                values = rows.get(name)
            elif any(name in row for row in rows):
                values = [row.get(name, _default(spec)) for row in rows]
            else:
                values = None
            if values is None:
                if spec.required:
                    raise FactError(
                        "missing_fact", name, f"{name}: no column", f"{name}：没有这一列"
                    )
                continue  # the default, the same for all
            out[name] = Column(values, *spec_bounds(spec))
        return cls(**out)

    @classmethod
    def sql(
        cls, prefix: str = "", names: Iterable[str] | None = None, *, checked: bool = False
    ) -> Self:
        """The facts as columns of an SQL source, each called `prefix` + its name.

        `names` says which facts the source has; the others must have a default. `checked` says
        that the source keeps `in_bounds()` by a constraint: nothing is tested again then, nor can
        anything be missing, and the statement is shorter and faster for it.
        """
        wanted = set(cls.specs()) if names is None else set(names)
        return cls(
            **{
                name: sql_column(prefix + name, boolean=True, nullable=not checked)
                if spec.unit.code == "bool"
                else sql_column(
                    prefix + name, *spec_bounds(spec), checked=checked, nullable=not checked
                )
                for name, spec in cls.specs().items()
                if name in wanted
            }
        )

    @classmethod
    def in_bounds(cls) -> str:
        """The condition, in SQL, that a row has every fact, each within its bounds."""
        return " and ".join(
            f"{name} is not null"
            if spec.unit.code == "bool"
            else f"({name} between {low} and {high}) is true"
            for name, spec in cls.specs().items()
            for low, high in [spec_bounds(spec)]
        )

    def as_json(self) -> dict[str, Any]:
        """The facts of one case in natural units."""
        return {name: s.natural(getattr(self, name)) for name, s in self.specs().items()}


@cache
def _specs(cls: Any) -> dict[str, FactSpec]:
    return {
        f.name: dataclasses.replace(f.metadata["fact"], name=f.name)
        for f in dataclasses.fields(cls)
        if "fact" in f.metadata
    }


def spec_bounds(spec: FactSpec) -> tuple[int, int]:
    """The bounds of a fact, those of an optional one reaching down to NOT_STATED."""
    return (NOT_STATED if spec.optional else spec.least), spec.most


def _default(spec: FactSpec) -> Any:
    return None if spec.default is MISSING else spec.default
