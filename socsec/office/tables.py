"""Tables and facts as pages of the desk draw them (`templates/admin/desk/tables.html`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Row:
    cells: Sequence[Any]
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its heading; `numbers` are the places of columns of figures."""

    title: Text
    head: Sequence[Text]
    rows: Sequence[Row]
    empty: Text
    numbers: Sequence[int] = field(default_factory=tuple)


def facts(*pairs: tuple[Text, Any] | tuple[Text, Any, str]) -> list[tuple[Text, Any, str]]:
    """Labels and values, those without a value left out."""
    return [
        (pair[0], pair[1], pair[2] if len(pair) > 2 else "")  # type: ignore[misc]
        for pair in pairs
        if pair[1] not in (None, "")
    ]


def rows(cells: Iterable[Sequence[Any]]) -> list[Row]:
    return [Row(each) for each in cells]
