"""Units: how a whole number inside the kernel is written outside it.

Inside, money is fen, a rate millionths, a month one number. Outside, programs get natural units
(yuan as decimal text, rates as decimals, months as 2026-03), and people get words.

>>> UNITS["fen"].natural(292198), UNITS["fen"].say(292198, "en"), UNITS["fen"].read("2921.98")
('2921.98', '2,921.98', 292198)
>>> UNITS["wage"].natural(5_514_818_550), UNITS["wage"].say(5_514_800_000, "zh")
('5514.81855', '5,514.80')
>>> UNITS["age"].natural(725), UNITS["age"].say(725, "zh")
('60y5m', '60 岁 5 个月')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Any, Self

from socsec.kernel import money, months
from socsec.kernel.errors import KernelError

Label = tuple[str, str]  # Chinese, English

ONE = 1_000_000


class UnitError(KernelError):
    """A value that is not of its unit. `code` is not_whole, not_yes_or_no or not_a_choice."""


class Choice(IntEnum):
    """One of a few named values, each a number with a name in both languages.

    >>> class Sex(Choice):
    ...     FEMALE = 0, "女", "Woman"
    ...     MALE = 1, "男", "Man"
    >>> Sex.read("male") is Sex.MALE, Sex.MALE + 1, Sex.MALE.label
    (True, 2, ('男', 'Man'))
    """

    label: Label

    def __new__(cls, value: int, zh: str, en: str) -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.label = (zh, en)
        return member

    @classmethod
    def read(cls, value: Any) -> Self:
        """The member with this name, or with this number."""
        for member in cls:
            named = isinstance(value, str) and value.strip().upper() == member.name
            if named or ((type(value) is int or isinstance(value, cls)) and value == member.value):
                return member
        names = ", ".join(member.name for member in cls)
        raise UnitError(
            "not_a_choice",
            f"it is one of {names}, not {str(value)[:40]}",
            f"只能是 {names.replace(', ', '、')}，不能是 {str(value)[:40]}",
        )


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the kernel.

    `code` is the name in rules and policy files, `outside` the name in JSON, `label` its word.
    One natural unit is `scale` whole numbers of the kernel: a yuan is 100 fen. `least` and
    `most` bound facts of this unit where nothing narrower is said.
    """

    code: str
    outside: str
    label: Label
    scale: int
    read: Callable[[Any], int]
    natural: Callable[[int], Any]
    say: Callable[[int, str], str]
    least: int
    most: int

    def exact(self, value: int) -> Fraction | bool:
        """The value as an exact number of natural units, for checking a printed working."""
        return value if isinstance(value, bool) else Fraction(value, self.scale)


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 20:
        return int(text)
    raise UnitError(
        "not_whole",
        f"it is a whole number, not {str(value)[:40]!s}",
        f"要填整数，不能是 {str(value)[:40]!s}",
    )


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise UnitError(
        "not_yes_or_no",
        f"it is true or false, not {str(value)[:40]}",
        f"只能是 true 或 false，不能是 {str(value)[:40]}",
    )


def _say_bool(value: int, language: str) -> str:
    if language.startswith("zh"):
        return "是" if value else "否"
    return "yes" if value else "no"


def _say_with(zh: str, en: str, en_one: str = "") -> Callable[[int, str], str]:
    def say(value: int, language: str) -> str:
        number = f"{value:,}".replace("-", "−")
        if language.startswith("zh"):
            return f"{number} {zh}" if zh else number
        word = en_one if value == 1 and en_one else en
        return f"{number} {word}" if word else number

    return say


def _say_plain(write: Callable[[int], str]) -> Callable[[int, str], str]:
    return lambda value, language: write(value).replace("-", "−")


def _decimal(scale: int, least_decimals: int = 0) -> Callable[[int], str]:
    return lambda value: money.decimal(value, scale, least_decimals)


def _say_wage(value: int, language: str) -> str:
    whole, _, decimals = money.decimal(abs(value), ONE, 2).partition(".")
    return f"{'−' if value < 0 else ''}{int(whole):,}.{decimals}"


def _say_years(value: int, language: str) -> str:
    number = money.format_rate(value).replace("-", "−")
    return f"{number} 年" if language.startswith("zh") else f"{number} years"


UNITS: dict[str, Unit] = {
    unit.code: unit
    for unit in (
        Unit(
            "fen",
            "yuan",
            ("元", "yuan"),
            100,
            lambda value: money.parse_yuan(value, signed=True),
            money.format_yuan,
            lambda value, language: money.yuan(value),
            0,
            10**11,
        ),
        Unit(
            "rate",
            "rate",
            ("比例", "rate"),
            ONE,
            lambda value: money.parse_rate(value, signed=True),
            money.format_rate,
            lambda value, language: money.percent(value),
            0,
            10 * ONE,
        ),
        Unit(
            "index",
            "index",
            ("指数", "index"),
            ONE,
            lambda value: money.parse_rate(value, signed=True),
            money.format_rate,
            _say_plain(money.format_rate),
            0,
            100 * ONE,
        ),
        Unit(
            "months",
            "months",
            ("个月", "months"),
            1,
            _whole,
            int,
            _say_with("个月", "months", "month"),
            0,
            1200,
        ),
        Unit(
            "month",
            "month",
            ("年月", "month"),
            1,
            months.parse_month,
            months.format_month,
            months.say_month,
            months.FIRST_MONTH,
            months.LAST_MONTH,
        ),
        Unit(
            "age",
            "age",
            ("年龄", "age"),
            1,
            months.parse_age,
            months.format_age,
            months.say_age,
            0,
            130 * 12,
        ),
        Unit(
            "years",
            "years",
            ("年", "years"),
            ONE,
            lambda value: money.parse_rate(value, signed=True),
            money.format_rate,
            _say_years,
            0,
            130 * ONE,
        ),
        Unit(  # yuan with up to six decimals, as forms print the indexed wage: never paid as such
            "wage",
            "wage",
            ("元", "yuan"),
            ONE,
            lambda value: money.parse_decimal(value, 6),
            _decimal(ONE, 2),
            _say_wage,
            0,
            10**7 * ONE,
        ),
        Unit(  # yuan with up to six decimals, as markets quote a bond or a share of a fund
            "price",
            "price",
            ("元", "yuan"),
            ONE,
            lambda value: money.parse_decimal(value, 6),
            _decimal(ONE, 2),
            lambda value, language: _decimal(ONE, 4)(value).replace("-", "−"),
            0,
            10**5 * ONE,
        ),
        Unit(  # months with one decimal, as the table of annuity divisors has them
            "divisor",
            "divisor",
            ("计发月数", "annuity divisor"),
            10,
            lambda value: money.parse_decimal(value, 1),
            _decimal(10, 1),
            _say_plain(_decimal(10)),
            0,
            100_000,
        ),
        Unit(  # weights, scores and values of a point, with four decimals
            "points",
            "points",
            ("点", "points"),
            10_000,
            lambda value: money.parse_decimal(value, 4),
            _decimal(10_000),
            _say_plain(_decimal(10_000)),
            0,
            10**10,
        ),
        Unit("count", "count", ("个", "count"), 1, _whole, int, _say_with("", ""), 0, 10**9),
        Unit("year", "year", ("年份", "year"), 1, _whole, int, lambda v, lang: str(v), 1800, 2200),
        Unit(
            "days", "days", ("天", "days"), 1, _whole, int, _say_with("天", "days", "day"), 0, 10**6
        ),
        Unit(
            "people",
            "people",
            ("人", "people"),
            1,
            _whole,
            int,
            _say_with("人", "people", "person"),
            0,
            10**10,
        ),
        Unit("bool", "bool", ("是否", "yes or no"), 1, _yes_or_no, bool, _say_bool, 0, 1),
    )
}
_BY_OUTSIDE = {unit.outside: unit for unit in UNITS.values()}


def unit_outside(name: str) -> Unit:
    """The unit that JSON calls so."""
    return _BY_OUTSIDE[name]


def choice_unit(choices: type[Choice]) -> Unit:
    """The unit of a fact or line that is one of a few named values."""
    values = [int(member) for member in choices]
    return Unit(
        "choice",
        "choice",
        ("选项", "choice"),
        1,
        choices.read,
        lambda value: choices.read(int(value)).name,
        lambda value, language: choices.read(int(value)).label[
            0 if language.startswith("zh") else 1
        ],
        min(values),
        max(values),
    )
