"""Each rule of assistance says the same as ints, as columns and as SQL; every working adds up."""

import doctest
import importlib
import pkgutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import assistance.rules
from socsec.kernel.months import month
from socsec.kernel.rules import RULES as REGISTER
from socsec.kernel.rules import find
from tests.kernel.lives import lives
from tests.kernel.three_ways import three_ways_by_region
from tests.published import POLICY

SOME = st.integers(0, 2_000_000)
HOUSEHOLD = {
    "month": st.integers(month(2025, 1), month(2026, 12)),
    "members": st.integers(1, 8),
    "earned": SOME,
    "business": SOME,
    "from_property": SOME,
    "transfers": SOME,
    "costs": st.integers(0, 300_000),
    "money": st.integers(0, 20_000_000),
    "vehicles": st.integers(0, 1),
    "homes": st.integers(0, 2),
    "severe": st.integers(0, 3),
    "others": st.integers(0, 3),
}
STANDARDS = ["110000", "310000", "410100", "230000"]
BEIJING = ["110000"]
SUBSIDIES = ["110000", "230000"]
NATION = ["000000", "110000", "410100"]
RULES = {
    "assistance.dibao": (STANDARDS, HOUSEHOLD),
    "assistance.near_poor": (STANDARDS, HOUSEHOLD),
    "assistance.earned_income": (STANDARDS, {"wage": SOME}),
    "assistance.gradual_exit": (NATION, {"months_since": st.integers(1, 8)}),
    "assistance.maintenance": (
        BEIJING,
        {"income": st.integers(0, 5_000_000), "members": st.integers(1, 6)},
    ),
    "assistance.rigid_expenditure": (["210100"], {"members": st.integers(1, 6)}),
    "assistance.hardship": (STANDARDS, {"income": st.integers(0, 300_000)}),
    "assistance.urgent_aid": (["110000", "310000"], {"persons": st.integers(1, 6)}),
    "assistance.spending_aid": (BEIJING, {"spending": st.integers(0, 12_000_000)}),
    "assistance.illness_poverty": (
        BEIJING,
        {"costs": st.integers(0, 50_000_000), "income": st.integers(0, 20_000_000)},
    ),
    "assistance.disabled": (BEIJING, {"own_income": st.integers(0, 300_000)}),
    "assistance.elderly": (BEIJING, {"age": st.integers(50 * 12, 110 * 12)}),
    "assistance.child": (NATION, {"own_grants": st.integers(0, 400_000)}),
    "assistance.medical_aid": (
        NATION,
        {
            "burden": st.integers(0, 30_000_000),
            "burden_before": st.integers(0, 10_000_000),
            "paid_before": st.integers(0, 20_000_000),
            "disposable_income": st.integers(0, 9_000_000),
        },
    ),
    "assistance.care_level": (NATION, {}),
    "assistance.care_voucher": (STANDARDS, {"age": st.integers(50 * 12, 110 * 12)}),
    "assistance.care_order": (
        STANDARDS,
        {
            "units": st.integers(1, 60),
            "insured_before": st.integers(0, 400_000),
            "money_left": st.integers(0, 100_000),
            "minutes_left": st.integers(0, 3_000),
        },
    ),
    "assistance.local": (
        STANDARDS,
        {
            "persons": st.integers(1, 8),
            "base": st.integers(0, 500_000),
            "part": st.integers(0, 1_000_000),
        },
    ),
    "assistance.death_of_service": (NATION, {}),
    "assistance.service_nursing": (NATION, {}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("code", RULES)
def test_one_many_and_sql_agree(code):
    found = find(code)
    places, ordinary = RULES[code]

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        cases=lives(code, places, set(found.facts.specs()), **ordinary),
        on=st.sampled_from([month(2025, 9), month(2026, 7)]),
    )
    def agree(cases, on):
        three_ways_by_region(
            found.function,
            [row for row, _ in cases],
            [region for _, region in cases],
            policy=POLICY,
            params_class=found.params,
            on=on,
            facts=found.facts,
        )

    agree()


def test_every_rule_of_the_room_is_tested_here():
    assert {code for code in REGISTER if code.startswith("assistance.")} == set(RULES)


MODULES = [m.name for m in pkgutil.walk_packages(assistance.rules.__path__, "assistance.rules.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
