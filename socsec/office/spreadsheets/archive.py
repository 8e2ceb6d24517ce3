"""A workbook is a ZIP archive: what is checked before any of it is unpacked.

Every number that an archive gives of itself may be a lie, so that nothing is believed: what is
unpacked is counted while it is read, and reading stops where it becomes too much.
"""

import zlib
from collections.abc import Iterator
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from . import troubles
from .layout import MB, Limits

ENTRY = b"PK\x01\x02"  # begins every entry of the table of contents
CHUNK = 64 * 1024
ENCRYPTED = 1


class Archive:
    """The members of a workbook, each unpacked in pieces and never beyond the limits."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        if _entries(file) > limits.members:
            raise troubles.bomb()
        try:
            self.zip = ZipFile(file)
        except (BadZipFile, ValueError, OSError) as error:
            raise troubles.damaged() from error
        self.left = limits.unpacked
        infos = self.zip.infolist()
        self.members = {info.filename: info for info in infos}
        if len(self.members) < len(infos):
            raise troubles.damaged()
        for info in infos:
            self._check(info, limits)
        if sum(info.file_size for info in infos) > limits.unpacked:
            raise troubles.bomb()

    def _check(self, info: ZipInfo, limits: Limits) -> None:
        if info.flag_bits & ENCRYPTED:
            raise troubles.old_or_locked()
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise troubles.no_spreadsheet()
        if info.filename.lower().endswith("vbaproject.bin"):
            raise troubles.macros()
        if info.file_size > MB and info.file_size > limits.ratio * max(1, info.compress_size):
            raise troubles.bomb()

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member, unpacked a piece at a time."""
        try:
            with self.zip.open(self.members[name]) as stream:
                while piece := stream.read(CHUNK):
                    self.left -= len(piece)
                    if self.left < 0:
                        raise troubles.bomb()
                    yield piece
        except (
            BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
        ) as error:
            raise troubles.damaged() from error


def _entries(file: IO[bytes]) -> int:
    """How many entries the table of contents can have at most, counted without believing it."""
    file.seek(0)
    found, tail = 0, b""
    while piece := file.read(MB):
        found += (tail + piece).count(ENTRY)
        tail = piece[-len(ENTRY) + 1 :]
    file.seek(0)
    return found
