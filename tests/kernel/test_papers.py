"""Numbers of every kind of document: what is accepted, what is said of the rest."""

import doctest
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from socsec.kernel import papers
from socsec.kernel.ids import IdError, make_resident_id

TODAY = date(2026, 11, 25)


def test_the_examples_hold():
    assert doctest.testmod(papers).failed == 0


@pytest.mark.parametrize(
    ("kind", "text", "country", "number"),
    [
        ("resident_id", "110105 491231 002", "", "11010519491231002X"),
        ("passport", "Ｅ 12345678", "chn", "E12345678"),
        ("travel_permit", "m12345678", "", "M12345678"),
        ("travel_permit", "12345678(01)", "", "12345678"),
        ("foreign_resident", "usa310119900101", "", "USA310119900101"),
    ],
)
def test_spellings_come_to_one_number(kind, text, country, number):
    assert papers.read_paper(kind, text, country, TODAY).number == number


@pytest.mark.parametrize(
    ("kind", "text", "country", "code"),
    [
        ("passport", "E12345678", "", "country"),
        ("passport", "E12345678", "ch1", "country"),
        ("passport", "ABCDEF", "FRA", "characters"),
        ("passport", "", "FRA", "empty"),
        ("travel_permit", "K12345678", "", "characters"),
        ("travel_permit", "H1234567", "", "characters"),
        ("foreign_resident", "811840198001010015", "", "characters"),
        ("foreign_resident", "931840198013010010", "", "check_digit"),
        ("residence_permit", "11010519491231002X", "", "region"),
        ("library_card", "1", "", "kind"),
    ],
)
def test_what_cannot_be_right_is_refused(kind, text, country, code):
    with pytest.raises(IdError) as refused:
        papers.read_paper(kind, text, country, TODAY)
    assert refused.value.code == code


def test_a_residence_permit_says_birth_and_sex():
    number = make_resident_id("810000", date(1990, 5, 6), 13)
    read = papers.read_paper("residence_permit", number, today=TODAY)
    assert (read.birth, read.is_male) == (date(1990, 5, 6), True)


def test_a_foreign_card_has_the_check_digit_of_iso_7064_and_a_birth_date_that_can_be():
    body = "9" + "31" + "840" + "19800101" + "001"
    number = body + ric.calc_check_digit(body + "0")
    assert papers.read_paper("foreign_resident", number, today=TODAY).birth == date(1980, 1, 1)
    body = body.replace("19800101", "19801301")
    with pytest.raises(IdError) as refused:
        papers.read_paper("foreign_resident", body + ric.calc_check_digit(body + "0"), today=TODAY)
    assert refused.value.code == "birth_date"


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_the_old_15_digits_and_the_18_of_today_fold_into_one(born, serial):
    new = make_resident_id("310115", born, serial)
    assert papers.widen(new[:6] + new[8:17]) == new
    assert papers.fold(new[:6] + new[8:17]) == papers.fold(new)


def test_two_countries_may_print_the_same_passport_number():
    french = papers.read_paper("passport", "A1234567", "FRA")
    german = papers.read_paper("passport", "A1234567", "DEU")
    assert french.key != german.key
    assert papers.fold(french.number) == papers.fold(german.number)
