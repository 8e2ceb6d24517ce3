"""Reading the bytes of a bank return: whole, in UTF-8, with the right checksum, every line possible.

Two passes over a spooled copy, so that memory stays flat: the first looks at the bytes (encoding,
last line, checksum), the second at the lines. Out come lines ready for COPY.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO

from django.utils.translation import gettext_lazy as _

from funds.models import PaymentOutcome
from socsec.kernel.money import MoneyError, format_yuan, parse_yuan
from socsec.office.errors import Invalid, Text, from_kernel

IN_MEMORY = 4 * 2**20  # bytes, before a file goes to disk
LONGEST_LINE = 2000  # bytes
REFERENCE = re.compile(r"P(\d{1,18})-(\d{1,18})-(\d{1,9})", re.ASCII)
OUTCOMES = {"PAID": PaymentOutcome.Outcome.PAID, "RETURNED": PaymentOutcome.Outcome.RETURNED}
ASK_THE_BANK = _("Ask the bank to send the file again.")


@dataclass
class Sum:
    count: int = 0
    total: int = 0


@dataclass
class Answer:
    """What a file says: its envelope, the bank's number, its day and totals, and its lines."""

    sha256: str
    lines: IO[str]
    batch_id: int = 0
    number: str = ""
    day: date = date.min
    paid: Sum = field(default_factory=Sum)
    returned: Sum = field(default_factory=Sum)


@contextmanager
def opened(stream: BinaryIO) -> Iterator[Answer]:
    """The answer in a file, or `Invalid` with the line that is wrong."""
    with (
        SpooledTemporaryFile(max_size=IN_MEMORY) as copy,
        SpooledTemporaryFile(max_size=IN_MEMORY, mode="w+", encoding="utf-8", newline="") as lines,
    ):
        sha256, checksum, trailer = _bytes(stream, copy)
        copy.seek(0)
        answer = Answer(sha256, lines)
        _lines(copy, answer, trailer)
        _totals(answer, trailer, checksum)
        lines.seek(0)
        yield answer


def _bytes(stream: BinaryIO, copy: IO[bytes]) -> tuple[str, str, list[str]]:
    """Copies the file; gives its SHA-256, that of all but the last line, and the last line."""
    above, whole = hashlib.sha256(), hashlib.sha256()
    last = b""
    for place, raw in enumerate(iter(lambda: stream.readline(LONGEST_LINE + 1), b""), start=1):
        if len(raw) > LONGEST_LINE:
            raise _wrong(place, _("the line is too long"), "bad_line")
        try:
            if "\0" in raw.decode("utf-8"):
                raise UnicodeError
        except UnicodeError as error:
            raise Invalid(
                _("Line %(line)s of the file is not UTF-8 text.") % {"line": place},
                fix=_("Ask the bank to send the file in UTF-8."),
                code="wrong_encoding",
                line=place,
            ) from error
        above.update(last)
        copy.write(last)
        whole.update(raw)
        last = raw
    if not last:
        raise Invalid(_("The file is empty."), fix=ASK_THE_BANK, code="empty_file")
    if not last.startswith(b"T,"):
        raise Invalid(
            _("The file is cut off: its last line, with the totals, is missing."),
            fix=ASK_THE_BANK,
            code="truncated",
        )
    trailer = last.decode().strip().split(",")
    if len(trailer) != len(["T", "", "", "", "", ""]):
        raise Invalid(
            _("The file is cut off: its last line is not complete."),
            fix=ASK_THE_BANK,
            code="truncated",
        )
    if trailer[-1] != above.hexdigest():
        raise Invalid(
            _("The checksum is wrong: the file is not as the bank wrote it."),
            fix=ASK_THE_BANK,
            code="wrong_checksum",
        )
    return whole.hexdigest(), above.hexdigest(), trailer


def _lines(copy: IO[bytes], answer: Answer, trailer: list[str]) -> None:
    reader = csv.reader((raw.decode() for raw in copy), strict=True)
    out = csv.writer(answer.lines)
    try:
        for place, cells in enumerate(reader, start=1):
            if place == 1:
                _header(cells, answer)
            else:
                out.writerow(_line(place, cells, answer))
    except csv.Error as error:
        raise _wrong(reader.line_num, _("its quotation marks do not match"), "bad_line") from error
    if not answer.number:
        raise _no_return()


def _header(cells: list[str], answer: Answer) -> None:
    match cells:
        case ["H", "SOCSEC-RETURN", "1", batch, number, day] if batch.isascii() and (
            batch.isdigit() and len(batch) <= 18 and 0 < len(number.strip()) <= 40
        ):
            answer.batch_id = int(batch)
            answer.number = number.strip()
            answer.day = _day(1, day)
        case _:
            raise _no_return()


def _line(place: int, cells: list[str], answer: Answer) -> tuple:
    if len(cells) != 6 or cells[0] != "D":
        raise _wrong(place, _("it is no line about a payment"), "bad_line")
    _kind, reference, amount, word, day, reason = cells
    if word not in OUTCOMES:
        raise _wrong(place, _("it must say PAID or RETURNED"), "bad_outcome")
    if not 0 < len(reference) <= 64 or len(reason) > 120:
        raise _wrong(place, _("its reference or its reason is too long"), "bad_line")
    try:
        fen = parse_yuan(amount)
    except MoneyError as error:
        raise _wrong(place, from_kernel(error).message, "bad_amount") from error
    if not fen:
        raise _wrong(place, _("its amount is zero"), "bad_amount")
    sums = answer.paid if word == "PAID" else answer.returned
    sums.count += 1
    sums.total += fen
    key = REFERENCE.fullmatch(reference)
    batch, person, seq = key.groups() if key else ("", "", "")
    return place, reference, batch, person, seq, fen, int(OUTCOMES[word]), _day(place, day), reason


def _totals(answer: Answer, trailer: list[str], checksum: str) -> None:
    said = (
        str(answer.paid.count),
        format_yuan(answer.paid.total),
        str(answer.returned.count),
        format_yuan(answer.returned.total),
    )
    if tuple(trailer[1:-1]) != said:
        raise Invalid(
            _("The totals of the file, %(stated)s, are not those of its lines, %(found)s.")
            % {"stated": " ".join(trailer[1:-1]), "found": " ".join(said)},
            fix=ASK_THE_BANK,
            code="wrong_totals",
        )


def _day(place: int, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise _wrong(place, _("its date is not written like 2026-03-31"), "bad_date")
    return day


def _wrong(place: int, what: Text, code: str) -> Invalid:
    return Invalid(
        _("Line %(line)s cannot be read: %(what)s.") % {"line": place, "what": what},
        fix=ASK_THE_BANK,
        code=code,
        line=place,
    )


def _no_return() -> Invalid:
    return Invalid(
        _("This is not a bank return: its first line does not say so."),
        fix=_("Choose the file that the bank sent for this payment batch."),
        code="not_a_bank_return",
    )
