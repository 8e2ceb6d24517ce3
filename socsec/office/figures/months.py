"""Months of a record as boxes, a row for each year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import display

Text = str | Promise


# State of a month: (glyph in the box, word for the legend and for screen readers).
# Every state has its own glyph or fill, so that colour never carries it alone.
MONTH_STATES: dict[str, tuple[str, Text]] = {
    "paid": ("", gettext_lazy("paid")),
    "deemed": ("", gettext_lazy("deemed paid")),
    "over": ("2", gettext_lazy("overlapping")),
    "miss": ("–", gettext_lazy("missing")),
    "owed": ("!", gettext_lazy("not paid")),
    "part": ("½", gettext_lazy("paid in part")),
    "pay": ("+", gettext_lazy("can still be paid")),
    "proc": ("…", gettext_lazy("being processed")),
    "none": ("", gettext_lazy("not insured")),
}


@dataclass(frozen=True)
class MonthBox:
    """One month of a record. `url` only where there is something to explain."""

    month: int
    state: str
    url: str = ""

    @property
    def glyph(self) -> str:
        return MONTH_STATES[self.state][0]

    @property
    def words(self) -> str:
        return _("%(span)s: %(state)s") % {
            "span": display.month(self.month),
            "state": MONTH_STATES[self.state][1],
        }


@dataclass(frozen=True)
class YearRow:
    year: int
    boxes: tuple[MonthBox, ...]
    counted: int
    note: Text = ""  # an employer or a status that begins in this year


@dataclass(frozen=True)
class MonthGrid:
    """A record by year and month, with a legend of the states that occur in it."""

    rows: tuple[YearRow, ...]
    legend: tuple[tuple[str, str, Text, int], ...]  # state, glyph, word, how many

    @property
    def has_notes(self) -> bool:
        return any(row.note for row in self.rows)


def month_grid(
    states: Mapping[int, str],
    *,
    urls: Mapping[int, str] | None = None,
    notes: Mapping[int, Text] | None = None,
    counted: Sequence[str] = ("paid", "deemed", "over"),
) -> MonthGrid:
    """The grid of a record: month → state (see MONTH_STATES), newest year last.

    `urls` links a month to its explanation, `notes` names by year what begins in it, `counted`
    says which states count towards the sum of a year.
    """
    urls, notes = urls or {}, notes or {}
    rows = []
    if states:
        for year in range(min(states) // 12, max(states) // 12 + 1):
            boxes = tuple(
                MonthBox(month, states.get(month, "none"), urls.get(month, ""))
                for month in range(year * 12, year * 12 + 12)
            )
            number = sum(box.state in counted for box in boxes)
            rows.append(YearRow(year, boxes, number, notes.get(year, "")))
    totals = {state: sum(s == state for s in states.values()) for state in MONTH_STATES}
    legend = tuple(
        (state, glyph, word, totals[state])
        for state, (glyph, word) in MONTH_STATES.items()
        if totals[state] and state != "none"
    )
    return MonthGrid(tuple(rows), legend)
