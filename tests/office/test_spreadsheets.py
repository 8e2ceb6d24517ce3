"""Spreadsheets from outside: what is read of them, and what is refused before it can do harm."""

import io
import tracemalloc
import zipfile
from datetime import date

import pytest
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from socsec.office.errors import Invalid
from socsec.office.spreadsheets import (
    Column,
    Layout,
    Limits,
    digest,
    errors,
    read,
    read_date,
    read_month,
    template,
    write,
    write_csv,
)

LAYOUT = Layout(
    "Wages",
    [
        Column("resident_id", "ID number", ("身份证号",), text=True),
        Column("name", "Name", ("姓名",), must=False),
        Column("wage", "Wage (yuan)", ("工资",)),
    ],
)
HEAD = ["ID number", "Name", "Wage"]
USUAL = Limits()
ID = "11010519491231002X"


def book(*rows, change=None) -> io.BytesIO:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    if change:
        change(made.active)
    file = io.BytesIO()
    made.save(file)
    return file


def found(file, limits=USUAL):
    return list(read(file, LAYOUT, limits))


def refusal(file, limits=USUAL) -> Invalid:
    with pytest.raises(Invalid) as trouble:
        found(file, limits)
    for language in ("en", "zh-hans"):
        with override(language):
            assert str(trouble.value.message)
            assert str(trouble.value.fix)
    return trouble.value


def sheet(xml: str, **members: bytes) -> io.BytesIO:
    """A workbook whose only sheet is the given XML."""
    file = book(HEAD)
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else data)
        for name, data in members.items():
            new.writestr(name, data)
    return out


def rows_xml(rows: str) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    head = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEAD)
    return f'<worksheet xmlns="{space}"><sheetData><row r="1">{head}</row>{rows}</sheetData></worksheet>'


def test_a_workbook_gives_its_rows_with_their_numbers():
    file = book(HEAD, [ID, "李静", 8123.45], [], ["　３３０１　", " 王 伟 ", " 6500 "])
    one, two = found(file)
    assert (one.number, one.values) == (2, {"resident_id": ID, "name": "李静", "wage": "8123.45"})
    assert (two.number, two.values) == (4, {"resident_id": "3301", "name": "王 伟", "wage": "6500"})


def test_headings_may_be_chinese_stand_in_another_order_and_beside_strange_columns():
    file = book(["序号", "工资（元）", "＊身份证号"], [1, "6500", ID])
    assert found(file)[0].values == {"resident_id": ID, "wage": "6500"}


def test_the_tail_of_a_binary_fraction_is_no_part_of_a_wage():
    (row,) = found(
        sheet(
            rows_xml(
                '<row r="2"><c r="A2"><v>1</v></c><c r="C2"><v>8123.4499999999998</v></c></row>'
            )
        )
    )
    assert row.values["wage"] == "8123.45"


@pytest.mark.parametrize("number", ["1.1010519491231E+17", "110105194912310000"])
def test_an_identity_number_that_became_a_number_is_named(number):
    (row,) = found(
        sheet(rows_xml(f'<row r="2"><c r="A2"><v>{number}</v></c><c r="C2"><v>6500</v></c></row>'))
    )
    with pytest.raises(Invalid) as trouble:
        row.text("resident_id")
    assert (trouble.value.code, trouble.value.field) == ("digits_lost", "resident_id")
    assert row.text("wage") == "6500"


def test_a_date_cell_is_a_date():
    layout = Layout("Joins", [Column("first", "First day"), Column("month", "Month")])
    file = book(["First day", "Month"], [date(2026, 11, 3), date(2026, 11, 1)])
    (row,) = read(file, layout)
    assert read_date(row.text("first")) == date(2026, 11, 3)
    assert read_month(row.text("month")) == read_month("2026年11月")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_that_people_have(encoding, separator):
    lines = [["身份证号", "姓名", "工资"], [ID, "李静", "8123.45"], ["", "", ""]]
    text = "\r\n".join(separator.join(line) for line in lines)
    (row,) = found(io.BytesIO(text.encode(encoding)))
    assert row.values == {"resident_id": ID, "name": "李静", "wage": "8123.45"}


def test_csv_with_a_shortened_identity_number_says_so():
    (row,) = found(io.BytesIO(b"ID number,Wage\n1.10105E+17,6500\n"))
    with pytest.raises(Invalid) as trouble:
        row.text("resident_id")
    assert trouble.value.code == "digits_lost"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"ID number,Wage\n", "empty"),
        (b"%PDF-1.7 ...", "not_a_spreadsheet"),
        (b"<html><table><tr><td>ID number</td></tr></table>", "not_a_spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_or_locked"),
        ("身份证号,工资\n".encode("utf-16"), "wrong_encoding"),
        (b"ID number,Wage\n\xff\xff\xfe,1\n", "wrong_encoding"),
        (b"ID number,Wage\n\x00\x01,1\n", "wrong_encoding"),
        (b"ID number,Name\n1,2\n", "columns_missing"),
        (b"ID number,Wage,wage\n1,2,3\n", "column_twice"),
        (b"ID number,Wage\n=1+1,2\n", "formula"),
        (b'ID number,Wage\n"1,2\n', "damaged"),
        (b"PK\x03\x04 and then nothing", "damaged"),
    ],
)
def test_what_is_no_good_csv_is_refused(content, code):
    assert refusal(io.BytesIO(content)).code == code


def test_the_row_from_which_characters_cannot_be_read_is_named():
    content = b"ID number,Wage\n" + b"1,2\n" * 5 + b"\xff\xff,2\n"
    assert "row 7" in str(refusal(io.BytesIO(content)).message)


def test_a_truncated_workbook_is_refused():
    whole = book(HEAD, *([ID, "李静", n] for n in range(500))).getvalue()
    assert refusal(io.BytesIO(whole[: len(whole) * 2 // 3])).code == "damaged"
    broken = bytearray(whole)
    place = broken.index(b"xl/worksheets/sheet1.xml") + 400
    broken[place : place + 8] = b"\xff" * 8
    assert refusal(io.BytesIO(bytes(broken))).code == "damaged"


def test_formulas_are_refused_and_the_cell_is_named():
    trouble = refusal(book(HEAD, [ID, "李静", "=1+1"]))
    assert trouble.code == "formula"
    assert "C2" in str(trouble.message)


def test_merged_cells_are_refused_and_named():
    file = book(HEAD, [ID, "李静", 1], change=lambda one: one.merge_cells("A2:B2"))
    trouble = refusal(file)
    assert trouble.code == "merged_cells"
    assert "A2:B2" in str(trouble.message)


def test_macros_are_refused():
    assert refusal(sheet(rows_xml(""), **{"xl/vbaProject.bin": b"x"})).code == "macros"


def test_a_million_empty_rows_are_refused():
    rows = "".join(f'<row r="{n}" spans="1:3"><c r="A{n}" s="0"/></row>' for n in range(2, 4000))
    assert refusal(sheet(rows_xml(rows))).code == "too_many_empty_rows"
    far = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert refusal(sheet(rows_xml(far))).code == "too_many_empty_rows"
    assert refusal(io.BytesIO(b"ID number,Wage\n" + b",\n" * 5000)).code == "too_many_empty_rows"


def test_too_many_rows_columns_or_characters_are_refused():
    few = Limits(rows=3, columns=4, cell=20)
    assert refusal(book(HEAD, *[[ID, "", 1]] * 4), few).code == "too_many_rows"
    assert len(found(book(HEAD, *[[ID, "", 1]] * 3), few)) == 3
    assert refusal(book(HEAD, [ID, "", 1, "", "x"]), few).code == "too_many_columns"
    assert refusal(book(HEAD, [ID, "x" * 21, 1]), few).code == "cell_too_long"
    assert refusal(book(HEAD, [ID, "", 1]), Limits(file=100)).code == "file_too_large"


def test_bombs_are_refused_before_they_are_unpacked():
    bomb = sheet(rows_xml(""), **{"xl/media/a.bin": b"0" * 40_000_000})
    tracemalloc.start()
    try:
        assert refusal(bomb).code == "unpacks_too_large"
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
    many = sheet(rows_xml(""), **{f"xl/media/{n}.bin": b"" for n in range(500)})
    assert refusal(many).code == "unpacks_too_large"


def test_a_bomb_that_lies_about_its_size_is_cut_off_where_it_said_it_would_end():
    file = sheet(rows_xml(f"<!--{'0' * 30_000_000}-->")).getvalue()
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        real = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = file.replace(real.to_bytes(4, "little"), (50_000).to_bytes(4, "little"))
    assert lie != file
    assert refusal(io.BytesIO(lie)).code == "damaged"


def test_entities_and_endless_tokens_are_refused():
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + rows_xml("")
    assert refusal(sheet(laughs)).code == "damaged"
    noise = "".join(f"{n:x}" for n in range(600_000))
    endless = rows_xml(f'<row r="2" junk="{noise}"/>')
    assert refusal(sheet(endless)).code == "unpacks_too_large"


def test_many_rows_are_read_in_little_memory():
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{n:018}</t></is></c><c r="C{n}"><v>{n}</v></c></row>'
        for n in range(2, 20_002)
    )
    file = sheet(rows_xml(rows))
    del rows
    tracemalloc.start()
    try:
        count = sum(1 for _row in read(file, LAYOUT))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 12_000_000


def test_a_template_is_read_back_as_it_was_written():
    given = [{"resident_id": "110105194912310021", "name": "李静", "wage": "8123.45"}]
    with template(LAYOUT, given) as file:
        (row,) = found(file)
        book_ = load_workbook(file)
    assert row.values == given[0]
    assert book_.active["A2"].number_format == "@"
    assert book_.active.column_dimensions["A"].number_format == "@"
    assert book_.active["C2"].value == 8123.45


def test_bad_rows_come_back_with_the_reason_and_can_be_sent_again():
    rows = found(book(HEAD, [ID, "李静", "x"]))
    with errors(LAYOUT, [(rows[0], "A wage is written in digits.")]) as file:
        sheet_ = load_workbook(file).active
        again = found(file)
    assert [cell.value for cell in sheet_[2]][-1] == "A wage is written in digits."
    assert again[0].values == rows[0].values


def test_nothing_typed_becomes_a_formula():
    evil = [{"resident_id": "=1+1", "name": "@SUM(A1)", "wage": "=cmd|' /C calc'!A0"}]
    with write(LAYOUT, evil) as file:
        row = load_workbook(file).active[2]
    assert [(cell.value, cell.data_type) for cell in row] == [
        ("=1+1", "s"),
        ("@SUM(A1)", "s"),
        ("=cmd|' /C calc'!A0", "s"),
    ]
    text = "".join(write_csv(LAYOUT, [*evil, {"resident_id": ID, "wage": "-12.50"}]))
    assert text.splitlines()[1:] == ["'=1+1,'@SUM(A1),'=cmd|' /C calc'!A0", f"{ID},,-12.50"]
    assert found(io.BytesIO(text.encode()))[0].values["resident_id"] == "=1+1"


def test_the_same_file_has_the_same_digest():
    assert digest(io.BytesIO(b"one")) == digest(io.BytesIO(b"one")) != digest(io.BytesIO(b"two"))
