"""The months of a record on paper: a box is a month, as on the screen."""

from django.utils.translation import gettext as _

from ..figures import MonthGrid
from .page import Page
from .style import FAINT, FAINT_PINE, GREY, INK, INNER, PALE, PINE, PLUM, SIDE, SMALL, TINY, WHITE

SIDE_OF_BOX, GAP = 13.0, 3.2
TINTS = {
    "paid": PINE,
    "deemed": PALE,
    "over": PLUM,
    "owed": WHITE,
    "part": FAINT_PINE,
}
OPEN = {"pay", "proc"}  # not settled: dashed


def draw(paper: Page, grid: MonthGrid, label: str) -> None:
    """The grid as a table of years by months, then the legend."""
    pdf, step = paper.pdf, SIDE_OF_BOX + GAP
    left = SIDE + 40
    sums = left + 12 * step + 30
    with pdf.group("Table"):
        _numbers(paper, left, sums)
        for row in grid.rows:
            if paper.room(step + 2):
                _numbers(paper, left, sums)
            top = paper.y
            for i, box in enumerate(row.boxes):
                _box(paper, left + i * step, top, box.state)
            with pdf.group("TR"):
                with pdf.leaf("TH", a="<</O /Table /Scope /Row>>"):
                    pdf.put(SIDE, top + 10, str(row.year), SMALL)
                for i, box in enumerate(row.boxes):
                    with pdf.leaf("TD", alt=box.words):
                        _glyph(paper, left + i * step, top, box.state, box.glyph)
                with pdf.leaf("TD"):
                    said = str(row.counted)
                    pdf.put(sums - pdf.width(said, SMALL), top + 10, said, SMALL, bold=True)
                if row.note:
                    with pdf.leaf("TD"):
                        pdf.put(sums + 12, top + 10, str(row.note), SMALL, colour=GREY)
            paper.y = top + step
    paper.y += 4
    _legend(paper, grid)


def _numbers(paper: Page, left: float, sums: float) -> None:
    pdf = paper.pdf
    paper.room(60)
    with pdf.group("TR"):
        for i in range(12):
            said = str(i + 1)
            with pdf.leaf("TH", a="<</O /Table /Scope /Column>>"):
                at = left + i * (SIDE_OF_BOX + GAP) + (SIDE_OF_BOX - pdf.width(said, TINY)) / 2
                pdf.put(at, paper.y + 9, said, TINY, colour=GREY)
        said = _("Months")
        with pdf.leaf("TH", a="<</O /Table /Scope /Column>>"):
            pdf.put(sums - pdf.width(said, TINY), paper.y + 9, said, TINY, colour=GREY)
    paper.y += 13


def _box(paper: Page, x: float, y: float, state: str) -> None:
    pdf = paper.pdf
    with pdf.decoration():
        if state == "none":
            pdf.box(x + 5.5, y + 5.5, 2, 2, fill=FAINT)
            return
        fill = TINTS.get(state, WHITE)
        pdf.box(x, y, SIDE_OF_BOX, SIDE_OF_BOX, fill=fill, edge=INK, dashed=state in OPEN)


def _glyph(paper: Page, x: float, y: float, state: str, glyph: str) -> None:
    if not glyph:
        return
    pdf = paper.pdf
    colour = WHITE if state in ("paid", "over") else INK
    at = x + (SIDE_OF_BOX - pdf.width(glyph, SMALL, True)) / 2
    pdf.put(at, y + 9.8, glyph, SMALL, bold=True, colour=colour)


def _legend(paper: Page, grid: MonthGrid) -> None:
    pdf, x = paper.pdf, SIDE
    paper.room(24)
    for state, glyph, word, total in grid.legend:
        said = f"{word} {total}"
        wide = SIDE_OF_BOX + 6 + pdf.width(said, SMALL) + 16
        if x + wide > SIDE + INNER:
            x = SIDE
            paper.y += SIDE_OF_BOX + 6
        _box(paper, x, paper.y, state)
        with pdf.leaf("P"):
            _glyph(paper, x, paper.y, state, glyph)
            pdf.put(x + SIDE_OF_BOX + 6, paper.y + 10, said, SMALL)
        x += wide
    paper.y += SIDE_OF_BOX + 12
