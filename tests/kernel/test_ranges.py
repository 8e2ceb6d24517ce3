"""Ranges: whatever the numbers, the result lies in the range that was computed for it."""

from hypothesis import given
from hypothesis import strategies as st

from socsec.kernel.arith import least, most, where
from socsec.kernel.expr import column
from socsec.kernel.ranges import LEAST, MOST, Range

NUMBERS = st.one_of(st.integers(-9, 9), st.integers(-(2**70), 2**70))
HELD = st.lists(NUMBERS, min_size=3, max_size=3).map(sorted)  # low, a number between, high


def ranged(held):
    low, number, high = held
    return number, Range(low, high)


@given(HELD, HELD)
def test_the_result_lies_in_the_range(left, right):
    (a, a_range), (b, b_range) = ranged(left), ranged(right)
    results = [(a + b, a_range + b_range), (a - b, a_range - b_range), (a * b, a_range * b_range)]
    if b:
        results += [(a // b, a_range // b_range), (a % b, a_range % b_range)]
    results += [(a, a_range | b_range), (b, a_range | b_range)]
    for result, its in results:
        assert its.low <= result <= its.high


@given(HELD, HELD)
def test_the_result_lies_in_the_range_of_its_expression(left, right):
    (a, a_range), (b, b_range) = ranged(left), ranged(right)
    x = column("x", a_range.low, a_range.high)
    y = column("y", b_range.low, b_range.high)
    for result, node in (
        (min(a, b), least(x, y)),
        (max(a, b), most(x, y)),
        (a if a > b else b - a, where(x > y, x, y - x)),
        (-a, -x),
    ):
        assert node.range.low <= result <= node.range.high


@given(HELD, HELD)
def test_the_ends_of_a_range_are_reached(left, right):
    # Not wider than it must be: what fits in bigint is then computed in bigint.
    (_, a), (_, b) = ranged(left), ranged(right)
    corners = [(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    assert a + b == Range.of(x + y for x, y in corners)
    assert a - b == Range.of(x - y for x, y in corners)
    assert a * b == Range.of(x * y for x, y in corners)


def test_bigint_ends_where_postgresql_says():
    assert Range(LEAST, MOST).fits
    assert not Range(LEAST - 1, MOST).fits
    assert not Range(LEAST, MOST + 1).fits
    assert not (Range(LEAST, 0) // Range(-1, 1)).fits  # the one quotient that overflows


def test_what_is_divided_by_nothing_but_nought_is_a_range_all_the_same():
    assert Range(5, 6) // Range(0, 0) == Range(0, 0)
