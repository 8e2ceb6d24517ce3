"""Facts: unknown, missing and impossible ones are named; optional is not the same as nought."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from socsec.kernel.arith import NOT_STATED, Number, least, most, stated, where
from socsec.kernel.facts import FactError, Facts, fact
from socsec.kernel.sqlexpr import compile
from socsec.kernel.units import UNITS, Choice
from socsec.office.gathering import gathered


class Sex(Choice):
    FEMALE = 0, "女", "Woman"
    MALE = 1, "男", "Man"


@dataclass(frozen=True, kw_only=True)
class Everything(Facts):
    wage: Number = fact(("月工资", "Monthly wage"))
    rate: Number = fact(("比例", "Rate"), "rate", default=0)
    index: Number = fact(("指数", "Index"), "index", default=1_000_000)
    paid: Number = fact(("月数", "Months paid"), "months", most=720, default=0)
    claim: Number = fact(("申领月", "Month of claim"), "month", default=24300)
    age: Number = fact(("年龄", "Age"), "age", default=720)
    sex: Number = fact(("性别", "Sex"), choices=Sex, default=Sex.MALE)
    poor: Number = fact(("低保", "Minimum living"), "bool", default=False)
    divisor: Number = fact(("计发月数", "Divisor"), "divisor", optional=True)


def test_facts_are_read_from_natural_units():
    facts = Everything.read(
        {
            "wage": "7162.50",
            "rate": "8%",
            "index": "1.0438",
            "paid": 180,
            "claim": "2025-02",
            "age": "60y1m",
            "sex": "female",
            "poor": True,
            "divisor": "138.4",
        }
    )
    assert facts == Everything(
        wage=716_250,
        rate=80_000,
        index=1_043_800,
        paid=180,
        claim=24301,
        age=721,
        sex=0,
        poor=True,
        divisor=1384,
    )
    assert Everything.read(facts.as_json()) == facts


def test_what_may_be_left_out_is():
    facts = Everything.read({"wage": 1})
    assert facts.paid == 0
    assert facts.divisor == NOT_STATED
    assert facts.as_json()["divisor"] is None
    assert stated(facts.divisor, 1390) == 1390
    assert Everything.read({"wage": 1, "divisor": None}) == facts


@pytest.mark.parametrize(
    ("data", "code", "name"),
    [
        ({}, "missing_fact", "wage"),
        ({"wage": None}, "missing_fact", "wage"),
        ({"wage": ""}, "impossible_fact", "wage"),
        ({"wage": "1", "Wage": "1"}, "unknown_fact", "Wage"),
        ({"wage": "1", "x" * 500: 1}, "unknown_fact", "x" * 500),
        ({"wage": "-1"}, "impossible_fact", "wage"),
        ({"wage": "1000000000000"}, "impossible_fact", "wage"),
        ({"wage": "NaN"}, "impossible_fact", "wage"),
        ({"wage": 1.5}, "impossible_fact", "wage"),
        ({"wage": True}, "impossible_fact", "wage"),
        ({"wage": ["1"]}, "impossible_fact", "wage"),
        ({"wage": {"yuan": 1}}, "impossible_fact", "wage"),
        ({"wage": Decimal("1e999999")}, "impossible_fact", "wage"),
        ({"wage": 1, "paid": 721}, "impossible_fact", "paid"),
        ({"wage": 1, "paid": -1}, "impossible_fact", "paid"),
        ({"wage": 1, "paid": "12.5"}, "impossible_fact", "paid"),
        ({"wage": 1, "paid": True}, "impossible_fact", "paid"),
        ({"wage": 1, "paid": None}, "missing_fact", "paid"),
        ({"wage": 1, "paid": "9" * 5000}, "impossible_fact", "paid"),
        ({"wage": 1, "claim": "2025-13"}, "impossible_fact", "claim"),
        ({"wage": 1, "claim": 24300}, "impossible_fact", "claim"),
        ({"wage": 1, "age": "60y12m"}, "impossible_fact", "age"),
        ({"wage": 1, "sex": "X"}, "impossible_fact", "sex"),
        ({"wage": 1, "sex": 2}, "impossible_fact", "sex"),
        ({"wage": 1, "sex": True}, "impossible_fact", "sex"),
        ({"wage": 1, "poor": "yes"}, "impossible_fact", "poor"),
        ({"wage": 1, "poor": 1}, "impossible_fact", "poor"),
        ({"wage": 1, "divisor": "-0.1"}, "impossible_fact", "divisor"),
        ({"wage": 1, "divisor": "138.45"}, "impossible_fact", "divisor"),
        ([], "impossible_fact", ""),
        ("wage", "impossible_fact", ""),
        (None, "impossible_fact", ""),
    ],
)
def test_a_fact_that_cannot_be_is_named_in_both_languages(data, code, name):
    with pytest.raises(FactError) as refused:
        Everything.read(data)
    assert (refused.value.code, refused.value.fact) == (code, name)
    if name and len(name) < 50:
        assert name in refused.value.message_en
        assert name in refused.value.message_zh
    assert len(refused.value.message_en) < 400


def test_an_optional_fact_cannot_be_stated_as_the_number_that_means_unstated():
    with pytest.raises(FactError):
        Everything.read({"wage": 1, "divisor": -1})


def test_facts_that_cannot_be_true_together_can_be_refused():
    @dataclass(frozen=True, kw_only=True)
    class Life(Facts):
        birth: Number = fact(("出生", "Birth"), "month")
        death: Number = fact(("死亡", "Death"), "month")

        def check(self):
            if self.death < self.birth:
                raise FactError("impossible_fact", "death", "death before birth", "死亡早于出生")

    Life.read({"birth": "2000-01", "death": "2000-01"})
    with pytest.raises(FactError, match="death before birth"):
        Life.read({"birth": "2000-01", "death": "1999-12"})


def test_facts_of_many_come_from_rows_or_from_arrays():
    rows = [{"wage": 5, "divisor": -1}, {"wage": 10**12, "divisor": -2}]
    many = Everything.columns(rows)
    assert many.wage.list() == [5, None]  # out of its bounds
    assert many.divisor.list() == [NOT_STATED, None]
    assert many.paid == 0  # nobody gave any
    arrays = Everything.columns({"wage": [5, 10**12], "divisor": [-1, -2]})
    assert arrays.wage.list() == many.wage.list()
    with pytest.raises(FactError, match="wage"):
        Everything.columns([{"paid": 1}])


def test_the_bounds_of_each_unit_are_written_and_read_back():
    for unit in UNITS.values():
        for value in (unit.least, unit.most):
            kept = bool(value) if unit.code == "bool" else value
            assert unit.read(unit.natural(kept)) == value, unit.code
            assert unit.say(kept, "zh")
            assert unit.say(kept, "en")


ROW = {
    "wage": 500_000,
    "rate": 80_000,
    "index": 1_200_000,
    "paid": 360,
    "claim": 24300,
    "age": 720,
    "sex": 1,
    "poor": False,
    "divisor": NOT_STATED,
}


def pay(f):
    """Something that asks for each kind of fact."""
    share = (f.wage * f.rate - 600_000) // 1_000_000
    capped = most(least(share * f.paid, f.index), f.age)
    return {"pay": where(f.poor, capped, capped + stated(f.divisor, f.claim) + f.sex)}


def as_values(rows):
    texts = [", ".join(f"{value} as {name}" for name, value in row.items()) for row in rows]
    return " union all ".join(f"select {text}" for text in texts)


def answers(rows, *, checked):
    with transaction.atomic(), connection.cursor() as cursor:
        source, checks = as_values(rows), [Everything.in_bounds()] if checked else []
        with gathered("what_is_known", source, [], *checks):
            cursor.execute(
                compile(pay(Everything.sql(checked=checked)), "select * from what_is_known")
            )
            return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_checked_facts_say_the_same_in_fewer_words():
    rows = [
        ROW,
        {**ROW, "poor": True},
        {**ROW, "divisor": 1390, "wage": 0},
        {**ROW, "rate": 0, "sex": 0},
    ]
    assert answers(rows, checked=True) == answers(rows, checked=False)
    assert answers(rows, checked=True) == [pay(Everything(**row))["pay"] for row in rows]
    short, long = (compile(pay(Everything.sql(checked=way)), "select 1") for way in (True, False))
    assert len(short) < len(long)
    assert " between " in long
    assert " between " not in short


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"paid": 721}, {"wage": -1}, {"poor": "null"}, {"sex": "null"}])
def test_nothing_is_worked_out_where_a_fact_is_missing_or_cannot_be(wrong):
    with pytest.raises(IntegrityError, match="check constraint"):
        answers([ROW, {**ROW, **wrong}], checked=True)
