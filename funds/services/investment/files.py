"""Reading the bytes of a custodian's file: every line possible, or the number of the first that is not.

The file of one mandate and one day, CSV in UTF-8:

    H,SOCSEC-CUSTODY,1,mandate,2026-03-31
    S,code,name,CLASS,issuer,face,coupon,basis,runs from     an instrument, where it is new or changed
    T,code,BUY or SELL,units,price,amount,fee,order          a trade
    C,KIND,amount,reference                                  cash without a trade, signed
    P,code,units,price                                       a holding at the end of the day
    B,level                                                  the benchmark
    Z,lines,cash,net asset value

Whether it follows from the day before is looked at by `reading`.
"""

import csv
import hashlib
import io
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from funds.models import CashKind
from funds.rules.investment.classes import AssetClass
from funds.rules.investment.valuation import MOST_FACE, MOST_PRICE, MOST_UNITS
from socsec.kernel.arith import half_up
from socsec.kernel.errors import KernelError
from socsec.kernel.money import parse_decimal, parse_rate, parse_yuan
from socsec.kernel.units import ONE
from socsec.office.errors import Invalid, Text

MOST = 20 * 2**20  # bytes of a file
BASES = (365, 360, 366)  # days that a coupon's year may have
MOST_LEVEL = 1000 * ONE  # of a benchmark that began at one
LONGEST_CODE = 24
PLACES = 6  # of a price
ASK_CUSTODIAN = _("Ask the custodian to send the file again.")


@dataclass(frozen=True)
class Security:
    """An instrument as the file states it; face in fen, coupon in millionths."""

    code: str
    name: str
    asset_class: AssetClass
    issuer: str
    face: int
    coupon: int
    basis: int
    accrues_from: date | None


@dataclass(frozen=True)
class Deal:
    """A trade; price in millionths of a yuan, amounts in fen. `order` 0: none is named."""

    place: int
    code: str
    buys: bool
    quantity: int
    price: int
    amount: int
    fee: int
    order: int


@dataclass(frozen=True)
class Cash:
    """A line of cash, in fen, signed."""

    place: int
    kind: str
    amount: int
    text: str


@dataclass(frozen=True)
class Position:
    """A holding at the end of the day."""

    place: int
    code: str
    quantity: int
    price: int


@dataclass
class Reported:
    """What a file says."""

    sha256: str
    mandate: str = ""
    day: date = date.min
    securities: list[Security] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    cash: list[Cash] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    benchmark: int = 0
    closing: int = 0
    nav: int = 0
    last: int = 0  # the number of the line with the totals


def value_of(quantity: int, price: int) -> int:
    """Units times price in fen."""
    return int(half_up(quantity * price * 100, ONE))


def wrong(place: int, what: Text, code: str) -> Invalid:
    """The refusal of a line."""
    return Invalid(
        _("Line %(line)s cannot be taken: %(what)s.") % {"line": place, "what": what},
        fix=ASK_CUSTODIAN,
        code=code,
        field="file",
        line=place,
    )


def read(content: bytes) -> Reported:
    """What a file says, or `Invalid` with the line that is wrong."""
    if not content or len(content) > MOST:
        raise Invalid(
            _("The file is empty or too large."), fix=ASK_CUSTODIAN, code="file_size", field="file"
        )
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            _("The file is no CSV in UTF-8."), fix=ASK_CUSTODIAN, code="unreadable", field="file"
        ) from error
    found = Reported(hashlib.sha256(content).hexdigest(), last=len(rows))
    if not rows or rows[0][:3] != ["H", "SOCSEC-CUSTODY", "1"] or rows[-1][:1] != ["Z"]:
        raise Invalid(
            _("The first or the last line is not as agreed: the file is another or cut off."),
            fix=ASK_CUSTODIAN,
            code="not_a_custodian_file",
            field="file",
        )
    for place, row in enumerate(rows, start=1):
        _line(place, row, found, len(rows))
    if not found.benchmark:
        raise wrong(len(rows), _("the level of the benchmark is missing"), "no_benchmark")
    return found


def _line(place: int, row: list[str], found: Reported, last: int) -> None:
    width, take = KINDS.get(row[0] if row else "", (0, _head))
    if len(row) != width or (row[0] == "H") != (place == 1) or (row[0] == "Z") != (place == last):
        raise wrong(place, _("it is not as agreed"), "bad_line")
    try:
        take(place, [cell.strip() for cell in row], found)
    except (KernelError, ValueError) as error:
        raise wrong(place, _("a number or a date cannot be read"), "bad_number") from error


def _head(place: int, row: list[str], found: Reported) -> None:
    found.mandate, found.day = row[3], date.fromisoformat(row[4])


def _security(place: int, row: list[str], found: Reported) -> None:
    _kind, code, name, of, issuer, face, coupon, basis, runs = row
    security = Security(
        _code(place, code),
        name[:80],
        AssetClass.read(of),
        issuer[:80],
        _whole(place, parse_yuan(face or "0"), MOST_FACE, least=0),
        _whole(place, parse_rate(coupon or "0"), ONE, least=0),
        int(basis or BASES[0]),
        date.fromisoformat(runs) if runs else None,
    )
    if not name or security.basis not in BASES or (security.coupon and not security.accrues_from):
        raise wrong(place, _("the instrument is not described"), "bad_instrument")
    found.securities.append(security)


def _deal(place: int, row: list[str], found: Reported) -> None:
    _kind, code, side, quantity, price, amount, fee, order = row
    if side not in ("BUY", "SELL"):
        raise wrong(place, _("it must say BUY or SELL"), "bad_side")
    deal = Deal(
        place,
        _code(place, code),
        side == "BUY",
        _whole(place, int(quantity), MOST_UNITS),
        _price(place, price),
        parse_yuan(amount),
        parse_yuan(fee or "0"),
        int(order or "0"),
    )
    if deal.amount != value_of(deal.quantity, deal.price) or not deal.amount:
        raise wrong(place, _("its amount is not its units times its price"), "unbalanced_trade")
    found.deals.append(deal)


def _cash(place: int, row: list[str], found: Reported) -> None:
    kind, amount = row[1].lower(), parse_yuan(row[2], signed=True)
    if kind not in CashKind.values or not amount:
        raise wrong(place, _("it names no known kind of cash, or moves nothing"), "bad_cash")
    if (kind in (CashKind.MANAGER_FEE, CashKind.CUSTODY_FEE) and amount > 0) or (
        kind in (CashKind.INTEREST, CashKind.DIVIDEND) and amount < 0
    ):
        raise wrong(place, _("money goes the wrong way"), "bad_cash")
    found.cash.append(Cash(place, kind, amount, row[3][:120]))


def _position(place: int, row: list[str], found: Reported) -> None:
    code = _code(place, row[1])
    if any(each.code == code for each in found.positions):
        raise wrong(place, _("this instrument was named before"), "position_twice")
    quantity = _whole(place, int(row[2]), MOST_UNITS)
    found.positions.append(Position(place, code, quantity, _price(place, row[3])))


def _benchmark(place: int, row: list[str], found: Reported) -> None:
    if found.benchmark:
        raise wrong(place, _("the benchmark was named before"), "bad_line")
    found.benchmark = _whole(place, parse_rate(row[1]), MOST_LEVEL)


def _trailer(place: int, row: list[str], found: Reported) -> None:
    if row[1] != str(place - 2):
        raise wrong(place, _("lines are missing or too many"), "wrong_count")
    found.closing, found.nav = parse_yuan(row[2]), parse_yuan(row[3], signed=True)


def _code(place: int, code: str) -> str:
    if not 0 < len(code) <= LONGEST_CODE:
        raise wrong(place, _("the instrument has no code"), "bad_code")
    return code


def _price(place: int, text: str) -> int:
    if text.startswith("-"):
        raise wrong(place, _("a price is never below zero"), "negative_price")
    return _whole(place, parse_decimal(text, PLACES), MOST_PRICE)


def _whole(place: int, number: int, most: int, least: int = 1) -> int:
    if not least <= number <= most:
        raise wrong(place, _("a number is too small or too large"), "out_of_range")
    return number


KINDS = {
    "H": (5, _head),
    "S": (9, _security),
    "T": (8, _deal),
    "C": (4, _cash),
    "P": (4, _position),
    "B": (2, _benchmark),
    "Z": (4, _trailer),
}


def write(lines: list[list[Any]]) -> bytes:
    """A file of these lines, as a custodian would write it: for the demo and for tests."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()
