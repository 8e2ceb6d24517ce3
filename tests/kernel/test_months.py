"""Months and ages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socsec.kernel.months import (
    FIRST_MONTH,
    LAST_MONTH,
    MonthError,
    age_on,
    first_day,
    format_age,
    format_month,
    last_day,
    month,
    month_of,
    months_from,
    overlap,
    parse_age,
    parse_month,
    say_age,
    say_month,
)

MONTHS = st.integers(FIRST_MONTH, LAST_MONTH)


@given(MONTHS)
def test_a_month_that_is_written_is_read_back(number):
    assert parse_month(format_month(number)) == number
    assert parse_month(say_month(number, "zh")) == number
    assert month_of(first_day(number)) == number
    assert month_of(last_day(number)) == number


@given(st.integers(0, 1560))
def test_an_age_that_is_written_is_read_back(months):
    assert parse_age(format_age(months)) == months
    assert parse_age(say_age(months, "zh")) == months


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-3",
        "2026-13",
        "2026-00",
        "26-03",
        "2026-03-01",
        "1799-12",
        "2201-01",
        "2026/03",
        "March 2026",
        None,
        202603,
        2026.03,
        True,
        "２０２６-１３",
        "-2026-03",
        "2026-03\n1",
    ],
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(MonthError):
        parse_month(text)


def test_full_width_digits_are_digits():
    assert parse_month("２０２６－０３") == month(2026, 3)


@pytest.mark.parametrize("text", ["", "60y12m", "y1m", "1m", "-1", -1, None, True, "60.5", "12345"])
def test_what_is_no_age_is_refused(text):
    with pytest.raises(MonthError):
        parse_age(text)


@pytest.mark.parametrize(
    ("birth", "day", "months"),
    [
        (date(2000, 2, 29), date(2001, 2, 28), 11),
        (date(2000, 2, 29), date(2001, 3, 1), 12),
        (date(1965, 1, 15), date(2025, 2, 14), 720),
        (date(1965, 1, 15), date(2025, 2, 15), 721),
        (date(2025, 1, 1), date(2025, 1, 1), 0),
    ],
)
def test_a_month_of_age_is_complete_on_its_day(birth, day, months):
    assert age_on(birth, day) == months


@given(MONTHS, MONTHS, MONTHS, MONTHS)
def test_the_overlap_of_two_spans_is_the_months_in_both(a, b, c, d):
    # Far-apart years would make long sets: bring them near each other.
    a, b, c, d = (FIRST_MONTH + x % 60 for x in (a, b, c, d))
    assert overlap(a, b, c, d) == len(set(months_from(a, b)) & set(months_from(c, d)))
