"""Every published case comes out to the fen: as ints, as columns, and as rows of one statement.

Cases whose published answer differs from ours stand beside the others: ours is asserted, and that
it differs in exactly the lines, and for the reason, that the case names.
"""

import pytest

from socsec.kernel.months import parse_month
from socsec.kernel.regions import NATION
from socsec.kernel.rules import assess, find
from tests.kernel.three_ways import three_ways_by_region
from tests.pensions.cases import PolicyOfCases, expected, natural, policy_of, read, row

FILES = [
    "new_retiree_employee",
    "retirement_age",
    "payout_months",
    "minimum_contribution",
    "contribution_index",
    "adjustment",
    "residents",
    "survivors",
    "agencies_new_method",
    "agencies_transition",
    "payer",
]
# Each of these holds cases of more than one rule.
MIXED = ["transfers"]
CASES = [pytest.param(case, id=case["id"]) for name in [*FILES, *MIXED] for case in read(name)]


@pytest.mark.parametrize("case", CASES)
def test_a_published_case_comes_out_as_published_or_as_the_case_says(case):
    done = assess(
        case["rule"],
        case["facts"],
        policy=policy_of(case),
        on=parse_month(case["month"]),
        region=case.get("region", NATION),
    )
    found = {path: natural(done.sheet, path) for path in case["published"]}
    assert found == expected(case)


@pytest.mark.parametrize("case", CASES)
def test_a_case_that_differs_says_where_and_why(case):
    ours = case.get("ours", {})
    assert all(ours[path] != case["published"][path] for path in ours)
    if case["status"] in ("match", "constructed"):
        assert not ours
    else:
        assert case["status"] in ("near", "mismatch")
        assert case["note"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_all_cases_of_a_file_agree_three_ways_in_one_statement(name):
    cases = read(name)
    rule = find(cases[0]["rule"])
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
        found = {path: natural(sheet, path) for path in case["published"]}
        assert found == expected(case), case["id"]
