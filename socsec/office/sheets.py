"""How an assessment sheet is laid out for reading, whatever rule made it.

The kernel's document is a flat list of explained lines. On a screen the lines of the sheet itself
are numbered; a nested part becomes one line, its result, with its inner lines folded beneath
under "How we got this", unless it is itself a total of parts; a part that ends in a condition is
a list of what is met and what is not; and where the total is a sum of lines, its signs stand in
the margin as in a ledger.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language

from socsec.kernel.document import Document

from .display import chinese

Line = dict[str, Any]  # as Document.view gives it

SUM_SIGNS = {"+", "−"}


@dataclass
class Row:
    """One drawn line: what the document says about it, and what lies beneath it."""

    line: Line
    number: int = 0
    inner: list[Line] = field(default_factory=list)
    sign: str = ""
    heading: str = ""
    total: bool = False

    @property
    def origins(self) -> list[Line]:
        """The parameters in the working of this line and of those beneath it, each once."""
        found: dict[str, Line] = {}
        for line in [*self.inner, self.line]:
            for piece in line["work"]:
                if piece["kind"] == "term" and piece["law"] and piece["text"]:
                    found.setdefault(piece["label"], piece)
        return list(found.values())

    @property
    def has_more(self) -> bool:
        return bool(self.line["help"] or self.inner or self.origins)

    @property
    def in_yuan(self) -> bool:
        return self.line["unit"] == "yuan"


@dataclass(frozen=True)
class Layout:
    title: str
    rows: list[Row]
    unverified: list[Line]
    touched: list[int]  # numbers of the rows that rest on something unconfirmed

    @property
    def first_amount(self) -> int:
        """The number of the first row that is an amount; 0 if there is none."""
        return next((row.number for row in self.rows if row.in_yuan), 0)

    @property
    def open(self) -> bool:
        return any(row.line["open"] for row in self.rows)


def read(sheet: Any) -> Document | None:
    """The document of whatever a caller has: a document, an assessment, or the JSON of either."""
    if not sheet:
        return None
    if isinstance(sheet, Document):
        return sheet
    if isinstance(sheet, dict):
        return Document.from_json(sheet)
    return sheet.document  # an Assessment


def said(line: Any, language: str) -> str:
    """The working of a condition in words and numbers: "Age 59 years ≥ Age required 60 years"."""
    terms = {term.name: term for term in line.terms}
    pieces = []
    for kind, text in line.tokens:
        if kind == "term" and text in terms:
            pieces.append(f"{terms[text].label[language]} {terms[text].shown[language]}")
        else:
            pieces.append(text)
    return " ".join(pieces)


def lay_out(sheet: Any, language: str | None = None) -> Layout | None:
    """The rows to draw, in the language of the request unless another is given."""
    document = read(sheet)
    if document is None:
        return None
    view = document.view(language or get_language() or "en")
    lines = view["lines"]
    titles = {
        part: said["zh" if chinese(language) else "en"] for part, said in document.titles.items()
    }
    rows = _number(_merge(_rows(lines, "", _added_up(lines), titles)))
    _mark_total(rows)
    return Layout(
        view["title"],
        rows,
        view["unverified"],
        [row.number for row in rows if row.line["open"]],
    )


def _resolve(name: str, part: str, codes: set[str]) -> str:
    """The code of the line that a working in `part` means by a name; "" if it means no line."""
    while True:
        code = f"{part}.{name}" if part else name
        if code in codes:
            return code
        if not part:
            return ""
        part = part.rpartition(".")[0]


def _added_up(lines: list[Line]) -> set[str]:
    """The lines that a total takes from the parts beneath it: each deserves a row of its own."""
    codes = {line["code"] for line in lines}
    found = set()
    for line in lines:
        if line["kind"] == "total":
            names = [piece["name"] for piece in line["work"] if piece["kind"] == "term"]
            for code in (_resolve(name, line["part"], codes) for name in names):
                if code.rpartition(".")[0] != line["part"]:
                    found.add(code)
    return found


def _rows(lines: list[Line], prefix: str, wanted: set[str], titles: dict[str, str]) -> list[Row]:
    """The rows of what stands directly in the part `prefix`, and of the parts nested in it."""
    rows: list[Row] = []
    for part, inside in _parts(lines, prefix):
        nested = any(line["part"] != part for line in inside)
        if part == prefix:
            rows += [Row(line) for line in inside]
        elif inside[-1]["kind"] == "condition":
            rows += _conditions(inside, titles.get(part, ""))
        elif nested and inside[-1]["kind"] == "total":
            expanded = _rows(inside, part, wanted, titles)
            expanded[0].heading = expanded[0].heading or titles.get(part, "")
            rows += expanded
        else:
            rows += _folded(inside, wanted)
    return rows


def _parts(lines: list[Line], prefix: str) -> list[tuple[str, list[Line]]]:
    """Runs of lines: those directly in `prefix`, and those of each part nested in it."""
    depth = prefix.count(".") + 1 if prefix else 0
    runs: list[tuple[str, list[Line]]] = []
    for line in lines:
        part = ".".join(line["part"].split(".")[: depth + 1]) if line["part"] else ""
        if runs and runs[-1][0] == part:
            runs[-1][1].append(line)
        else:
            runs.append((part, [line]))
    return runs


def _folded(lines: list[Line], wanted: set[str]) -> list[Row]:
    """A part as its result, and as whatever else of it a total adds up; the rest lies beneath."""
    rows: list[Row] = []
    inner: list[Line] = []
    for line in lines:
        if line is lines[-1] or line["code"] in wanted:
            rows.append(_with_working(Row(line, inner=inner)))
            inner = []
        else:
            inner.append(line)
    return rows


def _with_working(row: Row) -> Row:
    """The same row; where it only repeats the last line beneath it, with that line's working."""
    while row.inner and _repeats(row.line, row.inner[-1]):
        last = row.inner.pop()
        row.line = {**row.line, "work": last["work"], "help": row.line["help"] or last["help"]}
    return row


def _repeats(line: Line, before: Line) -> bool:
    """Whether a line's working is nothing but the other line."""
    work = line["work"]
    return (
        len(work) == 1
        and work[0]["kind"] == "term"
        and line["amount"] == before["amount"] == work[0]["text"]
        and before["code"].endswith(work[0]["name"])
    )


def _conditions(lines: list[Line], title: str) -> list[Row]:
    """A part that ends in a condition: what is met and what is not, under the part's title."""
    rows: list[Row] = []
    inner: list[Line] = []
    for line in lines:
        if line["kind"] == "condition":
            rows.append(Row(line, inner=inner))
            inner = []
        else:
            inner.append(line)
    rows[0].heading = title
    return rows


def _merge(rows: list[Row]) -> list[Row]:
    """Leave out rows that only repeat the one before; a total that does takes over its working."""
    kept: list[Row] = []
    for row in rows:
        before = kept[-1] if kept else None
        repeats = before is not None and not row.inner and _repeats(row.line, before.line)
        if before is None or not repeats:
            kept.append(row)
        elif row.line["kind"] == "total":
            taken = {name: before.line[name] for name in ("work", "part")}
            taken["help"] = row.line["help"] or before.line["help"]
            kept[-1] = Row({**row.line, **taken}, inner=before.inner, heading=before.heading)
    return kept


def _number(rows: list[Row]) -> list[Row]:
    for number, row in enumerate(rows, 1):
        row.number = number
    return rows


def _mark_total(rows: list[Row]) -> None:
    """Mark the total, and put the signs of its sum into the margin of the lines it adds up."""
    if not rows or not rows[-1].in_yuan or len(rows) < 2:
        return
    total = rows[-1]
    total.total = True
    by_code = {row.line["code"]: row for row in rows[:-1] if row.in_yuan}
    work = total.line["work"]
    found = [
        (i, _resolve(piece["name"], total.line["part"], set(by_code)))
        for i, piece in enumerate(work)
        # What adds nothing has no line, and leaves no gap in the sum.
        if piece["kind"] == "term" and piece["text"] != "0.00"
    ]
    signs = {piece["text"] for piece in work if piece["kind"] == "sign"}
    if len(found) < 2 or not all(code for _i, code in found) or not signs <= SUM_SIGNS:
        return
    for i, code in found:
        by_code[code].sign = work[i - 1]["text"] if i else ""
    total.sign = "="
    total.line = {**total.line, "work": []}


def lines_of(sheet: Any, language: str | None = None) -> list[tuple[str, str]]:
    """Code and label of every drawn line, in the language of the request: to choose one."""
    layout = lay_out(sheet, language)
    return [(row.line["code"], row.line["label"]) for row in layout.rows] if layout else []
