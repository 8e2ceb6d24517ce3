"""Writes spreadsheets: templates to fill in, rows that come back with what is wrong, exports.

Nothing that people typed becomes a formula in the spreadsheet program of whoever opens the file.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _now
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from .layout import MB, Layout, Row

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_TEXT = "@"
HEAD = PatternFill("solid", fgColor="FFE8EEF5")
WRONG = "wrong"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d+)?\Z")


def write(
    layout: Layout,
    rows: Iterable[Mapping[str, Any]],
    *,
    reasons: bool = False,
    notes: bool = False,
) -> IO[bytes]:
    """An Excel workbook of rows by column key, in a file that lies on disk when it is large.

    With `reasons` it has a column more, the key "wrong", in words. With `notes` a second sheet
    says what goes into each column.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(layout.title)[:31])
    sheet.freeze_panes = "A2"
    head: list[tuple[str, str, int, bool]] = [
        (each.key, str(each.label), each.width, each.text) for each in layout.columns
    ]
    if reasons:
        head.append((WRONG, _now("What is wrong"), 60, False))
    for place, (_key, _label, width, text) in enumerate(head, start=1):
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = width
        if text:
            dimension.number_format = AS_TEXT
    sheet.append([_heading(sheet, label) for _key, label, _width, _text in head])
    kept = {key for key, _label, _width, text in head if text}
    for row in rows:
        sheet.append([_cell(sheet, row.get(key, ""), key in kept) for key, *_rest in head])
    if notes:
        _notes(book, layout)
    target = tempfile.SpooledTemporaryFile(max_size=MB)  # noqa: SIM115 - the caller closes it
    book.save(target)
    target.seek(0)
    return target


def template(layout: Layout, rows: Iterable[Mapping[str, Any]] = ()) -> IO[bytes]:
    """A workbook to fill in, with what is known already in its rows."""
    return write(layout, rows, notes=True)


def errors(layout: Layout, wrong: Iterable[tuple[Row, str]]) -> IO[bytes]:
    """The rows that were not taken, as they came, each with the reason: to correct and send again."""
    return write(layout, ({**row.values, WRONG: why} for row, why in wrong), reasons=True)


def write_csv(layout: Layout, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The same as CSV, a row at a time, for a response that streams. Begins with the UTF-8 mark."""
    line = io.StringIO()
    out = csv.writer(line)
    line.write("\ufeff")
    out.writerow([str(each.label) for each in layout.columns])
    yield line.getvalue()
    for row in rows:
        line.seek(0)
        line.truncate()
        out.writerow([neutral(row.get(each.key, "")) for each in layout.columns])
        yield line.getvalue()


def neutral(value: Any) -> str:
    """A text that no spreadsheet program takes for a formula; numbers stay numbers.

    >>> neutral("=1+1"), neutral("-12.50"), neutral("@sum(A1)"), neutral("李静")
    ("'=1+1", '-12.50', "'@sum(A1)", '李静')
    """
    text = _UNPRINTABLE.sub("", "" if value is None else str(value))
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _cell(sheet: Any, value: Any, text: bool) -> Any:
    if not text and _NUMBER.match(str(value)):
        number = str(value)
        return float(number) if "." in number else int(number)
    cell = WriteOnlyCell(sheet, _UNPRINTABLE.sub("", "" if value is None else str(value)))
    cell.data_type = "s"  # else a text that begins with "=" would become a formula
    if text:
        cell.number_format = AS_TEXT
    return cell


def _heading(sheet: Any, label: str) -> Any:
    cell = WriteOnlyCell(sheet, label)
    cell.font = Font(bold=True)
    cell.fill = HEAD
    return cell


def _notes(book: Any, layout: Layout) -> None:
    sheet = book.create_sheet(_now("How to fill it in"))
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 90
    for each in layout.columns:
        said = WriteOnlyCell(sheet, str(each.hint))
        said.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([_heading(sheet, str(each.label)), said])
