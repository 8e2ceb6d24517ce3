"""Fields that forgive how people type, and errors that say what to do."""

from datetime import date

import pytest
from django.template import Context, Template
from django.utils import translation

from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import month
from socsec.office.forms import (
    BankCardField,
    CodeField,
    DateField,
    MobileField,
    MoneyField,
    MonthField,
    Option,
    PickField,
    ResidentIdField,
    ScreenForm,
    TickField,
    WholeField,
)

NUMBER = make_resident_id("110105", date(1966, 8, 3), 1)


class Everything(ScreenForm):
    resident_id = ResidentIdField(required=False)
    wage = MoneyField(label="Wage", required=False)
    card = BankCardField(label="Card", required=False)
    phone = MobileField(label="Phone", required=False)
    years = WholeField(label="Years", most=60, required=False)
    code = CodeField(label="Code", required=False)
    day = DateField(label="Day", required=False)
    begin = MonthField(label="Month", required=False)
    pick = PickField(
        [Option("a", "A", "a hint", "4,747.16", "yuan"), Option("b", "B", after_or=True)],
        label="Which?",
        required=False,
    )
    truth = TickField(label="True", required=False)


def wide(text: str) -> str:
    """The text as a Chinese keyboard in full-width mode types it."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c != " " else c for c in text)


@pytest.mark.parametrize(
    ("name", "typed", "read"),
    [
        ("resident_id", f" {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]} ", NUMBER),
        ("resident_id", wide(NUMBER), NUMBER),
        ("wage", "１２,３４５．６", 1234560),
        ("wage", "0", 0),
        ("card", "6200 1188-0042 0000", None),
        ("phone", "+86 139-0000 2086", "13900002086"),
        ("years", " １８ ", 18),
        ("code", "123 456", "123456"),
        ("code", "１２３４５６", "123456"),
    ],
)
def test_spaces_and_full_width_figures_are_forgiven(name, typed, read):
    form = Everything({name: typed})
    if read is None:  # read, and then refused for its check digit rather than for its spaces
        assert "digit" in form.errors[name][0]
    else:
        assert form.errors == {}
        assert form.cleaned_data[name] == read


@pytest.mark.parametrize(
    ("name", "typed", "en", "zh"),
    [
        ("wage", "NaN", "digits", "数字"),
        ("wage", "-1", "below zero", "小于零"),
        ("wage", "1e12", "digits", "数字"),
        ("wage", "10000000000000.01", "too large", "太大"),
        ("wage", "0.001", "at most 2 decimals", "最多 2 位小数"),
        ("resident_id", NUMBER[:-2], "2", "2"),
        ("resident_id", NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), "check", "校验"),
        ("phone", "12345", "11", "11"),
    ],
)
def test_what_is_wrong_is_said_in_the_language_of_the_page(name, typed, en, zh):
    for language, words in (("en", en), ("zh-hans", zh)):
        with translation.override(language):
            form = Everything({name: typed})
            assert words in form.errors[name][0]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [("61", "between 0 and 60"), ("-1", "whole number"), ("1.5", "whole number"), ("Ⅻ", "whole")],
)
def test_a_whole_number_is_whole_and_within_its_bounds(typed, wrong):
    with translation.override("en"):
        assert wrong in Everything({"years": typed}).errors["years"][0]


@pytest.mark.parametrize(
    ("parts", "read"),
    [
        (("3", "8", "1966"), date(1966, 8, 3)),
        (("３", "０８", "１９６６"), date(1966, 8, 3)),
        (("", "", ""), None),
    ],
)
def test_a_date_in_three_boxes(parts, read):
    form = Everything(dict(zip(("day_day", "day_month", "day_year"), parts, strict=True)))
    assert form.is_valid()
    assert form.cleaned_data["day"] == read


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        (("31", "2", "1966"), "no such day"),
        (("1", "13", "1966"), "between 1 and 12"),
        (("1", "", "1966"), "every box"),
        (("1", "1", "66"), "4 digits"),
        (("one", "1", "1966"), "digits"),
    ],
)
def test_a_date_that_cannot_be_is_refused_by_name(parts, wrong):
    with translation.override("en"):
        form = Everything(dict(zip(("day_day", "day_month", "day_year"), parts, strict=True)))
        assert wrong in form.errors["day"][0]


def test_a_month_is_a_number_of_the_kernel_and_shows_again_what_was_typed():
    form = Everything({"begin_month": "3", "begin_year": "1973"})
    assert form.is_valid()
    assert form.cleaned_data["begin"] == month(1973, 3)
    html = drawn(Everything({"begin_month": "13", "begin_year": "1973"}))
    assert 'value="13"' in html
    assert 'value="1973"' in html


def drawn(form: ScreenForm) -> str:
    template = Template("{% load screens %}{% errors form %}{% fields form %}")
    return template.render(Context({"form": form}))


class Needed(ScreenForm):
    name = WholeField(label="How many?")
    pick = PickField([Option("a", "A")], label="Which?")
    day = DateField(label="When?")


def test_the_summary_leads_to_the_first_control_of_each_field():
    with translation.override("en"):
        form = Needed({})
        assert [anchor for anchor, _text in form.summary] == ["id_name", "id_pick_0", "id_day_0"]
        html = drawn(form)
    for anchor in ("id_name", "id_pick_0", "id_day_0"):
        assert f'href="#{anchor}"' in html
        assert f'id="{anchor}"' in html
    assert "There are 3 things to correct" in html


def test_a_missing_answer_names_the_question():
    with translation.override("en"):
        assert Needed({}).errors["name"] == ["Fill in: How many?"]


def test_a_field_is_tied_to_its_hint_and_its_error():
    class One(ScreenForm):
        wage = MoneyField(label="Wage", help_text="A month")

    html = drawn(One({"wage": "x"}))
    assert 'aria-describedby="id_wage_helptext id_wage_error"' in html
    assert 'id="id_wage_helptext"' in html
    assert 'id="id_wage_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="x"' in html  # what was typed is still there
    assert " required" not in html  # the browser checks nothing by itself


def test_an_option_that_nobody_offered_is_refused():
    assert "pick" in Everything({"pick": "c"}).errors


def test_an_answer_is_shown_as_text_and_never_as_markup():
    class One(ScreenForm):
        wage = MoneyField(label="Wage")

    assert "<script>" not in drawn(One({"wage": "<script>alert(1)</script>"}))
