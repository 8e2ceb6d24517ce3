"""The rules of collection say the same as ints, as columns and as SQL."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.params import Order, SurchargePlace, SurchargeTerms
from enrollment.rules.collection import (
    MOST_DAYS,
    MOST_OWED,
    Late,
    accrued,
    owed_in_equal_parts,
    place_in_line,
    surcharge,
)
from socsec.kernel import sqlexpr
from socsec.kernel.arith import Steps
from socsec.kernel.column import Column
from tests.kernel.three_ways import three_ways

pytestmark = pytest.mark.django_db

TERMS = SurchargeTerms(rate=500, bears=Steps({0: 0, 1: 1, 2: 0, 3: 0, 4: 1, 5: 0}))
LATE = st.fixed_dictionaries(
    {
        "owed": st.integers(0, 10**9) | st.sampled_from([-1, 0, MOST_OWED, MOST_OWED + 1]),
        "days": st.integers(0, 4000) | st.sampled_from([-1, 0, MOST_DAYS, MOST_DAYS + 1]),
        "category": st.integers(0, 6),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(LATE, min_size=1, max_size=30))
def test_a_surcharge_three_ways(rows):
    three_ways(surcharge, rows, TERMS, facts=Late)


def test_a_surcharge_worked_by_hand():
    # 12,345.67 yuan, 17 days late: 12,345.67 × 17 × 0.0005 = 104.938195
    assert surcharge(Late(owed=1_234_567, days=17, category=1), TERMS).surcharge == 10_494
    # 0.05 % of one fen a day never shows, and of a yuan only after the tenth day
    assert surcharge(Late(owed=100, days=9, category=1), TERMS).surcharge == 0
    assert surcharge(Late(owed=100, days=10, category=1), TERMS).surcharge == 1


def in_sql(rule, names, rows):
    lines = ", ".join(
        "(" + ", ".join(f"{n}::bigint" for n in (i, *row)) + ")" for i, row in enumerate(rows)
    )
    source = f"select * from (values {lines}) as v (i, {', '.join(names)})"
    columns = [sqlexpr.column(name, -(10**18), 10**18) for name in names]
    text = sqlexpr.compile({"answer": rule(*columns)}, source, carry=("i",))
    with connection.cursor() as cursor:
        cursor.execute(f"select answer from ({text}) as t order by i")
        return [row[0] for row in cursor.fetchall()]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.tuples(st.integers(0, 10**17), st.integers(0, 10**11)), min_size=1))
def test_what_accrues_three_ways(rows):
    ints = [accrued(*row) for row in rows]
    weights, before = (Column(list(each)) for each in zip(*rows, strict=True))
    assert accrued(weights, before).list() == ints
    assert in_sql(accrued, ("weight", "before"), rows) == ints


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(
        st.tuples(st.integers(20_000, 30_000), st.integers(1, 5), st.integers(0, 1)), min_size=1
    ),
    by_month=st.booleans(),
    where=st.sampled_from(list(SurchargePlace)),
)
def test_the_line_of_debts_is_the_same_three_ways_and_keeps_the_legal_order(rows, by_month, where):
    p = Order(
        by_month=by_month,
        rank=Steps({0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5}),
        surcharge_place=where,
    )

    def place(month, branch, kind):
        return place_in_line(month, branch, kind, p)

    ints = [place(*row) for row in rows]
    assert place(*(Column(list(each)) for each in zip(*rows, strict=True))).list() == ints
    assert in_sql(place, ("month", "branch", "kind"), rows) == ints
    first, last = SurchargePlace.FIRST, SurchargePlace.LAST

    def legal(row):
        month, branch, kind = row
        debt = (month, branch) if by_month else (branch, month)
        return ({first: 1 - kind, last: kind}.get(where, 0), *debt, kind)

    assert [row for _place, row in sorted(zip(ints, rows, strict=True))] == sorted(rows, key=legal)


@given(st.integers(1, 10**12), st.integers(1, 60))
def test_instalments_add_up_and_differ_by_a_fen_at_most(total, parts):
    amounts = [owed_in_equal_parts(total, parts, number) for number in range(1, parts + 1)]
    assert sum(amounts) == total
    assert max(amounts) - min(amounts) <= 1
