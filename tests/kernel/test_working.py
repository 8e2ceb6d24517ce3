"""Workings: read as people read them, computed exactly, drawn piece by piece."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socsec.kernel.errors import NoAnswer
from socsec.kernel.working import NotStated, Working, WorkingError, read_working

NUMBERS = {"a": Fraction(7), "b": Fraction(-2), "c": Fraction(1, 3), "zero": Fraction(0)}
TRUTHS = {"yes": True, "no": False}
VALUES = NUMBERS | TRUTHS


def resolve(name):
    if name == "unstated":
        raise NotStated(name)
    if name == "missing":
        raise NoAnswer(name)
    return VALUES[name]


def table(name, key):
    assert name == "table"
    return key * 100


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a + b × c", Fraction(19, 3)),
        ("(a + b) × c", Fraction(5, 3)),
        ("a - b − c", Fraction(26, 3)),  # from the left, with either minus
        ("a ÷ b ÷ c", Fraction(-21, 2)),
        ("a / b * c", Fraction(-7, 6)),
        ("−a + 10", 3),
        ("10 − −a", 17),
        ("8% × 100", 8),
        ("0.05%", Fraction(1, 2000)),
        ("1.50", Fraction(3, 2)),
        ("a ≥ 7", True),
        ("a > 7", False),
        ("a <= b", False),
        ("a ≠ b", True),
        ("a != 7", False),
        ("a = 7", True),
        ("yes and not no", True),
        ("no or a > b and yes", True),
        ("not (yes and no)", True),
        ("min(a, b, c)", -2),
        ("max(a, b)", 7),
        ("floor(c)", 0),
        ("floor(−c)", -1),
        ("ceil(c)", 1),
        ("if(a > b, a, b)", 7),
        ("if(yes, no, yes)", False),
        ("if(no, missing, 5)", 5),  # the branch not taken may have no answer
        ("stated(unstated, a)", 7),
        ("stated(b, a)", -2),
        ("table(a) + 1", 701),
        ("table(a + table(c))", 100 * (7 + Fraction(100, 3))),
    ],
)
def test_a_working_is_computed_exactly(text, result):
    got = Working(text).compute(resolve, table)
    assert got == result
    assert isinstance(got, bool) == isinstance(result, bool)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a +",
        "+ a",
        "a b",
        "(a",
        "a)",
        "a × × b",
        "min()",
        "min(a,)",
        "a ? b",
        "a; b",
        "1.2.3",
        "if(a, b)",
        "floor(a, b)",
        "table(a, b)",
        "and",
        "a and",
        "a.b.",
        "__import__('os')",
        "a[0]",
        "1 < 2 < 3",
        "%",
        "a %",
    ],
)
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(WorkingError):
        Working(text)


def test_it_draws_terms_numbers_words_and_signs():
    drawn = [
        (token.kind, token.text)
        for token in Working("max(0, basic.amount - 5%) / divisors(age + 1)").tokens
    ]
    assert drawn == [
        ("word", "max"),
        ("sign", "("),
        ("number", "0"),
        ("sign", ","),
        ("term", "basic.amount"),
        ("sign", "−"),
        ("number", "5%"),
        ("sign", ")"),
        ("sign", "÷"),
        ("term", "divisors(age + 1)"),
    ]


def test_names_and_tables():
    working = Working("a × table(b + a) − min(c, a)")
    assert working.names == ("a", "table", "b", "c")
    ((term, name, key),) = working.tables
    assert (term, name, key.text) == ("table(b + a)", "table", "b + a")


def test_what_was_not_chosen_is_left_out_but_what_decided_is_known():
    working = Working("a × if(zero > b, if(no, 1, 2), c) + stated(unstated, 4)")
    assert working.applied(resolve, table).text == "a × 2 + 4"
    assert working.asked(resolve, table) == ("zero", "b", "no")


def test_a_working_whose_condition_has_no_answer_is_shown_whole():
    working = Working("if(missing > 1, a, b)")
    assert working.applied(resolve, table) is working
    assert working.asked(resolve, table) == ()


trees = st.deferred(
    lambda: st.one_of(
        st.sampled_from([*NUMBERS, "3", "2.5", "4%"]),
        st.tuples(trees, st.sampled_from(["+", "−", "×", "÷"]), trees),
        st.tuples(st.just("−"), trees),
        st.tuples(st.sampled_from(["min", "max"]), trees, trees),
        st.tuples(st.just("if"), conditions, trees, trees),
    )
)
conditions = st.deferred(
    lambda: st.one_of(
        st.sampled_from([*TRUTHS]),
        st.tuples(trees, st.sampled_from(["≥", "≤", ">", "<", "=", "≠"]), trees),
        st.tuples(conditions, st.sampled_from(["and", "or"]), conditions),
        st.tuples(st.just("not"), conditions),
    )
)


def bracketed(tree):
    """The tree as text with a bracket round everything: nothing is left to how signs bind."""
    match tree:
        case str():
            return tree
        case ("min" | "max" | "if" as name, *parts):
            return f"{name}({', '.join(map(bracketed, parts))})"
        case (sign, part):
            return f"({sign} {bracketed(part)})"
        case (left, sign, right):
            return f"({bracketed(left)} {sign} {bracketed(right)})"


def compute(working):
    try:
        return working.compute(resolve, table)
    except ZeroDivisionError:
        return "no answer"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(trees, conditions))
def test_what_applied_comes_to_the_same(tree):
    working = read_working(bracketed(tree))
    applied = working.applied(resolve, table)
    assert compute(applied) == compute(working)
    # Written with the fewest brackets, it must still be read the same way.
    assert applied.applied(resolve, table).text == applied.text
