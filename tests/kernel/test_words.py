"""The words of the rules mean the same on ints, columns and SQL, up to the last bigint.

Random rules are built from the words and run on random facts: bounds, neighbours of bounds,
noughts, negatives and missing facts among them. A small interpreter with unbounded ints and
None, written here without any of the kernel's words, says what must come out.
"""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from socsec.kernel import arith
from socsec.kernel.arith import Rounding, Steps
from socsec.kernel.column import Column
from socsec.kernel.errors import NoAnswer
from socsec.kernel.ranges import LEAST, MOST
from socsec.kernel.sqlexpr import column, compile
from tests.kernel.three_ways import values

FACTS = ("a", "b", "c", "d")
EDGES = [LEAST, LEAST + 1, MOST, MOST - 1, 0, 1, -1, 2**31, -(2**31) - 1, 2**32, 10**18]
NUMBERS = st.one_of(st.sampled_from(EDGES), st.integers(-20, 20), st.integers(LEAST, MOST))
TABLE = {-100: 7, 0: -3, 5: 10**15, 2**40: LEAST}
BIG_PRIME = 2**61 - 1  # results are compared modulo this, since they may leave bigint


# ---- rules as trees, so that four interpreters can run the same one

numbers = st.deferred(
    lambda: st.one_of(
        st.tuples(st.just("fact"), st.sampled_from(FACTS)),
        st.tuples(st.just("number"), NUMBERS),
        st.tuples(st.sampled_from(["+", "-", "*", "//", "%"]), numbers, numbers),
        st.tuples(st.sampled_from(["least", "most"]), numbers, numbers),
        st.tuples(st.just("where"), conditions, numbers, numbers),
        st.tuples(st.just("rounded"), numbers, numbers, st.sampled_from(list(Rounding))),
        st.tuples(st.just("half_up"), numbers, numbers),
        st.tuples(st.just("steps"), numbers),
        st.tuples(st.just("steps_below"), numbers, numbers),
    )
)
conditions = st.deferred(
    lambda: st.one_of(
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers, numbers),
        st.tuples(st.sampled_from(["and", "or"]), conditions, conditions),
        st.tuples(st.just("not"), conditions),
    )
)

SIGNS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def in_words(tree, facts):
    """The tree run in the kernel's words, on whatever kind of number the facts are."""
    op, *parts = tree
    if op == "fact":
        return facts[parts[0]]
    if op == "number":
        return parts[0]
    if op == "rounded":
        amount, by = in_words(parts[0], facts), in_words(parts[1], facts)
        return arith.rounded(amount, by, parts[2])
    done = [in_words(part, facts) for part in parts]
    match op:
        case "and":
            return arith.all_of(*done)
        case "or":
            return arith.any_of(*done)
        case "not":
            return arith.not_(*done)
        case "least" | "most" | "where" | "half_up":
            return getattr(arith, op)(*done)
        case "steps":
            return Steps(TABLE).at(*done)
        case "steps_below":
            return Steps(TABLE).at(done[0], below=done[1])
    return SIGNS[op](*done)


def in_words_of_facts(tree, facts):
    """The same; a rule that divides its own constants by nought is no rule, and passed over."""
    try:
        return in_words(tree, facts)
    except (NoAnswer, ZeroDivisionError):
        return reject()


def by_hand(tree, facts):
    """What the tree comes to: unbounded ints, None for no answer, SQL's three truth values."""
    op, *parts = tree
    match op:
        case "fact":
            return facts[parts[0]]
        case "number":
            return parts[0]
        case "and" | "or":
            a, b = by_hand(parts[0], facts), by_hand(parts[1], facts)
            decisive = op == "or"
            if decisive in (a, b):
                return decisive
            return None if None in (a, b) else not decisive
        case "where":
            condition = by_hand(parts[0], facts)
            return None if condition is None else by_hand(parts[1 if condition else 2], facts)
        case "rounded" | "half_up":
            amount, by = by_hand(parts[0], facts), by_hand(parts[1], facts)
            if amount is None or by is None or by <= 0:
                return None
            return round_by_hand(amount, by, parts[2] if op == "rounded" else Rounding.FEN)
        case "steps_below":
            key, below = by_hand(parts[0], facts), by_hand(parts[1], facts)
            if key is None:
                return None
            return below if key < min(TABLE) else TABLE[max(k for k in TABLE if k <= key)]
    done = [by_hand(part, facts) for part in parts]
    if None in done:
        return None
    match op:
        case "not":
            return not done[0]
        case "least":
            return min(done)
        case "most":
            return max(done)
        case "steps":
            reached = [key for key in TABLE if key <= done[0]]
            return TABLE[max(reached)] if reached else None
        case "//" | "%" if done[1] == 0:
            return None
    return SIGNS[op](*done)


def round_by_hand(amount, by, mode):
    """Rounding told with a quotient and a remainder, not with the kernel's formula."""
    step = {"FEN": 1, "JIAO": 10, "YUAN": 100}[mode.name.partition("_")[0]]
    way = mode.name.partition("_")[2]
    steps, rest = divmod(amount, by * step)
    up = {"UP": rest > 0, "DOWN": False, "": 2 * rest >= by * step}[way]
    return (steps + up) * step


FACT_ROWS = st.lists(
    st.fixed_dictionaries({name: st.one_of(NUMBERS, st.none()) for name in FACTS}),
    min_size=1,
    max_size=8,
)
THOROUGH = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def reduced(x):
    return x if isinstance(x, bool) or x is None else x % BIG_PRIME


def in_sql(lines, rows):
    statement = compile({"place_": column("place_"), **lines}, values(rows))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return {row[0]: list(row[1:]) for row in cursor.fetchall()}


@pytest.mark.django_db
@THOROUGH
@given(st.lists(st.one_of(numbers, conditions), min_size=1, max_size=4), FACT_ROWS)
def test_any_rule_on_any_facts_is_the_same_in_columns_and_in_sql_as_by_hand(trees, rows):
    expected = [[reduced(by_hand(tree, row)) for tree in trees] for row in rows]

    columns = {name: Column([row[name] for row in rows]) for name in FACTS}
    for place, tree in enumerate(trees):
        made = in_words_of_facts(tree, columns)
        items = made.list() if isinstance(made, Column) else [made] * len(rows)
        assert [reduced(x) for x in items] == [row[place] for row in expected]

    facts = {name: column(name) for name in FACTS}
    lines = {}
    for place, tree in enumerate(trees):
        made = in_words_of_facts(tree, facts)
        is_number = not getattr(made, "boolean", isinstance(made, bool))
        lines[f"line_{place}"] = made % BIG_PRIME if is_number else made
    found = in_sql(lines, rows)
    for place, tree in enumerate(trees):
        for i in range(len(rows)):
            assert reduced(found[i][place]) == expected[i][place], (tree, rows[i])


@THOROUGH
@given(st.one_of(numbers, conditions), st.fixed_dictionaries(dict.fromkeys(FACTS, NUMBERS)))
def test_any_rule_on_ints_is_the_same_as_by_hand_or_refuses(tree, row):
    try:
        made = in_words(tree, row)
    except (NoAnswer, ZeroDivisionError):
        return  # both arms of a `where` are computed: an arm not taken may refuse
    assert made == by_hand(tree, row)


@pytest.mark.django_db
@THOROUGH
@given(
    numbers,
    st.lists(
        st.fixed_dictionaries({name: st.integers(-2000, 2000) for name in FACTS}),
        min_size=1,
        max_size=8,
    ),
)
def test_a_fact_out_of_its_declared_bounds_has_no_answer_instead_of_a_wrong_one(tree, rows):
    bounded = {name: column(name, -1000, 1000) for name in FACTS}
    within = [{name: v if -1000 <= v <= 1000 else None for name, v in row.items()} for row in rows]
    expected = [reduced(by_hand(tree, row)) for row in within]

    made = in_words_of_facts(tree, {n: Column([r[n] for r in rows], -1000, 1000) for n in FACTS})
    items = made.list() if isinstance(made, Column) else [made] * len(rows)
    assert [reduced(x) for x in items] == expected

    found = in_sql({"line": in_words_of_facts(tree, bounded) % BIG_PRIME}, rows)
    assert [reduced(found[i][0]) for i in range(len(rows))] == expected
