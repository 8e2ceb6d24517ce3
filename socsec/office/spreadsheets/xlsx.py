"""Reads the first visible sheet of an Excel workbook, row by row.

The XML is read as a stream of events by defusedxml and never becomes a tree, so that memory does
not grow with the file: what is kept are the shared texts, up to a limit, and the row being read.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.cell import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH, from_excel

from . import troubles
from .archive import Archive
from .cells import read_number, tidy
from .layout import MB, Limits

RELATIONS = "_rels/.rels"
TYPES = "[Content_Types].xml"
SMALL = 4 * MB  # of the parts that describe the workbook
TEXTS = 32 * MB  # characters of shared texts
DEEP = 60
STUCK = MB  # unpacked without a single event: one endless token
# Built-in formats that show a date; the second and last range are those of Chinese and Japanese Excel.
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})\Z")

Cells = list[tuple[str, bool]]


@dataclass
class Part(ContentHandler):
    """Hears the events of one member. Names are heard without their namespace's prefix."""

    depth: int = 0
    events: int = 0
    path: list[str] = field(default_factory=list)

    def startElement(self, name: str, attrs: Any) -> None:
        self.depth += 1
        self.events += 1
        if self.depth > DEEP:
            raise troubles.damaged()
        self.begin(name.rpartition(":")[2], attrs)

    def endElement(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(":")[2])

    def characters(self, content: str) -> None:
        self.events += 1
        self.text(content)

    def begin(self, name: str, attrs: Any) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, content: str) -> None: ...


def listen(archive: Archive, name: str, part: Part, most: int | None = None) -> Iterator[None]:
    """Feed a member to a listener; comes back after each piece, so that its finds can be taken."""
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(part)
    if name not in archive:
        raise troubles.damaged()
    silent = before = whole = 0
    try:
        for piece in archive.pieces(name):
            whole += len(piece)
            silent = silent + len(piece) if part.events == before else 0
            before = part.events
            if silent > STUCK or (most is not None and whole > most):
                raise troubles.bomb()
            parser.feed(piece)
            yield
        parser.close()
        yield
    except (SAXException, DefusedXmlException, UnicodeError, LookupError, ValueError) as error:
        raise troubles.damaged() from error


def hear(archive: Archive, name: str, part: Part, most: int = SMALL) -> None:
    """Feed a whole member to a listener that keeps little."""
    for _piece in listen(archive, name, part, most):
        pass


class _Relations(Part):
    """Where the parts of a workbook are: (identifier, kind) to path."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def begin(self, name: str, attrs: Any) -> None:
        if name == "Relationship" and attrs.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", self.base, attrs.get("Target", "")))
            self.targets[attrs.get("Id", "")] = target[1:]
            self.kinds.setdefault(attrs.get("Type", "").rpartition("/")[2], target[1:])


class _Types(Part):
    def begin(self, name: str, attrs: Any) -> None:
        if "macroenabled" in attrs.get("ContentType", "").lower():
            raise troubles.macros()


class _Workbook(Part):
    """Which sheet is the first that people see, and from which day dates are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[str] = []
        self.epoch = WINDOWS_EPOCH

    def begin(self, name: str, attrs: Any) -> None:
        if name == "sheet" and attrs.get("state", "visible") == "visible":
            self.sheets += [attrs[key] for key in attrs.getNames() if key.endswith(":id")]
        elif name == "workbookPr" and attrs.get("date1904") in ("1", "true"):
            self.epoch = CALENDAR_MAC_1904


class _Styles(Part):
    """Which styles show a number as a date."""

    def __init__(self) -> None:
        super().__init__()
        self.custom: dict[str, bool] = {}
        self.dates: list[bool] = []
        self.inside = False

    def begin(self, name: str, attrs: Any) -> None:
        if name == "numFmt":
            code = attrs.get("formatCode", "")
            dated = bool(is_date_format(code)) or any(sign in code for sign in "年月日")
            self.custom[attrs.get("numFmtId", "")] = dated
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            kind = attrs.get("numFmtId", "0")
            builtin = kind.isdigit() and int(kind) in DATE_FORMATS
            self.dates.append(self.custom.get(kind, builtin))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.inside = False


class _Texts(Part):
    """The texts that cells share. What is spoken beside a text (furigana, pinyin) is left out."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.most = 20 * limits.rows
        self.cell = limits.cell
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.chars = 0
        self.heard = self.beside = False

    def begin(self, name: str, attrs: Any) -> None:
        if name == "rPh":
            self.beside = True
        self.heard = name == "t" and not self.beside

    def text(self, content: str) -> None:
        if self.heard:
            self.chars += len(content)
            if self.chars > TEXTS:
                raise troubles.bomb()
            self.parts.append(content)

    def end(self, name: str) -> None:
        self.heard = False
        if name == "rPh":
            self.beside = False
        elif name == "si":
            # Longer texts are refused where a cell uses them; here they only must not pile up.
            self.texts.append("".join(self.parts)[: self.cell + 1])
            self.parts = []
            if len(self.texts) > self.most:
                raise troubles.bomb()


class _Sheet(Part):
    """The rows of a sheet; `rows` holds those that are finished until they are taken."""

    def __init__(
        self, limits: Limits, texts: list[str], dates: list[bool], show_date: Callable[[str], str]
    ) -> None:
        super().__init__()
        self.limits, self.texts, self.dates, self.show_date = limits, texts, dates, show_date
        self.rows: list[tuple[int, Cells]] = []
        self.number = self.column = self.filled = self.blank = 0
        self.cells: Cells = []
        self.kind = self.style = ""
        self.parts: list[str] = []
        self.chars = 0
        self.heard = self.beside = False

    def begin(self, name: str, attrs: Any) -> None:
        if name == "c":
            self._begin_cell(attrs)
        elif name in ("v", "t"):
            self.heard = not self.beside
        elif name == "row":
            self._begin_row(attrs.get("r"))
        elif name == "rPh":
            self.beside = True
        elif name == "f":
            raise troubles.formula(f"{_letter(self.column)}{self.number}")
        elif name == "mergeCell":
            raise troubles.merged(attrs.get("ref", "")[:24])

    def _begin_row(self, number: str | None) -> None:
        before = self.number
        self.number = int(number) if number and number.isdigit() and len(number) < 8 else before + 1
        if self.number <= before:
            raise troubles.damaged()
        self.blank += self.number - before - 1
        self.column, self.cells = 0, []
        self._check_blank()

    def _begin_cell(self, attrs: Any) -> None:
        place = attrs.get("r")
        before = self.column
        if place is None:
            self.column += 1
        else:
            found = _PLACE.match(place)
            if found is None:
                raise troubles.damaged()
            self.column = _column(found[1])
        if self.column > self.limits.columns:
            # Cells far to the right are often only formatted; it matters if one holds something.
            self.column = self.limits.columns + 1
        elif self.column <= before:
            raise troubles.damaged()
        self.kind, self.style = attrs.get("t", "n"), attrs.get("s", "0")
        self.parts, self.chars = [], 0

    def text(self, content: str) -> None:
        if self.heard:
            self.chars += len(content)
            if self.chars > self.limits.cell:
                raise troubles.too_long(self.number, self.limits.cell)
            self.parts.append(content)

    def end(self, name: str) -> None:
        if name == "c":
            if self.parts:
                self._end_cell("".join(self.parts))
        elif name in ("v", "t"):
            self.heard = False
        elif name == "rPh":
            self.beside = False
        elif name == "row":
            self._end_row()

    def _end_cell(self, written: str) -> None:
        spoilt = False
        if self.kind == "s":
            value = self.texts[int(written)] if written.isdigit() else ""
            if len(value) > self.limits.cell:
                raise troubles.too_long(self.number, self.limits.cell)
        elif self.kind == "n":
            dated = self.style.isdigit() and self.style != "0" and self.dates[int(self.style)]
            value, spoilt = (self.show_date(written), False) if dated else read_number(written)
        elif self.kind == "b":
            value = "TRUE" if written == "1" else "FALSE"
        else:
            value = written
        value = tidy(value)
        if value:
            if self.column > self.limits.columns:
                raise troubles.too_many_columns(self.limits.columns)
            self.cells += [("", False)] * (self.column - 1 - len(self.cells))
            self.cells.append((value, spoilt))

    def _end_row(self) -> None:
        if self.cells:
            self.filled += 1
            # One more than the rows: the headings.
            if self.filled > self.limits.rows + 1:
                raise troubles.too_many_rows(self.limits.rows)
            self.rows.append((self.number, self.cells))
        else:
            self.blank += 1
            self._check_blank()

    def _check_blank(self) -> None:
        if self.blank > self.limits.blank_rows:
            raise troubles.too_many_blank(self.limits.blank_rows)


def read(file: IO[bytes], limits: Limits) -> Iterator[tuple[int, Cells]]:
    """The filled rows of the first visible sheet: number, and (text, spoilt) for each cell."""
    archive = Archive(file, limits)
    if TYPES not in archive or RELATIONS not in archive:
        raise troubles.no_spreadsheet()
    hear(archive, TYPES, _Types())
    top = _Relations("")
    hear(archive, RELATIONS, top)
    book_path = top.kinds.get("officeDocument", "")
    folder, name = posixpath.split(book_path)
    book, parts = _Workbook(), _Relations(folder)
    if book_path not in archive or not name.endswith(".xml"):
        raise troubles.no_spreadsheet()
    hear(archive, book_path, book)
    hear(archive, posixpath.join(folder, "_rels", f"{name}.rels"), parts)
    sheets = [parts.targets[one] for one in book.sheets if one in parts.targets]
    if not sheets:
        raise troubles.no_spreadsheet()
    styles, texts = _Styles(), _Texts(limits)
    if "styles" in parts.kinds:
        hear(archive, parts.kinds["styles"], styles)
    if "sharedStrings" in parts.kinds:
        hear(archive, parts.kinds["sharedStrings"], texts, limits.unpacked)
    sheet = _Sheet(limits, texts.texts, styles.dates, lambda text: _day(text, book.epoch))
    for _piece in listen(archive, sheets[0], sheet):
        yield from sheet.rows
        sheet.rows = []


def _day(written: str, epoch: Any) -> str:
    """A number that is shown as a date, as 2026-11-03."""
    try:
        found = from_excel(float(written), epoch)
    except (ValueError, OverflowError):
        return written
    text = found.isoformat() if hasattr(found, "isoformat") else str(found)
    return text.removesuffix("T00:00:00")


def _column(letters: str) -> int:
    try:
        return int(column_index_from_string(letters))
    except ValueError as error:
        raise troubles.damaged() from error


def _letter(column: int) -> str:
    return get_column_letter(max(1, column))
