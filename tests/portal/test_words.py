"""Amounts, months, ages and dates as people read them, in both languages."""

import doctest
from datetime import UTC, date, datetime

import pytest

from socsec.kernel.months import month
from socsec.office import display, forms
from socsec.office.figures import charts


@pytest.mark.parametrize("module", [display, charts, forms], ids=lambda m: m.__name__)
def test_the_examples_in_the_words_are_true(module):
    found = doctest.testmod(module)
    assert (found.attempted > 0, found.failed) == (True, 0)


FRIDAY = date(2026, 12, 11)


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (lambda lang: display.money(474716, lang), "4,747.16 元", "¥4,747.16"),
        (lambda lang: display.money(-800, lang), "−8.00 元", "−¥8.00"),
        (lambda lang: display.money(0, lang), "0.00 元", "¥0.00"),
        (lambda lang: display.money_large(1_204_600_000, lang), "1,204.6 万元", "¥12.05 million"),
        (
            lambda lang: display.money_large(6_124_000_000_000, lang),
            "612.4 亿元",
            "¥61.24 billion",
        ),
        (lambda lang: display.money_large(9_999_99, lang), "9,999.99 元", "¥9,999.99"),
        (lambda lang: display.change(2112, lang), "+21.12 元", "+¥21.12"),
        (lambda lang: display.change(0, lang), "—", "—"),
        (
            lambda lang: display.day(FRIDAY, lang),
            "2026 年 12 月 11 日（周五）",
            "Friday 11 December 2026",
        ),
        (lambda lang: display.day_week(FRIDAY, lang), "12 月 11 日（周五）", "Friday 11 December"),
        (
            lambda lang: display.months_between(month(2026, 2), month(2026, 3), lang),
            "2026 年 2–3 月",
            "February to March 2026",
        ),
        (
            lambda lang: display.months_between(month(2026, 2), month(2026, 2), lang),
            "2026 年 2 月",
            "February 2026",
        ),
        (lambda lang: display.age(725, lang), "60 岁 5 个月", "60 years 5 months"),
        (lambda lang: display.age_short(725, lang), "60 岁 5 个月", "60 y 5 m"),
        (lambda lang: display.age_short(720, lang), "60 岁", "60 y"),
        (lambda lang: display.duration(442, lang), "36 年 10 个月", "36 years 10 months"),
        (lambda lang: display.duration(0, lang), "0 个月", "0 months"),
        (lambda lang: display.duration(1, lang), "1 个月", "1 month"),
    ],
)
def test_words_follow_the_house_style(said, zh, en):
    assert (said("zh-hans"), said("en")) == (zh, en)


def test_a_moment_is_told_on_the_clocks_of_the_office():
    late = datetime(2026, 12, 10, 18, 30, tzinfo=UTC)
    assert display.day_plain(late, "en") == "11 December 2026"
    assert display.moment(late, "en").endswith("02:30")


def test_large_sums_are_rounded_half_up_and_never_below_their_unit():
    assert display.money_large(10**8 - 1, "en") == "¥999,999.99"
    assert display.money_large(10**8, "en") == "¥1.00 million"
    assert display.money_large(10**6, "zh") == "1.0 万元"
    assert display.money_large(-1_204_600_000, "en") == "−¥12.05 million"
