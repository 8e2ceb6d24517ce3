"""What a spreadsheet is expected to hold: its columns, and how large it may be."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from socsec.office.errors import Invalid, Text, both, say

MB = 1024 * 1024
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|[\s*:._/-]")


@dataclass(frozen=True)
class Column:
    """One column: its key in our code, its heading, and other headings that are understood.

    `text` keeps spreadsheet programs from turning the entry into a number, as identity numbers
    need. `must` is whether the column has to be there.
    """

    key: str
    label: Text
    aliases: tuple[str, ...] = ()
    must: bool = True
    text: bool = False
    width: int = 16
    hint: Text = ""

    @property
    def headings(self) -> set[str]:
        return {plain(name) for name in (*both(self.label).values(), *self.aliases)}


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of spreadsheet."""

    title: Text
    columns: Sequence[Column]

    def find(self, cells: Sequence[str]) -> dict[int, str]:
        """Which column of the file is which of ours. Columns that are not ours are passed over."""
        places: dict[int, str] = {}
        known = {name: each.key for each in self.columns for name in each.headings}
        for place, cell in enumerate(cells):
            key = known.get(plain(cell))
            if key is None:
                continue
            if key in places.values():
                raise Invalid(
                    say(_("The column %(name)s is there twice."), name=cell),
                    code="column_twice",
                    fix=_("Leave one of them and upload the file again."),
                )
            places[place] = key
        missing = [
            each.label for each in self.columns if each.must and each.key not in places.values()
        ]
        if missing:
            raise Invalid(
                say(
                    _("The first row of the file lacks the columns: %(names)s."),
                    names=_joined(missing),
                ),
                code="columns_missing",
                fix=_("Use the template: its first row names the columns."),
            )
        return places


class _joined:
    """Names in a row, put into the reader's language only when they are read."""

    def __init__(self, names: list[Text]) -> None:
        self.names = names

    def __str__(self) -> str:
        return ", ".join(str(name) for name in self.names)


@dataclass(frozen=True)
class Limits:
    """How large a file may be. What is read at once stays small whatever the file says of itself."""

    rows: int = 50_000
    columns: int = 60
    blank_rows: int = 2_000
    cell: int = 2_000  # characters
    file: int = 20 * MB
    unpacked: int = 200 * MB
    ratio: int = 100  # unpacked to packed, of members above a megabyte
    members: int = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, what stands in our columns, and which numbers are spoilt."""

    number: int
    values: dict[str, str]
    spoilt: frozenset[str] = field(default_factory=frozenset)

    def text(self, key: str) -> str:
        """What stands in a column, "" if nothing does; Invalid where the file lost its last digits."""
        if key in self.spoilt:
            raise Invalid(
                say(
                    _(
                        "The spreadsheet program turned the number into %(number)s and lost its last digits."
                    ),
                    number=self.values[key],
                ),
                code="digits_lost",
                field=key,
                fix=_("Format the column as text and type the number again."),
            )
        return self.values.get(key, "")


def plain(heading: str) -> str:
    """A heading without what people add to it.

    >>> plain(" ＊工资（元） "), plain("ID Number:"), plain("id_number")
    ('工资', 'idnumber', 'idnumber')
    """
    return _ASIDE.sub("", unicodedata.normalize("NFKC", heading).casefold())
