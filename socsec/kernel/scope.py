"""What the names in a line's working stand for: a line, a fact, a parameter, or a table's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from socsec.kernel.arith import NOT_STATED, Steps
from socsec.kernel.errors import NoAnswer
from socsec.kernel.facts import Facts
from socsec.kernel.params import Params
from socsec.kernel.policy import Value
from socsec.kernel.sheet import LineSpec, Sheet
from socsec.kernel.units import UNITS, Label, Unit, choice_unit
from socsec.kernel.working import Exact, NotStated, WorkingError, read_working

LINE, FACT, PARAMETER = "line", "fact", "parameter"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for in one case.

    `value` is the kernel's number, or None where it is missing; `path` the code of the line, if
    it is one; `status` the policy value behind a parameter or behind one row of a table.
    """

    kind: str
    name: str
    label: Label
    unit: Unit
    value: Any
    path: str = ""
    spec: Any = None
    status: Value | None = None

    @property
    def exact(self) -> Exact | None:
        """The value in natural units."""
        return None if self.value is None else self.unit.exact(self.value)

    def say(self, language: str) -> str:
        if self.value is None:
            return "—"
        say = self.spec.say if self.kind == FACT and self.spec else self.unit.say
        return str(say(self.value, language))

    @property
    def natural(self) -> Any:
        if self.value is None:
            return None
        natural = self.spec.natural if self.kind == FACT and self.spec else self.unit.natural
        return natural(self.value)


class Scope:
    """The names that a working within `sheet` may use: its own lines and those of sheets within
    it, then those of the sheets around it, then facts, then parameters."""

    def __init__(
        self, sheet: Sheet, facts: Any, params: Any, path: str = "", outer: Scope | None = None
    ) -> None:
        self.sheet, self.facts, self.params = sheet, facts, params
        self.path, self.outer = path, outer
        self._inner: dict[str, Scope] = {}
        self._found: dict[str, Meaning] = {}

    def inner(self, name: str) -> Scope:
        """The scope of a nested sheet."""
        if name not in self._inner:
            sheet = getattr(self.sheet, name)
            path = f"{self.path}{name}."
            self._inner[name] = Scope(sheet, self.facts, self.params, path, self)
        return self._inner[name]

    def of_line(self, code: str) -> Scope:
        """From the outermost scope, the one in which the line stands."""
        scope = self
        for name in code.split(".")[:-1]:
            scope = scope.inner(name)
        return scope

    def find(self, name: str) -> Meaning:
        """What a name, or a table asked at something, stands for. WorkingError if nothing."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Meaning:
        if name.endswith(")"):
            return self._find_row(name)
        scope: Scope | None = self
        while scope is not None:
            found = scope._find_line(name)
            if found is not None:
                return found
            scope = scope.outer
        found = self._find_fact(name) or self._find_parameter(name)
        if found is None:
            raise WorkingError(
                f"{name!r} in the sheet {type(self.sheet).__name__} is neither a line, "
                "a fact nor a parameter"
            )
        return found

    def exact(self, name: str) -> Exact:
        """The exact value of a name. NoAnswer where it is missing, NotStated of an optional fact
        that was left out."""
        found = self.find(name)
        optional = found.kind == FACT and getattr(found.spec, "optional", False)
        if optional and found.value == NOT_STATED:
            raise NotStated(f"{name} was not stated")
        value = found.exact
        if value is None:
            raise NoAnswer(f"{name} is missing")
        return value

    def look_up(self, table: str, key: Exact) -> Exact:
        """The exact value of a table at an exact key."""
        exact = self._row(table, key, table).exact
        if exact is None:
            raise NoAnswer(f"{table} has no value at {key}")
        return exact

    def _find_line(self, name: str) -> Meaning | None:
        place: Any = self.sheet
        *within, last = name.split(".")
        for part in within:
            place = getattr(place, part, None)
        if not isinstance(place, Sheet) or last not in type(place).specs():
            return None
        spec: LineSpec = type(place).specs()[last]
        return Meaning(
            LINE, name, spec.label, spec.unit, getattr(place, last), self.path + name, spec
        )

    def _find_fact(self, name: str) -> Meaning | None:
        facts = self.facts
        if isinstance(facts, Facts):
            spec = facts.specs().get(name)
            if spec is not None:
                return Meaning(FACT, name, spec.label, spec.unit, getattr(facts, name), "", spec)
        elif isinstance(facts, Mapping):
            if name in facts:
                return Meaning(FACT, name, (name, name), _unit_for(facts[name]), facts[name])
        elif hasattr(facts, name):
            value = getattr(facts, name)
            return Meaning(FACT, name, (name, name), _unit_for(value), value)
        return None

    def _find_parameter(self, name: str) -> Meaning | None:
        if self.params is None or not hasattr(self.params, name):
            return None
        value = getattr(self.params, name)
        label, unit, status = (name, name), _unit_for(value), None
        if isinstance(self.params, Params) and name in type(self.params).model_fields:
            mark = type(self.params).mark(name)
            if mark.choices is not None:
                unit = choice_unit(mark.choices)
            else:
                unit = UNITS.get(mark.unit, unit)
            status = self.params.statuses.get(name)
        if status is not None:
            label = status.parameter.label
        return Meaning(PARAMETER, name, label, unit, value, "", None, status)

    def _find_row(self, term: str) -> Meaning:
        working = read_working(term)
        _, table, key = working.tables[0]
        try:
            return self._row(table, key.compute(self.exact, self.look_up), term)
        except NoAnswer:
            found = self.find(table)
            return Meaning(PARAMETER, term, found.label, found.unit, None, "", None, found.status)

    def _row(self, table: str, key: Exact, term: str) -> Meaning:
        found = self.find(table)
        steps = found.value
        if not isinstance(steps, Steps):
            raise WorkingError(f"{table!r} is no table, but is asked at {key}")
        key_unit, unit, status = UNITS["count"], UNITS["count"], found.status
        if status is not None and status.parameter.unit == "steps":
            key_unit, unit = UNITS[status.parameter.key], UNITS[status.parameter.of]
        elif status is not None:  # a series, by month
            unit = UNITS[status.parameter.unit]
        number = Fraction(key) * key_unit.scale
        if number.denominator != 1:
            raise WorkingError(f"{table!r} is asked between two keys, at {key}")
        row = steps.place(int(number))
        if isinstance(self.params, Params):
            status = self.params.row_status(table, row)
        return Meaning(PARAMETER, term, found.label, unit, steps.values[row], "", None, status)


def _unit_for(value: Any) -> Unit:
    """The unit of a number about which nothing is declared."""
    return UNITS["bool"] if isinstance(value, bool) else UNITS["count"]
