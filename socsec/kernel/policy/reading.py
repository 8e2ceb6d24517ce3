"""Parameters and values as they are written in policy files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from socsec.kernel.arith import Rounding, Steps
from socsec.kernel.errors import KernelError
from socsec.kernel.units import UNITS

from .values import STATUSES, Parameter, PolicyError, Value

_ENTRY_KEYS = {"label", "unit", "key", "of", "help", "valid_months", "values"}


_VALUE_KEYS = {"region", "from", "value", "law", "source", "status", "note"}


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


def read_yaml(text: str) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader, made stricter
    except yaml.YAMLError as error:
        raise PolicyError("yaml", f"This is not YAML: {error}", f"这不是 YAML：{error}") from error


def read_parameter(code: str, entry: Any) -> Parameter:
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


def entry_of(parameter: Parameter) -> dict[str, Any]:
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
        written = read_yaml(written)
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
