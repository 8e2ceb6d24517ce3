"""Reads an uploaded spreadsheet, Excel or CSV, into rows."""

import hashlib
from collections.abc import Iterator
from typing import IO

from . import text, troubles, xlsx
from .layout import MB, Layout, Limits, Row

OLE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK"
USUAL = Limits()


def read(file: IO[bytes], layout: Layout, limits: Limits = USUAL) -> Iterator[Row]:
    """The filled rows below the headings, one at a time, in little memory whatever the file.

    Some faults show only at the end (merged cells, a file that is cut off), so nothing that was
    read counts before the last row has come: read within one transaction. `Invalid` says what is
    wrong with the file as a whole; what is wrong with a row, `Row.text` says.
    """
    rows = _rows(file, limits)
    first = next(rows, None)
    if first is None:
        raise troubles.empty()
    places = layout.find([cell for cell, _spoilt in first[1]])
    found = False
    keep_text = {each.key for each in layout.columns if each.text}
    for number, cells in rows:
        values, spoilt = {}, set()
        for place, key in places.items():
            value, lost = cells[place] if place < len(cells) else ("", False)
            values[key] = value
            if lost and key in keep_text:
                spoilt.add(key)
        if any(values.values()):
            found = True
            yield Row(number, values, frozenset(spoilt))
    if not found:
        raise troubles.empty()


def _rows(file: IO[bytes], limits: Limits) -> Iterator[tuple[int, xlsx.Cells]]:
    file.seek(0, 2)
    size = file.tell()
    if size > limits.file:
        raise troubles.too_large(limits.file)
    if size == 0:
        raise troubles.empty()
    file.seek(0)
    head = file.read(8)
    if head.startswith(OLE):
        raise troubles.old_or_locked()
    if head.startswith(ZIP):
        return xlsx.read(file, limits)
    if head.startswith((b"%PDF", b"<", b"{", b"\x89PNG", b"\xff\xd8")):
        raise troubles.no_spreadsheet()
    return text.read(file, limits)


def digest(file: IO[bytes]) -> str:
    """SHA-256 of a file: the same file twice has the same."""
    file.seek(0)
    found = hashlib.sha256()
    while piece := file.read(MB):
        found.update(piece)
    file.seek(0)
    return found.hexdigest()
