"""Working days of China: weekends, public holidays, and the weekend days worked in their place.

The State Council announces each year's holidays in the autumn before. For a year that is not
announced yet, Monday to Friday count as working days, and `is_announced` says so: such a date is
a forecast that can still move.

>>> from datetime import date
>>> is_working_day(date(2026, 10, 1)), is_working_day(date(2026, 10, 10))  # a Saturday worked
(False, True)
>>> add_working_days(date(2026, 9, 30), 1)
datetime.date(2026, 10, 8)
>>> working_days_between(date(2026, 9, 30), date(2026, 10, 8))
1
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

ANNOUNCED = frozenset(day.year for day in chinese_calendar.constants.holidays)


def is_announced(day: date) -> bool:
    """Whether the holidays of that day's year are known."""
    return day.year in ANNOUNCED


@lru_cache(maxsize=20_000)
def is_working_day(day: date) -> bool:
    if is_announced(day):
        return chinese_calendar.is_workday(day)
    return day.isoweekday() <= 5


def days_after(start: date) -> Iterator[date]:
    day = start
    while True:
        day += timedelta(days=1)
        yield day


def add_working_days(start: date, days: int) -> date:
    """The last day of a period of `days` working days.

    The day itself does not count, the period runs from the next (民法典 art. 201). A period of no
    days ends on the day it starts.
    """
    if days < 0:
        raise ValueError("a period cannot be negative")
    if not days:
        return start
    for day in days_after(start):
        if is_working_day(day):
            days -= 1
            if not days:
                return day
    raise AssertionError("days never end")


def working_days_between(start: date, end: date) -> int:
    """Working days after `start`, up to and with `end`; negative where `end` lies before."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
