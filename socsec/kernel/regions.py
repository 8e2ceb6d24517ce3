"""Region codes: six digits, two each for province, city and county (GB/T 2260)."""

from socsec.kernel.ids import PROVINCES

NATION = "000000"


def stem(code: str) -> str:
    """The digits that every region within `code` begins with.

    >>> stem("110000"), stem("110100"), stem("110105"), stem("000000")
    ('11', '1101', '110105', '')
    """
    for end in (0, 2, 4):
        if not code[end:].strip("0"):
            return code[:end]
    return code


def covers(whole: str, part: str) -> bool:
    """Whether region `part` is `whole` or lies within it.

    >>> covers("110000", "110105"), covers("110105", "110000"), covers("000000", "110000")
    (True, False, True)
    """
    return part.startswith(stem(whole))


def upwards(code: str) -> list[str]:
    """The region, then each region above it, nearest first.

    >>> upwards("110105")
    ['110105', '110100', '110000', '000000']
    >>> upwards("110000")
    ['110000', '000000']
    """
    chain = [code, code[:4] + "00", code[:2] + "0000", NATION]
    return list(dict.fromkeys(chain))


def known(code: str) -> bool:
    """Whether it is six digits that begin with a province of the country, or the nation.

    Counties are not checked: their codes come and go.

    >>> known("110105"), known("000000"), known("990000"), known("1101")
    (True, True, False, False)
    """
    digits = len(code) == len(NATION) and code.isascii() and code.isdigit()
    return digits and (code == NATION or code[:2] in PROVINCES)


def span(code: str) -> tuple[str, str]:
    """The lowest and the highest code within a region: a subtree is a range, which an index serves.

    >>> span("110000"), span("000000")
    (('110000', '119999'), ('000000', '999999'))
    """
    digits = stem(code)
    return digits.ljust(6, "0"), digits.ljust(6, "9")
