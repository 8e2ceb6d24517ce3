"""From which day on a resident's medical cover holds. Days, not amounts: asked for one case at a time."""

from datetime import date

from socsec.kernel.months import first_day, last_day, month_of
from socsec.kernel.units import Choice

LAW = "国办发〔2024〕38号"


class Way(Choice):
    """How somebody comes into a year."""

    WINDOW = 1, "集中参保期", "In the enrolment window"
    GRACE = 2, "补缴期", "Late, in the time without a wait"
    LATE = 3, "逾期", "Late"
    NEWBORN = 4, "新生儿", "Newborn"
    NEWLY_ELIGIBLE = 5, "首次符合条件", "Newly eligible"
    SWITCHED = 6, "停职工医保后参保", "From employees' insurance"
    MAKE_UP = 7, "补缴以前年份", "Makes up an earlier year"


def cover_from(
    *, way: int, wait: int, paid_on: date, year: int, born_on: date, by_month: bool
) -> date:
    """The first day of the cover. It may lie past the year: then the wait takes up the whole of it.

    Paid in the window it is the first of January; a newborn is covered from birth; who is newly
    eligible, from the month of payment; in the time of grace, from the day of payment.

    >>> of = {"year": 2026, "born_on": date(1990, 1, 1), "by_month": False}
    >>> cover_from(way=Way.WINDOW, wait=0, paid_on=date(2025, 10, 3), **of)
    datetime.date(2026, 1, 1)
    >>> cover_from(way=Way.GRACE, wait=0, paid_on=date(2026, 2, 3), **of)
    datetime.date(2026, 2, 3)
    >>> cover_from(way=Way.LATE, wait=3, paid_on=date(2026, 3, 31), **of)
    datetime.date(2026, 6, 30)

    Zhejiang counts calendar months, that of payment as the first: paid in March, covered from May.

    >>> cover_from(way=Way.LATE, wait=2, paid_on=date(2026, 3, 20), **{**of, "by_month": True})
    datetime.date(2026, 5, 1)
    """
    begins = date(year, 1, 1)
    if way == Way.NEWBORN:
        return max(born_on, begins) if born_on.year == year else begins
    if not wait and way == Way.WINDOW:
        return begins
    if not wait and way in (Way.NEWLY_ELIGIBLE, Way.SWITCHED):
        return max(begins, paid_on.replace(day=1))
    counted = max(begins, paid_on)
    later = month_of(counted) + wait
    if wait and by_month:
        return first_day(later)
    return min(last_day(later), first_day(later).replace(day=min(counted.day, last_day(later).day)))


def window(year: int, opens: int, closes: int, grace_until: int) -> tuple[date, date, date | None]:
    """The first and last day of the enrolment window of an insured year, and of the grace after it.

    A day is written as month and day: 901 is the first of September.

    >>> window(2026, 1130, 228, 0)
    (datetime.date(2025, 11, 30), datetime.date(2026, 2, 28), None)
    >>> window(2026, 901, 1231, 228)
    (datetime.date(2025, 9, 1), datetime.date(2025, 12, 31), datetime.date(2026, 2, 28))
    """
    before = year - 1
    last = _day(before if closes >= opens else year, closes)
    return _day(before, opens), last, _day(year, grace_until) if grace_until else None


def _day(year: int, number: int) -> date:
    month, day = divmod(number, 100)
    return date(year, month, day)
