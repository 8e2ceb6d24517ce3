"""One template draws every sheet: lines, working, met and not met, marks, and a total that adds up."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from socsec.kernel import rules
from socsec.kernel.document import Document
from socsec.kernel.policy import Policy
from socsec.office.sheets import lay_out
from socsec.office.stylebook import sample_sheet

CLAIM = {
    "category": "MALE_60",
    "birth_month": "1966-08",
    "claim_month": "2027-01",
    "months_paid": 395,
    "months_deemed": 51,
    "months_before_account": 30,
    "average_index": "0.9125",
    "account_balance": "148632.47",
}


@pytest.fixture(scope="module")
def policy():
    rules.load(["pensions", "enrollment"])
    return Policy.files()


def assess(policy, **changes):
    return rules.assess(
        "pensions.employees.claim", {**CLAIM, **changes}, policy=policy, region="110000"
    )


def draw(sheet, language="en", **options) -> str:
    words = " ".join(f"{name}={name}" for name in options)
    template = Template("{% load screens %}{% sheet sheet " + words + " %}")
    with translation.override(language):
        return template.render(Context({"sheet": sheet, **options}))


def fen(amount: str) -> int:
    return int(amount.replace(",", "").replace(".", "").replace("−", "-"))


def test_the_signs_in_the_margin_add_up_to_the_total(policy):
    """What a reader adds up line by line is what is paid."""
    layout = lay_out(assess(policy), "en")
    *rows, total = layout.rows
    assert (total.total, total.sign, total.line["label"]) == (True, "=", "Payable a month")
    summed = [row for row in rows if row.in_yuan]
    assert [row.sign for row in summed] == ["", "+", "+"]
    assert sum(fen(row.line["amount"]) for row in summed) == fen(total.line["amount"])


def test_a_part_is_its_result_and_keeps_its_inner_lines_beneath(policy):
    layout = lay_out(assess(policy), "en")
    basic = next(row for row in layout.rows if row.line["code"] == "pension.basic.amount")
    assert "pension.basic.wage" in [line["code"] for line in basic.inner]
    assert len(basic.line["work"]) > 1


def test_no_line_of_the_document_is_lost(policy):
    """Every line is drawn as a row, beneath one, or is the working of the one that repeats it."""
    document = assess(policy).document
    layout = lay_out(document, "en")
    shown = {line["code"] for row in layout.rows for line in [row.line, *row.inner]}
    missing = {line.code for line in document.lines} - shown
    amounts = {line["amount"] for row in layout.rows for line in [row.line, *row.inner]}
    assert {line.shown["en"] for line in document.lines if line.code in missing} <= amounts


def test_conditions_are_met_or_not_in_words_and_not_by_colour_alone(policy):
    html = draw(assess(policy, months_paid=20, months_deemed=0, months_before_account=0))
    text = re.sub(r"<[^>]+>", " ", html)
    assert "not met" in text
    assert re.search(r"Old enough\s.*?met", text, re.S)
    assert (
        lay_out(assess(policy, months_paid=20, months_deemed=0, months_before_account=0), "en")
        .rows[0]
        .heading
    )


def test_a_refused_claim_ends_in_nothing_payable(policy):
    layout = lay_out(assess(policy, months_paid=20, months_deemed=0, months_before_account=0), "en")
    assert layout.rows[-1].line["amount"] == "0.00"


def test_what_nobody_has_confirmed_is_marked_and_counted():
    layout = lay_out(sample_sheet(), "en")
    assert [row.line["code"] for row in layout.rows if row.line["open"]] == [
        "transitional",
        "amount",
    ]
    html = draw(sample_sheet())
    assert html.count("line--open") == 2
    assert "Not officially confirmed" in html
    assert "<b>1 parameter</b> is not officially confirmed." in html
    assert "Touched: lines 5, 6" in html


def test_a_sheet_kept_with_a_decision_is_drawn_as_on_the_day_of_the_decision(policy):
    assessment = assess(policy)
    kept = Document.from_json(assessment.as_json()).as_json()
    numbered = re.compile(r"sheet-\d+")
    assert numbered.sub("", draw(kept)) == numbered.sub("", draw(assessment))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_sheet_speaks_one_language(policy, language):
    html = draw(assess(policy), language)
    label = "职工基本养老金核定" if language == "zh-hans" else "Assessment of an employee"
    other = "Assessment of an employee" if language == "zh-hans" else "职工基本养老金核定"
    assert label in html
    assert other not in html


def test_the_sheet_carries_no_style_and_no_script(policy):
    html = draw(assess(policy), contest="/write/?line=", printable=True, opened=True)
    assert not re.search(r"\sstyle=|<script|\son[a-z]+=", html)


def test_the_headings_descend_and_every_line_is_read_label_working_amount_law(policy):
    html = draw(assess(policy))
    assert html.count("<h2") == 1
    line = html[html.index('-pension.basic.amount"') :]
    places = [line.index(piece) for piece in ("line__label", 'class="work"', "<output", "__law")]
    assert places == sorted(places)


def test_a_disputed_line_is_named_in_the_address(policy):
    html = draw(assess(policy), contest="/cases/1/write/?line=")
    assert 'href="/cases/1/write/?line=pension.basic.amount"' in html


def test_only_a_sheet_with_amounts_says_that_they_are_yuan(policy):
    """The month of a pensionable age is no amount."""
    ages = rules.assess(
        "pensions.retirement_age",
        {"category": "MALE_60", "birth_month": "1966-08"},
        policy=policy,
        region="110000",
    )
    unit = re.compile('<span class="sheet__unit">(.*?)</span>')
    assert unit.findall(draw(assess(policy))) == ["yuan"]
    assert unit.findall(draw(ages)) == [""]


def test_nothing_is_drawn_where_there_is_no_sheet():
    assert draw(None).strip() == ""
