"""How a run is cut: ranges without gaps, about equal, however numbers lie."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socsec.kernel.ranges import MOST
from socsec.office import cutting


def cut(people, size):
    return cutting.by_person("select unnest(%s::bigint[]) as person_id", [people], size)


@pytest.mark.django_db
@given(
    people=st.lists(st.integers(1, 100_000), min_size=1, max_size=300, unique=True),
    size=st.integers(1, 400),
)
def test_everybody_falls_into_one_chunk_and_no_chunk_is_too_large(people, size):
    chunks = cut(people, size)
    assert (chunks[0]["first"], chunks[-1]["last"]) == (0, MOST)
    assert all(b["first"] == a["last"] + 1 for a, b in itertools.pairwise(chunks))
    held = [sum(each["first"] <= one <= each["last"] for one in people) for each in chunks]
    assert sum(held) == len(people)
    block = 1 << (size // cutting.FINENESS).bit_length()
    assert all(0 < count < size + block for count in held)
    assert len(held) <= -(-len(people) // size)


@pytest.mark.django_db
def test_nobody_is_no_chunk():
    assert cut([], 100) == []


@pytest.mark.django_db
def test_one_who_fills_more_than_a_chunk_has_one_alone():
    chunks = cut([7, 7, 7, 8, 9], 2)
    assert [(each["first"], each["last"]) for each in chunks] == [(0, 7), (8, 8), (9, MOST)]
