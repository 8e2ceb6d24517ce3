"""Numbers that identify people, employers and bank cards: checked, tidied and masked.

>>> person = read_resident_id("11010519491231002x")
>>> person.number, person.birth.isoformat(), person.is_male, person.region
('11010519491231002X', '1949-12-31', False, '110105')
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from stdnum import luhn
from stdnum.cn import ric, uscc

from socsec.kernel.errors import KernelError
from socsec.kernel.months import month_of

CHINA = ZoneInfo("Asia/Shanghai")
OLDEST = 130  # years: nobody registered is older

# GB/T 2260; 81 to 83 are the residence permits for people of Hong Kong, Macao and Taiwan.
# Counties are not checked: old numbers keep the codes of counties that are gone.
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)


class IdError(KernelError):
    """A number that is not valid. `code` is empty, length, characters, check_digit,
    birth_date or region."""


@dataclass(frozen=True, slots=True)
class ResidentId:
    """What an 18-digit resident identity number says (GB 11643-1999).

    `number` is tidied, `region` is the county of first registration, `birth` the birth date.
    """

    number: str
    region: str
    birth: date
    is_male: bool

    @property
    def birth_month(self) -> int:
        """The month of birth as the kernel counts months."""
        return month_of(self.birth)


def read_resident_id(text: str, today: date | None = None) -> ResidentId:
    """The parts of a resident identity number, or an IdError that says what is wrong with it.

    Full-width digits, spaces and a small x are put right. `today` is for tests.

    >>> read_resident_id("１１０１０５ 19491231 002Ｘ").number
    '11010519491231002X'
    >>> read_resident_id("110105194912310021")
    Traceback (most recent call last):
    socsec.kernel.ids.IdError: The check digit of the ID number is wrong: one of the digits is mistyped
    >>> read_resident_id("1101051949123100")
    Traceback (most recent call last):
    socsec.kernel.ids.IdError: The ID number is 2 digits short: 18 are needed, you gave 16
    """
    number = _tidy(text)
    _check_length(number, "ID number", "身份证号")
    if not number[:17].isdigit() or number[17] not in "0123456789X":
        raise IdError(
            "characters",
            "The ID number is 17 digits and then a digit or X",
            "身份证号是 17 位数字，最后一位是数字或 X",
        )
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth = None
    today = today or datetime.now(CHINA).date()
    if birth is None or birth > today or birth.year < today.year - OLDEST:
        written = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        future = birth is not None and birth > today
        raise IdError(
            "birth_date",
            f"The birth date in the ID number, {written}, "
            + ("is in the future" if future else "cannot be right"),
            f"身份证号里的出生日期 {written} " + ("还没有到" if future else "不对"),
        )
    if ric.calc_check_digit(number) != number[17]:
        raise IdError(
            "check_digit",
            "The check digit of the ID number is wrong: one of the digits is mistyped",
            "身份证号的校验位不对：有一位数字填错了",
        )
    if number[:2] not in PROVINCES:
        raise IdError(
            "region",
            f"The ID number begins with {number[:2]}, which is no province",
            f"身份证号开头的 {number[:2]} 不是省份代码",
        )
    return ResidentId(number, number[:6], birth, int(number[16]) % 2 == 1)


def make_resident_id(region: str, birth: date, serial: int) -> str:
    """A valid number for tests and demonstrations; an odd serial (0-999) is a man's.

    >>> make_resident_id("110105", date(1949, 12, 31), 2)
    '11010519491231002X'
    """
    body = f"{region}{birth:%Y%m%d}{serial:03}"
    return body + ric.calc_check_digit(body + "0")


def read_credit_code(text: str) -> str:
    """An employer's unified social credit code (GB 32100-2015), tidied.

    >>> read_credit_code("9111 0000 6000 3734 1l")
    '91110000600037341L'
    >>> read_credit_code("91110000600037341M")
    Traceback (most recent call last):
    socsec.kernel.ids.IdError: The check character of the credit code is wrong: one of the characters is mistyped
    """
    code = _tidy(text)
    _check_length(code, "credit code", "统一社会信用代码")
    if not code[2:8].isdigit() or any(c not in uscc._alphabet for c in code):
        raise IdError(
            "characters",
            "The credit code is digits and capital letters, without I, O, S, V and Z",
            "统一社会信用代码由数字和大写字母组成，没有 I、O、S、V、Z",
        )
    if uscc.calc_check_digit(code[:17]) != code[17]:
        raise IdError(
            "check_digit",
            "The check character of the credit code is wrong: one of the characters is mistyped",
            "统一社会信用代码的校验位不对：有一位填错了",
        )
    return code


def make_credit_code(registrar: str, region: str, organisation: str) -> str:
    """A valid code for tests and demonstrations, from two, six and nine characters.

    >>> make_credit_code("91", "110000", "600037341")
    '91110000600037341L'
    """
    body = registrar + region + organisation
    return body + uscc.calc_check_digit(body)


def read_bank_card(text: str) -> str:
    """A bank card or account number of 12 to 19 digits, tidied.

    Cards of 16 digits and more carry a check digit; passbook numbers, which are shorter, do not.

    >>> read_bank_card("6222 0202 0000 0000 006")
    '6222020200000000006'
    >>> read_bank_card("6222020200000000005")
    Traceback (most recent call last):
    socsec.kernel.ids.IdError: The check digit of the card number is wrong: one of the digits is mistyped
    """
    number = _tidy(text)
    if not number:
        raise IdError("empty", "Enter the card number", "请填银行卡号")
    if not number.isdigit():
        raise IdError("characters", "The card number is digits only", "银行卡号只能是数字")
    if not 12 <= len(number) <= 19:
        raise IdError(
            "length",
            f"A card number has 12 to 19 digits, you gave {len(number)}",
            f"银行卡号是 12 到 19 位，您填了 {len(number)} 位",
        )
    if len(number) >= 16 and not luhn.is_valid(number):
        raise IdError(
            "check_digit",
            "The check digit of the card number is wrong: one of the digits is mistyped",
            "银行卡号的校验位不对：有一位数字填错了",
        )
    return number


def read_mobile(text: str) -> str:
    """A mainland mobile number of 11 digits, tidied.

    >>> read_mobile("+86 138-0013-8000")
    '13800138000'
    """
    number = _tidy(text).removeprefix("+86").removeprefix("0086")
    if not number:
        raise IdError("empty", "Enter the mobile number", "请填手机号")
    if not number.isdigit() or number[0] != "1":
        raise IdError(
            "characters",
            "A mobile number is 11 digits and begins with 1",
            "手机号是 11 位数字，以 1 开头",
        )
    _check_length(number, "mobile number", "手机号", 11)
    return number


def mask(number: str, first: int, last: int) -> str:
    """The number with its middle hidden; all of it where little would be left.

    >>> mask("11010519491231002X", 6, 4), mask("123", 1, 2)
    ('110105********002X', '***')
    """
    hidden = len(number) - first - last
    if hidden < 2:
        return "*" * len(number)
    return number[:first] + "*" * hidden + number[len(number) - last :]


def mask_resident_id(number: str) -> str:
    """Province and city, then the last four: enough to tell two people apart at a counter.

    >>> mask_resident_id("11010519491231002X")
    '1101**********002X'
    """
    return mask(number, 4, 4)


def mask_bank_card(number: str) -> str:
    """The last four digits.

    >>> mask_bank_card("6222020200000000005")
    '***************0005'
    """
    return mask(number, 0, 4)


def mask_mobile(number: str) -> str:
    """As telephone companies print it.

    >>> mask_mobile("13800138000")
    '138****8000'
    """
    return mask(number, 3, 4)


def _tidy(text: str) -> str:
    plain = unicodedata.normalize("NFKC", str(text or ""))
    tidy = "".join(c for c in plain if not c.isspace() and c not in "-‐‑–—·\u200b\ufeff")
    # Digits of other scripts pass str.isdigit() and int(), but are no part of these numbers.
    return "".join(c if c.isascii() else "?" for c in tidy.upper())


def _check_length(number: str, en: str, zh: str, length: int = 18) -> None:
    if not number:
        raise IdError("empty", f"Enter the {en}", f"请填{zh}")
    difference = length - len(number)
    if difference:
        many = "" if abs(difference) == 1 else "s"
        unit = "digit" if en != "credit code" else "character"
        much = "short" if difference > 0 else "too long"
        much_zh = "少了" if difference > 0 else "多了"
        raise IdError(
            "length",
            f"The {en} is {abs(difference)} {unit}{many} {much}: "
            f"{length} are needed, you gave {len(number)}",
            f"{zh}{much_zh} {abs(difference)} 位：应是 {length} 位，您填了 {len(number)} 位",
        )
