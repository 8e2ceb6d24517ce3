"""Values of all files and offices, asked by code, region and day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from socsec.kernel.months import first_day
from socsec.kernel.regions import upwards

from .reading import entry_of, read_parameter, read_value, read_yaml
from .values import (
    NotInRegion,
    NotYetInForce,
    Parameter,
    PolicyError,
    UnknownParameter,
    Value,
    aged,
)


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
        return cls.from_content(read_yaml(text) or {})

    @classmethod
    def files(cls, folders: Iterable[Path | str] | None = None) -> Policy:
        """The policy of all YAML files in the folders; by default `policy/` of every app."""
        if folders is None:
            root = Path(__file__).resolve().parents[3]
            folders = sorted(root.glob("*/policy"))
        content: dict[str, Any] = {}
        for path in sorted(path for folder in folders for path in Path(folder).glob("**/*.yaml")):
            for code, entry in (read_yaml(path.read_text(encoding="utf-8")) or {}).items():
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
            parameter = read_parameter(code, entry)
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
        rows = read_yaml(text) or []
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
            out[code] = entry_of(parameter)
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
                return aged(in_force[-1], day)
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
