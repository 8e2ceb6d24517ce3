"""Typed parameters: from a policy for one region, for many cases, and for SQL."""

import pytest
from django.db import connection
from pydantic import ValidationError

from socsec.kernel.arith import ManySteps, Steps, where
from socsec.kernel.column import Column
from socsec.kernel.expr import Expr
from socsec.kernel.params import ByMonth, Fen, Params, Rate, StepsTable, parameter
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.sqlexpr import compile

POLICY = Policy.parse("""
example.rate:
  label: {zh: 比例, en: Rate}
  unit: rate
  values: [{region: "000000", from: 2006-01-01, value: "0.08", law: 国, status: official}]
example.wage:
  label: {zh: 平均工资, en: Average wage}
  unit: fen
  values:
    - {region: "110000", from: 2024-01-01, value: "11937", law: 京, status: official}
    - {region: "110000", from: 2025-01-01, value: "12116", law: 京, status: unverified}
    - {region: "310000", from: 2024-01-01, value: "12434", law: 沪, status: official}
example.table:
  label: {zh: 表, en: Table}
  unit: steps
  key: age
  of: divisor
  values:
    - {region: "110000", from: 2006-01-01, value: {50y: "195"}, law: 国, status: official}
    - {region: "310000", from: 2006-01-01, value: {50y: "190"}, law: 国, status: official}
""")
MAY_2025 = 2025 * 12 + 4


class Example(Params):
    rate: Rate = parameter("example.rate")
    wage: Fen = parameter("example.wage")
    wages: ByMonth = parameter("example.wage")
    table: StepsTable = parameter("example.table")


def test_each_attribute_knows_where_it_is_from():
    p = Example.at(POLICY, "110105", MAY_2025)
    assert (p.rate, p.wage) == (80_000, 1_211_600)
    assert p.statuses["rate"].law == "国"
    assert (p.statuses["wage"].status, p.statuses["wage"].region) == ("unverified", "110000")


def test_a_series_holds_the_years_gone_by_each_with_its_own_status():
    p = Example.at(POLICY, "110000", MAY_2025)
    assert p.wages.at(2024 * 12 + 11) == 1_193_700
    assert p.wages.at(2025 * 12) == 1_211_600
    statuses = [p.row_status("wages", p.wages.place(m)).status for m in (2024 * 12, 2025 * 12)]
    assert statuses == ["official", "unverified"]


def test_parameters_cannot_be_changed_or_made_up():
    p = Example.at(POLICY, "110000", MAY_2025)
    with pytest.raises(ValidationError):
        p.rate = 1
    with pytest.raises(ValidationError):
        Example(rate=1)
    with pytest.raises(ValidationError):
        Example(rate=1, wage=1, wages=Steps({0: 1}), table=Steps({0: 1}), extra=1)
    with pytest.raises(ValidationError):
        Example(rate=0.08, wage=1, wages=Steps({0: 1}), table=Steps({0: 1}))
    with pytest.raises(ValidationError):
        Example(rate=1, wage=1, wages=Steps({0: 1}), table={600: 1950})


def test_a_unit_that_differs_from_the_file_is_an_error():
    class Wrong(Params):
        rate: Fen = parameter("example.rate")

    with pytest.raises(PolicyError, match="declared as fen"):
        Wrong.at(POLICY, "110000", MAY_2025)


def test_many_cases_each_have_the_parameters_of_their_region():
    regions = ["310000", "110105", "310000"]
    p = Example.columns(POLICY, regions, MAY_2025)
    assert p.rate == 80_000  # the same everywhere: one number
    assert p.wage.list() == [1_243_400, 1_211_600, 1_243_400]
    assert isinstance(p.table, ManySteps)
    assert p.table.at(Column([600, 600, 599])).list() == [1900, 1950, None]


def test_what_is_unconfirmed_in_one_region_is_unconfirmed_for_the_run():
    for regions in (["110000", "310000"], ["310000", "110000"]):
        assert Example.columns(POLICY, regions, MAY_2025).statuses["wage"].open


def test_for_sql_what_differs_becomes_columns_of_a_table():
    text, p = Example.sql(POLICY, ["310000", "110000"], MAY_2025)
    assert p.rate == 80_000
    assert isinstance(p.wage, Expr)
    assert (p.wage.range.low, p.wage.range.high) == (1_211_600, 1_243_400)
    assert "('110000', 0::bigint, 1211600::bigint)" in text
    assert "p(region, p_table, p_wage)" in text


def test_a_run_over_no_region_and_a_region_that_is_no_code_are_refused():
    with pytest.raises(ValueError, match="at least one region"):
        Example.sql(POLICY, [], MAY_2025)
    with pytest.raises(ValueError, match="six digits"):
        Example.sql(POLICY, ["'); drop table x; --"], MAY_2025)


@pytest.mark.django_db
def test_a_row_in_a_region_that_was_forgotten_has_no_answer_and_is_not_lost():
    text, p = Example.sql(POLICY, ["110000", "310000"], MAY_2025)
    source = f"select * from (values ('110000'), ('440000')) v(region) left join ({text}) p using (region)"
    floor = where(p.wage > 0, p.wage, 0)
    with connection.cursor() as cursor:
        cursor.execute(compile({"floor": floor, "rate": p.rate}, source, carry=["region"]))
        rows = sorted(cursor.fetchall(), key=lambda row: row[2])
    assert rows == [(1_211_600, 80_000, "110000"), (None, 80_000, "440000")]
