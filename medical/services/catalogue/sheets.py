"""What a file of a catalogue holds: the columns of items and of diagnoses, and how a row is read."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from medical.models import (
    Catalogue,
    CatalogueEdition,
    CatalogueItem,
    CatalogueRow,
    Diagnosis,
    DiagnosisRow,
    ItemClass,
    OfSex,
)
from socsec.kernel import money
from socsec.kernel.arith import ONE
from socsec.kernel.errors import KernelError
from socsec.office.errors import Invalid, Text, from_kernel, say
from socsec.office.spreadsheets import Column, Layout, Limits, Row

# A national catalogue of drugs has some two hundred thousand codes.
LIMITS = Limits(rows=300_000, unpacked=600 * 1024 * 1024)
MOST_MONTHS = 150 * 12
MOST_A_DAY = 100_000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_DIGITS = re.compile(r"\d{1,7}\Z")
_SHARE = re.compile(r"(\d{1,3})(?:\.(\d{1,6}))?(%?)\Z")

CODE = Column(
    "code", _("Code"), ("编码", "代码", "医保编码", "国家编码", "code"), text=True, width=26
)
NAME = Column("name", _("Name"), ("名称", "项目名称", "通用名", "name"), width=32)
FOR = Column(
    "sex",
    _("Only for"),
    ("适用性别", "限性别", "sex"),
    must=False,
    hint=_("Men or Women; empty means anybody."),
)
ITEMS = Layout(
    _("Catalogue"),
    [
        CODE,
        NAME,
        Column("unit", _("Unit"), ("单位", "计价单位", "unit"), must=False),
        Column("item_class", _("Class"), ("类别", "甲乙类", "等级", "class"), hint=_("A, B or C.")),
        Column(
            "share_employees",
            _("First self-pay share, employees"),
            ("职工先行自付比例", "先行自付比例", "share"),
            must=False,
            hint=_("A percentage such as 10%. Class A has none."),
        ),
        Column(
            "share_residents",
            _("First self-pay share, residents"),
            ("居民先行自付比例", "share_residents"),
            must=False,
            hint=_("Empty means the share of employees."),
        ),
        Column(
            "price_limit",
            _("Price limit, in yuan"),
            ("限价", "支付标准", "最高支付限价", "price_limit"),
            must=False,
            hint=_("For one unit; empty means no limit."),
        ),
        Column(
            "negotiated",
            _("Negotiated drug"),
            ("国谈药", "谈判药品", "negotiated"),
            must=False,
            hint=_("Yes or No."),
        ),
        Column(
            "dual_channel",
            _("Also at pharmacies"),
            ("双通道", "dual_channel"),
            must=False,
            hint=_("Yes or No."),
        ),
        FOR,
        Column(
            "least_age",
            _("From age, in months"),
            ("最小月龄", "least_age"),
            must=False,
        ),
        Column(
            "most_age",
            _("Up to age, in months"),
            ("最大月龄", "most_age"),
            must=False,
        ),
        Column(
            "most_a_day",
            _("Most a day"),
            ("日最大数量", "每日限量", "most_a_day"),
            must=False,
            hint=_("Whole units."),
        ),
    ],
)
DIAGNOSES = Layout(
    _("Diagnoses"),
    [
        CODE,
        NAME,
        FOR,
        Column(
            "listed",
            _("On the list of catastrophic insurance"),
            ("大病病种", "listed"),
            must=False,
            hint=_("Yes or No."),
        ),
        Column(
            "special",
            _("Chronic or special disease"),
            ("门诊慢特病", "慢特病", "special"),
            must=False,
            hint=_("Yes or No."),
        ),
    ],
)

CLASSES = {
    **dict.fromkeys(("a", "甲", "甲类", "1", "01"), ItemClass.A),
    **dict.fromkeys(("b", "乙", "乙类", "2", "02"), ItemClass.B),
    **dict.fromkeys(("c", "丙", "丙类", "自费", "3", "03"), ItemClass.C),
}
YES_NO = {
    **dict.fromkeys(("yes", "y", "是", "1", "true", "√"), True),
    **dict.fromkeys(("", "no", "n", "否", "0", "false"), False),
}
SEXES = {
    **dict.fromkeys(("", "anybody", "不限", "0"), OfSex.ANY),
    **dict.fromkeys(("men", "male", "男", "男性", "1"), OfSex.MALE),
    **dict.fromkeys(("women", "female", "女", "女性", "2"), OfSex.FEMALE),
}


def layout_of(kind: int) -> Layout:
    return DIAGNOSES if kind == Catalogue.DIAGNOSES else ITEMS


def row_model(kind: int) -> type[CatalogueRow] | type[DiagnosisRow]:
    """Where rows of such an edition wait."""
    return DiagnosisRow if kind == Catalogue.DIAGNOSES else CatalogueRow


def item_model(kind: int) -> type[CatalogueItem] | type[Diagnosis]:
    """What such an edition puts in force."""
    return Diagnosis if kind == Catalogue.DIAGNOSES else CatalogueItem


def read_row(edition: CatalogueEdition, row: Row) -> CatalogueRow | DiagnosisRow:
    """A row as it would wait, or `Invalid` with the column that is wrong."""
    if edition.kind == Catalogue.DIAGNOSES:
        return DiagnosisRow(
            edition=edition,
            number=row.number,
            code=_code(row, 20),
            name=_text(row, "name", 120),
            sex=_word(row, "sex", SEXES),
            listed=_word(row, "listed", YES_NO),
            special=_word(row, "special", YES_NO),
        )
    read = CatalogueRow(
        edition=edition,
        number=row.number,
        code=_code(row, 40),
        name=_text(row, "name", 200),
        unit=row.text("unit")[:40],
        item_class=_word(row, "item_class", CLASSES),
        share_employees=_share(row, "share_employees", 0),
        share_residents=0,
        price_limit=_yuan(row),
        negotiated=_word(row, "negotiated", YES_NO),
        dual_channel=_word(row, "dual_channel", YES_NO),
        sex=_word(row, "sex", SEXES),
        least_age=_whole(row, "least_age", MOST_MONTHS),
        most_age=_whole(row, "most_age", MOST_MONTHS),
        most_a_day=_whole(row, "most_a_day", MOST_A_DAY),
    )
    read.share_residents = _share(row, "share_residents", read.share_employees)
    _possible(edition, read)
    return read


def _possible(edition: CatalogueEdition, read: CatalogueRow) -> None:
    """What each column says for itself must be possible together."""
    if read.item_class == ItemClass.A and (read.share_employees or read.share_residents):
        raise Invalid(
            _("An item of class A has no first self-pay share."),
            code="class_a_has_share",
            field="share_employees",
            fix=_("Correct the class or leave the share empty."),
        )
    if edition.kind != Catalogue.DRUGS and (read.negotiated or read.dual_channel):
        raise Invalid(
            _("Only drugs are negotiated or sold through both channels."),
            code="only_drugs",
            field="negotiated",
        )
    if read.least_age is not None and read.most_age is not None and read.least_age > read.most_age:
        raise Invalid(
            _("The lower age is above the higher one."), code="ages_crossed", field="least_age"
        )


def _code(row: Row, most: int) -> str:
    code = row.text("code")
    if not _CODE.match(code) or len(code) > most:
        raise Invalid(
            say(_("“%(written)s” is no code."), written=code[:24] or "—"),
            code="code_impossible",
            field="code",
            fix=_("Letters, digits, dots and dashes."),
        )
    return code


def _text(row: Row, key: str, most: int) -> str:
    found = " ".join(row.text(key).split())
    if not found or len(found) > most or not found.isprintable():
        raise Invalid(
            say(_("The name has between 1 and %(most)s characters."), most=most),
            code="name_impossible",
            field=key,
        )
    return found


def _word(row: Row, key: str, known: Mapping[str, Any]) -> Any:
    said = row.text(key).strip().lower()
    if said not in known:
        raise Invalid(
            say(_("“%(written)s” is none of the answers."), written=said[:24] or "—"),
            code="unknown_word",
            field=key,
            fix=say(_("One of: %(words)s."), words=", ".join(word for word in known if word)),
        )
    return known[said]


def _share(row: Row, key: str, otherwise: int) -> int:
    """Millionths; "10%", "10" and "0.1" are all a tenth, since nobody writes ten wholes."""
    said = row.text(key).replace(" ", "")
    if not said:
        return otherwise
    found = _SHARE.match(said)
    if found is not None:
        whole, part, percent = found.group(1), found.group(2) or "", found.group(3)
        millionths = int(whole) * ONE + int(part.ljust(6, "0"))
        if percent or millionths > ONE:
            millionths //= 100
        if millionths <= ONE:
            return millionths
    raise Invalid(
        say(_("“%(written)s” is no share."), written=said[:24]),
        code="not_a_share",
        field=key,
        fix=_("Write a percentage between 0% and 100%."),
    )


def _yuan(row: Row) -> int | None:
    said = row.text("price_limit")
    return _number(lambda: money.parse_yuan(said), "price_limit") if said else None


def _whole(row: Row, key: str, most: int) -> int | None:
    said = row.text(key)
    if not said:
        return None
    if not _DIGITS.match(said) or int(said) > most:
        raise Invalid(
            say(
                _("“%(written)s” is no whole number up to %(most)s."), written=said[:24], most=most
            ),
            code="not_a_whole_number",
            field=key,
        )
    return int(said)


def _number(read: Callable[[], int], key: str) -> int:
    try:
        found = read()
    except KernelError as error:
        raise from_kernel(error, key) from error
    if found < 0:
        raise Invalid(_("An amount is not below zero."), code="negative", field=key)
    return found


def as_written(kind: int, row: Any) -> dict[str, Text]:
    """The values of an item or a row by column, in the reader's words: for comparisons."""
    said: dict[str, Text] = {}
    for column in layout_of(kind).columns:
        value = getattr(row, column.key)
        if column.key in ("share_employees", "share_residents"):
            said[column.key] = f"{value / 10_000:g}%"
        elif column.key == "price_limit":
            said[column.key] = "" if value is None else money.format_yuan(value)
        elif column.key in ("item_class", "sex"):
            said[column.key] = getattr(row, f"get_{column.key}_display")()
        elif isinstance(value, bool):
            said[column.key] = _("Yes") if value else _("No")
        else:
            said[column.key] = "" if value is None else str(value)
    return said
