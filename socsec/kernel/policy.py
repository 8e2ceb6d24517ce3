"""The parameters of law: values with a date, a place, a source and a status.

Policy files are YAML, one entry for each parameter; the rows that offices enter later have the
same shape and pass the same checks:

>>> policy = Policy.parse('''
... pensions.employees.accrual_rate:
...   label: {zh: 每满一年发给比例, en: Accrual rate for each year}
...   unit: rate
...   values:
...     - {region: "000000", from: 2006-01-01, value: "0.01", law: 国发〔2005〕38号, status: official}
... ''')
>>> found = policy.at("pensions.employees.accrual_rate", "310000", date(2026, 3, 1))
>>> found.value, found.law, found.status, found.region
(10000, '国发〔2005〕38号', 'official', '000000')

A value is never guessed. Before its first date there is a typed error, not a number:

>>> policy.at("pensions.employees.accrual_rate", "310000", date(2000, 1, 1))
Traceback (most recent call last):
socsec.kernel.policy.NotYetInForce: Accrual rate for each year: there is no value for 310000 on 2000-01-01, the first is of 2006-01-01
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from socsec.kernel.arith import Rounding, Steps
from socsec.kernel.errors import KernelError
from socsec.kernel.months import first_day, format_month, month_of
from socsec.kernel.regions import upwards
from socsec.kernel.units import UNITS, Label, Unit

CONFIRMED = frozenset({"official", "secondary"})
STATUSES = frozenset({*CONFIRMED, "unverified", "provisional"})

# `provisional` is not only written in files: a yearly value that has run out is provisional too.
PROVISIONAL = "provisional"

_ENTRY_KEYS = {"label", "unit", "key", "of", "help", "valid_months", "values"}
_VALUE_KEYS = {"region", "from", "value", "law", "source", "status", "note"}


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


class Policy:
    """All parameters and their values: immutable, and known by its digest."""

    def __init__(self, parameters: Iterable[Parameter], values: Iterable[Value]) -> None:
        self.parameters = {parameter.code: parameter for parameter in parameters}
        self._values: dict[tuple[str, str], list[Value]] = {}
        for value in values:
            self._values.setdefault((value.code, value.region), []).append(value)
        for (code, region), rows in self._values.items():
            rows.sort(key=lambda row: row.start)
            for row, following in pairwise(rows):
                if row.start == following.start:
                    raise PolicyError(
                        "twice",
                        f"{code} has two values for {region} from {row.start}: keep one",
                        f"{code} 在 {region} 从 {row.start} 起有两个值：只能留一个",
                    )

    @classmethod
    def parse(cls, text: str) -> Policy:
        """The policy that one YAML text holds."""
        return cls.from_content(_read_yaml(text) or {})

    @classmethod
    def files(cls, folders: Iterable[Path | str] | None = None) -> Policy:
        """The policy of all YAML files in the folders; by default `policy/` of every app."""
        if folders is None:
            root = Path(__file__).resolve().parents[2]
            folders = sorted(root.glob("*/policy"))
        content: dict[str, Any] = {}
        for path in sorted(path for folder in folders for path in Path(folder).glob("**/*.yaml")):
            for code, entry in (_read_yaml(path.read_text(encoding="utf-8")) or {}).items():
                if code in content:
                    raise PolicyError(
                        "twice",
                        f"{path.name} declares {code}, which another file declares too",
                        f"{path.name} 里的 {code} 在别的文件里已经有了",
                    )
                content[code] = entry
        return cls.from_content(content)

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Policy:
        """The policy that was once `content()`; also the shape of a policy file."""
        parameters, values = [], []
        for code, entry in content.items():
            parameter = _read_parameter(code, entry)
            parameters.append(parameter)
            values += [read_value(parameter, row) for row in entry.get("values") or []]
        return cls(parameters, values)

    def with_rows(self, rows: Iterable[Mapping[str, Any]]) -> Policy:
        """This policy and more values, each a mapping like those in the files, with `code`."""
        added = []
        for row in rows:
            rest = {key: value for key, value in row.items() if key != "code"}
            added.append(read_value(self.parameter(str(row.get("code", ""))), rest))
        return Policy(self.parameters.values(), [*self.values(), *added])

    def trying(self, text: str) -> Policy:
        """This policy with the values of a YAML list, which take the place of those of the same
        parameter, region and date: what if this were law.

        PolicyError if the text is no list of values.
        """
        rows = _read_yaml(text) or []
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise PolicyError(
                "shape",
                "values to try are a list, each with its code, region, from and value",
                "要试的值写成列表，每个写明 code、region、from、value",
            )
        tried = Policy(self.parameters.values(), []).with_rows(rows)
        there = {(value.code, value.region, value.start) for value in tried.values()}
        kept = [v for v in self.values() if (v.code, v.region, v.start) not in there]
        return Policy(self.parameters.values(), [*kept, *tried.values()])

    def values(self) -> list[Value]:
        """Every value, by code, region and date."""
        return [row for key in sorted(self._values) for row in self._values[key]]

    def content(self) -> dict[str, Any]:
        """Everything, as plain data that JSON can keep and `from_content` reads back."""
        out: dict[str, Any] = {}
        for code, parameter in sorted(self.parameters.items()):
            out[code] = _entry(parameter)
        for value in self.values():
            row = value.as_json()
            out[row.pop("code")]["values"].append(row)
        # Keys of tables become text, as JSON has them: a digest must survive being stored.
        plain: dict[str, Any] = json.loads(json.dumps(out, ensure_ascii=False))
        return plain

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content: two policies with the same digest give the same results."""
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def parameter(self, code: str) -> Parameter:
        """What the parameter is. UnknownParameter if no file knows it."""
        try:
            return self.parameters[code]
        except KeyError:
            raise UnknownParameter(
                "unknown_parameter",
                f"There is no parameter {code or '(without a name)'}",
                f"没有 {code or '（没有名字的）'} 这个参数",
            ) from None

    def at(self, code: str, region: str, on: date | int) -> Value:
        """The value in force in a region on a day; a month means its first day.

        The nearest region that has a value in force wins, the county before the city before
        the province before the nation. UnknownParameter, NotYetInForce or NotInRegion if there
        is none.
        """
        day = first_day(on) if isinstance(on, int) else on
        chain = upwards(region)
        for place in chain:
            in_force = [row for row in self._values.get((code, place), ()) if row.start <= day]
            if in_force:
                return _aged(in_force[-1], day)
        parameter = self.parameter(code)
        later = [row.start for place in chain for row in self._values.get((code, place), ())]
        if later:
            first = min(later)
            raise NotYetInForce(
                "not_yet_in_force",
                f"{parameter.label[1]}: there is no value for {region} on {day}, "
                f"the first is of {first}",
                f"{parameter.label[0]}：{region} 在 {day} 还没有值，最早的从 {first} 起",
            )
        raise NotInRegion(
            "not_in_region",
            f"{parameter.label[1]}: there is no value for {region}",
            f"{parameter.label[0]}：{region} 没有值",
        )

    def series(self, code: str, region: str, on: date | int) -> list[Value]:
        """Every value up to a day, oldest first, of the nearest region that has any by then."""
        day = first_day(on) if isinstance(on, int) else on
        for place in upwards(region):
            rows = [row for row in self._values.get((code, place), ()) if row.start <= day]
            if rows:
                return rows
        return [self.at(code, region, day)]  # raises the error that fits


def read_value(parameter: Parameter, row: Mapping[str, Any]) -> Value:
    """One value of a parameter, checked. PolicyError names the parameter and what is wrong."""

    def wrong(code: str, en: str, zh: str) -> PolicyError:
        return PolicyError(code, f"{parameter.code}: {en}", f"{parameter.code}：{zh}")

    if not isinstance(row, Mapping):
        raise wrong("shape", f"a value is a mapping, not {row!r}", f"值的写法不对：{row!r}")
    for key in row:
        if key not in _VALUE_KEYS:
            raise wrong("shape", f"a value has no {key!r}", f"值里没有 {key!r} 这一项")
    region = row.get("region")
    if not (isinstance(region, str) and len(region) == 6 and region.isascii() and region.isdigit()):
        raise wrong(
            "region",
            f"a region is six digits in quotes, not {region!r}",
            f"地区是带引号的六位数字，不能是 {region!r}",
        )
    start = row.get("from")
    if isinstance(start, str):
        try:
            start = date.fromisoformat(start)
        except ValueError:
            start = None
    if type(start) is not date:
        raise wrong(
            "from",
            f"`from` is a date such as 2026-01-01, not {row.get('from')!r}",
            f"from 写成 2026-01-01 这样的日期，不能是 {row.get('from')!r}",
        )
    status = row.get("status", "unverified")
    if status not in STATUSES:
        names = ", ".join(sorted(STATUSES))
        raise wrong(
            "status", f"status is one of {names}, not {status!r}", f"status 不能是 {status!r}"
        )
    law = str(row.get("law") or "")
    if not law and status == "official":
        raise wrong("law", "an official value names its law", "官方值要写明依据的文件")
    try:
        value = _read_written(parameter, row.get("value"))
    except PolicyError as error:
        raise wrong(error.code, error.message_en, error.message_zh) from error
    return Value(
        parameter,
        region,
        start,
        value,
        row.get("value"),
        law,
        str(row.get("source") or ""),
        status,
        str(row.get("note") or ""),
    )


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain YAML, but a key that stands twice is an error: one of the two would be lost."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise PolicyError(
                    "twice",
                    f"{key.value} stands twice, at line {key.start_mark.line + 1}",
                    f"{key.value} 写了两次，在第 {key.start_mark.line + 1} 行",
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read_yaml(text: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as error:
        raise PolicyError("yaml", f"This is not YAML: {error}", f"这不是 YAML：{error}") from error


def unit_of(parameter: Parameter) -> Unit | None:
    """The unit of a parameter with plain numbers; None for tables and choices."""
    return UNITS.get(parameter.unit)


def _aged(row: Value, day: date) -> Value:
    """The row, as provisional if its year has passed and no newer value has come."""
    months = row.parameter.valid_months
    if months and row.status in CONFIRMED and month_of(day) >= month_of(row.start) + months:
        # The span for which it was announced, in figures that need no language.
        first = month_of(row.start)
        span = f"{format_month(first)} – {format_month(first + months - 1)}"
        return replace(row, status=PROVISIONAL, note=row.note or span)
    return row


def _read_parameter(code: str, entry: Any) -> Parameter:
    def wrong(en: str, zh: str) -> PolicyError:
        return PolicyError("shape", f"{code}: {en}", f"{code}：{zh}")

    if not isinstance(entry, Mapping):
        raise wrong("an entry is a mapping", "写法不对")
    for key in entry:
        if key not in _ENTRY_KEYS:
            raise wrong(f"an entry has no {key!r}", f"没有 {key!r} 这一项")
    label = entry.get("label")
    if not (isinstance(label, Mapping) and label.get("zh") and label.get("en")):
        raise wrong("a label needs zh and en", "label 要有 zh 和 en")
    unit = str(entry.get("unit", ""))
    if unit not in (*UNITS, "steps", "choice", "rounding"):
        raise wrong(f"there is no unit {unit!r}", f"没有 {unit!r} 这个单位")
    key, of = str(entry.get("key", "")), str(entry.get("of", ""))
    if unit == "steps" and (key not in UNITS or of not in UNITS):
        raise wrong("a table needs the units `key` and `of`", "表要写明 key 和 of 两个单位")
    help_text = entry.get("help") or {}
    return Parameter(
        code,
        (str(label["zh"]), str(label["en"])),
        unit,
        key,
        of,
        (str(help_text.get("zh", "")), str(help_text.get("en", ""))),
        int(entry.get("valid_months", 0)),
    )


def _entry(parameter: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "label": {"zh": parameter.label[0], "en": parameter.label[1]},
        "unit": parameter.unit,
    }
    if parameter.unit == "steps":
        entry |= {"key": parameter.key, "of": parameter.of}
    if any(parameter.help):
        entry["help"] = {"zh": parameter.help[0], "en": parameter.help[1]}
    if parameter.valid_months:
        entry["valid_months"] = parameter.valid_months
    return entry | {"values": []}


def _read_written(parameter: Parameter, written: Any) -> Any:
    """The text of a value as a number of the kernel."""
    if isinstance(written, float):
        raise PolicyError(
            "float",
            f"write {written} in quotes, so that it stays exact",
            f"{written} 要加引号，才能保持准确",
        )
    if parameter.unit == "steps":
        return _read_steps(parameter, written)
    if parameter.unit == "choice":
        if not (isinstance(written, str) and written.isidentifier()):
            raise PolicyError("choice", f"a choice is a name, not {written!r}", "选项要写名字")
        return written.upper()
    if parameter.unit == "rounding":
        return int(_read_number(Rounding.read, written))
    return _read_number(UNITS[parameter.unit].read, written)


def _read_number(read: Any, written: Any) -> int:
    try:
        return read(written)  # type: ignore[no-any-return]
    except KernelError as error:
        raise PolicyError(error.code, error.message_en, error.message_zh) from error


def _read_steps(parameter: Parameter, written: Any) -> Steps:
    if isinstance(written, str):
        written = _read_yaml(written)
    if not isinstance(written, Mapping) or not written:
        raise PolicyError("steps", "a table maps each key to a value", "表要写成键和值")
    table: dict[int, int] = {}
    for key, value in written.items():
        if isinstance(key, float) or isinstance(value, float):
            raise PolicyError(
                "float", f"write {key}: {value} in quotes", f"{key}: {value} 要加引号"
            )
        number = _read_number(UNITS[parameter.key].read, key)
        if number in table:
            raise PolicyError("twice", f"the key {key} stands twice", f"键 {key} 写了两次")
        table[number] = _read_number(UNITS[parameter.of].read, value)
    return Steps(table)
