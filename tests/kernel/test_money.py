"""Amounts and rates: read exactly or refused with a sentence."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socsec.kernel import money
from socsec.kernel.money import MoneyError, format_rate, format_yuan, parse_rate, parse_yuan, yuan


@given(st.integers(-(10**15), 10**15))
def test_what_is_written_is_read_back(fen):
    assert parse_yuan(format_yuan(fen), signed=True) == fen
    assert parse_yuan(yuan(fen), signed=True) == fen
    assert parse_yuan(yuan(fen, grouping=False), signed=True) == fen


@given(st.integers(0, 10**12))
def test_a_rate_that_is_written_is_read_back(millionths):
    assert parse_rate(format_rate(millionths)) == millionths


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_decimal_is_read_exactly(amount):
    assert parse_yuan(amount) == Fraction(amount) * 100


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("abc", "not_a_number"),
        ("NaN", "not_a_number"),
        ("inf", "not_a_number"),
        ("-Infinity", "not_a_number"),
        ("1e5", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1_000", "not_a_number"),
        ("1,00", "not_a_number"),
        ("12,34.5", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("--1", "not_a_number"),
        ("١٢", "not_a_number"),  # Arabic digits: digits to Python, not to a bank
        ("一百", "not_a_number"),
        ("100元", "not_a_number"),
        ("1.001", "too_precise"),
        ("0.009", "too_precise"),
        ("-1", "negative"),
        ("-0.01", "negative"),
        ("10000000000000.01", "too_large"),
        ("9" * 40, "too_large"),
        ("9" * 5000, "too_large"),
        (True, "not_a_number"),
        (None, "not_a_number"),
        (1.5, "not_a_number"),
        (Decimal("NaN"), "not_a_number"),
        (Decimal("Infinity"), "not_a_number"),
        (Decimal("1e999999999"), "not_a_number"),
        (Decimal("1e-999999999"), "not_a_number"),
        ([], "not_a_number"),
    ],
)
def test_what_is_no_amount_is_refused_in_both_languages(text, code):
    with pytest.raises(MoneyError) as refused:
        parse_yuan(text)
    assert refused.value.code == code
    assert refused.value.message_en
    assert refused.value.message_zh
    assert len(refused.value.message_en) < 200


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("-0", 0),
        ("007", 700),
        ("1.10", 110),
        ("1.100", 110),
        (".5", 50),
        ("5.", 500),
        ("+5", 500),
        (" 1,234,567.89 ", 123_456_789),
        ("１２３．４５", 12_345),
        ("1，234", 123_400),
        (7162, 716_200),
        (Decimal("1E+3"), 100_000),
        ("10000000000000", 10**15),
    ],
)
def test_the_ways_people_write_an_amount(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    ("text", "millionths"),
    [
        ("0.08", 80_000),
        ("8%", 80_000),
        ("7.2 %", 72_000),
        ("0.05%", 500),
        ("1", 1_000_000),
        ("0.000001", 1),
        ("１６％", 160_000),
    ],
)
def test_the_ways_people_write_a_rate(text, millionths):
    assert parse_rate(text) == millionths


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0.0000001", "too_precise"),
        ("0.00001%", "too_precise"),
        ("-1%", "negative"),
        ("%", "empty"),
        ("8%%", "not_a_number"),
        ("1000001", "too_large"),
    ],
)
def test_what_is_no_rate_is_refused(text, code):
    with pytest.raises(MoneyError) as refused:
        parse_rate(text)
    assert refused.value.code == code


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 10, 100, 10**6]))
def test_decimals_keep_every_digit(number, scale):
    assert Fraction(money.decimal(number, scale)) == Fraction(number, scale)
