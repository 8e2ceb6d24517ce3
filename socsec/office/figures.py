"""What the drawn parts of a screen show, worked out before any template sees it.

A month is a box and a working day is a box; charts are SVG with real text and always stand beside
the same numbers as a table. Nothing here reads the database: callers hand over plain values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from . import display

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


@dataclass(frozen=True)
class Series:
    """One kind of value across all bars or points of a chart, in fen or plain counts."""

    label: Text
    values: Sequence[int]
    open_from: int | None = None  # index from which a line is a projection (dashed)


@dataclass(frozen=True)
class Shape:
    kind: str  # rect, text, line, path
    css: str = ""
    text: str = ""
    at: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chart:
    """A drawn chart, its legend, and for phones the same bars lying down."""

    shapes: tuple[Shape, ...]
    width: int
    height: int
    legend: tuple[tuple[int, Text], ...]
    lying: tuple["LyingBar", ...] = ()
    any_open: bool = False


@dataclass(frozen=True)
class LyingBar:
    label: Text
    sublabel: Text
    parts: tuple[tuple[int, str, str], ...]  # series number, start in %, width in %
    total: str
    on: bool


GUTTER = 64  # room for the numbers of the axis
LABEL = 34  # width from which bars side by side carry their numbers


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def percent(value: int, whole: int, gap: float = 0) -> str:
    """A share of a drawn width, in per cent, less a small gap to the next part."""
    return _n(max(0.4, value / whole * 100 - gap) if gap else value / whole * 100) + "%"


def _ticks(top: int) -> list[int]:
    """Two to five round steps from zero up to `top`."""
    if top <= 0:
        return []
    step = 10 ** (len(str(top)) - 1)
    while top // step < 2:
        step = step // 2 or 1
        if step == 1:
            break
    while top // step > 5:
        step *= 2
    return list(range(step, top + 1, step))


def bar_chart(
    labels: Sequence[Text],
    series: Sequence[Series],
    *,
    sublabels: Sequence[Text] = (),
    on: int | None = None,
    open_bars: Sequence[bool] = (),
    beside: bool = False,
    say=None,
    width: int = 720,
    height: int = 300,
) -> Chart:
    """Bars from zero, at most five series; bar `on` is emphasised, `open_bars` are framed with dashes.

    Series that make one sum are stacked. Those that do not, such as what came in and what went out,
    stand `beside` each other. `say` writes a number (default: whole yuan of fen).
    """
    say = say or yuan_whole
    count = max(len(labels), 1)
    join = max if beside else sum
    sums = [join([s.values[i] for s in series] or [0]) for i in range(len(labels))]
    top = max([*sums, 1])
    ground, head = height - 54, 34
    left = GUTTER
    slot = (width - left) / count
    bar = min(56.0, slot * 0.64)
    shapes: list[Shape] = []

    def y(value: float) -> float:
        return ground - value / top * (ground - head)

    for tick in _ticks(top):
        at = y(tick)
        shapes.append(
            Shape(
                "line",
                "gridline",
                at={"x1": str(GUTTER), "x2": str(width), "y1": _n(at), "y2": _n(at)},
            )
        )
        shapes.append(Shape("text", "t-s end", say(tick), {"x": str(GUTTER - 10), "y": _n(at + 4)}))
    for i, label in enumerate(labels):
        middle = left + slot * (i + 0.5)
        dim = "" if on is None or on == i else " dim"
        base = 0
        thin = bar / len(series) if beside else bar
        for number, one in enumerate(series, 1):
            value = one.values[i]
            start = middle - bar / 2 + (number - 1) * thin * beside
            if value > 0:
                low, high = y(base), y(base + value)
                shapes.append(
                    Shape(
                        "rect",
                        f"f{number}{dim}",
                        at={
                            "x": _n(start),
                            "y": _n(high),
                            "width": _n(thin),
                            "height": _n(max(0.5, low - high - 1.2)),
                            "rx": "1.5",
                        },
                    )
                )
            if beside:
                if value and thin >= LABEL:  # narrower ones are read off the axis and the table
                    spot = {"x": _n(start + thin / 2), "y": _n(y(value) - 11)}
                    shapes.append(Shape("text", "mid t-s", say(value), spot))
            else:
                base += value
        if i < len(open_bars) and open_bars[i]:
            reach = max(one.values[i] for one in series) if beside else base
            shapes.append(
                Shape(
                    "rect",
                    "frame",
                    at={
                        "x": _n(middle - bar / 2 - 4),
                        "y": _n(y(reach) - 4),
                        "width": _n(bar + 8),
                        "height": _n(ground - y(reach) + 4),
                        "rx": "4",
                    },
                )
            )
        bold = "mid t-b" if on == i else "mid"
        if not beside:
            spot = {"x": _n(middle), "y": _n(y(base) - 11)}
            shapes.append(Shape("text", bold, say(sums[i]), spot))
        shapes.append(Shape("text", bold, str(label), {"x": _n(middle), "y": str(ground + 19)}))
        if i < len(sublabels):
            shapes.append(
                Shape(
                    "text", "mid t-s", str(sublabels[i]), {"x": _n(middle), "y": str(ground + 37)}
                )
            )
        if on == i:
            shapes.append(
                Shape(
                    "rect",
                    "rule",
                    at={
                        "x": _n(middle - bar * 0.75),
                        "y": str(ground + 44),
                        "width": _n(bar * 1.5),
                        "height": "3",
                        "rx": "1.5",
                    },
                )
            )
    shapes.append(
        Shape(
            "line",
            "axis",
            at={"x1": str(GUTTER), "x2": str(width), "y1": str(ground), "y2": str(ground)},
        )
    )
    lying = tuple(
        LyingBar(
            label,
            sublabels[i] if i < len(sublabels) else "",
            _lying_parts([s.values[i] for s in series], top, beside=beside),
            " / ".join(say(s.values[i]) for s in series) if beside else say(sums[i]),
            on == i,
        )
        for i, label in enumerate(labels)
    )
    legend = tuple((n, s.label) for n, s in enumerate(series, 1)) if len(series) > 1 else ()
    return Chart(tuple(shapes), width, height, legend, lying, any(open_bars))


def _lying_parts(
    values: Sequence[int], top: int, *, beside: bool = False
) -> tuple[tuple[int, str, str], ...]:
    """One after the other; those that stand beside each other share the length of the bar."""
    if beside:
        top *= len(values)
    parts, start = [], 0
    for number, value in enumerate(values, 1):
        if value > 0:
            parts.append((number, percent(start, top), percent(value, top, gap=0.4)))
        start += value
    return tuple(parts)


def line_chart(
    labels: Sequence[Text],
    series: Sequence[Series],
    *,
    every: int = 1,
    ends: bool = True,
    say=None,
    width: int = 720,
    height: int = 260,
) -> Chart:
    """Lines from zero, labelled at their `ends`; the past solid, the future (`open_from`) dashed."""
    say = say or yuan_whole
    top = max([v for s in series for v in s.values] + [1])
    ground, head, right = height - 34, 20, 110 if ends else 24
    step = (width - right - GUTTER) / max(len(labels) - 1, 1)
    shapes: list[Shape] = []

    def y(value: float) -> float:
        return ground - value / top * (ground - head)

    for tick in _ticks(top):
        at = y(tick)
        shapes.append(
            Shape(
                "line",
                "gridline",
                at={"x1": str(GUTTER), "x2": str(width - right), "y1": _n(at), "y2": _n(at)},
            )
        )
        shapes.append(Shape("text", "t-s end", say(tick), {"x": str(GUTTER - 10), "y": _n(at + 4)}))
    for number, one in enumerate(series, 1):
        points = [f"{_n(GUTTER + i * step)} {_n(y(v))}" for i, v in enumerate(one.values)]
        cut = len(points) if one.open_from is None else one.open_from
        if points[:cut]:
            shapes.append(Shape("path", f"ln s{number}", at={"d": "M" + "L".join(points[:cut])}))
        if cut < len(points):
            rest = points[max(cut - 1, 0) :]
            shapes.append(Shape("path", f"ln ln--open s{number}", at={"d": "M" + "L".join(rest)}))
        if one.values and ends:
            shapes.append(
                Shape(
                    "text",
                    "t-b",
                    str(one.label),
                    {
                        "x": _n(GUTTER + (len(one.values) - 1) * step + 8),
                        "y": _n(y(one.values[-1]) + 4),
                    },
                )
            )
    for i, label in enumerate(labels):
        if i % every == 0:
            below = {"x": _n(GUTTER + i * step), "y": str(ground + 20)}
            shapes.append(Shape("text", "t-s mid", str(label), below))
    shapes.append(
        Shape(
            "line",
            "axis",
            at={"x1": str(GUTTER), "x2": str(width - right), "y1": str(ground), "y2": str(ground)},
        )
    )
    legend = tuple((n, s.label) for n, s in enumerate(series, 1)) if len(series) > 1 else ()
    any_open = any(s.open_from is not None for s in series)
    return Chart(tuple(shapes), width, height, legend, (), any_open)


def yuan_whole(fen: int) -> str:
    """Whole yuan for the labels of a chart; the table beside it has the fen.

    >>> yuan_whole(474716)
    '4,747'
    """
    return f"{(abs(fen) + 50) // 100:,}" if fen >= 0 else f"−{(abs(fen) + 50) // 100:,}"
