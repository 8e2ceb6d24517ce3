"""A PDF with nested tags, a shared typeface and fixed bytes: what fpdf2 does not do by itself.

fpdf2 writes the file. Here stand the three places where a paper needs more of it: text is set in
fonts that the process has read once, every piece of text lies in a tree of tags (heading, table,
row, cell) for those who listen to it, and nothing in the file depends on the clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from fpdf import FPDF
from fpdf.output import (
    CIDSystemInfo,
    OutputProducer,
    PDFContentStream,
    PDFFont,
    PDFFontStream,
    PDFResourceType,
)
from fpdf.prefs import ViewerPreferences
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import Name, PDFArray, PDFString, Raw

from .fonts import MISSING, Font

BEIJING = timezone(timedelta(hours=8))
WIDTH, HEIGHT = 595.28, 841.89  # A4 in points

BLACK = (0.0, 0.0, 0.0)


class Tag(StructElem):
    """A node of the tree of tags; `a` are its attributes, such as the scope of a heading cell."""

    __slots__ = ("a",)

    def __init__(self, kind: str, parent: Any, page: int, alt: str = "", a: str = "") -> None:
        super().__init__(f"/{kind}", parent, [], page, alt=alt or None)
        self.a = Raw(a) if a else None


class Tree(StructureTreeBuilder):
    """fpdf2 knows one level of tags; this tree has as many as a table needs."""

    def __iter__(self) -> Iterator[Any]:
        yield self.struct_tree_root
        yield self.doc_struct_elem
        yield self.struct_tree_root.parent_tree
        yield from self._below(self.doc_struct_elem)

    def _below(self, element: Any) -> Iterator[Any]:
        for kid in element.k:
            if isinstance(kid, StructElem):
                yield kid
                yield from self._below(kid)


class Pdf(FPDF):
    """The pages, in points from the upper left corner."""

    def __init__(self, title: str, language: str, dated: date) -> None:
        super().__init__(unit="pt", format=(WIDTH, HEIGHT))
        latin = not language.lower().startswith("zh")
        self.set_auto_page_break(False)
        self.set_title(title)
        self.set_lang("en" if latin else "zh-Hans-CN")
        self.set_creator("socsec")
        self.set_producer("socsec")
        self.set_creation_date(datetime.combine(dated, time(), BEIJING))
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._set_min_pdf_version("1.7")
        self.allow_images_transparency = False
        self.struct_builder = Tree()
        self._above: list[Any] = [self.struct_builder.doc_struct_elem]
        self.regular, self.bold = Font(1, "", latin), Font(2, "B", latin)
        self._open = False

    # Tags

    @contextmanager
    def group(self, kind: str) -> Iterator[None]:
        """A part made of parts: Table, TR, L, LI, Sect."""
        tag = Tag(kind, self._above[-1], self.page)
        self._above[-1].k.append(tag)
        self._above.append(tag)
        yield
        self._above.pop()

    @contextmanager
    def leaf(self, kind: str, alt: str = "", a: str = "") -> Iterator[None]:
        """A part that is text or a picture on this page: H1, P, TH, TD, Figure."""
        tag = Tag(kind, self._above[-1], self.page, alt, a)
        self._above[-1].k.append(tag)
        tree, page = self.struct_builder, self.pages[self.page]
        place = tree.spid_per_page_number.setdefault(self.page, len(tree.spid_per_page_number))
        on_page = tree.struct_tree_root.parent_tree.nums[place]
        tag.k.append(len(on_page))
        tag.pg = page  # type: ignore[assignment]
        page.struct_parents = place
        self._out(f"/{kind} <</MCID {len(on_page)}>> BDC")
        on_page.append(tag)
        self._open = True
        yield
        self._open = False
        self._out("EMC")

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """Lines and fills that are not read aloud."""
        if self._open:
            yield
            return
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    # Marks on the page

    def put(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: tuple[float, float, float] = BLACK,
    ) -> None:
        """A text with its baseline at y."""
        font = self.bold if bold else self.regular
        self._resource_catalog.add(PDFResourceType.FONT, font.i, self.page)
        self._out(
            f"BT {_rgb(colour)} rg /F{font.i} {_n(size)} Tf {_n(x)} {_n(HEIGHT - y)} Td "
            f"{font.encode(text)} Tj ET"
        )

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """The width of a text in points."""
        return (self.bold if bold else self.regular).width(text, size)

    def stroke(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        width: float = 0.5,
        colour: tuple[float, float, float] = BLACK,
        dashed: bool = False,
    ) -> None:
        """A line; a dashed one says that something is not settled, and nothing else does."""
        dash = "[2.4 1.6] 0 d " if dashed else ""
        self._out(
            f"q {_rgb(colour)} RG {_n(width)} w 0 J {dash}{_n(x1)} {_n(HEIGHT - y1)} m "
            f"{_n(x2)} {_n(HEIGHT - y2)} l S Q"
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: tuple[float, float, float] | None = None,
        edge: tuple[float, float, float] | None = None,
        line: float = 0.5,
        dashed: bool = False,
    ) -> None:
        """A rectangle from its upper left corner."""
        dash = "[2.4 1.6] 0 d " if dashed else ""
        colours = (f"{_rgb(fill)} rg " if fill else "") + (f"{_rgb(edge)} RG " if edge else "")
        paint = {(True, True): "B", (True, False): "f", (False, True): "S"}[bool(fill), bool(edge)]
        self._out(
            f"q {colours}{_n(line)} w {dash}{_n(x)} {_n(HEIGHT - y - height)} {_n(width)} "
            f"{_n(height)} re {paint} Q"
        )

    def missing(self) -> list[str]:
        """The characters that the typeface does not have, in the order they came."""
        return list(dict.fromkeys(self.regular.missing + self.bold.missing))

    def bytes(self) -> bytes:
        """The file."""
        return bytes(self.output(output_producer_class=Producer))  # type: ignore[arg-type]


class Producer(OutputProducer):
    """Writes the fonts of a paper as they stand, without reading them again."""

    fpdf: Pdf

    def _add_fonts(self, *_args: Any) -> dict[int, Any]:
        fonts = {}
        for font in (self.fpdf.regular, self.fpdf.bold):
            if font.used:
                fonts[font.i] = self._add_font(font)
        return fonts

    def _add_font(self, font: Font) -> PDFFont:
        name = f"SOCSEC+{font.name}"
        whole = PDFFont("Type0", name, "Identity-H")
        self._add_pdf_obj(whole, "fonts")
        widths = " ".join(str(glyph.width) for glyph in font.glyphs)
        inner = PDFFont("CIDFontType2", name, d_w=font.face.metrics[0][0], w=f"[1 [{widths}]]")
        self._add_pdf_obj(inner, "fonts")
        whole.descendant_fonts = PDFArray([inner])
        whole.to_unicode = PDFContentStream(_to_unicode(font.used), compress=True)
        self._add_pdf_obj(whole.to_unicode, "fonts")
        system = CIDSystemInfo()
        system.ordering = PDFString("Identity", encrypt=True)
        self._add_pdf_obj(system, "fonts")
        inner.c_i_d_system_info = system
        inner.c_i_d_to_g_i_d_map = Name("Identity")  # type: ignore[assignment]
        described = font.descriptor()
        described.font_name = Name(name)
        self._add_pdf_obj(described, "fonts")
        inner.font_descriptor = described
        file = PDFFontStream(contents=font.face.subset(font.glyphs))
        self._add_pdf_obj(file, "fonts")
        described.font_file2 = file  # type: ignore[attr-defined]
        return whole


def _to_unicode(used: dict[str, int]) -> bytes:
    """The table by which a reader finds and copies text."""
    pairs = [
        f"<{number:04X}> <{character.encode('utf-16-be').hex().upper()}>\n"
        for character, number in used.items()
    ]
    blocks = "".join(
        f"{len(some)} beginbfchar\n{''.join(some)}endbfchar\n"
        for some in (pairs[i : i + 100] for i in range(0, len(pairs), 100))
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo\n<</Registry (Adobe)\n/Ordering (UCS)\n/Supplement 0\n>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{blocks}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _rgb(colour: tuple[float, float, float]) -> str:
    return " ".join(_n(part) for part in colour)


__all__ = ["BLACK", "HEIGHT", "MISSING", "WIDTH", "Pdf"]
