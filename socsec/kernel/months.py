"""Months: one whole number each, so that a span is a subtraction.

The number is `year * 12 + month - 1`. January 2025 is 24300:

>>> month(2025, 1), format_month(24300), parse_month("2025-02") - parse_month("1965-01")
(24300, '2025-01', 721)
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

from socsec.kernel.errors import KernelError

FIRST_YEAR, LAST_YEAR = 1800, 2200
FIRST_MONTH, LAST_MONTH = FIRST_YEAR * 12, LAST_YEAR * 12 + 11

_MONTH = re.compile(r"(\d{4})-?(\d{2})\Z|(\d{4})年(\d{1,2})月\Z")
_AGE = re.compile(r"(\d{1,3})\s*(?:y|岁)\s*(?:(\d{1,2})\s*(?:m|个月))?\Z")


class MonthError(KernelError):
    """A month or an age that cannot be read. `code` is not_a_month, no_such_month or
    not_an_age."""


def month(year: int, month_of_year: int) -> int:
    """The month's number.

    >>> month(1965, 1)
    23580
    >>> month(2025, 13)
    Traceback (most recent call last):
    socsec.kernel.months.MonthError: The month of the year must be between 1 and 12, not 13
    """
    if not 1 <= month_of_year <= 12:
        raise MonthError(
            "no_such_month",
            f"The month of the year must be between 1 and 12, not {month_of_year}",
            f"月份要在 1 到 12 之间，不能是 {month_of_year}",
        )
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise MonthError(
            "no_such_month",
            f"The year must be between {FIRST_YEAR} and {LAST_YEAR}, not {year}",
            f"年份要在 {FIRST_YEAR} 到 {LAST_YEAR} 之间，不能是 {year}",
        )
    return year * 12 + month_of_year - 1


def parse_month(text: str) -> int:
    """A month written as 2026-03, 202603 or 2026年3月.

    >>> [parse_month(text) - month(2026, 3) for text in ("2026-03", "202603", "2026年3月")]
    [0, 0, 0]
    >>> parse_month("2026-3")
    Traceback (most recent call last):
    socsec.kernel.months.MonthError: A month is written like 2026-03, not 2026-3
    """
    found = _MONTH.match(_tidy(text)) if isinstance(text, str) else None
    if not found:
        raise MonthError(
            "not_a_month",
            f"A month is written like 2026-03, not {str(text)[:24]}",
            f"月份写成 2026-03 这样，不能是 {str(text)[:24]}",
        )
    year, month_of_year = (part for part in found.groups() if part)
    return month(int(year), int(month_of_year))


def format_month(number: int) -> str:
    """The month as 2026-03."""
    return f"{number // 12:04}-{number % 12 + 1:02}"


def say_month(number: int, language: str) -> str:
    """The month in words.

    >>> say_month(month(2026, 3), "zh"), say_month(month(2026, 3), "en")
    ('2026 年 3 月', 'March 2026')
    """
    year, month_of_year = number // 12, number % 12 + 1
    if language.startswith("zh"):
        return f"{year} 年 {month_of_year} 月"
    return f"{_NAMES[month_of_year - 1]} {year}"


_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def year_of(number: int) -> int:
    """The calendar year of a month (also of a column of months)."""
    return number // 12


def month_of(day: date) -> int:
    """The month in which a day lies.

    >>> month_of(date(2026, 3, 31)) == month(2026, 3)
    True
    """
    return day.year * 12 + day.month - 1


def first_day(number: int) -> date:
    """The first day of the month."""
    return date(number // 12, number % 12 + 1, 1)


def last_day(number: int) -> date:
    """The last day of the month.

    >>> last_day(month(2028, 2))
    datetime.date(2028, 2, 29)
    """
    return first_day(number + 1) - timedelta(days=1)


def same_day(day: date, months: int) -> date:
    """The same day that many months later, or the last day of a month that is too short.

    >>> same_day(date(2026, 1, 31), 1), same_day(date(2026, 3, 31), -1)
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28))
    """
    then = month_of(day) + months
    return min(first_day(then).replace(day=1) + timedelta(days=day.day - 1), last_day(then))


def months_from(start: int, end: int) -> Iterator[int]:
    """Every month from `start` to `end`, both included.

    >>> [format_month(m) for m in months_from(month(2025, 12), month(2026, 1))]
    ['2025-12', '2026-01']
    """
    return iter(range(start, end + 1))


def overlap(start: int, end: int, other_start: int, other_end: int) -> int:
    """How many months two spans share, their first and last months included.

    >>> overlap(month(2025, 1), month(2025, 6), month(2025, 6), month(2025, 12))
    1
    """
    return max(0, min(end, other_end) - max(start, other_start) + 1)


def parse_age(text: str | int) -> int:
    """An age in months, from "60y1m", "60岁1个月" or a number of months.

    >>> parse_age("60y1m"), parse_age("60y"), parse_age("60 岁 5 个月"), parse_age(721)
    (721, 720, 725, 721)
    """
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return text
    tidy = _tidy(text) if isinstance(text, str) else ""
    found = _AGE.match(tidy)
    if found and int(found[2] or 0) < 12:
        return int(found[1]) * 12 + int(found[2] or 0)
    if tidy.isascii() and tidy.isdigit() and len(tidy) < 5:
        return int(tidy)
    raise MonthError(
        "not_an_age",
        f"An age is written like 60y1m (60 years 1 month), not {str(text)[:24]}",
        f"年龄写成 60y1m（60 岁 1 个月）这样，不能是 {str(text)[:24]}",
    )


def format_age(months: int) -> str:
    """An age for programs.

    >>> format_age(721), format_age(720), format_age(-1)
    ('60y1m', '60y0m', '-0y1m')
    """
    sign = "-" if months < 0 else ""
    return f"{sign}{abs(months) // 12}y{abs(months) % 12}m"


def say_age(months: int, language: str) -> str:
    """An age, or a long span of months, for people.

    >>> say_age(725, "zh"), say_age(725, "en"), say_age(720, "en"), say_age(445, "zh")
    ('60 岁 5 个月', '60 years 5 months', '60 years', '37 岁 1 个月')
    """
    years, rest = divmod(abs(months), 12)
    sign = "−" if months < 0 else ""
    if language.startswith("zh"):
        return sign + f"{years} 岁" + (f" {rest} 个月" if rest else "")
    said = f"{years} year{'' if years == 1 else 's'}"
    return sign + said + (f" {rest} month{'' if rest == 1 else 's'}" if rest else "")


def age_on(birth: date, day: date) -> int:
    """Completed months of age.

    >>> age_on(date(1965, 1, 31), date(2025, 2, 28)), age_on(date(1965, 1, 31), date(2025, 3, 31))
    (720, 722)
    """
    months = month_of(day) - month_of(birth)
    return months - 1 if day.day < birth.day else months


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "").lower()
