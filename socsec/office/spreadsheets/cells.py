"""What stands in a cell, as text: tidied, and told apart from what a spreadsheet program spoilt."""

import re
from datetime import date
from decimal import Context, Decimal, InvalidOperation

from django.utils.translation import gettext_lazy as _

from socsec.kernel.errors import KernelError
from socsec.kernel.months import month_of, parse_month
from socsec.office.errors import Invalid, from_kernel, say

EXACT = 15  # digits: what a spreadsheet program keeps of a number
_BLANK = "\u200b\u200c\u200d\u2060\ufeff"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    map(ord, _BLANK)
)
_FULL_WIDTH[0x3000] = 0x20
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d{1,4})?\Z")
_POWER = re.compile(r"[+-]?\d(\.\d*)?[eE]\+?\d{1,3}\Z")
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[ T]00:00:00)?\Z")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")


def tidy(text: str) -> str:
    """Blanks at the ends gone, full-width letters and digits made plain, Chinese left as it is.

    >>> tidy("　３３０１０２１９　"), tidy("\\ufeff'李 · 静\\xa0"), tidy("\\t")
    ('33010219', '李 · 静', '')
    """
    plain = " ".join(text.translate(_FULL_WIDTH).split())
    return plain[1:].lstrip() if plain.startswith("'") else plain


def read_number(written: str) -> tuple[str, bool]:
    """A number of a spreadsheet as text, and whether its last digits are lost.

    Spreadsheet programs keep fifteen digits: a longer number ends in noughts that nobody typed,
    and a decimal carries a tail from being kept as a binary fraction.

    >>> read_number("8123.4499999999998"), read_number("6500")
    (('8123.45', False), ('6500', False))
    >>> read_number("1.1010519491231E+17"), read_number("110105194912310000")
    (('110105194912310000', True), ('110105194912310000', True))
    >>> read_number("11010519491231002")
    ('11010519491231002', False)
    """
    if not _NUMBER.match(written):
        return written, False
    if written.isdigit():
        digits = written.lstrip("0")
        return written, len(digits) > EXACT and not digits[EXACT:].strip("0")
    try:
        number = Context(prec=EXACT).create_decimal(written)
    except InvalidOperation:
        return written, False
    if not -EXACT < number.adjusted() < 2 * EXACT:
        return written, True
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text, number.adjusted() >= EXACT


def spoilt_text(text: str) -> bool:
    """Whether a text is a long number that a spreadsheet program shortened: 1.10105E+17.

    >>> spoilt_text("1.10105E+17"), spoilt_text("11010519491231002X"), spoilt_text("6500")
    (True, False, False)
    """
    return bool(_POWER.match(text)) and Decimal(text).adjusted() >= EXACT


def read_date(text: str, field: str = "") -> date:
    """A day as people write it: 2026-11-03, 2026/11/3, 2026年11月3日, 20261103.

    >>> read_date("2026年11月3日"), read_date("20261103")
    (datetime.date(2026, 11, 3), datetime.date(2026, 11, 3))
    """
    found = _DATE.match(tidy(text)) or _EIGHT.match(tidy(text))
    try:
        if found is None:
            raise ValueError
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise Invalid(
            say(_("%(written)s is no date."), written=text[:24] or "—"),
            code="not_a_date",
            field=field,
            fix=_("Write it like 2026-11-03."),
        ) from None


def read_month(text: str, field: str = "") -> int:
    """A month as people write it; a cell with a date means the month of that date.

    >>> read_month("2026-11") == read_month("2026-11-01") == read_month("2026年11月")
    True
    """
    if _DATE.match(tidy(text)):
        return month_of(read_date(text, field))
    try:
        return parse_month(tidy(text))
    except KernelError as error:
        raise from_kernel(error, field) from error
