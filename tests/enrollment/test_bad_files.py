"""A bad spreadsheet changes nothing, through whichever door it comes: the good rows before it neither."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from enrollment.models import (
    LegacyImport,
    LegacyRow,
    ResidentReceipt,
    ReturnedRow,
    UnmatchedPayment,
    Upload,
    UploadedChange,
    UploadedWage,
)
from enrollment.services.employers import uploads
from enrollment.services.residents import legacy, taxfile
from socsec.office.errors import Invalid

from .conftest import CHAOYANG, MARCH, MEDICAL

# Each door with its headings and a row that it would take from this person.
DOORS = {
    "wages": (("身份证号", "姓名", "工资"), ("李芳", "8000")),
    "staff": (("身份证号", "姓名", "变动", "日期"), ("李芳", "减员", "2026-03-31")),
    "legacy": (("身份证号", "姓名", "起始年份", "终止年份"), ("李芳", "2009", "2010")),
    "payments": (("身份证号", "姓名", "年度", "金额"), ("李芳", "2026", "795.00")),
}


def book(*rows, merge=""):
    made = Workbook()
    for row in rows:
        made.active.append(list(row))
    if merge:
        made.active.merge_cells(merge)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def with_member(content, name, data):
    """The same workbook with a further member, or with that member's content replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, data)
    return out.getvalue()


def far_below(content):
    """A million empty rows between the good one and another."""
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        xml = old.read(sheet).decode()
    far = '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    return with_member(content, sheet, xml.replace("</sheetData>", far))


def bad_files(head, good):
    whole = book(head, good)
    text = ",".join(head) + "\n" + ",".join(good) + "\n"
    yield "formula", book(head, good, ("=1+1", *good[1:]))
    yield "formula", (text + "=1+1," + ",".join(good[1:]) + "\n").encode("gb18030")
    yield "merged_cells", book(head, good, merge="A5:B5")
    yield "wrong_encoding", text.encode("utf-16")
    yield "wrong_encoding", text.encode() + b"\xff\xff\xfe,1,1,1\n"
    yield "too_many_empty_rows", far_below(whole)
    yield "too_many_empty_rows", text.encode() + b",,,\n" * 5000
    yield "unpacks_too_large", with_member(whole, "xl/media/a.bin", b"0" * 40_000_000)
    yield "macros", with_member(whole, "xl/vbaProject.bin", b"x")
    yield "damaged", whole[: len(whole) * 2 // 3]
    yield "not_a_spreadsheet", b"%PDF-1.7 ..."
    yield "empty", b""


@pytest.fixture
def doors(intake, clerks, enroll, found, employ, today, django_capture_on_commit_callbacks):
    """Gives the code with which a door refuses a file; the person and the employer are known."""
    today(2026, 6, 10)
    who, firm = enroll(name="李芳"), found()
    employ(who, firm)

    def upload(kind, file):
        with django_capture_on_commit_callbacks(execute=True):
            made, _job = uploads.hand_in(
                by=intake, employer=firm, kind=kind, file=file, filename="x", channel="desk",
                month=MARCH if kind == "wages" else 0, heads=None,
            )  # fmt: skip
        made.refresh_from_db()
        assert made.state == "failed"
        return made.trouble["code"]

    def older(file):
        legacy.read(by=clerks["intake"], scheme="rural_medical", region=CHAOYANG, file=file)

    def paid(file):
        taxfile.take(
            by=clerks["accountant"], branch=MEDICAL, region=CHAOYANG, reference="T1",
            received_on=firm.opened_on, file=file,
        )  # fmt: skip

    def direct(door, file):
        with pytest.raises(Invalid) as refused:
            {"legacy": older, "payments": paid}[door](file)
        assert refused.value.fix
        return refused.value.code

    return who, lambda door, file: (upload if door in Upload.Kind.values else direct)(door, file)


@pytest.mark.parametrize("door", DOORS)
def test_a_bad_file_says_why_and_changes_nothing(doors, door):
    who, send = doors
    head, row = DOORS[door]
    for why, content in bad_files(head, (who.resident_id, *row)):
        assert send(door, io.BytesIO(content)) == why
    for kept in (
        *(UploadedWage, UploadedChange, ReturnedRow, LegacyImport, LegacyRow),
        *(ResidentReceipt, UnmatchedPayment),
    ):
        assert not kept.objects.exists(), kept
