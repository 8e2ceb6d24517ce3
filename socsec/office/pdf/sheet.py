"""The assessment sheet on paper: the same lines as on the screen, every explanation open."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import sheets
from .page import Page
from .style import AMBER, AMBER_EDGE, END, FAINT, GREY, INK, INNER, SIDE

MARGIN = 36.0  # the ledger's margin with number and sign
SIZE, LABEL, LAW, TERM = 10.5, 11.0, 8.5, 8.0


def draw(paper: Page, document: Any, unit: str, number: str) -> None:
    """The sheet, then what in it is not confirmed."""
    layout = sheets.lay_out(document, paper.language)
    if layout is None or not layout.rows:
        return
    _Drawing(paper).whole(layout, unit, number)


class _Drawing:
    def __init__(self, paper: Page) -> None:
        self.paper, self.pdf = paper, paper.pdf
        self.left, self.right = SIDE, SIDE + INNER
        self.text = SIDE + MARGIN + 10
        self.amount = 104.0

    def whole(self, layout: sheets.Layout, unit: str, number: str) -> None:
        paper = self.paper
        paper.room(140)
        paper.y += 6
        paper.rule(2)
        self._head(layout.title, unit or _("yuan"), number)
        with self.pdf.group("L"):
            for row in layout.rows:
                self._row(row)
        paper.y += 8
        self._unverified(layout)

    def _head(self, title: str, unit: str, number: str) -> None:
        paper, pdf = self.paper, self.pdf
        kicker = " · ".join(part for part in (_("Assessment sheet"), number) if part)
        with pdf.leaf("P"):
            pdf.put(self.left + 10, paper.y + 18, kicker, 9, colour=GREY)
        with pdf.leaf("H2"):
            pdf.put(self.left + 10, paper.y + 36, title, 12.5, bold=True)
        said = _("Unit: %(unit)s") % {"unit": unit}
        with pdf.leaf("P"):
            pdf.put(self.right - 10 - pdf.width(said, 9), paper.y + 36, said, 9, colour=GREY)
        paper.y += 46

    def _row(self, row: sheets.Row) -> None:
        paper, line = self.paper, row.line
        label = paper.wrap(line["label"], self.right - self.text - self.amount - 60, LABEL, True)
        work = self._work(line["work"], self.right - self.text - 10)
        more = self._more(row)
        law = paper.wrap(line["law"], self.right - self.text - 10, LAW) if line["law"] else []
        height = 12 + len(label) * 17 + work[1] + len(law) * 13 + 4
        height += sum(len(part) * 12 + 2 for part, _bold in more)
        if row.heading:
            self._group(row.heading)
        paper.room(min(height, 150))
        self._rule(row.total)
        top = paper.y
        with self.pdf.group("LI"):
            self._number(row, top)
            y = self._label(row, label, top)
            y = self._terms(work, y)
            for part, heavy in more:
                y = self._small(part, y, heavy)
            if law:
                y = self._page(max(y, top + 34 if row.total else y), len(law) * 13)
                with self.pdf.leaf("P"):
                    for said in law:
                        y += 13
                        at = self.right - 10 - self.pdf.width(said, LAW)
                        self.pdf.put(at, y - 2, said, LAW, colour=GREY)
        paper.y = y + 7
        if row.total:
            self._rule(True)

    def _rule(self, heavy: bool) -> None:
        self.paper.rule(0.9 if heavy else 0.4, INK if heavy else FAINT)

    def _group(self, text: str) -> None:
        paper = self.paper
        paper.room(170)
        self._rule(False)
        with self.pdf.leaf("H3"):
            self.pdf.put(self.text, paper.y + 16, text, SIZE, bold=True, colour=GREY)
        paper.y += 23

    def _number(self, row: sheets.Row, top: float) -> None:
        pdf = self.pdf
        said = "" if row.total else str(row.number)
        with pdf.leaf("Lbl"):
            if said:
                at = self.left + (MARGIN - pdf.width(said, 9)) / 2
                pdf.put(at, top + 20, said, 9, colour=GREY)
            if row.sign:
                at = self.left + (MARGIN - pdf.width(row.sign, SIZE)) / 2
                pdf.put(at, top + (20 if row.total else 34), row.sign, SIZE)

    def _label(self, row: sheets.Row, label: list[str], top: float) -> float:
        pdf, line = self.pdf, row.line
        y = top + 3
        with pdf.leaf("LBody"):
            for part in label:
                y += 17
                pdf.put(self.text, y, part, LABEL, bold=True)
        if line["open"] and not row.total:
            self._tag(self.text + pdf.width(label[-1], LABEL, True) + 8, y, _status(line["status"]))
        self._amount(row, top)
        return y + 4

    def _tag(self, x: float, y: float, text: str) -> None:
        pdf = self.pdf
        width = pdf.width(text, TERM, True) + 8
        with pdf.decoration():
            pdf.box(x, y - 9.5, width, 13, edge=AMBER_EDGE, line=0.8, dashed=True)
        with pdf.leaf("P"):
            pdf.put(x + 4, y - 0.2, text, TERM, bold=True, colour=AMBER)

    def _amount(self, row: sheets.Row, top: float) -> None:
        pdf, line = self.pdf, row.line
        size = 15.0 if row.total else 12.0
        said = line["amount"]
        if line["kind"] == "condition":
            said, size = (_("met") if line["met"] else _("not met")), 10.5
        if not said:
            return
        wide = pdf.width(said, size, True)
        if wide > self.amount + 40:  # words rather than a figure
            size *= (self.amount + 40) / wide
            wide = pdf.width(said, size, True)
        x, y = self.right - 10 - wide, top + (24 if row.total else 20)
        with pdf.leaf("P"):
            pdf.put(x, y, said, size, bold=True)
        with pdf.decoration():
            if row.total:
                for below in (4.0, 6.2):
                    pdf.stroke(x, y + below, x + wide, y + below, width=0.8)
            elif line["open"]:
                pdf.stroke(x, y + 3, x + wide, y + 3, width=0.9, colour=AMBER_EDGE, dashed=True)

    def _work(self, work: list[dict[str, Any]], width: float) -> tuple[list[list[Any]], float]:
        """The pieces of a working in rows, each with its place and width, and their height."""
        if len(work) < 2 and not (work and work[0]["kind"] == "term"):
            return [], 0
        rows: list[list[Any]] = [[]]
        x = 0.0
        for piece in work:
            said = piece["text"]
            wide = self.pdf.width(said, SIZE, piece["kind"] == "term")
            if piece["kind"] == "term":
                wide = max(wide, self.pdf.width(piece["label"], TERM))
            if x and x + wide > width:
                rows.append([])
                x = 0.0
            rows[-1].append((x, wide, piece))
            x += wide + 5
        return rows, len(rows) * 29

    def _terms(self, work: tuple[list[list[Any]], float], y: float) -> float:
        pdf = self.pdf
        for row in work[0]:
            y = self._page(y, 29)
            marks = []
            with pdf.leaf("P"):
                for x, _wide, piece in row:
                    at = self.text + x
                    if piece["kind"] != "term":
                        pdf.put(at, y + 12, piece["text"], SIZE, colour=GREY)
                        continue
                    open_ = piece["open"]
                    pdf.put(at, y + 12, piece["text"], SIZE, bold=True)
                    colour = AMBER if open_ else GREY
                    pdf.put(at, y + 23, piece["label"], TERM, colour=colour)
                    if open_:
                        marks.append((at, y + 14.5, pdf.width(piece["text"], SIZE, True)))
            for x, at, wide in marks:
                with pdf.decoration():
                    pdf.stroke(x, at, x + wide, at, width=0.9, colour=AMBER_EDGE, dashed=True)
            y += 29
        return y

    def _more(self, row: sheets.Row) -> list[tuple[list[str], bool]]:
        """What the screen folds away: the explanation, the lines beneath, where numbers are from."""
        said: list[tuple[str, bool]] = []
        if row.line["help"]:
            said.append((row.line["help"], False))
        for line in row.inner:
            work = " ".join(_plain(piece) for piece in line["work"])
            amount = line["amount"]
            if line["kind"] == "condition":
                amount = _("met") if line["met"] else _("not met")
            equals = f" = {work}" if len(line["work"]) > 1 else ""
            law = f" · {line['law']}" if line["law"] else ""
            said.append((f"{line['label']}  {amount}{equals}{law}", line["open"]))
        for each in row.origins:
            since = _("since %(since)s") % {"since": each["since"]} if each["since"] else ""
            source = " · ".join(part for part in (since, each["law"], each["note"]) if part)
            open_ = f" · {_status(each['status'])}" if each["open"] else ""
            said.append((f"{each['label']}  {each['text']}  {source}{open_}", each["open"]))
        width = self.right - self.text - 20
        return [(self.paper.wrap(text, width, TERM + 0.5), open_) for text, open_ in said]

    def _small(self, parts: list[str], y: float, open_: bool) -> float:
        y = self._page(y + 2, len(parts) * 12)
        top = y
        with self.pdf.leaf("P"):
            for said in parts:
                y += 12
                self.pdf.put(
                    self.text + 10, y - 3, said, TERM + 0.5, colour=AMBER if open_ else GREY
                )
        with self.pdf.decoration():
            x = self.text + 3
            colour = AMBER_EDGE if open_ else FAINT
            self.pdf.stroke(x, top + 1, x, y, width=0.8, colour=colour, dashed=open_)
        return y

    def _page(self, y: float, height: float) -> float:
        """Where to go on: here, or at the top of a new page."""
        if y + height <= END:
            return y
        self.paper.new_page()
        return self.paper.y

    def _unverified(self, layout: sheets.Layout) -> None:
        if not layout.unverified:
            return
        count = len(layout.unverified)
        said = ngettext(
            "%(count)s parameter is not officially confirmed.",
            "%(count)s parameters are not officially confirmed.",
            count,
        ) % {"count": count}
        if layout.touched:
            touched = ", ".join(str(number) for number in layout.touched)
            said += " " + _("Touched: lines %(lines)s, marked by dashed lines.") % {
                "lines": touched
            }
        self.paper.note(said)


def _status(status: str) -> str:
    return _("Not yet official") if status == "provisional" else _("Not officially confirmed")


def _plain(piece: dict[str, Any]) -> str:
    return f"{piece['text']} ({piece['label']})" if piece["kind"] == "term" else piece["text"]
