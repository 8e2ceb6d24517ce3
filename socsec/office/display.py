"""Amounts, months, dates and ages in the words of a person's language.

Every screen, letter and message says them through these functions, so that one sum looks the same
everywhere. `language` is a code such as "zh-hans" or "en"; without it, the language of the request.

>>> money(474716, "zh"), money(474716, "en"), money(-800, "en")
('4,747.16 元', '¥4,747.16', '−¥8.00')
>>> day(date(2026, 12, 11), "zh"), day(date(2026, 12, 11), "en")
('2026 年 12 月 11 日（周五）', 'Friday 11 December 2026')
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from socsec.kernel import months as kernel_months
from socsec.kernel.money import decimal, yuan
from socsec.kernel.units import Choice

MONTHS = kernel_months._NAMES
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DAYS_ZH = "一二三四五六日"

MILLION, HUNDRED_MILLION, BILLION = 10**6, 10**8, 10**9
TEN_THOUSAND = 10**4


def chinese(language: str | None = None) -> bool:
    """Whether texts are to be in Chinese."""
    return (language or get_language() or "").lower().startswith("zh")


def _code(language: str | None) -> str:
    return "zh" if chinese(language) else "en"


def word(choice: Choice, language: str | None = None) -> str:
    """What a choice of a rule is called."""
    return choice.label[0 if chinese(language) else 1]


def money(fen: int, language: str | None = None) -> str:
    """An amount with its unit: 4,747.16 元, ¥4,747.16."""
    if chinese(language):
        return f"{yuan(fen)} 元"
    return ("−" if fen < 0 else "") + f"¥{yuan(abs(fen))}"


def money_large(fen: int, language: str | None = None) -> str:
    """A sum of a fund, rounded half up to a readable unit; never for what a person gets.

    >>> money_large(1204600000, "zh"), money_large(6124000000000, "zh")
    ('1,204.6 万元', '612.4 亿元')
    >>> money_large(1204600000, "en"), money_large(6124000000000, "en"), money_large(99, "en")
    ('¥12.05 million', '¥61.24 billion', '¥0.99')
    """
    whole = abs(fen) // 100
    sign = "−" if fen < 0 else ""
    if chinese(language):
        for size, unit in ((HUNDRED_MILLION, "亿元"), (TEN_THOUSAND, "万元")):
            if whole >= size:
                return f"{sign}{_parts(abs(fen), size * 100, 1)} {unit}"
    else:
        for size, unit in ((BILLION, "billion"), (MILLION, "million")):
            if whole >= size:
                return f"{sign}¥{_parts(abs(fen), size * 100, 2)} {unit}"
    return money(fen, language)


def _parts(amount: int, unit: int, places: int) -> str:
    scale: int = 10**places
    rounded = (amount * scale + unit // 2) // unit
    whole, rest = divmod(rounded, scale)
    return f"{whole:,}.{rest:0{places}}"


def change(fen: int, language: str | None = None) -> str:
    """A difference with its sign: +¥21.12, −8.00 元; nothing changed is a dash."""
    if fen == 0:
        return "—"
    return ("+" if fen > 0 else "") + money(fen, language)


def change_plain(fen: int) -> str:
    """A difference for a table whose head names the unit.

    >>> change_plain(62379), change_plain(-1533), change_plain(0)
    ('+623.79', '−15.33', '—')
    """
    return "—" if fen == 0 else ("+" if fen > 0 else "") + yuan(fen)


def month(number: int, language: str | None = None) -> str:
    """A month: 2027 年 1 月, January 2027."""
    return kernel_months.say_month(number, _code(language))


def months_between(first: int, last: int, language: str | None = None) -> str:
    """A span of months, both ends included.

    >>> at = kernel_months.month
    >>> months_between(at(2026, 2), at(2026, 3), "zh"), months_between(at(2026, 2), at(2026, 3), "en")
    ('2026 年 2–3 月', 'February to March 2026')
    >>> months_between(at(2003, 3), at(2004, 2), "zh"), months_between(at(2003, 3), at(2004, 2), "en")
    ('2003 年 3 月–2004 年 2 月', 'March 2003 to February 2004')
    """
    if first == last:
        return month(first, language)
    same_year = first // 12 == last // 12
    if chinese(language):
        start = f"{first // 12} 年 {first % 12 + 1}"
        return f"{start}–{last % 12 + 1} 月" if same_year else f"{start} 月–{month(last, language)}"
    start = MONTHS[first % 12] if same_year else month(first, language)
    return f"{start} to {month(last, language)}"


def age(months: int, language: str | None = None) -> str:
    """An age: 60 岁 5 个月, 60 years 5 months."""
    return kernel_months.say_age(months, _code(language))


def age_short(months: int, language: str | None = None) -> str:
    """An age for a table: 60 岁 5 个月, 60 y 5 m."""
    if chinese(language):
        return age(months, language)
    years, rest = divmod(months, 12)
    return f"{years} y {rest} m" if rest else f"{years} y"


def duration(months: int, language: str | None = None) -> str:
    """A length of time in months, as people count years.

    >>> duration(442, "zh"), duration(442, "en"), duration(7, "en"), duration(12, "zh")
    ('36 年 10 个月', '36 years 10 months', '7 months', '1 年')
    """
    years, rest = divmod(months, 12)
    if chinese(language):
        parts = [f"{years} 年"] * bool(years) + [f"{rest} 个月"] * bool(rest or not years)
    else:
        parts = [_plural(years, "year")] * bool(years) + [_plural(rest, "month")] * bool(
            rest or not years
        )
    return " ".join(parts)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def local(moment: datetime) -> datetime:
    """The moment on the clocks of the office."""
    return timezone.localtime(moment, ZoneInfo(settings.TIME_ZONE))


def as_day(when: date | datetime) -> date:
    """The day of a date or of a moment, on the office's calendar."""
    return local(when).date() if isinstance(when, datetime) else when


def day(when: date | datetime, language: str | None = None) -> str:
    """A date with its weekday and year."""
    when = as_day(when)
    if chinese(language):
        return f"{when.year} 年 {day_short(when, language)}（周{DAYS_ZH[when.weekday()]}）"
    return f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {when.year}"


def day_plain(when: date | datetime, language: str | None = None) -> str:
    """A date without its weekday, such as a birth date.

    >>> day_plain(date(1966, 8, 3), "zh"), day_plain(date(1966, 8, 3), "en")
    ('1966 年 8 月 3 日', '3 August 1966')
    """
    when = as_day(when)
    if chinese(language):
        return f"{when.year} 年 {day_short(when, language)}"
    return f"{day_short(when, language)} {when.year}"


def day_short(when: date | datetime, language: str | None = None) -> str:
    """A date of which the year is plain: 12 月 31 日, 31 December."""
    when = as_day(when)
    if chinese(language):
        return f"{when.month} 月 {when.day} 日"
    return f"{when.day} {MONTHS[when.month - 1]}"


def day_week(when: date | datetime, language: str | None = None) -> str:
    """A date with its weekday, without its year: 12 月 11 日（周五）, Friday 11 December."""
    when = as_day(when)
    if chinese(language):
        return f"{day_short(when, language)}（周{DAYS_ZH[when.weekday()]}）"
    return f"{DAYS[when.weekday()]} {day_short(when, language)}"


def moment(when: datetime, language: str | None = None) -> str:
    """A date and time to the minute."""
    here = local(when)
    return f"{day(here, language)} {here:%H:%M}"


def rate(millionths: int) -> str:
    """A rate as a percentage.

    >>> rate(80_000), rate(13_000)
    ('8%', '1.3%')
    """
    return decimal(millionths, 10_000).replace("-", "−") + "%"


def percent(millionths: int) -> str:
    """A share in per cent with one decimal; a dash where nobody knows it.

    >>> percent(583_480), percent(0)
    ('58.3%', '—')
    """
    return f"{round(millionths, -3) / 10_000:.1f}%" if millionths else "—"
