"""Where a line of Chinese or English ends.

Chinese breaks between any two characters, save that no line begins with a closing sign or ends
with an opening one; Latin words and numbers stay whole, and a number stays with its unit.
"""

import re
from collections.abc import Callable

NEVER_FIRST = "，。、；：？！）】》〉」』〕”’…·%,.;:?!)]}"
NEVER_LAST = "（【《〈「『〔“‘([{¥"
HAN = "⺀-〿぀-鿿豈-﫿︰-﹏＀-￯\U00020000-\U0003ffff"
PIECES = re.compile(rf"\s|[{HAN}…—‘’“”]|[^\s{HAN}…—‘’“”]+")
BEFORE_UNIT = re.compile(rf"(?<=\d) (?=[{HAN}])")


def pieces(text: str) -> list[str]:
    """The text in parts that never break; a space stands alone.

    >>> pieces("领 4,747.16 元，好。")
    ['领', ' ', '4,747.16\\xa0元，', '好。']
    """
    found: list[str] = []
    for piece in PIECES.findall(BEFORE_UNIT.sub("\xa0", text)):
        before = found[-1] if found else " "
        joins = (
            piece[0] in NEVER_FIRST
            or before[-1] in NEVER_LAST
            or before[-1] == "\xa0"
            or piece == "\xa0"
        )
        if (joins and not before.isspace()) or piece == "\xa0":
            found[-1:] = [before + piece] if found else [piece]
        else:
            found.append(piece)
    return found


def lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The text in lines of at most `width`; a line feed always breaks.

    >>> lines("一二三，四五", 3, len), lines("one two", 3, len), lines("abcdef", 4, len)
    (['一二', '三，四', '五'], ['one', 'two'], ['abcd', 'ef'])
    """
    return [line for part in text.split("\n") for line in _wrapped(part, width, measure)]


def _wrapped(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    if measure(text) <= width:
        return [text]
    out: list[str] = []
    line, used = "", 0.0
    for piece in pieces(text):
        size = measure(piece)
        if line and used + size > width and not piece.isspace():
            out.append(line.rstrip(" "))
            line, used = "", 0.0
        if piece == " " and not line:
            continue
        while size > width:  # longer than a whole line, such as an address on the web
            cut = next(i for i in range(len(piece), 0, -1) if i == 1 or measure(piece[:i]) <= width)
            out.append(piece[:cut])
            piece = piece[cut:]
            size = measure(piece)
            if not piece:
                break
        line += piece
        used += size
    return [*out, line.rstrip(" ")] if line.strip(" ") or not out else out
