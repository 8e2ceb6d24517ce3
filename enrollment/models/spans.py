"""Spans of days: half-open, so that one may begin on the day on which another ends."""

from datetime import date, timedelta

from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange

DAY = timedelta(days=1)


def whole(column: str) -> models.Func:
    """A whole number as a range of one, so that an exclusion constraint can compare it.

    PostgreSQL without its contrib extensions has no gist index on plain numbers.
    """
    return models.Func(models.F(column), models.F(column), models.Value("[]"), function="int8range")


def from_day(day: date) -> DateRange:
    """From that day on, without an end."""
    return DateRange(day, None, "[)")


def until(span: DateRange, last_day: date) -> DateRange:
    """The span cut off after its last day; empty if it had not begun by then."""
    end = last_day + DAY
    if span.isempty or (span.lower and end <= span.lower):
        return DateRange(empty=True)
    return DateRange(span.lower, min(end, span.upper) if span.upper else end, "[)")


def last_day(span: DateRange) -> date | None:
    """The last day that belongs to the span; None while it is open or if it is empty."""
    return span.upper - DAY if span.upper else None
