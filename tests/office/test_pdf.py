"""Printed papers: their words, marks and tags, in both languages, the same bytes each time."""

import gc
import itertools
import re
import tracemalloc
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from socsec.kernel.months import month
from socsec.office import figures
from socsec.office.pdf import Cell, Column, Paper, Proof, lines
from socsec.office.pdf.fonts import face
from socsec.office.stylebook import sample_sheet
from tests import papers

PROOF = Proof("https://s.example/verify/?s=1&c=2", "s.example/verify", "SBJL-1", "7KQ4-M2PD-93")


def paper(language="zh-hans", **changes) -> Paper:
    given_ = {
        "title": "核定通知书",
        "language": language,
        "office": "临溪市社会保险中心",
        "address": "柳河路 18 号",
        "dated": date(2026, 12, 9),
        "number": "办件号 471",
        "proof": PROOF,
    }
    return Paper(**(given_ | changes))


def whole(language="zh-hans") -> bytes:
    one = paper(language)
    one.heading("从 2027 年 1 月起，您每月领 4,747.16 元")
    one.sheet(sample_sheet())
    with translation.override(language):
        one.months(figures.month_grid({month(2026, 1): "paid", month(2026, 2): "pay"}))
    one.facts([("姓名", "沈禾生"), ("余额", Cell("148,632.47 元", open=True))])
    one.table(
        [Column("月份"), Column("缴费", figures=True)], [["2026-01", "640.00"]], ["合计", "1"]
    )
    one.signed("核定 邵一宁")
    return one.bytes()


def test_the_same_input_gives_the_same_bytes():
    assert whole() == whole()


def test_the_text_can_be_searched_and_copied():
    said = papers.text(whole())
    for part in (
        "从 2027 年 1 月起，您每月领 4,747.16 元",
        "沈禾生",
        "148,632.47 元",
        "7KQ4-M2PD-93",
    ):
        assert part in said.replace("\xa0", " ")


def test_what_the_paper_adds_is_in_its_own_language_whatever_the_request_speaks():
    with translation.override("en"):
        assert "第 1 页，共" in papers.text(whole("zh-hans"))
    with translation.override("zh-hans"):
        assert "Page 1 of" in papers.text(whole("en"))


def test_a_screen_reader_finds_headings_tables_with_heads_and_a_described_code():
    pdf = whole()
    found = set(papers.tags(pdf))
    assert {"Document", "H1", "H2", "P", "Table", "TR", "TH", "TD", "L", "LI", "Figure"} <= found
    assert b"/MarkInfo" in pdf
    assert b"/Lang" in pdf
    assert b"/DisplayDocTitle" in pdf
    assert pdf.count(b"/Scope /Column") > 2
    figure = next(b for b in papers.objects(pdf).values() if b"/S /Figure" in b)
    assert b"/Alt" in figure


def test_every_mark_on_a_page_is_read_aloud_or_said_to_be_decoration():
    marks = 0
    for page in papers.pages(whole()):
        depth = 0
        for line in page.splitlines():
            depth += line.endswith((" BDC", " BMC")) - (line == "EMC")
            assert depth in (0, 1)
            if re.search(r" Tj| re | l S", line):
                assert depth == 1, line
                marks += 1
    assert marks > 100


def test_what_is_not_confirmed_is_dashed_and_nothing_else_is():
    settled = paper()
    settled.facts([("余额", "1.00 元")])
    open_ = paper()
    open_.facts([("余额", Cell("1.00 元", open=True))])
    dashes = ["".join(papers.pages(each.bytes())).count("] 0 d") for each in (settled, open_)]
    assert dashes == [0, 1]


def test_a_rare_character_of_a_name_is_printed_and_one_that_is_missing_is_named():
    one = paper()
    one.heading("沈𬱖䶮𠮷")
    said = papers.text(one.bytes())
    assert "沈𬱖䶮" in said
    assert "U+20BB7" in said
    assert "U+2CC56" not in said


def test_the_whole_national_table_of_basic_characters_can_be_printed():
    """GB 18030's basic block and Extension A; every outline is whole, so that it can be cut out."""
    for style in ("", "B"):
        one = face(style)
        assert all(code in one.numbers for code in range(0x4E00, 0x9FFF + 1))
        assert all(code in one.numbers for code in range(0x3400, 0x4DBF + 1))
        starts = zip(one.places, one.places[1:], strict=False)
        assert not any(end > start and one.outlines[start] & 0x80 for start, end in starts)


def test_digits_have_one_width_so_that_amounts_align():
    pdf = paper().pdf
    assert len({pdf.width(digit, 10) for digit in "0123456789"}) == 1
    assert pdf.width("“”", 10) == 20
    assert paper("en").pdf.width("“”", 10) < 12


def test_a_long_table_goes_on_over_pages_and_repeats_its_head():
    one = paper()
    one.table(
        [Column("月份"), Column("缴费", figures=True)], [[f"第{i}行", "1"] for i in range(150)]
    )
    assert one.pdf.pages_count > 2
    assert papers.text(one.bytes()).count("月份") == one.pdf.pages_count


def test_no_text_leaves_the_page():
    one = paper()
    one.text("https://example.cn/" + "x" * 400 + "，" + "长" * 3000)
    places = re.findall(r"Tf ([\d.-]+) ([\d.-]+) Td", "".join(papers.pages(one.bytes())))
    assert len(places) > 60
    for x, y in places:
        assert 56 < float(x) < 540
        assert 30 < float(y) < 800


words = st.text(alphabet="一二三，。（）“” ab1.元 ", max_size=40)


@given(words, st.integers(1, 12))
@settings(max_examples=200)
def test_lines_lose_nothing_but_spaces_and_never_begin_with_a_closing_sign(text, width):
    broken = lines.lines(text, width, len)
    assert "".join(broken).replace(" ", "").replace("\xa0", "") == text.replace(" ", "")
    for before, line in itertools.pairwise(broken):
        if len(before) < width - 4 and line:
            assert line[0] not in "，。）" or len(lines.pieces(text)) == 1


def test_a_process_that_prints_much_keeps_nothing_of_it():
    """Fonts are shared, papers are not kept: the memory of a run does not grow with its length."""
    whole()
    tracemalloc.start()
    whole()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(5):
        whole()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 200_000


def test_a_chart_is_drawn_with_its_description():
    one = paper("en")
    chart = figures.line_chart(
        ["2026", "2027", "2028"], [figures.Series("Balance", [100, 200, 300], open_from=1)]
    )
    one.chart(chart, "The balance doubles")
    pdf = one.bytes()
    assert "Balance" in papers.text(pdf)
    assert any(b"/S /Figure" in body for body in papers.objects(pdf).values())


@pytest.mark.parametrize("empty", [None, {}])
def test_no_sheet_draws_nothing(empty):
    one = paper()
    before = one.y
    one.sheet(empty)
    assert one.y == before
