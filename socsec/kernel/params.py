"""Typed parameters: what a rule asks of the policy, as attributes.

>>> class Contribution(Params):
...     person_rate: Rate = parameter("enrollment.employees.person_rate")
>>> from socsec.kernel.policy import Policy
>>> policy = Policy.parse('''
... enrollment.employees.person_rate:
...   label: {zh: 个人缴费比例, en: Rate of the insured person}
...   unit: rate
...   values: [{region: "000000", from: 2006-01-01, value: "0.08", law: 国发〔2005〕38号}]
... ''')
>>> p = Contribution.at(policy, "310000", 24300)
>>> p.person_rate, p.statuses["person_rate"].status
(80000, 'unverified')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from socsec.kernel.arith import ManySteps, Number, Rounding, Steps
from socsec.kernel.column import Column
from socsec.kernel.expr import Expr
from socsec.kernel.expr import column as sql_column
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy, PolicyError, Value
from socsec.kernel.units import UNITS, Choice


@dataclass(frozen=True, slots=True)
class Of:
    """Marks a parameter's type with its unit in the policy file; for a choice, with its class."""

    unit: str
    choices: type[Choice] | None = None


def _number(value: Any) -> Any:
    if isinstance(value, (int, Column, Expr)):
        return value
    raise ValueError(f"a parameter is a whole number of the kernel, not {value!r}")


def _table(value: Any) -> Any:
    if isinstance(value, (Steps, ManySteps)):
        return value
    raise ValueError(f"a table is a Steps, not {value!r}")


# The units that a parameter can have. The types are loose for mypy, since a parameter may be an
# int, a column or an SQL expression; the unit is compared with that of the policy file.
Fen = Annotated[Number, AfterValidator(_number), Of("fen")]
Rate = Annotated[Number, AfterValidator(_number), Of("rate")]
Index = Annotated[Number, AfterValidator(_number), Of("index")]
Months = Annotated[Number, AfterValidator(_number), Of("months")]
Month = Annotated[Number, AfterValidator(_number), Of("month")]
Age = Annotated[Number, AfterValidator(_number), Of("age")]
Years = Annotated[Number, AfterValidator(_number), Of("years")]
Divisor = Annotated[Number, AfterValidator(_number), Of("divisor")]
Count = Annotated[Number, AfterValidator(_number), Of("count")]
Heads = Annotated[Number, AfterValidator(_number), Of("people")]
Year = Annotated[Number, AfterValidator(_number), Of("year")]
Days = Annotated[Number, AfterValidator(_number), Of("days")]
Flag = Annotated[Number, AfterValidator(_number), Of("bool")]
RoundingMode = Annotated[Number, AfterValidator(_number), Of("rounding", Rounding)]
StepsTable = Annotated[Number, AfterValidator(_table), Of("steps")]
# Every value of a plain parameter up to now, as a table by month: for years gone by.
ByMonth = Annotated[Number, AfterValidator(_table), Of("series")]


def parameter(code: str) -> Any:
    """A field of Params that is filled with the policy's parameter `code`."""
    return Field(json_schema_extra={"code": code})


class Params(BaseModel):
    """The parameters of one rule. Frozen; give every one by name, or take them from a policy.

    `statuses` holds, by attribute, the policy value that each number came from; it is empty for
    numbers given by hand.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    _statuses: dict[str, Value] = PrivateAttr(default_factory=dict)
    _series: dict[str, tuple[Value, ...]] = PrivateAttr(default_factory=dict)

    @property
    def statuses(self) -> dict[str, Value]:
        """The policy value behind each attribute; of a series, the latest."""
        return self._statuses

    def row_status(self, name: str, row: int) -> Value | None:
        """The policy value behind one row of a table."""
        series = self._series.get(name)
        return series[row] if series else self._statuses.get(name)

    @classmethod
    def codes(cls) -> dict[str, str]:
        """The policy parameter behind each attribute."""
        return {
            name: str(field.json_schema_extra["code"])
            for name, field in cls.model_fields.items()
            if isinstance(field.json_schema_extra, dict)
        }

    @classmethod
    def mark(cls, name: str) -> Of:
        """The unit that the attribute is declared with."""
        found = [m for m in cls.model_fields[name].metadata if isinstance(m, Of)]
        return found[0] if found else Of("count")

    @classmethod
    def at(cls, policy: Policy, region: str, on: date | int) -> Self:
        """The parameters in force in a region on a day (a month means its first day).

        Raises what `Policy.at` raises, and PolicyError if a file declares another unit.
        """
        numbers: dict[str, Any] = {}
        statuses: dict[str, Value] = {}
        series: dict[str, tuple[Value, ...]] = {}
        for name, code in cls.codes().items():
            mark = cls.mark(name)
            found = policy.at(code, region, on)
            _check_unit(cls, name, mark, found)
            statuses[name] = found
            if mark.unit == "series":
                rows = policy.series(code, region, on)
                numbers[name] = Steps([(month_of(row.start), row.value) for row in rows])
                series[name] = tuple(rows)
            elif mark.unit == "choice" and mark.choices is not None:
                numbers[name] = int(mark.choices.read(found.value))
            else:
                numbers[name] = found.value
        params = cls(**numbers)
        params._statuses.update(statuses)
        params._series.update(series)
        return params

    @classmethod
    def columns(cls, policy: Policy, regions: Sequence[str], on: date | int) -> Self:
        """The parameters for many cases, of which each has its region.

        What is the same everywhere stays one number.
        """
        places = sorted(set(regions))
        rows = [cls.at(policy, place, on) for place in places]
        which = Column([places.index(region) for region in regions])
        by_place = {}
        for name in cls._differing(rows, tables=False):
            numbers = [getattr(row, name) for row in rows]
            found = Steps(list(enumerate(numbers))).at(which)
            by_place[name] = found == 1 if isinstance(numbers[0], bool) else found
        return cls._spread(rows, which, by_place)

    @classmethod
    def sql(
        cls, policy: Policy, regions: Iterable[str], on: date | int, prefix: str = "p_"
    ) -> tuple[str, Self]:
        """The parameters for an SQL run: the text of a table, and the parameters as its columns.

        The text is a VALUES list to join on region; its columns are `region`, `{prefix}table`
        and one for each parameter that differs:

            source = f"select * from facts left join ({table}) p using (region)"

        With `left join` a row in a region that was forgotten has NULL in every line that needs a
        parameter which differs, and the run is refused; with `join` it would be left out unseen.
        """
        places = sorted(set(regions))
        if not places:
            raise ValueError("a run needs at least one region")
        if any(not place.isdigit() for place in places):
            raise ValueError(f"a region is six digits: {places}")
        rows = [cls.at(policy, place, on) for place in places]
        differing = cls._differing(rows, tables=False)
        lines = []
        for i, (place, row) in enumerate(zip(places, rows, strict=True)):
            numbers = [_literal(getattr(row, name)) for name in differing]
            lines.append("(" + ", ".join([f"'{place}'", f"{i}::bigint", *numbers]) + ")")
        names = ", ".join(["region", f"{prefix}table", *(prefix + name for name in differing)])
        text = f"select * from (values {', '.join(lines)}) as p({names})"  # noqa: S608
        by_place: dict[str, Any] = {}
        for name in differing:
            numbers_of = [getattr(row, name) for row in rows]
            by_place[name] = sql_column(
                prefix + name,
                min(numbers_of),
                max(numbers_of),
                boolean=isinstance(numbers_of[0], bool),
                checked=True,
            )
        which = sql_column(f"{prefix}table", 0, len(rows) - 1, checked=True)
        return text, cls._spread(rows, which, by_place)

    @classmethod
    def _differing(cls, rows: Sequence[Self], *, tables: bool) -> list[str]:
        """The attributes that are not the same in all rows."""
        return [
            name
            for name in cls.model_fields
            if any(getattr(row, name) != getattr(rows[0], name) for row in rows)
            and isinstance(getattr(rows[0], name), Steps) == tables
        ]

    @classmethod
    def _spread(cls, rows: Sequence[Self], which: Number, by_place: Mapping[str, Any]) -> Self:
        values = {name: getattr(rows[0], name) for name in cls.model_fields} | dict(by_place)
        for name in cls._differing(rows, tables=True):
            values[name] = ManySteps(which, [getattr(row, name) for row in rows])
        params = cls(**values)
        for row in reversed(rows):  # where one of the regions is unconfirmed, that one is kept
            for name, value in row.statuses.items():
                if name not in params._statuses or value.open:
                    params._statuses[name] = value
        return params


def _literal(value: int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}::bigint"


def _check_unit(cls: type[Params], name: str, mark: Of, found: Value) -> None:
    declared = found.parameter.unit
    if declared == mark.unit or (mark.unit == "series" and declared in UNITS):
        return
    raise PolicyError(
        "unit",
        f"{cls.__name__}.{name} is declared as {mark.unit}, the policy file says {declared}",
        f"{cls.__name__}.{name} 声明的单位是 {mark.unit}，政策文件里是 {declared}",
    )
