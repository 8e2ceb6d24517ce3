"""What the drawn parts of a screen show, worked out before any template sees it.

A month is a box and a working day is a box; charts are SVG with real text and always stand beside
the same numbers as a table. Nothing here reads the database: callers hand over plain values."""

from .charts import (
    GUTTER,
    LABEL,
    Chart,
    LyingBar,
    Series,
    Shape,
    bar_chart,
    line_chart,
    percent,
    yuan_whole,
)
from .clocks import Clock, ClockWeek, clock
from .months import MONTH_STATES, MonthBox, MonthGrid, Text, YearRow, month_grid

__all__ = [
    "GUTTER",
    "LABEL",
    "MONTH_STATES",
    "Chart",
    "Clock",
    "ClockWeek",
    "LyingBar",
    "MonthBox",
    "MonthGrid",
    "Series",
    "Shape",
    "Text",
    "YearRow",
    "bar_chart",
    "clock",
    "line_chart",
    "month_grid",
    "percent",
    "yuan_whole",
]
