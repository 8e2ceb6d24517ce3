"""Rules of investment: worked cases to the fen, three ways; a return is shared without loss."""

import doctest
import importlib
import pkgutil
from datetime import date
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import funds.rules.investment
from funds.params import NoParams
from funds.rules.investment.returns import DayFacts, internal_rate, unit_value
from funds.rules.investment.sharing import ShareFacts, region_share
from socsec.kernel.errors import NoAnswer
from socsec.kernel.months import parse_month
from socsec.kernel.policy import NotYetInForce
from socsec.kernel.rules import RULES, assess, find
from tests.kernel.lives import lives
from tests.kernel.three_ways import three_ways_by_region
from tests.published import POLICY, PolicyOfCases, expected, natural, read, row

CASES = sorted(read("funds", "investment"), key=lambda case: case["rule"])
BY_RULE = {rule: list(cases) for rule, cases in groupby(CASES, key=lambda case: case["rule"])}
MODULES = [
    each.name
    for each in pkgutil.walk_packages(funds.rules.investment.__path__, "funds.rules.investment.")
]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_a_case_comes_out_as_calculated_by_hand(case):
    done = assess(
        case["rule"],
        case["facts"],
        policy=POLICY,
        on=parse_month(case["month"]),
        region=case["region"],
    )
    assert {path: natural(done.sheet, path) for path in case["published"]} == expected(case)


@pytest.mark.django_db
@pytest.mark.parametrize("code", BY_RULE)
def test_cases_and_random_rows_agree_as_ints_as_columns_and_as_sql(code):
    cases, rule = BY_RULE[code], find(code)
    policy = PolicyOfCases(cases)
    sheets = three_ways_by_region(
        rule.function,
        [row(case) for case in cases],
        [policy.key(place) for place in range(len(cases))],
        policy=policy,
        params_class=rule.params,
        on=0,
        facts=rule.facts,
    )
    for case, sheet in zip(cases, sheets, strict=True):
        assert {path: natural(sheet, path) for path in case["published"]} == expected(case)

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(cases=lives(code, ["000000"], set(rule.facts.specs())))
    def agree(cases):
        three_ways_by_region(
            rule.function,
            [facts for facts, _region in cases],
            [region for _facts, region in cases],
            policy=POLICY,
            params_class=rule.params,
            on=parse_month("2026-07"),
            facts=rule.facts,
        )

    agree()


def test_every_rule_of_investment_has_cases():
    assert {code for code in RULES if code.startswith("funds.investment.")} == set(BY_RULE)


@given(
    shared=st.integers(-(10**13), 10**13),
    capital=st.lists(st.integers(0, 10**14), min_size=1, max_size=31).filter(any),
)
def test_the_parts_of_the_regions_are_the_whole_to_the_fen(shared, capital):
    everybody, before, parts = sum(capital), 0, []
    for own in capital:
        facts = ShareFacts(shared=shared, before=before, own=own, everybody=everybody)
        parts.append(region_share(facts, NoParams()).part)
        before += own
    assert sum(parts) == shared
    # Each is within a fen of its exact part, and who had no capital gets nothing.
    for own, part in zip(capital, parts, strict=True):
        assert abs(part * everybody - shared * own) < everybody
        assert own or part == 0


@given(flow=st.integers(0, 10**12), before=st.integers(10**6, 10**12))
def test_money_that_comes_and_earns_nothing_leaves_the_unit_value(flow, before):
    facts = DayFacts(unit_before=1_234_567, before=before, flow=flow, after=before + flow)
    assert unit_value(facts, NoParams()).unit_value == 1_234_567


def test_no_money_has_no_unit_value_and_no_flows_have_no_rate():
    gone = DayFacts(unit_before=1_000_000, before=100, flow=-100, after=0)
    with pytest.raises(ZeroDivisionError):
        unit_value(gone, NoParams())
    for flows in ([], [(365, 100)]):
        with pytest.raises(NoAnswer):
            internal_rate(flows, 10**9 if flows else 0)


@given(rate=st.integers(-500_000, 3_000_000), days=st.integers(30, 3650))
def test_the_internal_rate_of_one_flow_is_its_growth(rate, days):
    closing = round(10**12 * (1 + rate / 10**6) ** (days / 365))
    assert abs(internal_rate([(days, 10**12)], closing) - rate) <= 1


def test_limits_are_dated_and_the_draft_says_that_it_is_none():
    code = "funds.investment.pension_2015.equity_most"
    with pytest.raises(NotYetInForce):
        POLICY.at(code, "110000", date(2015, 8, 16))
    assert POLICY.at(code, "110000", date(2015, 8, 17)).status == "secondary"
    draft = POLICY.at("funds.investment.draft_2023.equity_most", "110000", date(2026, 1, 1))
    assert (draft.status, draft.open) == ("unverified", True)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
