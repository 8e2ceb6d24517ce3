"""Rounding, told by hand for every remainder, and the same in columns and SQL."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from socsec.kernel.arith import (
    DOWN,
    FEN,
    FEN_DOWN,
    FEN_UP,
    HALF_UP,
    JIAO,
    JIAO_DOWN,
    JIAO_UP,
    ONE,
    UP,
    YUAN,
    YUAN_DOWN,
    YUAN_UP,
    Rounding,
    ceil_div,
    ceil_to,
    floor_div,
    floor_to,
    half_up,
    rounded,
    rounded_to,
    share,
)
from socsec.kernel.column import Column
from socsec.kernel.ranges import LEAST, MOST
from socsec.kernel.sqlexpr import column, compile
from tests.kernel.test_words import round_by_hand
from tests.kernel.three_ways import values

SMALL = [(amount, parts) for amount in range(-260, 261) for parts in (1, 2, 3, 4, 7, 8, 100, 101)]


@pytest.mark.parametrize("mode", list(Rounding), ids=lambda mode: mode.name)
def test_every_remainder_goes_the_way_of_the_mode(mode):
    by_hand = [round_by_hand(amount, parts, mode) for amount, parts in SMALL]
    assert [rounded(amount, parts, mode) for amount, parts in SMALL] == by_hand
    amounts, parts = (Column(list(each)) for each in zip(*SMALL, strict=True))
    assert rounded(amounts, parts, mode).list() == by_hand


@pytest.mark.django_db
def test_every_remainder_goes_the_way_of_a_mode_that_differs_by_row_in_sql():
    rows = [
        {"amount": amount, "parts": parts, "mode": int(mode)}
        for amount, parts in SMALL[::3]
        for mode in Rounding
    ]
    by_hand = [round_by_hand(r["amount"], r["parts"], Rounding.read(r["mode"])) for r in rows]
    for bounds in ((), (-1000, 2000)):  # without bounds as numeric, with bounds as bigint
        amount, parts, mode = (column(name, *bounds) for name in ("amount", "parts", "mode"))
        lines = {"place_": column("place_"), "line": rounded(amount, parts, mode)}
        with connection.cursor() as cursor:
            cursor.execute(compile(lines, values(rows)))
            found = dict(cursor.fetchall())
        assert [found[i] for i in range(len(rows))] == by_hand


@pytest.mark.parametrize(
    ("mode", "fen"),
    [
        (FEN, 375_102), (FEN_UP, 375_102), (FEN_DOWN, 375_102),
        (JIAO, 375_100), (JIAO_UP, 375_110), (JIAO_DOWN, 375_100),
        (YUAN, 375_100), (YUAN_UP, 375_200), (YUAN_DOWN, 375_100),
    ],
)  # fmt: skip
def test_the_shanghai_form_that_proves_upwards_to_the_jiao(mode, fen):
    # 3,751.02 stands as 3,751.1 on the form: 见分进角
    assert rounded(375_102, 1, mode) == fen


def test_a_whole_jiao_stays_and_the_least_remainder_carries():
    assert rounded(375_110, 1, JIAO_UP) == 375_110
    assert rounded(375_110_000_001, ONE, JIAO_UP) == 375_120
    assert rounded(375_110_000_001, ONE, FEN) == 375_110


@given(st.integers(LEAST, MOST), st.integers(1, MOST))
def test_the_last_bigint_is_rounded_as_exactly_as_the_first(amount, parts):
    for mode in (FEN, JIAO_UP, YUAN_DOWN):
        expected = round_by_hand(amount, parts, mode)
        assert rounded(amount, parts, mode) == expected
        assert rounded(Column([amount]), parts, mode).list() == [expected]
        assert rounded(Column([amount]), Column([parts]), mode).list() == [expected]


@pytest.mark.parametrize(
    ("rate", "base", "fen"),
    [(72_000, 500_000, 36_000), (5_000, 500_000, 2_500), (500, 333_333, 167), (160_000, 1, 0)],
)
def test_small_rates_are_exact_to_the_fen(rate, base, fen):
    # 7.2 %, 0.5 %, 0.05 % a day: rates on which floats were a fen off
    assert share(base, rate) == fen


def test_years_are_rounded_as_provinces_do():
    hundredths = [rounded_to(350 * 100, 12, 1, way) for way in (HALF_UP, UP, DOWN)]
    assert hundredths == [2917, 2917, 2916]  # 29 years 2 months: 29.17, 29.17, 29.16
    assert rounded_to(509 * 10, 12, 1, UP) == 425  # Anhui, 42 years 5 months: 42.5
    assert rounded_to(148 * 10, 12, 5, UP) == 125  # Fujian, 12 years 4 months: 12.5


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_floors_and_ceilings(amount, step):
    assert floor_div(amount, step) * step <= amount < (floor_div(amount, step) + 1) * step
    assert (ceil_div(amount, step) - 1) * step < amount <= ceil_div(amount, step) * step
    assert floor_to(amount, step) == floor_div(amount, step) * step
    assert ceil_to(amount, step) == ceil_div(amount, step) * step


@pytest.mark.parametrize("parts", [0, -1])
def test_nothing_is_divided_by_nought_or_less(parts):
    for word in (half_up, ceil_div, lambda a, b: rounded(a, b, FEN)):
        with pytest.raises(ZeroDivisionError):
            word(100, parts)
        assert word(Column([100]), Column([parts])).list() == [None]
    with pytest.raises(ZeroDivisionError):
        floor_to(100, parts)


def test_a_mode_that_is_none_has_no_answer():
    with pytest.raises(ZeroDivisionError):
        rounded(100, 1, 3)
    assert rounded(100, 1, Column([3, FEN])).list() == [None, 100]
