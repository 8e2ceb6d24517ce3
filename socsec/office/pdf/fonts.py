"""The typeface of printed papers, read once a process and embedded in pieces.

fpdf2 parses a font again for each document and subsets it through a general tool, which takes
seconds with thirty thousand characters. Here a process reads each weight once, and a document
gets a font of just its own characters, put together from the stored outlines: about a millisecond.
"""

import struct
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from fontTools.ttLib import TTFont
from fpdf.enums import FontDescriptorFlags
from fpdf.fonts import PDFFontDescriptor

FOLDER = Path(__file__).resolve().parents[1] / "data" / "fonts"
FILES = {"": "NotoSerifSC-Regular.woff", "B": "NotoSerifSC-Bold.woff"}
NAMES = {"": "NotoSerifSC-Regular", "B": "NotoSerifSC-Bold"}

DIGITS = "0123456789"
# Stands for a character that the typeface does not have, as printers have always marked it.
MISSING = "〓"
# Signs that a Chinese face draws a full square wide and Latin text wants narrow.
NARROW = "‘’“”…—"


class Glyph(NamedTuple):
    """One outline as the document uses it: `shift` moves it to the right within its `width`."""

    number: int
    width: int
    shift: int = 0


class Face:
    """One weight of the typeface: widths are thousandths of the type size."""

    def __init__(self, style: str) -> None:
        font = TTFont(FOLDER / FILES[style], lazy=True)
        self.style = style
        order = font.getReverseGlyphMap()
        self.numbers: dict[int, int] = {code: order[n] for code, n in font.getBestCmap().items()}
        names = font.getGlyphOrder()
        metrics = font["hmtx"].metrics
        self.metrics: list[tuple[int, int]] = [metrics[name] for name in names]
        self.places: list[int] = list(font["loca"].locations)
        tables: Any = font.reader
        self.outlines: bytes = tables["glyf"]
        self.tables: dict[str, bytes] = {tag: tables[tag] for tag in ("head", "hhea", "maxp")}
        self.tables["prep"] = tables["prep"]
        self.ascent, self.descent = font["hhea"].ascent, font["hhea"].descent
        self.capital = font["OS/2"].sCapHeight
        self.box = tuple(getattr(font["head"], side) for side in ("xMin", "yMin", "xMax", "yMax"))
        self.weight = font["OS/2"].usWeightClass
        self.narrow = {ord(c): order[n] for c, n in _narrow(font).items()}
        self.digit = max(self.metrics[self.numbers[ord(d)]][0] for d in DIGITS)
        font.close()

    def glyph(self, character: str, latin: bool) -> Glyph | None:
        """The outline of a character, None if the face has none.

        Digits stand in cells of one width, so that amounts align; the face has no such digits
        of its own.
        """
        code = ord(character)
        number = self.narrow.get(code) if latin else None
        number = self.numbers.get(code) if number is None else number
        if number is None:
            return None
        width = self.metrics[number][0]
        if character in DIGITS:
            return Glyph(number, self.digit, (self.digit - width) // 2)
        return Glyph(number, width)

    def subset(self, glyphs: list[Glyph]) -> bytes:
        """A TrueType font of these outlines in this order, .notdef before them."""
        outlines, places, metrics = bytearray(), [0], bytearray()
        for glyph in [Glyph(0, self.metrics[0][0]), *glyphs]:
            start, end = self.places[glyph.number], self.places[glyph.number + 1]
            outline = self.outlines[start:end]
            if outline and outline[0] & 0x80:
                raise ValueError(f"outline {glyph.number} is made of others: it cannot be cut out")
            outlines += outline + b"\0" * (-len(outline) % 4)
            places.append(len(outlines))
            bearing = self.metrics[glyph.number][1] + glyph.shift
            metrics += struct.pack(">Hh", glyph.width, bearing)
        count = len(glyphs) + 1
        head = bytearray(self.tables["head"])
        head[8:12] = b"\0\0\0\0"  # the checksum of the whole, which a PDF does not ask for
        head[50:52] = struct.pack(">h", 1)  # places as 32 bits
        hhea = self.tables["hhea"][:34] + struct.pack(">H", count)
        maxp = self.tables["maxp"][:4] + struct.pack(">H", count) + self.tables["maxp"][6:]
        return _font_file(
            {
                "glyf": bytes(outlines),
                "head": bytes(head),
                "hhea": hhea,
                "hmtx": bytes(metrics),
                "loca": struct.pack(f">{len(places)}L", *places),
                "maxp": maxp,
                "prep": self.tables["prep"],
            }
        )


def _narrow(font: TTFont) -> dict[str, str]:
    """The names of the narrow forms of `NARROW`, from the font's own table of substitutions."""
    table, cmap = font["GSUB"].table, font.getBestCmap()
    found: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag != "pwid":
            continue
        for index in record.Feature.LookupListIndex:
            for one in table.LookupList.Lookup[index].SubTable:
                mapping = getattr(getattr(one, "ExtSubTable", one), "mapping", {})
                found |= {c: mapping[cmap[ord(c)]] for c in NARROW if cmap[ord(c)] in mapping}
    return found


def _font_file(tables: dict[str, bytes]) -> bytes:
    """The tables as one file, with their directory and checksums."""
    count = len(tables)
    power = count.bit_length() - 1
    head = struct.pack(
        ">LHHHH", 0x00010000, count, 16 << power, power, (count << 4) - (16 << power)
    )
    entries, body = bytearray(), bytearray()
    start = 12 + 16 * count
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF
        entries += struct.pack(">4sLLL", tag.encode(), total, start + len(body), len(data))
        body += padded
    return head + bytes(entries) + bytes(body)


@cache
def face(style: str) -> Face:
    """The weight of the process: "" regular, "B" bold."""
    return Face(style)


class Font:
    """One weight as one document uses it: which characters, and which number each has there."""

    type = "TTF"
    color_font = None

    def __init__(self, number: int, style: str, latin: bool) -> None:
        self.i = number  # /F1, /F2 in the page's commands
        self.face = face(style)
        self.latin = latin
        self.fontkey = f"song{style.lower()}"
        self.name = NAMES[style]
        self.used: dict[str, int] = {}
        self.glyphs: list[Glyph] = []
        self.missing: list[str] = []
        self._known: dict[str, Glyph] = {}

    def _glyph(self, character: str) -> Glyph:
        found = self._known.get(character)
        if found is None:
            glyph = self.face.glyph(character, self.latin)
            if glyph is None:
                self.missing.append(character)
                glyph = self._glyph(MISSING)
            found = self._known[character] = glyph
        return found

    def width(self, text: str, size: float) -> float:
        """The width of a text in points."""
        known, total = self._known, 0
        for character in text:
            glyph = known.get(character) or self._glyph(character)
            total += glyph.width
        return total * size / 1000

    def encode(self, text: str) -> str:
        """The text as the page's commands write it."""
        out = []
        for character in text:
            number = self.used.get(character)
            if number is None:
                self.glyphs.append(self._glyph(character))
                number = self.used[character] = len(self.glyphs)
            out.append(f"{number:04X}")
        return f"<{''.join(out)}>"

    def descriptor(self) -> PDFFontDescriptor:
        """What the PDF says of the font in figures."""
        face = self.face
        flags = FontDescriptorFlags.SYMBOLIC
        return PDFFontDescriptor(
            ascent=face.ascent,
            descent=face.descent,
            cap_height=face.capital,
            flags=flags | FontDescriptorFlags.FORCE_BOLD if face.style else flags,
            font_b_box="[" + " ".join(str(side) for side in face.box) + "]",
            italic_angle=0,
            stem_v=round(50 + (face.weight / 65) ** 2),
            missing_width=face.metrics[0][0],
        )
