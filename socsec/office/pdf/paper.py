"""The paper that a caller writes, from top to bottom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import segno
from django.utils.translation import gettext as _

from .. import display
from ..figures import Chart, MonthGrid
from . import charts, months, sheet
from .page import Page, Text
from .style import BODY, END, FAINT, GREY, INK, INNER, SIDE, TINY


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its share of the width, and whether figures stand in it."""

    head: Text
    share: float = 1
    figures: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell that is more than its text. `open` draws it dashed: not settled, not confirmed."""

    text: Text
    open: bool = False
    bold: bool = False


@dataclass(frozen=True)
class Proof:
    """How a reader finds that the paper is true: where to look, its number, its secret code.

    `url` goes into the QR code with both in it; `page` is the same address as people type it.
    """

    url: str
    page: str
    serial: str
    code: str


Row = Sequence[Text | Cell]


class Paper(Page):
    """An A4 paper of an office.

    `title` is what the file is called, `office` and `address` stand at its head with `dated` and
    `number` on the right. `language` decides the words the paper itself adds; texts are handed
    over in that language. The date is the only one in the file.
    """

    def __init__(
        self,
        *,
        title: Text,
        language: str,
        office: Text,
        dated: date,
        address: Text = "",
        number: Text = "",
        proof: Proof | None = None,
    ) -> None:
        super().__init__(title, language, dated)
        self.proof = proof
        self._number = str(number)
        with self.words():
            self._head(str(office), str(address), display.day_plain(dated, language))

    # What is written

    def greet(self, name: Text) -> None:
        """Whom the letter is to."""
        with self.words():
            self.text(_("%(name)s:") % {"name": name})

    def facts(self, pairs: Sequence[tuple[Text, Text | Cell]]) -> None:
        """Names and what they are, one under the other."""
        label = min(
            INNER * 0.4,
            max((self.pdf.width(str(name), BODY) for name, _v in pairs), default=0) + 18,
        )
        with self.pdf.group("Table"):
            for name, value in pairs:
                cell = value if isinstance(value, Cell) else Cell(value)
                left = self.wrap(str(name), label - 12, BODY)
                right = self.wrap(str(cell.text), INNER - label, BODY, cell.bold)
                step = self.leading(BODY) * 0.96
                self.room(step * max(len(left), len(right)))
                top = self.y
                with self.pdf.group("TR"):
                    with self.pdf.leaf("TH", a="<</O /Table /Scope /Row>>"):
                        for i, line in enumerate(left, 1):
                            self.pdf.put(SIDE, top + i * step - 4, line, BODY, colour=GREY)
                    with self.pdf.leaf("TD"):
                        for i, line in enumerate(right, 1):
                            at = top + i * step - 4
                            self.pdf.put(SIDE + label, at, line, BODY, bold=cell.bold)
                if cell.open:
                    for i, line in enumerate(right, 1):
                        self.dashed(SIDE + label, top + i * step - 1.5, self.pdf.width(line, BODY))
                self.y = top + step * max(len(left), len(right))
        self.y += 9

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        total: Row | None = None,
        size: float = 9.5,
    ) -> None:
        """A table that repeats its head on each page; `total` has the ledger's double rule."""
        whole = sum(column.share for column in columns)
        widths = [INNER * column.share / whole for column in columns]
        with self.pdf.group("Table"):
            self._table_head(columns, widths, size)
            for row in rows:
                cells = self._cells(row, widths, size)
                if self.room(self._height(cells, size)):
                    self._table_head(columns, widths, size)
                self._table_row(columns, cells, widths, size)
                self.rule(0.3, FAINT)
            if total is not None:
                bold = [
                    Cell(each.text, each.open, bold=True)
                    if isinstance(each, Cell)
                    else Cell(each, bold=True)
                    for each in total
                ]
                cells = self._cells(bold, widths, size)
                if self.room(self._height(cells, size) + 4):
                    self._table_head(columns, widths, size)
                self.rule(0.8)
                self._table_row(columns, cells, widths, size)
                self.rule(0.8)
                self.y += 1.8
                self.rule(0.8)
        self.y += 8

    def _cells(self, row: Row, widths: list[float], size: float) -> list[tuple[Cell, list[str]]]:
        cells = [each if isinstance(each, Cell) else Cell(each) for each in row]
        return [
            (cell, self.wrap(str(cell.text), width - 6, size, cell.bold))
            for cell, width in zip(cells, widths, strict=True)
        ]

    def _height(self, cells: list[tuple[Cell, list[str]]], size: float) -> float:
        return max(len(part) for _cell, part in cells) * size * 1.4 + 5

    def _table_head(self, columns: Sequence[Column], widths: list[float], size: float) -> None:
        cells = self._cells(
            [Cell(column.head, bold=True) for column in columns], widths, size - 0.5
        )
        self.room(self._height(cells, size) * 2)
        self.rule(1.2)
        self._table_row(columns, cells, widths, size - 0.5, head=True)
        self.rule(0.5)

    def _table_row(
        self,
        columns: Sequence[Column],
        cells: list[tuple[Cell, list[str]]],
        widths: list[float],
        size: float,
        head: bool = False,
    ) -> None:
        step, x, top = size * 1.4, SIDE, self.y + 2.5
        scope = {"kind": "TH", "a": "<</O /Table /Scope /Column>>"} if head else {"kind": "TD"}
        marks: list[tuple[float, float, float]] = []
        with self.pdf.group("TR"):
            for column, (cell, parts), width in zip(columns, cells, widths, strict=True):
                with self.pdf.leaf(**scope):
                    for i, line in enumerate(parts, 1):
                        wide = self.pdf.width(line, size, cell.bold)
                        edge = 3 if column is columns[-1] else 10  # words may follow figures
                        at = x + width - edge - wide if column.figures else x + 1
                        base = top + i * step - size * 0.35
                        self.pdf.put(at, base, line, size, bold=cell.bold)
                        if cell.open:
                            marks.append((at, base + 2.2, wide))
                x += width
        for mark in marks:
            self.dashed(*mark)
        self.y = top + max(len(part) for _cell, part in cells) * step + 2.5

    def sheet(self, document: Any, unit: Text = "", number: Text = "") -> None:
        """The assessment sheet, with every explanation open."""
        with self.words():
            sheet.draw(self, document, str(unit), str(number))

    def months(self, grid: MonthGrid, label: Text = "") -> None:
        """A record by year and month, with its legend."""
        with self.words():
            months.draw(self, grid, str(label))

    def chart(self, chart: Chart, words: Text) -> None:
        """A chart as the screen draws it; `words` say what it shows to those who cannot see it.
        Its numbers belong beside it, as a table."""
        charts.draw(self, chart, str(words))

    # How it ends

    def signed(self, *who: Text) -> None:
        """Who made and who checked it, and how it can be verified, at the end of the paper."""
        with self.words():
            self.room(96)
            self.y += 16
            top = self.y
            left = [str(each) for each in who if each]
            if self.proof:
                left += [
                    _("To verify: %(page)s") % {"page": self.proof.page},
                    _("Number %(serial)s, code %(code)s")
                    % {"serial": self.proof.serial, "code": self.proof.code},
                ]
                self._qr(SIDE + INNER - 66, top, 66, self.proof.url)
            y = max(top + 66 - len(left) * 17, top)
            for line in left:
                y += 17
                with self.pdf.leaf("P"):
                    self.pdf.put(SIDE, y - 4, line, 10)
            self.y = max(y, top + 66) + 8

    def _qr(self, x: float, y: float, side: float, url: str) -> None:
        matrix = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
        dot = side / len(matrix)
        with self.words():
            alt = _("QR code for verifying this paper")
        with self.pdf.leaf("Figure", alt=alt):
            for i, row in enumerate(matrix):
                for start, length in _runs(row):
                    self.pdf.box(x + start * dot, y + i * dot, length * dot, dot, fill=INK)

    def _head(self, office: str, address: str, dated: str) -> None:
        right = [dated, *([self._number] if self._number else [])]
        left = [office, *([address] if address else [])]
        for i in range(max(len(left), len(right))):
            self.y += 16
            with self.pdf.leaf("P"):
                if i < len(left):
                    self.pdf.put(SIDE, self.y - 5, left[i], 10, bold=i == 0)
                if i < len(right):
                    at = SIDE + INNER - self.pdf.width(right[i], 10)
                    self.pdf.put(at, self.y - 5, right[i], 10)
        self.y += 6
        self.rule(1.2)
        self.y += 14

    def _feet(self) -> None:
        total = self.pdf.pages_count
        for page in range(1, total + 1):
            self.pdf.page = page
            said = _("Page %(page)s of %(total)s") % {"page": page, "total": total}
            with self.pdf.decoration():
                y = END + 24
                self.pdf.stroke(SIDE, y - 12, SIDE + INNER, y - 12, width=0.3, colour=FAINT)
                serial = self.proof.serial if self.proof else ""
                names = [self._number, "" if serial in self._number else serial]
                self.pdf.put(SIDE, y, " · ".join(filter(None, names)), TINY, colour=GREY)
                at = SIDE + INNER - self.pdf.width(said, TINY)
                self.pdf.put(at, y, said, TINY, colour=GREY)

    def bytes(self) -> bytes:
        """The finished file."""
        with self.words():
            missing = self.pdf.missing()
            if missing:
                codes = ", ".join(f"U+{ord(character):04X}" for character in missing)
                self.note(
                    _("〓 stands for a character that our typeface does not have: %(codes)s.")
                    % {"codes": codes}
                )
            self._feet()
        return self.pdf.bytes()


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where dark dots begin in a row, and how many follow each other."""
    start: int | Literal[None] = None
    for i, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = i
        elif not dark and start is not None:
            yield start, i - start
            start = None
