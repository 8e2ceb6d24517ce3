"""A parameter of law, a value of it with date, source and status, and what can be wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from socsec.kernel.errors import KernelError
from socsec.kernel.months import format_month, month_of
from socsec.kernel.units import UNITS, Label, Unit

CONFIRMED = frozenset({"official", "secondary"})


STATUSES = frozenset({*CONFIRMED, "unverified", "provisional"})


# `provisional` is not only written in files: a yearly value that has run out is provisional too.
PROVISIONAL = "provisional"


class PolicyError(KernelError):
    """A parameter, or a row of one, that is not right. `code` says how."""


class UnknownParameter(PolicyError):
    """No policy file knows the parameter."""


class NotYetInForce(PolicyError):
    """The parameter has no value for the region yet on that day."""


class NotInRegion(PolicyError):
    """The parameter has values, but none for the region."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a parameter is.

    `code` its name, `label` for people, `unit` a code of `units.UNITS`, or steps (a table from
    unit `key` to unit `of`), choice, or rounding. `valid_months` is how long a value holds that
    is announced every year: older ones still apply, as provisional.
    """

    code: str
    label: Label
    unit: str
    key: str = ""
    of: str = ""
    help: Label = ("", "")
    valid_months: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's value from one day on, in one region and all regions within it.

    `value` is an int in the unit of the parameter, a `Steps`, or the name of a choice. `written`
    is the text it was read from.
    """

    parameter: Parameter
    region: str
    start: date
    value: Any
    written: Any
    law: str
    source: str
    status: str
    note: str = ""

    @property
    def code(self) -> str:
        return self.parameter.code

    @property
    def open(self) -> bool:
        """Whether it is not officially confirmed, so that every result on it must say so."""
        return self.status not in CONFIRMED

    def as_json(self) -> dict[str, Any]:
        """The row as a policy file has it, with the parameter's code."""
        return {
            "code": self.code,
            "region": self.region,
            "from": self.start.isoformat(),
            "value": self.written,
            "law": self.law,
            "source": self.source,
            "status": self.status,
            **({"note": self.note} if self.note else {}),
        }


def unit_of(parameter: Parameter) -> Unit | None:
    """The unit of a parameter with plain numbers; None for tables and choices."""
    return UNITS.get(parameter.unit)


def aged(row: Value, day: date) -> Value:
    """The row, as provisional if its year has passed and no newer value has come."""
    months = row.parameter.valid_months
    if months and row.status in CONFIRMED and month_of(day) >= month_of(row.start) + months:
        # The span for which it was announced, in figures that need no language.
        first = month_of(row.start)
        span = f"{format_month(first)} – {format_month(first + months - 1)}"
        return replace(row, status=PROVISIONAL, note=row.note or span)
    return row
