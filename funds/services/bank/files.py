"""Reading the bytes of a bank statement, CSV or MT940: whole, in one currency, and adding up.

MT940 is read by the library mt-940; that its lines lead from the opening to the closing balance is
looked at here, for both formats alike.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import mt940
from django.utils.translation import gettext_lazy as _

from socsec.kernel.money import MoneyError, parse_yuan, yuan
from socsec.office.errors import Invalid

MOST = 20 * 2**20  # bytes of a file
ASK_THE_BANK = _("Ask the bank to send the file again.")
CURRENCY = "CNY"


@dataclass(frozen=True)
class Line:
    """Fen above zero came in, below zero went out."""

    on: date
    amount: int
    reference: str
    text: str


@dataclass(frozen=True)
class Stated:
    """What a statement says, in fen."""

    account: str
    number: str
    first_day: date
    last_day: date
    opening: int
    closing: int
    lines: tuple[Line, ...]
    sha256: str


def read(content: bytes) -> Stated:
    """The statement in a file, or `Invalid` with what is wrong; a whole one or none."""
    if not content or len(content) > MOST:
        raise Invalid(
            _("The file is empty or too large."), fix=ASK_THE_BANK, code="file_size", field="file"
        )
    text = _decoded(content)
    sha256 = hashlib.sha256(content).hexdigest()
    is_ours = text.startswith("H,SOCSEC-STATEMENT,")
    stated = _csv(text, sha256) if is_ours else _mt940(text, sha256)
    if stated.opening + sum(line.amount for line in stated.lines) != stated.closing:
        raise Invalid(
            _(
                "The lines lead from %(opening)s to %(found)s yuan, the file closes with %(closing)s."
            )
            % {
                "opening": yuan(stated.opening),
                "found": yuan(stated.opening + sum(line.amount for line in stated.lines)),
                "closing": yuan(stated.closing),
            },
            fix=ASK_THE_BANK,
            code="closing_does_not_follow",
            field="file",
        )
    if any(not stated.first_day <= line.on <= stated.last_day for line in stated.lines):
        raise _wrong(_("A line is dated outside the days of the statement."))
    return stated


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _wrong(_("The file is no text."))


def _csv(text: str, sha256: str) -> Stated:
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    head, lines, last = rows[0], rows[1:-1], rows[-1]
    if len(head) != 9 or head[2] != "1" or last[0] != "T" or len(last) != 2:
        raise _wrong(_("The first or the last line is not as agreed."))
    if any(len(row) != 5 or row[0] != "D" for row in lines) or last[1] != str(len(lines)):
        raise _wrong(_("A line is missing or is not as agreed."))
    try:
        return Stated(
            account=head[3],
            number=head[4],
            first_day=date.fromisoformat(head[5]),
            last_day=date.fromisoformat(head[6]),
            opening=parse_yuan(head[7], signed=True),
            closing=parse_yuan(head[8], signed=True),
            lines=tuple(
                Line(
                    date.fromisoformat(row[1]),
                    _moved(row[2]),
                    row[3].strip()[:64],
                    row[4].strip()[:200],
                )
                for row in lines
            ),
            sha256=sha256,
        )
    except (MoneyError, ValueError) as error:
        raise _wrong(_("An amount or a date cannot be read.")) from error


def _mt940(text: str, sha256: str) -> Stated:
    if text.count(":20:") != 1:
        raise _wrong(_("It is no statement in MT940 or CSV, or more than one in a file."))
    try:
        found = mt940.parse(text)
        said = found.data
        opening, closing = said["final_opening_balance"], said["final_closing_balance"]
        currencies = {opening.amount.currency, closing.amount.currency}
        lines = tuple(
            Line(
                _day(row.data["date"]),
                _moved(row.data["amount"].amount),
                _reference(row.data),
                str(row.data.get("transaction_details") or "").replace("\n", " ")[:200],
            )
            for row in found
        )
        currencies |= {row.data["amount"].currency for row in found}
        number = f"{said['statement_number']}-{closing.date.year}"
        stated = Stated(
            account=said["account_identification"].split("/")[-1].strip(),
            number=number,
            first_day=min([_day(opening.date), *(line.on for line in lines)]),
            last_day=_day(closing.date),
            opening=_fen(opening.amount.amount),
            closing=_fen(closing.amount.amount),
            lines=lines,
            sha256=sha256,
        )
    except Invalid:
        raise
    # The library meets a broken file with whatever Python raised where it broke.
    except Exception as error:
        raise _wrong(
            _("It is no statement in MT940 or CSV, or more than one in a file.")
        ) from error
    if currencies != {CURRENCY}:
        raise _wrong(_("It is in another currency."))
    return stated


def _reference(said: dict[str, Any]) -> str:
    for name in ("customer_reference", "bank_reference"):
        if said.get(name) and said[name] != "NONREF":
            return str(said[name]).strip()[:64]
    return ""


def _day(said: date) -> date:
    return date(said.year, said.month, said.day)


def _fen(amount: Decimal) -> int:
    return parse_yuan(amount, signed=True)


def _moved(amount: str | Decimal) -> int:
    fen = parse_yuan(amount, signed=True)
    if not fen:
        raise _wrong(_("A line moves nothing."))
    return fen


def _wrong(message: Any) -> Invalid:
    return Invalid(message, fix=ASK_THE_BANK, code="statement_unreadable", field="file")
