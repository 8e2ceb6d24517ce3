"""Every published case of assistance comes out to the fen, three ways; own calculations say so."""

from itertools import groupby

import pytest

from socsec.kernel.months import parse_month
from socsec.kernel.rules import assess, find
from tests.kernel.three_ways import three_ways_by_region
from tests.published import POLICY, PolicyOfCases, expected, natural, read, row

CASES = sorted(
    [each for name in ("dibao", "own", "care") for each in read("assistance", name)],
    key=lambda case: case["rule"],
)
BY_RULE = {rule: list(cases) for rule, cases in groupby(CASES, key=lambda case: case["rule"])}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_a_case_comes_out_as_published_or_as_it_says(case):
    done = assess(
        case["rule"],
        case["facts"],
        policy=POLICY,
        on=parse_month(case["month"]),
        region=case["region"],
    )
    assert {path: natural(done.sheet, path) for path in case["published"]} == expected(case)
    differs = case.get("ours", {})
    assert all(differs[path] != case["published"][path] for path in differs)
    assert bool(differs) == (case["status"] == "mismatch")
    if case["status"] == "own":
        assert case["quality"] == "own calculation"


@pytest.mark.django_db
@pytest.mark.parametrize("code", BY_RULE)
def test_the_cases_of_a_rule_agree_three_ways_in_one_statement(code):
    cases = BY_RULE[code]
    rule = find(code)
    policy = PolicyOfCases(cases)
    sheets = three_ways_by_region(
        rule.function,
        [row(case) for case in cases],
        [policy.key(i) for i in range(len(cases))],
        policy=policy,
        params_class=rule.params,
        on=0,
        facts=rule.facts,
    )
    for case, sheet in zip(cases, sheets, strict=True):
        assert sheet is not None, case["id"]
        assert {path: natural(sheet, path) for path in case["published"]} == expected(case)
