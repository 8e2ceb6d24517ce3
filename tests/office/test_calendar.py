"""Working days of China, against the State Council's announcements, and their arithmetic."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socsec.office.calendar import (
    ANNOUNCED,
    add_working_days,
    is_announced,
    is_working_day,
    working_days_between,
)

days = st.dates(date(2004, 1, 1), date(2035, 12, 31))
spans = st.integers(0, 120)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # 国办发明电〔2024〕12号: 2025, Spring Festival 28 January to 4 February
        (date(2025, 1, 26), True),  # Sunday worked in its place
        (date(2025, 1, 27), True),
        (date(2025, 1, 28), False),
        (date(2025, 2, 4), False),
        (date(2025, 2, 8), True),  # Saturday worked in its place
        (date(2025, 4, 27), True),  # Sunday worked for Labour Day
        (date(2025, 5, 5), False),
        (date(2025, 9, 28), True),
        (date(2025, 10, 8), False),
        (date(2025, 10, 9), True),
        (date(2025, 10, 11), True),
    ],
)
def test_holidays_and_days_worked_instead_are_those_announced(day, works):
    assert is_working_day(day) is works


def test_years_not_announced_count_monday_to_friday_and_say_so():
    beyond = max(ANNOUNCED) + 1
    monday = next(day for day in (date(beyond, 6, n) for n in range(1, 8)) if day.isoweekday() == 1)
    assert not is_announced(monday)
    week = [is_working_day(monday + timedelta(days=n)) for n in range(7)]
    assert week == [True] * 5 + [False] * 2
    assert is_announced(date(max(ANNOUNCED), 12, 31))


@given(days, spans)
def test_adding_and_counting_are_each_others_opposite(start, span):
    end = add_working_days(start, span)
    assert working_days_between(start, end) == span
    assert working_days_between(end, start) == -span


@given(days, st.integers(1, 120))
def test_a_period_ends_on_a_working_day(start, span):
    assert is_working_day(add_working_days(start, span))


@given(days, spans, spans)
def test_periods_add_up(start, first, second):
    assert add_working_days(add_working_days(start, first), second) == add_working_days(
        start, first + second
    )


@given(days, days, days)
def test_counts_add_up(a, b, c):
    assert working_days_between(a, b) + working_days_between(b, c) == working_days_between(a, c)


def test_a_negative_period_is_a_mistake():
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 1, 1), -1)
