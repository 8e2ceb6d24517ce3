"""Each rule says the same as ints, as columns and as SQL, and every printed working adds up.

Facts run over their whole range, the bounds and what lies just outside them included.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socsec.kernel.months import month
from socsec.kernel.rules import find
from tests.kernel.lives import lives
from tests.kernel.three_ways import three_ways_by_region
from tests.pensions.cases import POLICY

pytestmark = pytest.mark.django_db

# One place for each kind of setting: Beijing and Shanghai value deemed months at the base,
# Taiyuan rounds to five decimals, Inner Mongolia has a floor, Shenyang averages wages, Changchun
# has two bases, Suzhou rounds the total, Anhui and Fujian round years up, Shenzhen phases in,
# Guangxi rounds parts up, Sichuan, Guizhou, Yunnan and Tibet add supplements, Zhangye cuts off.
PLACES = [
    "110000",
    "120000",
    "140100",
    "150000",
    "210100",
    "220100",
    "310000",
    "320500",
    "330100",
    "340000",
    "350000",
    "410100",
    "440300",
    "450100",
    "460000",
    "510000",
    "520000",
    "530000",
    "540100",
    "620700",
    "640100",
    "650000",
]
MONTHS = [month(2021, 6), month(2024, 9), month(2025, 2), month(2026, 3)]

# What only some provinces use, like every optional fact: where it is out of bounds and unused,
# nothing is missing.
ONLY_WITHIN = {
    "age",
    "months_before_account",
    "notional_balance",
    "old_transitional",
    "average_pension",
    "deemed_index",
    "months_gap",
    "months_deemed",
    "months_earlier",
    "months_resident",
    "pool_paid",
    "wages",
}


# Facts that a rule takes with the rest and leaves alone: an allowance has no supplements.
UNUSED = {"pensions.disability": {"extra_rate", "other_allowance", "months_on_plateau"}}


WORK = {
    "months_paid": st.integers(0, 560),
    "months_deemed": st.integers(0, 240),
    "months_before_account": st.integers(0, 120),
    "average_index": st.integers(200_000, 3_000_000),
    "account_balance": st.integers(0, 100_000_000),
    "months_on_plateau": st.integers(0, 400),
    "notional_balance": st.integers(0, 10_000_000),
    "extra_rate": st.sampled_from([0, 1_000, 4_000]),
    "other_allowance": st.integers(0, 50_000),
}
WHO = {
    "category": st.integers(0, 4),
    "birth_month": st.integers(month(1955, 1), month(1985, 12)),
    "claim_month": st.integers(month(2020, 1), month(2045, 12)),
}
RULES = {
    "pensions.retirement_age": WHO,
    "pensions.minimum_months": {},
    "pensions.divisor": {},
    "pensions.year_index": {},
    "pensions.average_index": {
        "index_sum": st.integers(0, 120_000_000),
        "months_paid": st.integers(0, 560),
        "months_deemed": st.integers(0, 240),
        "months_gap": st.integers(0, 240),
    },
    "pensions.account_interest": {},
    "pensions.employees.entitlement": WHO | WORK,
    "pensions.employees.old_age": WORK | {"age": st.integers(45 * 12, 70 * 12)},
    "pensions.employees.claim": WHO | WORK,
    "pensions.adjustment": {
        "month": st.sampled_from([month(2024, 1), month(2025, 1)]),
        "pension": st.one_of(
            st.integers(1, 1_500_000), st.sampled_from([681_300, 681_301, 711_800])
        ),
        "months": st.integers(0, 600),
        "age": st.integers(45 * 12, 105 * 12),
    },
}
RULES |= {
    "pensions.residents.old_age": {
        "birth_month": st.integers(month(1940, 1), month(1970, 12)),
        "claim_month": st.integers(month(2010, 1), month(2030, 12)),
        "months_paid": st.integers(0, 480),
        "account_balance": st.integers(0, 50_000_000),
    },
    "pensions.residents.survivors": {"pension_base": st.integers(0, 10_000_000)},
    "pensions.agencies.survivors": {"pension_base": st.integers(0, 10_000_000)},
    "pensions.residents.adjustment": {
        "age": st.integers(55 * 12, 100 * 12),
        "months_paid": st.integers(0, 480),
        "basic_before": st.integers(0, 200_000),
        "addition_before": st.integers(0, 20_000),
    },
    "pensions.survivors": {
        "months_paid": st.integers(0, 560),
        "months_drawn": st.integers(0, 480),
        "disposable_income": st.integers(1, 10_000_000),
    },
    "pensions.disability": WORK
    | {
        "category": st.integers(0, 4),
        "birth_month": st.integers(month(1962, 1), month(2000, 12)),
        "claim_month": st.integers(month(2025, 1), month(2045, 12)),
    },
    "pensions.agencies.old_age": {
        "months": st.integers(0, 560),
        "months_deemed": st.integers(0, 400),
        "average_index": st.integers(300_000, 3_000_000),
        "deemed_index": st.integers(0, 3_000_000),
        "account_balance": st.integers(0, 100_000_000),
        "annuity_balance": st.integers(0, 100_000_000),
        "age": st.integers(45 * 12, 70 * 12),
    },
    "pensions.agencies.claim": WHO
    | {
        "months_paid": st.integers(0, 400),
        "months_deemed": st.integers(0, 400),
        "average_index": st.integers(300_000, 3_000_000),
        "index_of_rank": st.integers(300_000, 3_000_000),
        "account_balance": st.integers(0, 50_000_000),
        "annuity_balance": st.integers(0, 50_000_000),
        "basic_pay": st.integers(0, 1_500_000),
        "old_rate": st.sampled_from([0, 800_000, 900_000]),
        "wage_growth": st.integers(1_000_000, 2_000_000),
    },
    "pensions.agencies.transition": {
        "month": st.integers(month(2014, 10), month(2026, 12)),
        "old_amount": st.integers(0, 2_000_000),
        "new_amount": st.integers(0, 2_000_000),
    },
    "pensions.agencies.old_method": {
        "basic_pay": st.integers(0, 2_000_000),
        "wage_growth": st.integers(1_000_000, 3_000_000),
    },
}
RULES |= {
    "pensions.special_work": {
        name: st.sampled_from([0, 95, 96, 107, 108, 119, 120])
        for name in ("months_heavy", "months_underground", "months_harmful")
    },
    "pensions.few_months": {
        "category": st.integers(0, 4),
        "birth_month": st.integers(month(1955, 1), month(1985, 12)),
        "month": st.integers(month(2025, 1), month(2045, 12)),
        "months": st.integers(0, 300),
        "account_balance": st.integers(0, 50_000_000),
    },
}
MONEY = st.integers(0, 10**9)
RULES |= {
    "pensions.transfer": {
        "months": st.integers(0, 600),
        "wages": MONEY,
        "balance": MONEY,
        "given_back": st.integers(0, 1_000_000),
        "pool_paid": MONEY,
    },
    "pensions.transfer.credited": {"wages": MONEY},
    "pensions.payer": {
        "months_here": st.integers(0, 600),
        "months_earlier": st.integers(0, 600),
    },
    "pensions.link": {
        "months_employee": st.sampled_from([0, 179, 180, 181, 400]),
        "months_resident": st.integers(0, 400),
    },
}
# Asked only where and when there is law for it.
ONLY = {
    "pensions.adjustment": (
        ["110000", "140000", "310000", "370000", "440000", "510000"],
        [month(2025, 1)],
    ),
    "pensions.survivors": (["370000"], [month(2022, 1), month(2023, 6)]),
    "pensions.disability": (PLACES, [month(2025, 2), month(2026, 3)]),
}


@pytest.mark.parametrize("code", RULES)
def test_one_many_and_sql_agree_in_every_province(code):
    found = find(code)
    places, months = ONLY.get(code, (PLACES, MONTHS))

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        cases=lives(code, places, ONLY_WITHIN | UNUSED.get(code, set()), **RULES[code]),
        on=st.sampled_from(months),
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
    from socsec.kernel.rules import RULES as REGISTER

    assert {code for code in REGISTER if code.startswith("pensions.")} == set(RULES)
