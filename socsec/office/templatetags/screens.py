"""Everything a template needs to draw a screen: words, icons, forms, the sheet, months, clocks, charts.

`{% load screens %}`; docs/screens.md shows each in use and /style/ shows how it looks.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from socsec.kernel.units import UNITS
from socsec.office import display, figures
from socsec.office.forms import Boxes, PickField, PickManyField, TickField
from socsec.office.places import place
from socsec.office.sheets import lay_out

register = template.Library()

# Words. Each takes the request's language.
register.filter("money", display.money)
register.filter("money_large", display.money_large)
register.filter("change", display.change)
register.filter("place", place)
register.filter("change_plain", display.change_plain)
register.filter("month", display.month)
register.filter("age", display.age)
register.filter("age_short", display.age_short)
register.filter("duration", display.duration)
register.filter("day", display.day)
register.filter("day_plain", display.day_plain)
register.filter("day_short", display.day_short)
register.filter("day_week", display.day_week)
register.filter("moment", display.moment)
register.filter("rate", display.rate)


@register.filter
def yuan(fen: int | None) -> str:
    """An amount without its unit, for a column whose head names it; a dash where there is none."""
    return "—" if fen is None else UNITS["fen"].say(fen, "en")


@register.filter
def month_code(number: int) -> str:
    """A month for a table: 2027-01."""
    return str(UNITS["month"].natural(number))


@register.simple_tag
def months_between(first: int, last: int) -> str:
    return display.months_between(first, last)


@register.filter
def words(text: str) -> list[str]:
    """A text split at its spaces, to loop over."""
    return text.split()


@register.filter
def pick(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key that is only known in the template."""
    return mapping.get(key, "")


@register.filter
def clock_time(when: datetime) -> str:
    """The time of day on the office's clocks."""
    return f"{display.local(when):%H:%M}"


@register.filter
def seconds_left(when: datetime) -> int:
    return max(0, int((when - timezone.now()).total_seconds()))


@register.filter
def iso(when: date | datetime) -> str:
    """A date for a table or the datetime attribute of <time>; a moment on the office's clocks."""
    return (
        f"{display.local(when):%Y-%m-%d %H:%M}" if isinstance(when, datetime) else when.isoformat()
    )


@register.filter
def note_kind(level: str) -> str:
    """The colour of a note from the level of a message."""
    return {"error": "red", "warning": "amber", "success": "green"}.get(level, "blue")


# Icons


@register.simple_tag
def icons_url() -> str:
    """Where the sprite stands."""
    return static("img/icons.svg")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite; decoration only, the words stand beside it."""
    return format_html(
        '<svg class="ic{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        static("img/icons.svg"),
        name,
    )


# Forms


@register.inclusion_tag("portal/_parts/errors.html")
def errors(form: Any) -> dict[str, Any]:
    """The list of what to correct, at the top of the page; takes the focus."""
    found = form.summary if form is not None and form.is_bound else []
    return {"found": found, "count": len(found)}


@register.inclusion_tag("portal/_parts/field.html")
def field(bound: BoundField, heading: str = "", affix: str = "") -> dict[str, Any]:
    """One field with label, hint and error. With `heading`, its label is the h1 of the page
    and `heading` the small line above it."""
    of = bound.field
    kind = "text"
    if isinstance(of, PickField) and isinstance(of.widget, forms.RadioSelect):
        kind = "pick"
    elif isinstance(of, PickManyField):
        kind = "picks"
    elif isinstance(of.widget, Boxes):
        kind = "boxes"
    elif isinstance(of, TickField):
        kind = "tick"
    described = []
    if of.help_text:
        described.append(f"{bound.auto_id}_helptext")
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    return {
        "field": bound,
        "kind": kind,
        "heading": heading,
        "affix": affix,
        "described_by": " ".join(described),
        "options": _options(bound) if kind in ("pick", "picks") else (),
        "boxes": _boxes(bound) if kind == "boxes" else (),
    }


@register.inclusion_tag("portal/_parts/fields.html")
def fields(form: Any) -> dict[str, Any]:
    """Every field of a form, in order."""
    return {"form": form}


def _options(bound: BoundField) -> list[dict[str, Any]]:
    value = bound.value()
    chosen = (
        {str(each) for each in value} if isinstance(value, list | tuple | set) else {str(value)}
    )
    return [
        {"option": option, "id": f"{bound.auto_id}_{i}", "on": option.value in chosen}
        for i, option in enumerate(bound.field.options)
    ]


def _boxes(bound: BoundField) -> list[dict[str, Any]]:
    widget: Boxes = bound.field.widget
    value = bound.value()
    values = value if isinstance(value, list) else widget.decompress(value)
    boxes = [
        {
            "id": f"{bound.auto_id}_{i}",
            "name": f"{bound.html_name}_{name}",
            "label": label,
            "css": width,
            "autocomplete": complete,
            "value": "" if i >= len(values) or values[i] is None else values[i],
        }
        for i, (name, label, width, complete) in enumerate(widget.parts)
    ]
    # In Chinese a date begins with its year.
    return boxes[::-1] if display.chinese() and widget.turns else boxes


# The month, the working day, the chart


@register.inclusion_tag("portal/_parts/months.html")
def months_grid(grid: figures.MonthGrid, legend: bool = True, name: str = "") -> dict[str, Any]:
    """A record by year and month (figures.month_grid)."""
    return {"grid": grid, "legend": legend, "name": name, "numbers": range(1, 13)}


@register.inclusion_tag("portal/_parts/clock.html")
def clock(clock: figures.Clock, law: str = "", law_url: str = "") -> dict[str, Any]:
    """The large clock of a case page (figures.clock)."""
    return {"clock": clock, "law": law, "law_url": law_url}


@register.inclusion_tag("portal/_parts/mini.html")
def mini(clock: figures.Clock) -> dict[str, Any]:
    """The small clock of a list."""
    shown = min(clock.total, 40)
    used = min(clock.used, clock.total)
    boxes = [i * clock.total < used * shown for i in range(shown)] if clock.total else []
    return {"clock": clock, "boxes": boxes}


_numbers = count(1)


@register.inclusion_tag("portal/_parts/chart.html")
def chart(
    chart: figures.Chart,
    title: str,
    table: Sequence[Sequence[Any]] = (),
    head: Sequence[Any] = (),
    on: int | None = None,
    folded: bool = False,
    narrow: bool = False,
    open_words: str = "",
) -> dict[str, Any]:
    """A chart (figures.bar_chart, line_chart) with the same numbers as a table beneath it.

    `head` and `table` are the table's cells, the first of each row its heading; row `on` is
    emphasised. `folded` hides the table until asked for; `narrow` leaves the first and the last
    two columns on a phone. `open_words` explains the dashed frame in the legend."""
    return {
        "chart": chart,
        "title": title,
        "table": table,
        "head": head,
        "on": on,
        "folded": folded,
        "narrow": narrow,
        "open_words": open_words,
    }


@register.inclusion_tag("portal/_parts/split.html")
def split(parts: Sequence[tuple[str, int]], title: str) -> dict[str, Any]:
    """A sum as one bar cut into its parts: (label, fen)."""
    whole = sum(fen for _label, fen in parts) or 1
    drawn, start = [], 0
    for number, (label, fen) in enumerate(parts, 1):
        drawn.append(
            {
                "number": number,
                "label": label,
                "fen": fen,
                "x": figures.percent(start, whole),
                "width": figures.percent(max(fen, 0), whole, gap=0.4),
            }
        )
        start += max(fen, 0)
    return {"parts": drawn, "title": title}


@register.inclusion_tag("portal/_parts/bar.html")
def bar(done: int, whole: int, label: str, tone: str = "") -> dict[str, Any]:
    """How far something has got."""
    return {"done": done, "whole": max(whole, 1), "label": label, "tone": tone}


@register.simple_tag
def number() -> int:
    """A number for ids that must be unique on a page."""
    return next(_numbers)


# The sheet


@register.inclusion_tag("sheet/_sheet.html")
def sheet(
    sheet: Any,
    title: str = "",
    unit: str = "",
    meta: str = "",
    estimate: bool = False,
    small: bool = False,
    contest: str = "",
    opened: bool = False,
    printable: bool = False,
) -> dict[str, Any]:
    """An assessment sheet: a Document, an Assessment, or the JSON of either.

    `unit` overrides the words at its head ("yuan a month"), `estimate` marks it as no decision,
    `contest` is where "I disagree with this line" leads (the line's code is added), `opened` unfolds
    the explanation of the first amount, `small` is for columns of the desk.
    """
    layout = lay_out(sheet)
    return {
        "layout": layout,
        "title": title or (layout.title if layout else ""),
        "unit": unit,
        "meta": meta,
        "estimate": estimate,
        "small": small,
        "contest": contest,
        "opened": layout.first_amount if layout and opened else 0,
        "printable": printable,
        "id": f"sheet-{next(_numbers)}",
    }
