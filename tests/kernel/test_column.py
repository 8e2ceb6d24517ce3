"""Columns: exact past int64, NULL like SQL, and no floats."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socsec.kernel.arith import ONE, floor_div, half_up, least, share, where
from socsec.kernel.column import Column
from socsec.kernel.ranges import LEAST, MOST

BIG = st.integers(LEAST, MOST)


@given(st.lists(st.tuples(BIG, BIG, BIG), min_size=1, max_size=30))
def test_products_past_int64_are_exact(rows):
    a, b, c = (Column([row[i] for row in rows]) for i in range(3))
    assert (a * b * c).list() == [x * y * z for x, y, z in rows]
    assert (a * b - c).list() == [x * y - z for x, y, z in rows]


def test_the_product_that_overflows_bigint_in_a_pension_is_exact():
    # 10,000.00 yuan × 600 months × 1 % × an index of 3: 1.8e19, twice what int64 holds
    base, months, index = 1_000_000, 600, 3 * ONE
    product = Column([base]) * Column([months]) * 10_000 * Column([index])
    assert product.item(0) == base * months * 10_000 * index > MOST
    assert half_up(product, 12 * ONE * ONE).list() == [half_up(product.item(0), 12 * ONE * ONE)]


def test_a_result_that_fits_again_is_int64_again():
    wide = Column([MOST]) * 10
    assert wide.data.dtype == object
    assert (wide // 10).data.dtype == np.int64
    assert (wide // 10).int64().tolist() == [MOST]
    with pytest.raises(OverflowError):
        wide.int64()


def test_an_overflow_that_was_only_feared_leaves_int64():
    # The worst case of each factor would overflow together, but in no row do they meet.
    made = Column([MOST, 1]) * Column([1, MOST])
    assert made.list() == [MOST, MOST]
    assert made.data.dtype == np.int64


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.uint8, np.uint64])
def test_narrow_arrays_are_widened_before_they_can_wrap(dtype):
    top = np.iinfo(dtype).max
    assert (Column(np.array([top], dtype=dtype)) * 2).list() == [int(top) * 2]


def test_the_words_take_bare_arrays_without_wrapping():
    wages = np.array([10**14], dtype=np.int64)
    assert share(wages, np.array([80_000_000])).list() == [8 * 10**15]
    assert half_up(wages, np.int64(3)).list() == [33_333_333_333_333]


def test_a_bare_array_on_the_left_gives_way():
    made = np.array([2**62, 1]) * Column([4, 1])
    assert isinstance(made, Column)
    assert made.list() == [2**64, 1]


@pytest.mark.parametrize(
    "values", [[1.5], np.array([1.5]), [True, 1], ["1"], np.array(["2020-01"], dtype="M8[M]")]
)
def test_what_is_no_whole_number_is_refused(values):
    with pytest.raises(TypeError):
        Column(values)


@pytest.mark.parametrize("other", [1.5, "1", None])
def test_arithmetic_with_floats_is_refused(other):
    with pytest.raises(TypeError):
        Column([1]) * other


@pytest.mark.parametrize(
    "amount", [1.5, np.float64(1.5), Decimal("1.5"), Fraction(3, 2), "1", None]
)
def test_a_word_takes_whole_numbers_only(amount):
    for word in (share, half_up, least, floor_div):
        with pytest.raises(TypeError):
            word(amount, 80_000)
    with pytest.raises(TypeError):
        where(True, amount, 0)


def test_python_questions_about_a_whole_column_are_refused():
    column = Column([1, 2])
    with pytest.raises(TypeError, match="where"):
        bool(column > 1)
    with pytest.raises(TypeError, match="where"):
        min(column, 1)
    with pytest.raises(TypeError, match="where"):
        1 < column < 3  # noqa: B015


def test_a_condition_is_not_a_number_and_a_number_no_condition():
    column = Column([1, 2])
    with pytest.raises(TypeError):
        (column > 1) * 5
    with pytest.raises(TypeError):
        column & (column > 1)
    with pytest.raises(TypeError):
        where(column, 1, 0)
    with pytest.raises(TypeError):
        where(column > 1, 1, column > 1)


def test_columns_of_different_lengths_do_not_go_together():
    with pytest.raises(ValueError, match="2 and 3"):
        Column([1, 2]) + Column([1, 2, 3])
    with pytest.raises(ValueError, match="2 and 1"):
        _ = Column([1, 2]) < Column([1])
    with pytest.raises(ValueError, match="2 and 1"):
        where(Column([1, 2]) > 1, Column([1]), 0)
    with pytest.raises(ValueError, match="2 and 1"):
        _ = (Column([1, 2]) > 1) & (Column([1]) > 1)


def test_missing_spreads_as_null_does():
    a = Column([1, None, 3])
    assert (a + 1).list() == [2, None, 4]
    assert (6 // Column([3, 0, None])).list() == [2, None, None]
    assert (6 % Column([4, 0, None])).list() == [2, None, None]
    assert least(a, 2).list() == [1, None, 2]
    assert where(a > 2, 1, 0).list() == [0, None, 1]
    assert where(Column([1, 2, 3]) > 1, a, 0).list() == [0, None, 3]


def test_false_and_unknown_is_false_but_true_and_unknown_is_unknown():
    unknown = Column([None, None, None]) > 0
    known = Column([True, False, True])
    assert (unknown & known).list() == [None, False, None]
    assert (unknown | known).list() == [True, None, True]
    assert (~unknown).list() == [None, None, None]


def test_facts_out_of_bounds_are_missing():
    assert Column([-1, 0, 5, 6], 0, 5).list() == [None, 0, 5, None]
    assert (Column([0, 7], 1, 5) * 2).list() == [None, None]


def test_what_is_missing_cannot_be_taken_for_a_number():
    with pytest.raises(ValueError, match="1 values are missing"):
        Column([1, None]).int64()


def test_an_empty_column_stays_empty():
    empty = Column([])
    assert (empty * MOST * MOST).list() == []
    assert where(empty > 1, empty, 0).list() == []
