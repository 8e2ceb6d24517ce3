"""Numbers of identity documents of every kind: each checked as its standard has it, tidied, folded.

>>> read_paper("passport", " e 1234 5678", "chn").number
'E12345678'
>>> read_paper("travel_permit", "H12345678 01").number
'H12345678'
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from stdnum.cn import ric

from socsec.kernel.ids import CHINA, OLDEST, IdError, mask, mask_resident_id, read_resident_id

RESIDENT_ID = "resident_id"
PASSPORT = "passport"
RESIDENCE_PERMIT = "residence_permit"
TRAVEL_PERMIT = "travel_permit"
FOREIGN_RESIDENT = "foreign_resident"

_NOISE = re.compile(r"[\s\-‐‑–—·().\u200b\ufeff]")
_LOOKALIKES = str.maketrans("OQIZSB", "001258")


@dataclass(frozen=True, slots=True)
class Paper:
    """A number as it is kept: `country` issued it (passports alone), `birth` and `is_male` are
    what the number itself says, None where it says nothing."""

    kind: str
    number: str
    country: str = ""
    birth: date | None = None
    is_male: bool | None = None

    @property
    def key(self) -> str:
        """What makes the number unique among its kind: two countries may print the same one."""
        return f"{self.country}:{self.number}" if self.country else self.number


def tidy(text: str) -> str:
    """Full width made plain, spaces, strokes and brackets gone, capitals."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", str(text or ""))).upper()


def widen(number: str) -> str:
    """A resident identity number of 15 digits, issued before 1999, in the 18 of today (GB 11643).

    Anything else comes back as it is.

    >>> widen("110105491231002")
    '11010519491231002X'
    """
    if len(number) != 15 or not number.isdigit():
        return number
    body = number[:6] + "19" + number[6:]
    return body + ric.calc_check_digit(body + "0")


def fold(text: str) -> str:
    """What two spellings of one number have in common: old lengths widened, look-alikes as digits.

    >>> fold("EO1234567") == fold("E 0123-4567")
    True
    >>> fold("110105491231002") == fold("11010519491231002x")
    True
    """
    return widen(tidy(text)).translate(_LOOKALIKES)


def read_paper(kind: str, text: str, country: str = "", today: date | None = None) -> Paper:
    """The number of a document, checked by the standard of its kind; IdError says what is wrong.

    Resident identity numbers and residence permits follow GB 11643 with the check digit of ISO
    7064 MOD 11-2; so do the foreign permanent resident cards of 18 digits (2023), which begin
    with 9. Their cards of 15 characters, travel permits and passports carry no check digit.
    """
    readers = {
        RESIDENT_ID: _resident,
        RESIDENCE_PERMIT: _residence_permit,
        TRAVEL_PERMIT: _travel_permit,
        FOREIGN_RESIDENT: _foreign_resident,
    }
    if kind == PASSPORT:
        return _passport(text, country)
    if kind not in readers:
        raise IdError("kind", f"There is no document of the kind {kind}", f"没有 {kind} 这种证件")
    return readers[kind](text, today or datetime.now(CHINA).date())


def mask_identifier(kind: str, number: str) -> str:
    """The number with its middle hidden.

    >>> mask_identifier("passport", "E12345678")
    'E1*****78'
    """
    if kind in (RESIDENT_ID, RESIDENCE_PERMIT):
        return mask_resident_id(number)
    return mask(number, 2, 2)


def _resident(text: str, today: date) -> Paper:
    read = read_resident_id(widen(tidy(text)), today)
    return Paper(RESIDENT_ID, read.number, birth=read.birth, is_male=read.is_male)


def _residence_permit(text: str, today: date) -> Paper:
    """18 digits of GB 11643 whose region is 81 (Hong Kong), 82 (Macao) or 83 (Taiwan)."""
    read = read_resident_id(tidy(text), today)
    if read.number[:2] not in ("81", "82", "83"):
        raise IdError(
            "region",
            "A residence permit begins with 81, 82 or 83; this is a resident identity number",
            "居住证号码以 81、82 或 83 开头，这个是公民身份号码",
        )
    return Paper(RESIDENCE_PERMIT, read.number, birth=read.birth, is_male=read.is_male)


def _travel_permit(text: str, today: date) -> Paper:
    """H or M and 8 digits (Hong Kong, Macao), or 8 digits (Taiwan). Two more count the issues."""
    number = tidy(text)
    if not number:
        raise IdError("empty", "Enter the number of the travel permit", "请填通行证号码")
    if not re.fullmatch(r"[HM]?\d{8}(\d{2})?", number):
        raise IdError(
            "characters",
            "A travel permit has 8 digits, with H or M before them for Hong Kong and Macao",
            "通行证号码是 8 位数字，港澳的前面有 H 或 M",
        )
    letter = number[0] if number[0] in "HM" else ""
    return Paper(TRAVEL_PERMIT, letter + number.removeprefix(letter)[:8])


def _foreign_resident(text: str, today: date) -> Paper:
    number = tidy(text)
    if not number:
        raise IdError("empty", "Enter the number of the card", "请填永久居留身份证号码")
    if re.fullmatch(r"[A-Z]{3}\d{12}", number):
        return Paper(FOREIGN_RESIDENT, number)
    if not re.fullmatch(r"9\d{16}[\dX]", number):
        raise IdError(
            "characters",
            "The card has 18 digits that begin with 9, or on older cards 3 letters and 12 digits",
            "永久居留身份证号码是 9 开头的 18 位数字，旧证是 3 个字母加 12 位数字",
        )
    if ric.calc_check_digit(number) != number[17]:
        raise IdError(
            "check_digit",
            "The check digit of the card number is wrong: one of the digits is mistyped",
            "永久居留身份证号码的校验位不对：有一位数字填错了",
        )
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth = None
    if birth is None or birth > today or birth.year < today.year - OLDEST:
        raise IdError(
            "birth_date",
            "The birth date in the card number cannot be right",
            "永久居留身份证号码里的出生日期不对",
        )
    return Paper(FOREIGN_RESIDENT, number, birth=birth)


def _passport(text: str, country: str) -> Paper:
    """ICAO Doc 9303: letters and digits; the issuing state in three letters (ISO 3166-1)."""
    number, state = tidy(text), tidy(country)
    if not number:
        raise IdError("empty", "Enter the passport number", "请填护照号码")
    if not re.fullmatch(r"[A-Z0-9]{5,12}", number) or not any(c.isdigit() for c in number):
        raise IdError(
            "characters",
            "A passport number has 5 to 12 letters and digits",
            "护照号码是 5 到 12 位字母和数字",
        )
    if not re.fullmatch(r"[A-Z]{3}", state):
        raise IdError(
            "country",
            "Say which country issued the passport, in three letters such as CHN or FRA",
            "请填签发国家的 3 位字母代码，如 CHN、FRA",
        )
    return Paper(PASSPORT, number, state)
