"""How a rise falls among the people who get it: by group, as a distribution, against another rule.

It is measured over a table of this transaction that a preview has filled, one row a person:
`before` and `increase` in fen a month, and `other`, what another rule would add (NULL where that
rule says nothing). What comes out is plain data, kept with the preview, so that whoever looks at
an approval years later sees what was approved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

Words = tuple[str, str]  # Chinese, English

BARS = 14  # of the distribution, at most
_STEPS = tuple(digit * 10**power for power in range(2, 9) for digit in (1, 2, 5))  # fen


@dataclass(frozen=True, slots=True)
class Bands:
    """People told apart by a number: `column` is SQL in whole units, each limit begins a band."""

    heading: Words
    column: str
    limits: tuple[int, ...]

    @property
    def sql(self) -> str:
        return f"width_bucket({self.column}, array[{', '.join(map(str, self.limits))}])"

    def words(self, found: Any) -> dict[str, str]:
        """What the band is called whose number `width_bucket` gave."""
        place = int(found)
        if place == 0:
            return {"zh": f"不到 {self.limits[0]:,}", "en": f"under {self.limits[0]:,}"}
        low = self.limits[place - 1]
        if place == len(self.limits):
            return {"zh": f"{low:,} 及以上", "en": f"{low:,} and more"}
        high = self.limits[place] - 1
        return {"zh": f"{low:,}–{high:,}", "en": f"{low:,} to {high:,}"}


@dataclass(frozen=True, slots=True)
class Named:
    """People told apart by a code; `names` says what each code is called."""

    heading: Words
    column: str
    names: Mapping[Any, Words]

    @property
    def sql(self) -> str:
        return self.column

    def words(self, found: Any) -> dict[str, str]:
        zh, en = self.names.get(found, (str(found), str(found)))
        return {"zh": zh, "en": en}


def measure(
    table: str, told_apart: Sequence[Bands | Named], against: Words | None = None
) -> dict[str, Any]:
    """The spread of the rises in `table`; `against` names the rule that `other` comes from.

    `whole` and every group have count, before, increase and other (fen a month, added up), least
    and most (fen), known (of how many the other rule says something), more and less (how many get
    more or less than by the other rule, and how much). Nothing at all for an empty table.
    """
    columns = ", ".join(f"({each.sql}) as g{n}" for n, each in enumerate(told_apart))
    groups = ", ".join(f"g{n}" for n in range(len(told_apart)))
    sets = ", ".join(["()", *(f"(g{n})" for n in range(len(told_apart)))])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select grouping({groups}), {groups}, count(*), sum(before)::bigint,
                       sum(increase)::bigint, min(increase), max(increase), count(other),
                       coalesce(sum(other), 0)::bigint,
                       count(*) filter (where increase > other),
                       coalesce(sum(increase - other) filter (where increase > other), 0)::bigint,
                       count(*) filter (where increase < other),
                       coalesce(sum(other - increase) filter (where increase < other), 0)::bigint
                  from (select *, {columns} from {table}) t
                 group by grouping sets ({sets})
                 order by grouping({groups}) desc, {groups}"""  # noqa: S608
        )
        rows = cursor.fetchall()
        if not rows or not rows[0][len(told_apart) + 1]:
            return {}
        width = len(told_apart)
        all_set = (1 << width) - 1
        whole: dict[str, Any] = {}
        found: list[list[dict[str, Any]]] = [[] for _each in told_apart]
        for row in rows:
            mask, keys, numbers = row[0], row[1 : width + 1], row[width + 1 :]
            if mask == all_set:
                whole = _numbers(numbers)
                continue
            # The one bit that is not set is the column that this row is grouped by.
            place = width - (all_set ^ mask).bit_length()
            found[place].append({**told_apart[place].words(keys[place]), **_numbers(numbers)})
        cursor.execute(
            f"select percentile_disc(0.5) within group (order by increase) from {table}"  # noqa: S608
        )
        (median,) = cursor.fetchone()
        return {
            "whole": whole,
            "median": median,
            "against": None if against is None else {"zh": against[0], "en": against[1]},
            "groups": [
                {"zh": each.heading[0], "en": each.heading[1], "rows": rows}
                for each, rows in zip(told_apart, found, strict=True)
            ],
            "distribution": _distribution(cursor, table, against is not None),
        }


def _numbers(row: Sequence[int]) -> dict[str, Any]:
    count, before, increase, least, most, known, other, gain, gained, lose, lost = row
    return {
        "count": count,
        "before": before,
        "increase": increase,
        "least": least,
        "most": most,
        "known": known,
        "other": other,
        "more": [gain, gained],
        "less": [lose, lost],
    }


def _distribution(cursor: Any, table: str, compared: bool) -> dict[str, Any]:
    """How many get how much: bars of one round width, each from `low` (fen) on."""
    cursor.execute(
        f"select min(least(increase, other)), max(greatest(increase, other)) from {table}"  # noqa: S608
    )
    least, most = cursor.fetchone()
    step = next(step for step in _STEPS if most // step - least // step < BARS)
    counts: list[dict[int, int]] = []
    for column in ("increase", "other"):
        cursor.execute(
            f"""select {column} / %s, count(*) from {table}
                 where {column} is not null group by 1""",  # noqa: S608
            [step],
        )
        counts.append(dict(cursor.fetchall()))
    return {
        "step": step,
        "bars": [
            [place * step, counts[0].get(place, 0), counts[1].get(place, 0) if compared else None]
            for place in range(least // step, most // step + 1)
        ],
    }
