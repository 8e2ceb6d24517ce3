"""The worked bills come out to the fen: as ints, as columns and as SQL; and the rules agree on any."""

import doctest
import importlib
import pkgutil
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import medical.rules
from medical.rules.words import Away, Care, Disease, Level, Standing
from socsec.kernel import rules
from socsec.kernel.months import month, parse_month
from socsec.kernel.policy import Policy
from tests.kernel.three_ways import three_ways_by_region

CASES = [
    case
    for name in ("settlement", "paying")
    for case in yaml.safe_load(
        (Path(__file__).parents[1] / f"cases/medical/{name}.yaml").read_text("utf-8")
    )
]
POLICY = Policy.files()
CITIES = ["110000", "310000", "330100", "360100", "370200", "410100", "420100", "440100", "510100"]
EMPLOYEES, RESIDENTS = "medical.employees.settlement", "medical.residents.settlement"
rules.load(["medical"])


def case_id(case):
    return case["id"]


def policy_of(case):
    return POLICY.trying(yaml.safe_dump(case.get("policy", []), allow_unicode=True))


def agree(shown, published):
    """Every published number, in nested parts of the sheet too, is the one shown."""
    for name, value in published.items():
        if isinstance(value, dict):
            agree(shown[name], value)
        else:
            assert shown[name] == value, name


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_worked_bill_comes_out_to_the_fen(case):
    found = rules.assess(
        case["rule"],
        case["facts"],
        policy=policy_of(case),
        on=parse_month(case["month"]),
        region=case["region"],
    )
    agree(found.sheet.as_json(), case["result"])
    assert case["status"] in ("match", "derived")
    assert case["source"]


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_worked_bill_comes_out_as_one_row_among_many(case):
    found = rules.find(case["rule"])
    ours = vars(found.facts.read(case["facts"]))
    first = next(
        name for name, s in found.facts.specs().items() if s.unit.code in ("fen", "months")
    )
    rows = [{**ours, first: ours[first] + step} for step in (-1, 1)]
    sheets = three_ways_by_region(
        found.function,
        [rows[0], ours, rows[1]],
        [case["region"]] * 3,
        policy=policy_of(case),
        params_class=found.params,
        on=parse_month(case["month"]),
        facts=found.facts,
    )
    agree(sheets[1].as_json(), case["result"])


FEN = st.one_of(st.integers(0, 200_000), st.integers(0, 60_000_000))


def bills(standings):
    """Any bill: its parts never come to more than the whole."""
    return st.builds(
        lambda parts, rest: {
            "total": sum(parts) + rest.pop("in_scope"),
            "uncovered": parts[0],
            "over_limit": parts[1],
            "first_self_pay": parts[2],
            **rest,
        },
        st.tuples(FEN, FEN, FEN),
        st.fixed_dictionaries(
            {
                "in_scope": FEN,
                "care": st.sampled_from([int(care) for care in Care]),
                "level": st.sampled_from([int(level) for level in Level]),
                "standing": st.sampled_from([int(standing) for standing in standings]),
                "away": st.sampled_from([int(away) for away in Away]),
                "stays_before": st.integers(0, 3),
                "deductible_used": st.integers(0, 200_000),
                "continued": st.booleans(),
                "cap_used": FEN,
                "cost_before": FEN,
                "disease": st.sampled_from([int(disease) for disease in Disease]),
                "large_used": FEN,
                "major_base": FEN,
                "major_paid": FEN,
                "poor": st.booleans(),
                "listed": st.booleans(),
                "cap_raise": st.sampled_from([0, 100_000, 1_500_000]),
                "civil_servant": st.booleans(),
                "assistance": FEN,
                "account": FEN,
                "family": FEN,
            }
        ),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "standings"),
    [
        (EMPLOYEES, [Standing.ACTIVE, Standing.RETIRED]),
        (RESIDENTS, [Standing.ADULT, Standing.CHILD, Standing.ELDERLY]),
    ],
)
def test_any_bill_three_ways_and_its_money_closes(code, standings):
    found = rules.find(code)

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        st.lists(st.tuples(bills(standings), st.sampled_from(CITIES)), min_size=1, max_size=12),
        st.sampled_from([month(2025, 6), month(2026, 3)]),
    )
    def agrees(cases, on):
        sheets = three_ways_by_region(
            found.function,
            [row for row, _ in cases],
            [region for _, region in cases],
            policy=POLICY,
            params_class=found.params,
            on=on,
            facts=found.facts,
        )
        for sheet, (bill, _city) in zip(sheets, cases, strict=True):
            scope = sheet.scope
            parts = bill["uncovered"], bill["over_limit"], scope.preselfpay, scope.in_scope
            assert bill["total"] == sum(parts)
            assert bill["total"] == sheet.fund_pay + sheet.person_pay
            assert sheet.person_pay == sheet.account_pay + sheet.family_pay + sheet.cash
            assert sheet.fund_pay <= scope.in_scope
            assert min(parts) >= 0
            for pays in ("account_pay", "family_pay", "cash", "residual_in_scope", "civil_pay"):
                assert getattr(sheet, pays) >= 0, pays
            assert sheet.pooled.pay >= 0
            assert sheet.large.pay >= 0
            assert sheet.major.pay >= 0

    agrees()


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "amount": FEN,
                "quantity": st.integers(1, 50_000_000),
                "price_limit": st.one_of(st.just(-1), st.integers(0, 100_000)),
                "item_class": st.integers(1, 3),
                "first_share": st.sampled_from([0, 100_000, 200_000, 1_000_000]),
            }
        ),
        min_size=1,
        max_size=15,
    )
)
def test_any_line_three_ways_and_its_parts_add_up(rows):
    found = rules.find("medical.line")
    sheets = three_ways_by_region(
        found.function,
        rows,
        ["000000"] * len(rows),
        policy=POLICY,
        params_class=found.params,
        on=month(2026, 3),
        facts=found.facts,
    )
    for sheet, row in zip(sheets, rows, strict=True):
        parts = sheet.over_limit, sheet.uncovered, sheet.first_self_pay, sheet.in_scope
        assert sum(parts) == row["amount"]
        assert min(parts) >= 0


STAY = st.fixed_dictionaries(
    {
        "cost": FEN,
        "others": FEN,
        "billed": FEN,
        "weight": st.integers(0, 30_000_000),
        "mean": st.integers(1, 20_000_000),
        "grouped": st.booleans(),
        "stable": st.booleans(),
        "base": st.sampled_from([10_000, 10_000_000]),
        "mean_all": st.integers(1, 5_000_000),
        "coefficient": st.integers(0, 2_000_000),
        "value": st.integers(0, 200_000_000),
    }
)
A_YEAR = st.fixed_dictionaries(
    {
        "worth": st.integers(-(10**9), 10**12),
        "billed": st.integers(0, 10**12),
        "differences": st.integers(-(10**11), 10**11),
    }
)
RETAINED = st.fixed_dictionaries(
    {"retained": st.integers(0, 10**12), "score": st.integers(0, 1_000_000)}
)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(
    st.lists(STAY, min_size=1, max_size=12),
    st.lists(A_YEAR, min_size=1, max_size=12),
    st.lists(RETAINED, min_size=1, max_size=5),
)
def test_stays_by_group_three_ways_and_what_they_promise(stays, years, kept):
    def sheets(code, rows):
        found = rules.find(code)
        return three_ways_by_region(
            found.function,
            rows,
            ["310000"] * len(rows),
            policy=POLICY,
            params_class=found.params,
            on=month(2026, 3),
            facts=found.facts,
        )

    for sheet, row in zip(sheets("medical.provider.case", stays), stays, strict=True):
        assert sheet.due == max(sheet.standard - row["others"], 0)
        assert not (sheet.cheap and sheet.dear)
    for sheet, row in zip(sheets("medical.provider.case_year", years), years, strict=True):
        # Never more than what was paid or worth, whichever is more, nor less than the lesser of them.
        low, high = sorted((sheet.owed, row["billed"]))
        assert low <= sheet.final <= high
    for sheet, row in zip(sheets("medical.provider.release", kept), kept, strict=True):
        assert sheet.release + sheet.forfeited == row["retained"]
        assert min(sheet.release, sheet.forfeited) >= 0


@pytest.mark.parametrize("cut", [[1], [1, 2], [3, 7, 11]])
def test_the_year_of_catastrophic_insurance_does_not_depend_on_how_it_is_cut(cut):
    """170,000.00 borne over a year, in one bill or in several, pays the same in every city."""
    whole = 17_000_000
    bounds = [0, *(part * 1_000_000 for part in cut), whole]
    bills_of_year = [b - a for a, b in pairwise(bounds)]
    rule = rules.find("medical.residents.major")
    for city in CITIES:
        p = rule.params.at(POLICY, city, month(2026, 3))
        paid = borne = 0
        for bears in bills_of_year:
            facts = rule.facts(bears=bears, major_base=borne, major_paid=paid, listed=True)
            paid, borne = paid + rule.function(facts, p).pay, borne + bears
        one = rule.function(rule.facts(bears=whole, listed=True), p).pay
        assert paid == one, city


def test_a_region_without_a_plan_has_no_answer_rather_than_a_guess():
    with pytest.raises(Exception, match="no value for 650000"):
        rules.find(RESIDENTS).params.at(POLICY, "650000", month(2026, 3))


@pytest.mark.parametrize(
    "name", [m.name for m in pkgutil.walk_packages(medical.rules.__path__, "medical.rules.")]
)
def test_the_examples_of_the_rules_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
