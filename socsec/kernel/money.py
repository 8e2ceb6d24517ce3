"""Money in whole fen, rates in whole millionths: read from text, written as text, never floats.

>>> parse_yuan("1234.5"), yuan(123450)
(123450, '1,234.50')
>>> parse_rate("0.08"), percent(80_000)
(80000, '8%')
"""

import re
import unicodedata
from decimal import Decimal

from socsec.kernel.errors import KernelError

MOST_YUAN = 10**13  # ten trillion: above the yearly budget of every fund together
MOST_RATE = 10**6  # a million times

_PLAIN = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?|[+-]?\.\d+")


class MoneyError(KernelError):
    """An amount or a rate that cannot be read. `code` is empty, not_a_number, too_precise,
    too_large or negative."""


def parse_yuan(text: str | int | Decimal, *, signed: bool = False) -> int:
    """Yuan as written by people, in fen. Negative amounts only if `signed`.

    >>> parse_yuan("12,345.67"), parse_yuan(" ７１６２ "), parse_yuan("-0.01", signed=True)
    (1234567, 716200, -1)
    >>> parse_yuan("0.001")
    Traceback (most recent call last):
    socsec.kernel.money.MoneyError: An amount has at most 2 decimals: 0.001 has 3
    >>> parse_yuan("NaN")
    Traceback (most recent call last):
    socsec.kernel.money.MoneyError: An amount in yuan is written in digits, such as 1234.50, not NaN
    """
    amount = _read(text, 2, ("An amount in yuan", "金额（元）", "1234.50"))
    if amount < 0 and not signed:
        raise MoneyError(
            "negative",
            f"An amount cannot be below zero: {text} is",
            f"金额不能小于零：{text} 小于零",
        )
    if abs(amount) > MOST_YUAN * 100:
        raise MoneyError(
            "too_large",
            f"The amount {_short(text)} is too large: at most {MOST_YUAN:,} yuan",
            f"金额 {_short(text)} 太大：最多 {MOST_YUAN:,} 元",
        )
    return amount


def parse_rate(text: str | int | Decimal, *, signed: bool = False) -> int:
    """A rate or an index, in millionths: "0.08" and "8%" are both eight per cent.

    >>> parse_rate("0.005"), parse_rate("7.2%"), parse_rate("1.0438")
    (5000, 72000, 1043800)
    >>> parse_rate("0.0000001")
    Traceback (most recent call last):
    socsec.kernel.money.MoneyError: A rate has at most 6 decimals: 0.0000001 has 7
    """
    written = _tidy(text)
    if written.endswith("%"):
        rate = _read(written[:-1], 4, ("A percentage", "百分比", "8%"))
    else:
        rate = _read(written, 6, ("A rate", "比例", "0.08"))
    if rate < 0 and not signed:
        raise MoneyError(
            "negative",
            f"A rate cannot be below zero: {text} is",
            f"比例不能小于零：{text} 小于零",
        )
    if abs(rate) > MOST_RATE * 10**6:
        raise MoneyError(
            "too_large",
            f"The rate {_short(text)} is too large: at most {MOST_RATE:,}",
            f"比例 {_short(text)} 太大：最多 {MOST_RATE:,}",
        )
    return rate


def format_yuan(fen: int) -> str:
    """Yuan for programs: always two decimals, no grouping, a hyphen below zero.

    >>> format_yuan(123450), format_yuan(-5)
    ('1234.50', '-0.05')
    """
    return decimal(fen, 100, 2)


def yuan(fen: int, grouping: bool = True) -> str:
    """Yuan for people: grouped by thousands, with a true minus sign.

    >>> yuan(123456789), yuan(-800)
    ('1,234,567.89', '−8.00')
    """
    whole, cents = divmod(abs(fen), 100)
    sign = "−" if fen < 0 else ""
    return f"{sign}{whole:,}.{cents:02}" if grouping else f"{sign}{whole}.{cents:02}"


def format_rate(millionths: int) -> str:
    """A rate as a decimal, without needless noughts.

    >>> format_rate(80_000), format_rate(1_043_800), format_rate(1_000_000)
    ('0.08', '1.0438', '1')
    """
    return decimal(millionths, 1_000_000)


def percent(millionths: int) -> str:
    """A rate as people say it.

    >>> percent(80_000), percent(72_000), percent(500)
    ('8%', '7.2%', '0.05%')
    """
    return decimal(millionths, 10_000).replace("-", "−") + "%"


def decimal(number: int, scale: int, least_decimals: int = 0) -> str:
    """`number` counted in parts of which `scale`, a power of ten, make one, as a decimal.

    >>> decimal(1384, 10), decimal(1390, 10), decimal(1390, 10, 1)
    ('138.4', '139', '139.0')
    """
    whole, rest = divmod(abs(number), scale)
    places = len(str(scale)) - 1
    digits = f"{rest:0{places}}" if places else ""
    kept = digits.rstrip("0").ljust(least_decimals, "0")
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{kept}" if kept else f"{sign}{whole}"


def parse_decimal(text: str | int | Decimal, places: int) -> int:
    """A decimal with at most so many places, counted in units of the last place.

    >>> parse_decimal("138.4", 1), parse_decimal("-2", 1)
    (1384, -20)
    """
    return _read(text, places, ("A number", "数", "12.5"))


def _tidy(text: str | int | Decimal) -> str:
    if isinstance(text, bool) or not isinstance(text, (str, int, Decimal)):
        raise MoneyError(
            "not_a_number",
            f"Write the number as text or as a whole number, not as {type(text).__name__}",
            f"请写成文字或整数，不要写成 {type(text).__name__}",
        )
    if isinstance(text, Decimal) and text.is_finite():
        # 1e999999999 is a short text, and a gigabyte when written out.
        return f"{text:f}" if -40 < text.adjusted() < 40 else str(text)
    # Full-width digits, commas and points become plain ones; − is the minus that screens show.
    return unicodedata.normalize("NFKC", str(text)).strip().replace("−", "-")


def _read(text: str | int | Decimal, places: int, what: tuple[str, str, str]) -> int:
    en, zh, example = what
    written = _tidy(text)
    if not written:
        raise MoneyError(
            "empty", f"{en} is missing: write it like {example}", f"请填{zh}，例如 {example}"
        )
    if not _PLAIN.fullmatch(written) or not written.isascii():
        raise MoneyError(
            "not_a_number",
            f"{en} is written in digits, such as {example}, not {_short(text)}",
            f"{zh}要用数字填写，例如 {example}，不能是 {_short(text)}",
        )
    whole, _, decimals = written.replace(",", "").lstrip("+-").partition(".")
    decimals = decimals if len(decimals) <= places else decimals.rstrip("0")
    if len(decimals) > places:
        en = "An amount" if en == "An amount in yuan" else en
        raise MoneyError(
            "too_precise",
            f"{en} has at most {places} decimals: {_short(text)} has {len(decimals)}",
            f"{zh}最多 {places} 位小数：{_short(text)} 有 {len(decimals)} 位",
        )
    if len(whole.lstrip("0")) > 30:  # int() refuses thousands of digits with another error
        raise MoneyError(
            "too_large", f"The number {_short(text)} is too large", f"数 {_short(text)} 太大"
        )
    number = int((whole or "0") + decimals.ljust(places, "0"))
    return -number if written.startswith("-") else number


def _short(text: object) -> str:
    written = str(text)
    return written if len(written) <= 24 else written[:20] + "…"
