"""Rules as SQL: one statement, each shared number once, no way to inject, nothing kept after use."""

import gc

import pytest
from django.db import DataError, connection, transaction

from socsec.kernel import expr
from socsec.kernel.arith import ONE, Steps, half_up, least, most, positive, share, where
from socsec.kernel.ranges import LEAST, MOST
from socsec.kernel.sqlexpr import column, compile


def ask(lines, source):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(compile(lines, source))
        return cursor.fetchall()


def test_what_is_used_twice_is_written_once():
    wage = column("wage", 0, 10**9)
    base = least(wage * 7 // 5, 500_000)
    text = compile({"a": base + 1, "b": base + 2, "c": base * base}, "select 1 as wage")
    assert text.count('f."wage" between') == 1
    assert text.count("7::bigint") == 1


def test_the_text_grows_with_the_rule_and_not_with_its_paths():
    # Each step uses the one before twice: as a tree this would be 2**60 mentions.
    number = column("a", 0, 1000)
    for _ in range(60):
        number = where(number > 10, number - 1, number + 1) // 1
    assert len(compile({"line": number}, "select 1 as a")) < 20_000


def test_the_same_expression_is_the_same_node():
    assert column("a") + 1 is column("a") + 1
    assert column("a", 0, 5) is not column("a", 0, 6)


def test_rules_are_forgotten_when_nobody_needs_them():
    gc.collect()
    before = len(expr._seen)
    compile({"line": share(column("a", 0, 10**6) + 17, 80_000)}, "select 1 as a")
    gc.collect()
    assert len(expr._seen) == before


@pytest.mark.parametrize("name", ["a b", 'a"b', "a;drop", "", "1a", "A", "a" * 64, "名"])
def test_a_name_that_is_no_identifier_is_refused(name):
    with pytest.raises(ValueError, match="not a column name"):
        column(name)
    with pytest.raises(ValueError, match="not a column name"):
        compile({name: 1}, "select 1")


@pytest.mark.parametrize("value", [1.5, "1", None])
def test_only_whole_numbers_go_into_a_rule(value):
    with pytest.raises(TypeError):
        column("a") + value


def test_python_questions_about_sql_are_refused():
    with pytest.raises(TypeError, match="where"):
        bool(column("a") > 1)
    with pytest.raises(TypeError, match="where"):
        max(column("a"), 1)


def test_a_condition_is_not_a_number_and_a_number_no_condition():
    a = column("a")
    with pytest.raises(TypeError):
        (a > 1) + 1
    with pytest.raises(TypeError):
        a & (a > 1)
    with pytest.raises(TypeError):
        (a > 1) == 1  # noqa: B015
    with pytest.raises(TypeError):
        where(a > 1, 1, a > 2)


def test_bigint_is_used_where_it_is_proven_wide_enough_and_numeric_where_not():
    wage, rate = column("wage", 0, 10**11), column("rate", 0, 10 * ONE)
    assert "numeric" not in compile({"line": share(wage, rate)}, "select 1")
    index = column("index", 0, 100 * ONE)
    wide = half_up(wage * rate * index, ONE * ONE)
    assert "numeric" in compile({"line": wide}, "select 1")


def test_floor_is_plain_division_only_where_nothing_can_be_negative():
    assert "mod" not in compile({"line": column("a", 0, 9) // column("b", 1, 9)}, "select 1")
    assert "mod" in compile({"line": column("a", -1, 9) // column("b", 1, 9)}, "select 1")


def test_floor_by_a_fixed_number_mentions_what_it_divides_once():
    written = compile({"line": (column("a", -10, 9) * column("b", 1, 9)) // 7}, "select 1")
    assert "mod" not in written
    assert "offset 0" not in written
    # Where that much more would leave bigint, it is the longer way round.
    assert "mod" in compile({"line": column("a", LEAST + 1, MOST) // 7}, "select 1")


@pytest.mark.django_db
@pytest.mark.parametrize("divisor", [1, 2, 7, 1_000_000])
@pytest.mark.parametrize("least", [-1, -7, -(10**12)])
def test_floor_by_a_fixed_number_rounds_down_on_both_sides_of_nought(divisor, least):
    numbers = sorted({*range(-15, 16), least, least + 1, 10**12})
    source = f"select a from unnest(array{numbers}::bigint[]) as a order by a"
    rows = ask({"line": column("a", least, 10**12) // divisor}, source)
    assert [line for (line,) in rows] == [
        number // divisor if number >= least else None for number in numbers
    ]


@pytest.mark.django_db
def test_small_integer_columns_do_not_overflow_in_their_own_width():
    source = "select 2000000000::int as a, 30000::smallint as b"
    ((product, power),) = ask(
        {"product": column("a") * column("b") * 10, "power": column("b") * column("b")}, source
    )
    assert (product, power) == (600_000_000_000_000, 900_000_000)


@pytest.mark.django_db
def test_a_product_past_bigint_is_exact_when_the_line_fits():
    source = f"select {MOST}::bigint as a, ({LEAST})::bigint as b"
    a, b = column("a"), column("b")
    ((back, low),) = ask({"back": a * b // b, "low": (a * a * b) // (a * a)}, source)
    assert (back, low) == (MOST, LEAST)


@pytest.mark.django_db
def test_what_comes_back_from_numeric_is_divided_as_a_whole_number_again():
    a = column("a")
    wide = a * a  # numeric
    bounded = most(least(wide, 100), 0)  # of a size for bigint again, and so it must be one
    unknown = most(least(column("b") * a, 100), 0)
    ((one, two, three, four),) = ask(
        {
            "one": bounded // 7,
            "two": unknown // 7,
            "three": positive(least(wide, 100)) // 7,
            "four": where(a > 0, bounded, 1) // 7,
        },
        "select 3000000000::bigint as a, 3000000000::bigint as b",
    )
    assert (one, two, three, four) == (14, 14, 14, 14)


@pytest.mark.django_db
def test_a_line_past_bigint_stops_the_statement_and_is_never_cut():
    with pytest.raises(DataError, match="out of range"):
        ask({"line": column("a") * 2}, f"select {MOST}::bigint as a")


@pytest.mark.django_db
def test_null_chooses_no_arm_and_least_does_not_skip_it():
    a = column("a")
    rows = ask(
        {
            "chosen": where(a > 0, 1, 2),
            "not_chosen": where(~(a > 0), 1, 2),
            "least": least(a, 5),
            "divided": 1 // a,
        },
        "select null::bigint as a union all select 0",
    )
    assert rows == [(None, None, None, None), (2, 1, 0, None)]


@pytest.mark.django_db
def test_what_has_no_answer_chooses_no_arm_even_where_no_fact_is_null():
    a = column("a", nullable=False)
    conditions = {
        "divided": 1 // a > 0,
        "remainder": 1 % a > 0,
        "below_the_table": Steps({5: 1}).at(a) > 0,
        "not_positive": positive(a) > 0,
        "out_of_bounds": column("a", 1, 5) > 0,
        "least": least(1 // a, 9) > 0,
        "together": (1 // a > 0) & (a < 1),
    }
    lines = {name: where(condition, 1, 2) for name, condition in conditions.items()}
    ((*answers,),) = ask(lines, "select 0 as a")
    assert answers == [None] * len(lines)


@pytest.mark.django_db
def test_a_fact_out_of_bounds_gives_null_to_every_line_that_needs_it():
    a, b = column("a", 0, 100), column("b", 0, 100)
    rows = ask({"sum": a + b, "only_b": b}, "select * from (values (101, 1), (100, 2)) v(a, b)")
    assert rows == [(None, 1), (102, 2)]


@pytest.mark.django_db
def test_a_table_below_its_first_key_is_null_and_reaches_to_both_ends():
    steps = Steps({LEAST: 1, 0: 2, MOST: 3})
    source = f"select * from (values (({LEAST})::bigint), (-1), (0), ({MOST}::bigint)) v(a)"
    assert [row[0] for row in ask({"found": steps.at(column("a"))}, source)] == [1, 1, 2, 3]
    assert ask({"found": Steps({5: 1}).at(column("a"))}, "select 4 as a") == [(None,)]
    assert ask({"found": Steps({5: 1}).at(column("a"), below=9)}, "select 4 as a") == [(9,)]


@pytest.mark.django_db
def test_a_table_with_numbers_past_bigint_is_exact():
    steps = Steps({0: 10**20, 5: -(10**20)})
    ((found,),) = ask({"found": steps.at(column("a", 0, 9)) // 10**19}, "select 5 as a")
    assert found == -10
    ((found,),) = ask({"found": Steps({-(10**20): 3}).at(column("a", 0, 9))}, "select 5 as a")
    assert found == 3


@pytest.mark.django_db
def test_an_arm_that_is_not_taken_does_not_stop_the_statement():
    a = column("a", 0, 100)
    shared = 100 // a  # used twice, so it is computed for every row, before anything is chosen
    rows = ask(
        {"guarded": where(a > 0, shared, 0), "again": where(a > 0, shared + 1, 1)},
        "select * from (values (0), (50)) v(a)",
    )
    assert rows == [(0, 1), (2, 3)]


@pytest.mark.django_db
def test_rows_columns_and_placeholders_of_the_source_go_through():
    a = column("a", 0, 100)
    statement = compile(
        {"double": a * 2}, "select * from facts where a < %s", carry=["person_id"], keep=a > 1
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table facts as select g as person_id, g as a"
            " from generate_series(1, 10) g"
        )
        cursor.execute(statement, [5])
        assert cursor.fetchall() == [(4, 2), (6, 3), (8, 4)]


@pytest.mark.django_db
def test_a_row_of_which_it_is_not_known_whether_to_keep_it_is_kept():
    a = column("a")
    statement = compile({"a": a}, "select * from (values (0), (1), (null)) v(a)", keep=a != 0)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.fetchall() == [(1,), (None,)]


@pytest.mark.django_db
def test_without_the_fence_the_answers_are_the_same():
    wage = column("wage", 0, 10**9)
    base = least(wage * 7 // 5, 500_000)
    lines = {"a": base + 1, "b": base * 2}
    source = "select * from (values (100), (600000)) v(wage)"
    with connection.cursor() as cursor:
        cursor.execute(compile(lines, source))
        fenced = cursor.fetchall()
        cursor.execute(compile(lines, source, fence=False))
        assert cursor.fetchall() == fenced == [(141, 280), (500_001, 1_000_000)]


@pytest.mark.django_db
def test_the_statement_plans_as_one_pass_over_the_facts():
    wage = column("wage", 0, 10**9)
    base = least(wage * 7 // 5, 500_000)
    source = "select g as wage from generate_series(1, 1000) g"
    with connection.cursor() as cursor:
        cursor.execute("explain " + compile({"a": base, "b": share(base, 80_000) + base}, source))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count("Scan on generate_series") == 1
    assert "Join" not in plan
