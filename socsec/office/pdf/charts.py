"""The charts of the screens on paper: the same shapes, in points."""

import itertools
import re

from ..figures import Chart, Shape
from .page import Page
from .style import FAINT, GREY, INK, INNER, SIDE

Colour = tuple[float, float, float]
SERIES: tuple[Colour, ...] = (
    (0.04, 0.36, 0.34),
    (0.72, 0.47, 0.12),
    (0.24, 0.42, 0.62),
    (0.49, 0.33, 0.56),
    (0.71, 0.34, 0.25),
)
TYPE = 13.0  # of a chart's text, in the units it is drawn in


def draw(paper: Page, chart: Chart, words: str) -> None:
    """The picture with its description, then the legend where there are several series."""
    pdf = paper.pdf
    scale = INNER / chart.width
    paper.room(chart.height * scale + 30)
    top = paper.y
    with pdf.leaf("Figure", alt=words):
        for shape in chart.shapes:
            _Shape(paper, shape, top, scale).draw()
    paper.y = top + chart.height * scale + 6
    x = SIDE
    for number, label in chart.legend:
        with pdf.decoration():
            pdf.box(x, paper.y, 9, 9, fill=_series(number))
        with pdf.leaf("P"):
            pdf.put(x + 14, paper.y + 8.5, str(label), 9)
        x += 30 + pdf.width(str(label), 9)
    paper.y += 22 if chart.legend else 6


def _series(number: int) -> Colour:
    return SERIES[(number - 1) % len(SERIES)]


class _Shape:
    def __init__(self, paper: Page, shape: Shape, top: float, scale: float) -> None:
        self.pdf, self.shape, self.top, self.scale = paper.pdf, shape, top, scale
        self.classes = shape.css.split()

    def x(self, value: str) -> float:
        return SIDE + float(value) * self.scale

    def y(self, value: str) -> float:
        return self.top + float(value) * self.scale

    def colour(self) -> Colour:
        for each in self.classes:
            if re.fullmatch(r"[fs]\d", each):
                colour = _series(int(each[1]))
                if "dim" in self.classes:
                    colour = tuple(0.4 + 0.6 * part for part in colour)  # type: ignore[assignment]
                return colour
        return FAINT if "gridline" in self.classes else INK

    def draw(self) -> None:
        getattr(self, self.shape.kind)()

    def rect(self) -> None:
        at = self.shape.at
        wide, high = float(at["width"]) * self.scale, float(at["height"]) * self.scale
        place = (self.x(at["x"]), self.y(at["y"]), wide, high)
        if "frame" in self.classes:
            self.pdf.box(*place, edge=GREY, dashed=True)
        else:
            self.pdf.box(*place, fill=self.colour())

    def line(self) -> None:
        at = self.shape.at
        ends = (self.x(at["x1"]), self.y(at["y1"]), self.x(at["x2"]), self.y(at["y2"]))
        self.pdf.stroke(*ends, width=0.4, colour=self.colour())

    def path(self) -> None:
        points = [
            (self.x(x), self.y(y))
            for x, y in re.findall(r"([\d.]+)[ ,](-?[\d.]+)", self.shape.at["d"])
        ]
        dashed = "ln--open" in self.classes
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            self.pdf.stroke(x1, y1, x2, y2, width=1.4, colour=self.colour(), dashed=dashed)

    def text(self) -> None:
        size = TYPE * self.scale * (0.9 if "t-s" in self.classes else 1)
        bold = "t-b" in self.classes
        wide = self.pdf.width(self.shape.text, size, bold)
        back = wide if "end" in self.classes else wide / 2 if "mid" in self.classes else 0
        x, y = self.x(self.shape.at["x"]) - back, self.y(self.shape.at["y"])
        self.pdf.put(x, y, self.shape.text, size, bold=bold)
