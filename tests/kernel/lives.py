"""Strategies for facts: what happens every day, and what lies at and outside the bounds."""

from hypothesis import strategies as st

from socsec.kernel.arith import NOT_STATED
from socsec.kernel.rules import find


def values(spec, within_only=()):
    """Any value of a fact: within its bounds, at them, or, unless it is one of `within_only`, one
    outside them."""
    if spec.unit.code == "bool":
        return st.booleans()
    within = st.integers(spec.least, spec.most)
    edges = [spec.least, spec.most]
    if spec.name not in within_only and not spec.optional:
        edges += [spec.least - 1, spec.most + 1]
    ways = [within, within, st.sampled_from(edges)]
    if spec.optional:
        ways += [st.just(NOT_STATED)] * 3
    return st.one_of(ways)


def lives(code, places, within_only=(), **ordinary):
    """Rows of facts for a rule, each with a place; `ordinary` narrows some facts to what happens
    every day."""
    specs = find(code).facts.specs()
    wild = st.fixed_dictionaries({name: values(spec, within_only) for name, spec in specs.items()})
    tame = st.fixed_dictionaries(
        {name: ordinary.get(name, _tame(spec)) for name, spec in specs.items()}
    )
    row = st.one_of(tame, tame, wild)
    return st.lists(st.tuples(row, st.sampled_from(places)), min_size=1, max_size=12)


def _tame(spec):
    if spec.unit.code == "bool":
        return st.booleans()
    if spec.optional:
        return st.just(NOT_STATED)
    return st.integers(spec.least, spec.most)
