"""Published amounts come out to the fen: as ints, as columns and as SQL."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment import models
from enrollment.params import BaseLimits, LimitRule, PensionMonth, PensionRates, UnemploymentRates
from enrollment.rules import bases, contributions, unemployment
from enrollment.rules.facts import BaseFacts, Category, EmployerKind
from socsec.kernel import rules
from socsec.kernel.arith import Rounding, Steps
from socsec.kernel.facts import FactError
from socsec.kernel.months import month, parse_month
from socsec.kernel.policy import NotYetInForce, Policy
from tests.kernel.three_ways import three_ways, three_ways_by_region

ROOT = Path(__file__).parents[2]
CASES = [
    case
    for path in sorted((ROOT / "tests/cases/enrollment").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
POLICY = Policy.files([ROOT / "enrollment/policy"])
rules.load(["enrollment"])
PROVINCES = sorted({v.region for v in POLICY.values() if v.code.endswith("base_floor")})

# Published limits that do not follow from the average of the year before, and what differs.
MISFITS = {
    ("330000", 2025, "floor"): "Zhejiang takes 60 % of the 2023 average, 8310: 4986",
    ("440000", 2025, "floor"): "outside Guangzhou a transitional floor of 4775",
    ("340000", 2025, "ceiling"): "Anhui published 21556, one yuan above 300 % of 7185",
    ("350000", 2025, "ceiling"): "Fujian published 22607, two yuan above 300 % of 7535",
    ("340000", 2026, "ceiling"): "Anhui published 21772, one yuan above 300 % of 7257",
}
AVERAGES = {
    2025: {
        "110000": "11937", "120000": "8540", "130000": "6678", "140000": "6997",
        "150000": "8179", "210000": "7264", "220000": "7322", "230000": "7570",
        "310000": "12434", "320000": "8254", "330000": "8433", "340000": "7185",
        "350000": "7535", "360000": "6525", "370000": "7506", "410000": "6385",
        "420100": "7496", "430000": "6787", "440000": "9183", "440100": "9183",
        "450000": "6905", "460000": "8188", "500000": "7339", "510000": "7646",
        "520000": "7324.5", "530000": "7263", "540000": "11777", "610000": "7750",
        "620000": "7338", "630000": "8816", "640000": "8258", "650000": "8448",
    },
    2026: {
        "110000": "12116", "120000": "8634", "130000": "6794", "140000": "7073",
        "150000": "8430", "210000": "7555", "230000": "7705", "310000": "12577",
        "340000": "7257", "430000": "6843", "530000": "7339", "620000": "7542",
        "640000": "8371",
    },
}  # fmt: skip


def case_id(case):
    return case["id"]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_published_case_comes_out_to_the_fen(case):
    found = rules.assess(
        case["rule"],
        case["facts"],
        policy=POLICY,
        on=parse_month(case["month"]),
        region=case["region"],
    )
    shown = found.sheet.as_json()
    assert {name: shown[name] for name in case["result"]} == case["result"]
    assert case["status"] in ("match", "derived")
    assert case["source"]


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a_published_case_comes_out_as_one_row_among_many(case):
    found = rules.find(case["rule"])
    ours = vars(found.facts.read(case["facts"]))
    # Ages and counts are small; what lies outside has no answer, in all three ways.
    first = next(name for name, spec in found.facts.specs().items() if spec.unit.code != "bool")
    others = [{**ours, first: ours[first] + step} for step in (-70_001, -1, 1, 999_999)]
    rows = [others[0], others[1], ours, *others[2:]]
    regions = ["310000", case["region"], case["region"], "310000", case["region"]]
    sheets = three_ways_by_region(
        found.function,
        rows,
        regions,
        policy=POLICY,
        params_class=found.params,
        on=parse_month(case["month"]),
        facts=found.facts,
    )
    shown = sheets[2].as_json()
    assert {name: shown[name] for name in case["result"]} == case["result"]


@pytest.mark.parametrize(
    ("year", "region"), [(year, region) for year in AVERAGES for region in AVERAGES[year]]
)
def test_published_limits_follow_from_the_average_wage_but_for_known_misfits(year, region):
    on = month(year, 9)
    limits = BaseLimits.at(POLICY, region, on)
    facts = bases.Average.read({"average_wage": AVERAGES[year][region]})
    derived = bases.base_limits(facts, LimitRule.at(POLICY, region, on))
    for name, published, computed in (
        ("floor", limits.base_floor, derived.floor),
        ("ceiling", limits.base_ceiling, derived.ceiling),
    ):
        assert (published != computed) == ((region, year, name) in MISFITS)


def test_every_province_has_limits_for_2025():
    provinces = {code[:2] for code in PROVINCES}
    assert len(provinces) == 31
    for region in PROVINCES:
        limits = BaseLimits.at(POLICY, region, month(2025, 12))
        assert 0 < limits.base_floor < limits.base_ceiling


def test_beyond_the_published_year_a_limit_is_marked_as_provisional():
    assert not POLICY.at("enrollment.pension.base_floor", "110000", month(2026, 12)).open
    assert POLICY.at("enrollment.pension.base_floor", "440000", month(2026, 7)).open
    with pytest.raises(NotYetInForce):
        POLICY.at("enrollment.pension.base_floor", "320000", month(2024, 12))


def test_every_value_says_where_it_comes_from():
    for value in POLICY.values():
        assert value.law, value
        assert value.status == "unverified" or value.source or value.law, value
        if value.status == "official":
            assert value.source, value


def test_the_rules_and_the_records_mean_the_same_by_a_category():
    for category in Category:
        assert models.Category[category.name] == category.value


@pytest.mark.parametrize(
    ("facts", "code", "fact"),
    [
        ({"category": "EMPLOYEE"}, "missing_fact", "wage"),
        ({"wage": "-1", "category": "EMPLOYEE"}, "impossible_fact", "wage"),
        ({"wage": "NaN", "category": "EMPLOYEE"}, "impossible_fact", "wage"),
        ({"wage": "1000000000000", "category": "EMPLOYEE"}, "impossible_fact", "wage"),
        ({"wage": "5000", "category": "PIRATE"}, "impossible_fact", "category"),
        ({"wage": "5000", "category": "EMPLOYEE", "bonus": "1"}, "unknown_fact", "bonus"),
    ],
)
def test_an_impossible_fact_is_named(facts, code, fact):
    with pytest.raises(FactError) as refusal:
        rules.assess("enrollment.month", facts, policy=POLICY, on=month(2026, 3), region="110000")
    assert (refusal.value.code, refusal.value.fact) == (code, fact)


WAGES = st.integers(1, 10**9)
CATEGORIES = st.sampled_from([int(category) for category in Category])
KINDS = st.sampled_from([int(kind) for kind in EmployerKind])
LAW = st.builds(
    PensionMonth,
    base_floor=st.integers(1, 10**6),
    base_ceiling=st.integers(10**6, 10**8),
    employer_rate=st.sampled_from([160_000, 5_000, 72_000, 500, 255_000]),
    person_rate=st.sampled_from([80_000, 5_000, 500]),
    own_account_rate=st.sampled_from([200_000, 240_000]),
    agency_employer_rate=st.sampled_from([200_000, 160_000]),
    agency_person_rate=st.just(80_000),
    account_rate=st.sampled_from([80_000, 110_000, 20_000]),
    relief=st.just(Steps({0: 0})),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "wage": WAGES,
            "wage_before": st.one_of(st.just(0), WAGES),
            "category": CATEGORIES,
            "kind": KINDS,
        }
    ),
    min_size=1,
    max_size=30,
)
often = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.django_db
@often
@given(ROWS, LAW)
def test_a_month_three_ways(rows, law):
    for sheet in three_ways(contributions.month, rows, law, facts=contributions.PensionWage):
        shares = sheet.pension
        assert shares.account_share + shares.pool_share == shares.total == sheet.due + sheet.waived


@pytest.mark.django_db
@often
@given(
    st.lists(st.fixed_dictionaries({"average_wage": WAGES}), min_size=1, max_size=30),
    st.sampled_from(list(Rounding)),
)
def test_base_limits_three_ways(rows, mode):
    law = LimitRule(floor_rate=600_000, ceiling_rate=3_000_000, limit_rounding=int(mode))
    three_ways(bases.base_limits, rows, law, facts=bases.Average)


@pytest.mark.django_db
@often
@given(
    st.lists(st.fixed_dictionaries({"base": st.integers(0, 10**9)}), min_size=1, max_size=30),
    st.sampled_from([500, 5_000, 72_000]),
)
def test_unemployment_three_ways_with_the_smallest_rates(rows, rate):
    law = UnemploymentRates(employer_rate=rate, person_rate=rate)
    three_ways(unemployment.unemployment_contribution, rows, law, facts=BaseFacts)


@pytest.mark.parametrize(
    ("rate", "base", "owed"),
    [
        (5_000, 500_100, 2_501),  # 0.5 % of 5,001.00 is 25.005
        (72_000, 500_000, 36_000),  # 7.2 % of 5,000.00 is 360.00, not 350.00000000000006
        (500, 100_000, 50),  # 0.05 % of 1,000.00 is 0.50
        (160_000, 716_203, 114_592),  # 16 % of 7,162.03 is 1,145.9248
    ],
)
def test_fractions_of_a_per_cent_are_exact(rate, base, owed):
    law = PensionRates(
        employer_rate=rate,
        person_rate=0,
        own_account_rate=0,
        agency_employer_rate=0,
        agency_person_rate=0,
        account_rate=0,
    )
    facts = contributions.PensionBase(base=base, category=Category.EMPLOYEE)
    assert contributions.contribution(facts, law).total == owed


@given(st.lists(WAGES, min_size=1, max_size=6), LAW)
def test_several_employers_share_one_base_whatever_their_wages(wages, law):
    before, total = 0, 0
    for wage in wages:
        part = bases.contribution_base(bases.Wage(wage=wage, wage_before=before), law).base
        assert part >= 0
        before, total = before + wage, total + part
    assert total == min(max(law.base_floor, sum(wages)), law.base_ceiling)
