"""Working days of a clock as boxes, a row for each week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import display


@dataclass(frozen=True)
class ClockWeek:
    boxes: tuple[str, ...]  # classes: used, now, due, over, or nothing
    words: str


@dataclass(frozen=True)
class Clock:
    """A statutory period in working days: `left` below zero means late."""

    weeks: tuple[ClockWeek, ...]
    used: int
    total: int
    due: date
    stopped: bool = False
    done: bool = False

    @property
    def left(self) -> int:
        return self.total - self.used

    @property
    def late(self) -> int:
        return max(0, -self.left)

    @property
    def tone(self) -> str:
        """The class of the small clock: late, worth watching, or calm."""
        if self.done:
            return ""
        return "l" if self.left < 0 else "w" if self.left * 4 <= self.total else ""

    @property
    def words(self) -> str:
        """The boxes in one sentence, for those who cannot see them."""
        due = display.day_week(self.due)
        if self.done:
            return _("Took %(used)s of %(total)s working days") % {
                "used": self.used,
                "total": self.total,
            }
        if self.late:
            return _("%(total)s working days, due %(due)s: %(late)s days late") % {
                "total": self.total,
                "due": due,
                "late": self.late,
            }
        return _("%(total)s working days: %(used)s gone, due %(due)s") % {
            "total": self.total,
            "used": self.used,
            "due": due,
        }

    @property
    def left_words(self) -> str:
        if self.late:
            return ngettext(
                "%(count)s working day late", "%(count)s working days late", self.late
            ) % {"count": self.late}
        return ngettext("%(count)s working day left", "%(count)s working days left", self.left) % {
            "count": self.left
        }


def clock(
    working_days: Sequence[date],
    *,
    used: int,
    stopped: bool = False,
    done: bool = False,
) -> Clock:
    """The clock of a case.

    `working_days` are the days of the statutory period in order, the last one being the day the
    answer is due; `used` is how many have gone (more than there are: late).
    """
    total = len(working_days)
    numbered = list(enumerate(working_days))
    weeks = []
    for _week, grouped in groupby(numbered, key=lambda pair: pair[1].isocalendar()[:2]):
        days = list(grouped)
        boxes = tuple(_box(index, used, total, stopped or done) for index, _day in days)
        weeks.append(ClockWeek(boxes, _week_words(days, used, total, stopped or done)))
    due = working_days[-1] if working_days else date.min
    return Clock(tuple(weeks), used, total, due, stopped, done)


def _box(index: int, used: int, total: int, still: bool) -> str:
    classes = []
    if used > total:
        classes.append("over")
    elif index < used:
        classes.append("used")
    elif index == used and not still:
        classes.append("now")
    if index == total - 1:
        classes.append("due")
    return " ".join(classes)


def _week_words(days: list[tuple[int, date]], used: int, total: int, still: bool) -> str:
    first_index, first = days[0]
    last_index, last = days[-1]
    if last_index == total - 1:
        return _("due %(day)s") % {"day": display.day_short(last)}
    if first_index <= used <= last_index and not still:
        return _("this week, day %(number)s") % {"number": used + 1}
    return _("from %(day)s") % {"day": display.day_short(first)}
