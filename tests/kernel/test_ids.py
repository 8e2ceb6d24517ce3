"""Numbers that identify: what is wrong is named, what is only untidy is put right."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socsec.kernel.ids import (
    PROVINCES,
    IdError,
    make_credit_code,
    make_resident_id,
    mask,
    mask_bank_card,
    mask_mobile,
    mask_resident_id,
    read_bank_card,
    read_credit_code,
    read_mobile,
    read_resident_id,
)

TODAY = date(2026, 11, 23)
BIRTHS = st.dates(date(1900, 1, 1), TODAY)
REGIONS = st.builds(
    lambda province, rest: f"{province}{rest:04}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
)


@given(REGIONS, BIRTHS, st.integers(0, 999))
def test_what_a_valid_number_says(region, birth, serial):
    person = read_resident_id(make_resident_id(region, birth, serial), TODAY)
    assert (person.region, person.birth) == (region, birth)
    assert person.is_male == (serial % 2 == 1)
    assert person.birth_month == birth.year * 12 + birth.month - 1


@given(REGIONS, BIRTHS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_is_noticed(region, birth, serial, place, by):
    number = make_resident_id(region, birth, serial)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(IdError):
        read_resident_id(wrong, TODAY)


@given(REGIONS, BIRTHS, st.integers(0, 999), st.integers(0, 15))
def test_two_neighbours_that_change_places_are_noticed(region, birth, serial, place):
    number = make_resident_id(region, birth, serial)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped == number:
        return
    with pytest.raises(IdError):
        read_resident_id(swapped, TODAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (None, "empty"),
        ("123", "length"),
        ("11010519491231002X1", "length"),
        ("1101051949123100AX", "characters"),
        ("X10105194912310021", "characters"),
        ("１１０１０５１９４９１２３１００２Ａ", "characters"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "characters"),
        ("110105194913310021", "birth_date"),
        ("110105194902300021", "birth_date"),
        ("110105000001010021", "birth_date"),
        ("110105194912310020", "check_digit"),
    ],
)
def test_what_is_wrong_with_a_resident_id_is_named(text, code):
    with pytest.raises(IdError) as refused:
        read_resident_id(text, TODAY)
    assert refused.value.code == code
    assert refused.value.message_zh


def test_nobody_is_born_in_the_future_and_nobody_is_older_than_130():
    tomorrow = make_resident_id("110105", date(2026, 11, 24), 1)
    with pytest.raises(IdError) as refused:
        read_resident_id(tomorrow, TODAY)
    assert refused.value.code == "birth_date"
    assert "in the future" in refused.value.message_en
    read_resident_id(make_resident_id("110105", TODAY, 1), TODAY)
    with pytest.raises(IdError):
        read_resident_id(make_resident_id("110105", date(1895, 12, 31), 1), TODAY)


def test_a_province_that_does_not_exist_is_named():
    with pytest.raises(IdError) as refused:
        read_resident_id(make_resident_id("990105", date(1980, 1, 1), 1), TODAY)
    assert refused.value.code == "region"


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105\u200b19491231\u3000002x",
    ],
)
def test_what_is_only_untidy_is_put_right(text):
    assert read_resident_id(text, TODAY).number == "11010519491231002X"


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.integers(0, 999_999), st.text(ALPHABET, min_size=9, max_size=9))
def test_a_credit_code_that_was_made_is_read(region, organisation):
    code = make_credit_code("91", f"{region:06}", organisation)
    assert read_credit_code(code.lower()) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("9111", "length"),
        ("91110000600037341I", "characters"),
        ("91A10000600037341L", "characters"),
        ("91110000600037342L", "check_digit"),
    ],
)
def test_what_is_wrong_with_a_credit_code_is_named(text, code):
    with pytest.raises(IdError) as refused:
        read_credit_code(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("62220202000000000X6", "characters"),
        ("12345", "length"),
        ("6222020200000000005", "check_digit"),
        ("1" * 20, "length"),
    ],
)
def test_what_is_wrong_with_a_card_is_named(text, code):
    with pytest.raises(IdError) as refused:
        read_bank_card(text)
    assert refused.value.code == code


def test_an_account_number_without_a_check_digit_is_taken():
    assert read_bank_card("110 0101 00012 345") == "110010100012345"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("23800138000", "characters"),
        ("1380013800", "length"),
        ("1380013800a", "characters"),
    ],
)
def test_what_is_wrong_with_a_mobile_number_is_named(text, code):
    with pytest.raises(IdError) as refused:
        read_mobile(text)
    assert refused.value.code == code


@given(st.text("0123456789X", max_size=30))
def test_a_mask_keeps_the_length_and_hides_the_middle(number):
    for masked in (mask_resident_id(number), mask_bank_card(number), mask_mobile(number)):
        assert len(masked) == len(number)
        assert not number or "*" in masked


def test_little_is_not_half_shown():
    assert mask("12345", 2, 2) == "*****"
