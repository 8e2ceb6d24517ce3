"""Reads a CSV file, row by row, in the encodings that spreadsheet programs write."""

import codecs
import csv
import unicodedata
from collections.abc import Iterator
from typing import IO

from . import troubles
from .cells import spoilt_text, tidy
from .layout import MB, Limits
from .xlsx import Cells

# GB18030 holds GBK and GB2312, which Chinese Excel writes for plain "CSV".
ENCODINGS = ("utf-8-sig", "gb18030")
SEPARATORS = ",\t;，"
FORMULA = ("=", "@", "+", "-")
# Rows of text look at most like this; a file of other characters was read in a wrong encoding.
STRANGE = {"Cc", "Cn", "Co", "Cs"}
ALLOWED = {"\t", "\n", "\r"}


def encoding_of(file: IO[bytes]) -> str:
    """The first encoding in which the whole file is text; Invalid if there is none."""
    file.seek(0)
    head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise troubles.encoding(1)
    furthest = 0
    for name in ENCODINGS:
        row = _fault(file, name)
        if row is None:
            return name
        furthest = max(furthest, row)
    raise troubles.encoding(furthest)


def _fault(file: IO[bytes], name: str) -> int | None:
    """The row from which the file is no text in an encoding; None if all of it is."""
    decoder = codecs.getincrementaldecoder(name)()
    file.seek(0)
    row = 1
    while True:
        piece = file.read(MB)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return row + piece[: max(0, error.start)].count(b"\n")
        strange = next(
            (
                place
                for place, sign in enumerate(text)
                if sign > "\x7f" or sign < " "
                if sign not in ALLOWED and unicodedata.category(sign) in STRANGE
            ),
            None,
        )
        if strange is not None:
            return row + text[:strange].count("\n")
        row += text.count("\n")
        if not piece:
            return None


def read(file: IO[bytes], limits: Limits) -> Iterator[tuple[int, Cells]]:
    """The filled rows: number, and (text, spoilt) for each cell."""
    name = encoding_of(file)
    file.seek(0)
    lines = _lines(file, name, limits)
    first = next(lines, "")
    separator = max(SEPARATORS, key=first.count)
    rows = csv.reader(_again(first, lines), delimiter=separator, strict=True)
    filled = blank = 0
    try:
        for number, cells in enumerate(rows, start=1):
            row = [tidy(cell) for cell in cells]
            if not any(row):
                blank += 1
                if blank > limits.blank_rows:
                    raise troubles.too_many_blank(limits.blank_rows)
                continue
            filled += 1
            if filled > limits.rows + 1:
                raise troubles.too_many_rows(limits.rows)
            _check(number, cells, row, limits)
            yield number, [(cell, spoilt_text(cell)) for cell in row]
    except csv.Error as error:  # a quotation that never ends
        raise troubles.damaged() from error


def _check(number: int, written: list[str], row: list[str], limits: Limits) -> None:
    while row and not row[-1]:
        row.pop()
    if len(row) > limits.columns:
        raise troubles.too_many_columns(limits.columns)
    for cell, text in zip(row, written, strict=False):
        if len(cell) > limits.cell:
            raise troubles.too_long(number, limits.cell)
        if cell.startswith(FORMULA) and len(cell) > 1 and not _harmless(cell, text):
            raise troubles.formula(f"{number}: {cell[:12]}")


def _harmless(cell: str, written: str) -> bool:
    """A signed number, or a text that its apostrophe keeps from being a formula."""
    return cell[1:].replace(".", "", 1).replace(",", "").isdigit() or "'" in written[:2]


def _lines(file: IO[bytes], name: str, limits: Limits) -> Iterator[str]:
    """Lines of text, each of bounded length."""
    decoder = codecs.getincrementaldecoder(name)()
    most = limits.cell * limits.columns
    held = ""
    while piece := file.read(MB):
        held += decoder.decode(piece)
        lines = held.splitlines(keepends=True)
        held = lines.pop() if lines and not lines[-1].endswith("\n") else ""
        yield from lines
        if len(held) > most:
            raise troubles.no_spreadsheet()
    held += decoder.decode(b"", final=True)
    if held:
        yield held


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest
