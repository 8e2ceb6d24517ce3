"""Where the pen stands on a page, and plain text."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.utils import translation
from django.utils.functional import Promise

from .. import display
from .document import Pdf
from .lines import lines
from .style import AMBER_EDGE, BODY, END, GREY, INK, INNER, SIDE, SMALL, TOP

Text = str | Promise


class Page:
    """Pages that are written from top to bottom. `y` is where the pen stands, in points."""

    def __init__(self, title: Text, language: str, dated: date) -> None:
        self.language = language
        self.chinese = display.chinese(language)
        self.pdf = Pdf(str(title), language, dated)
        self.y = 0.0
        self.new_page()

    # Where the pen stands

    @contextmanager
    def words(self) -> Iterator[None]:
        """The paper's language, for texts it makes itself."""
        with translation.override(self.language):
            yield

    def new_page(self) -> None:
        """Begin a page."""
        self.pdf.add_page()
        self.y = TOP

    def room(self, height: float) -> bool:
        """Begin a page if less than `height` is left, and say whether that was so."""
        if self.y + height <= END or self.y <= TOP:
            return False
        self.new_page()
        return True

    def space(self, height: float) -> None:
        """Leave a gap, unless a page has just begun."""
        if self.y > TOP:
            self.y += height

    def rule(self, width: float = 0.5, colour: tuple[float, float, float] = INK) -> None:
        """A line across the paper."""
        with self.pdf.decoration():
            self.pdf.stroke(SIDE, self.y, SIDE + INNER, self.y, width=width, colour=colour)

    def wrap(self, text: str, width: float, size: float, bold: bool = False) -> list[str]:
        """The lines of a text within a width."""
        return lines(text, width, lambda part: self.pdf.width(part, size, bold))

    def leading(self, size: float) -> float:
        """From one baseline to the next."""
        return size * (1.65 if self.chinese else 1.5)

    def dashed(self, x: float, y: float, width: float) -> None:
        """The dashes under what is not confirmed."""
        with self.pdf.decoration():
            self.pdf.stroke(x, y, x + width, y, width=0.9, colour=AMBER_EDGE, dashed=True)

    def heading(self, text: Text) -> None:
        """The result, as the title of the paper."""
        self._set("H1", str(text), 17, bold=True, before=4, after=6, keep=60)

    def section(self, text: Text) -> None:
        """The title of a part."""
        self._set("H2", str(text), 12.5, bold=True, before=12, after=3, keep=60)

    def text(self, text: Text) -> None:
        """A paragraph."""
        self._set("P", str(text), BODY, after=5)

    def note(self, text: Text) -> None:
        """A paragraph in small type."""
        self._set("P", str(text), SMALL, colour=GREY, after=4)

    def _set(
        self,
        kind: str,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: tuple[float, float, float] = INK,
        before: float = 0,
        after: float = 0,
        keep: float = 0,
    ) -> None:
        step = self.leading(size)
        self.space(before)
        waiting = self.wrap(text, INNER, size, bold)
        self.room(step * min(len(waiting), 2) + keep)
        while waiting:
            fits = max(1, int((END - self.y) / step))
            now, waiting = waiting[:fits], waiting[fits:]
            with self.pdf.leaf(kind):
                for line in now:
                    self.y += step
                    self.pdf.put(SIDE, self.y - step * 0.3, line, size, bold=bold, colour=colour)
            if waiting:
                self.new_page()
        self.y += after
