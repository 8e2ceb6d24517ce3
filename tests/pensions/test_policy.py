"""The policy values of pensions: complete, dated, sourced, and marked where they are not sure."""

import pytest

from pensions.params import ClaimParams, IndexParams
from socsec.kernel.months import month
from socsec.kernel.policy import CONFIRMED, NotYetInForce
from socsec.kernel.rules import assess
from tests.pensions.cases import POLICY

PROVINCES = [
    "110000",
    "120000",
    "130000",
    "140000",
    "150000",
    "210000",
    "220000",
    "230000",
    "310000",
    "320000",
    "330000",
    "340000",
    "350000",
    "360000",
    "370000",
    "410000",
    "420000",
    "430000",
    "440000",
    "450000",
    "460000",
    "500000",
    "510000",
    "520000",
    "530000",
    "540000",
    "610000",
    "620000",
    "630000",
    "640000",
    "650000",
]
OURS = [value for value in POLICY.values() if value.code.startswith("pensions.")]


def test_there_are_thirty_one_provinces():
    assert len(set(PROVINCES)) == 31


@pytest.mark.parametrize("province", PROVINCES)
def test_a_pension_can_be_assessed_in_every_province_and_year(province):
    for year in range(2020, 2027):
        ClaimParams.at(POLICY, province, month(year, 12))
        IndexParams.at(POLICY, province, month(year, 12))


def test_every_value_names_its_law_and_every_confirmed_one_its_source():
    assert len(OURS) > 500
    assert [v.code for v in OURS if not v.law] == []
    assert [v.code for v in OURS if v.status in CONFIRMED and not v.source] == []


def test_an_official_value_names_a_document_or_a_page_of_an_authority():
    for value in OURS:
        if value.status == "official":
            named = any(word in value.law for word in ("〔", "决定", "条例", "社会保险法"))
            assert named or "gov.cn" in value.source, value


def test_every_unverified_value_in_use_marks_the_result():
    # Qinghai: the rate and the rule rest on one worked example.
    facts = {
        "months_paid": 320,
        "months_before_account": 75,
        "average_index": "0.632",
        "account_balance": "107818.74",
        "age": "50y",
    }
    done = assess(
        "pensions.employees.old_age", facts, policy=POLICY, on=month(2024, 9), region="630000"
    )
    assert done.document.line("transitional.amount").open
    assert done.document.line("amount").status == "unverified"
    assert "general_rate" in {term.name for term in done.document.unverified}
    assert not done.document.line("account.amount").open


def test_a_confirmed_case_is_not_marked():
    facts = {
        "months_paid": 278,
        "months_deemed": 98,
        "average_index": "1.0324",
        "account_balance": "85298.25",
        "age": "60y",
        "calculation_base": "7694",
    }
    done = assess(
        "pensions.employees.old_age", facts, policy=POLICY, on=month(2026, 3), region="430200"
    )
    assert not done.document.open


def test_on_last_years_base_a_pension_is_provisional():
    facts = {"months_paid": 200, "average_index": "1", "account_balance": "1000", "age": "60y"}

    def status(when):
        done = assess("pensions.employees.old_age", facts, policy=POLICY, on=when, region="430000")
        return done.document.line("basic.base").status

    assert status(month(2025, 12)) == ""
    assert status(month(2026, 1)) == "provisional"


def test_the_bookkeeping_rate_of_2026_is_not_made_up():
    rates = {v.start.year: v.value for v in OURS if v.code == "pensions.account.bookkeeping_rate"}
    # 8.31, 7.12, 8.29, 7.61, 6.04, 6.69, 6.12, 3.97, 2.62, 1.50 per cent
    assert rates == {
        2016: 83_100,
        2017: 71_200,
        2018: 82_900,
        2019: 76_100,
        2020: 60_400,
        2021: 66_900,
        2022: 61_200,
        2023: 39_700,
        2024: 26_200,
        2025: 15_000,
    }
    assert POLICY.at("pensions.account.bookkeeping_rate", "310000", month(2026, 5)).open
    with pytest.raises(NotYetInForce):
        POLICY.at("pensions.account.bookkeeping_rate", "310000", month(2015, 12))


def test_a_base_before_its_first_year_is_an_error_and_not_a_number():
    with pytest.raises(NotYetInForce):
        POLICY.at("pensions.employees.calculation_base", "110000", month(2019, 12))


@pytest.mark.parametrize(
    ("region", "year", "yuan"),
    [
        ("110105", 2025, 12049),
        ("310000", 2026, 12434),  # that of 2026 is not announced
        ("440000", 2025, 9493),
        ("440300", 2025, 11293),
        ("440700", 2025, 9493),
        ("210000", 2025, 7346),
        ("210100", 2025, 8390),
        ("210200", 2025, 8956),
        ("420100", 2025, 9112),
        ("230000", 2026, 7705),
    ],
)
def test_the_nearest_region_gives_the_calculation_base(region, year, yuan):
    found = POLICY.at("pensions.employees.calculation_base", region, month(year, 6))
    assert found.value == yuan * 100


def test_values_on_which_sources_disagree_are_not_confirmed():
    for region, year in [("520000", 2023), ("540000", 2024), ("610000", 2022), ("420000", 2025)]:
        found = POLICY.at("pensions.employees.calculation_base", region, month(year, 6))
        assert found.status not in CONFIRMED, (region, year)
