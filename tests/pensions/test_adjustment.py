"""The yearly adjustment: its schemes as data, its corners, and schemes that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pensions.params import AdjustmentParams
from pensions.rules.adjustment import (
    AdjustmentFacts,
    SchemeError,
    Standing,
    adjustment,
    check_scheme,
)
from socsec.kernel.arith import Steps
from socsec.kernel.months import month
from socsec.kernel.policy import NotInRegion, NotYetInForce
from tests.pensions.cases import POLICY

SCHEMES = sorted(
    (value.region, value.start.year)
    for value in POLICY.values()
    if value.code == "pensions.adjustment.month"
)


def scheme(region, year):
    return AdjustmentParams.at(POLICY, region, month(year, 1))


def adjusted(region, year, pension, months, age=60 * 12, **more):
    facts = AdjustmentFacts(month=month(year, 1), pension=pension, months=months, age=age, **more)
    return adjustment(facts, scheme(region, year))


def test_there_are_thirty_schemes_of_eleven_provinces():
    assert len(SCHEMES) == 30
    assert len({region for region, _year in SCHEMES}) == 11


@pytest.mark.parametrize(("region", "year"), SCHEMES)
def test_every_scheme_can_be_applied_and_says_for_which_january_it_is(region, year):
    found = scheme(region, year)
    check_scheme(found)
    assert found.scheme_month == month(year, 1)


@pytest.mark.parametrize(("region", "year"), SCHEMES)
@given(
    pensions=st.lists(st.integers(1, 1_200_000), min_size=2, max_size=6).map(sorted),
    months=st.integers(0, 600),
    age=st.integers(45 * 12, 105 * 12),
)
def test_nobody_loses_and_the_ranking_stands(region, year, pensions, months, age):
    """Of two people alike but for their pension, the one who had more still has no less."""
    ends = [adjusted(region, year, pension, months, age) for pension in pensions]
    assert all(end.increase >= 0 for end in ends)
    after = [end.after for end in ends]
    assert after == sorted(after)


def test_each_year_is_priced_at_the_rate_of_its_own_band():
    """Jiangsu 2024: 15 × 1.7 + 10 × 1.8 + 5 × 2.0 = 25.50 + 18.00 + 10.00 = 53.50."""
    assert adjusted("320000", 2024, 3_000_00, 360).linked.amount == 53_50
    # 15 years and 1 month counts as 16 years: 15 × 1.7 + 1 × 1.8 = 27.30
    assert adjusted("320000", 2024, 3_000_00, 181).linked.amount == 27_30
    # 10 years come to 17.00, but nobody gets less than 25.50
    assert adjusted("320000", 2024, 3_000_00, 120).linked.amount == 25_50


def test_beijing_counts_months_over_and_has_a_least_part():
    """2024: 2.40 a year and 0.20 for each month over: 30 years and 7 months = 72.00 + 1.40."""
    assert adjusted("110000", 2024, 7_000_00, 367).linked.amount == 73_40
    assert adjusted("110000", 2024, 7_000_00, 100).linked.amount == 24_00
    # a farmer whose land was taken, with less than 15 years: 36.00
    assert adjusted("110000", 2024, 7_000_00, 100, land_taken=True).linked.amount == 36_00
    assert adjusted("110000", 2024, 7_000_00, 180, land_taken=True).linked.amount == 36_00


def test_shaanxi_gives_a_fixed_amount_for_fifteen_years_and_rounds_the_share_up_to_the_yuan():
    """8.00 + 5 × 1.80 = 17.00; 1 % of 3,512.34 = 35.1234 → 36.00; born 1948: 20.00."""
    sheet = adjusted("610000", 2024, 3_512_34, 240, 75 * 12)
    assert sheet.linked.amount == 17_00
    assert sheet.level.share == 36_00
    assert sheet.tilt.by_age == 20_00
    assert sheet.increase == 32_00 + 17_00 + 36_00 + 20_00


def test_the_level_of_the_pension_decides_and_a_limit_is_no_cliff():
    """Beijing 2024: up to 6,813.00 more by 30.00, above by 15.00, but not below 6,843.00."""
    for pension, absolute, topup in [
        (6_813_00, 30_00, 0),
        (6_813_01, 15_00, 14_99),
        (6_827_00, 15_00, 1_00),
        (6_828_00, 15_00, 0),
    ]:
        level = adjusted("110000", 2024, pension, 360).level
        assert (level.absolute, level.topup) == (absolute, topup)


def test_age_area_and_long_service_tilt():
    # Shandong 2025: 30.00 at 70 and 2.00 for each year above: at 83 it is 56.00
    assert adjusted("370000", 2025, 3_000_00, 300, 83 * 12).tilt.amount == 56_00
    assert adjusted("370000", 2025, 3_000_00, 300, 70 * 12 - 1).tilt.amount == 0
    # Shanghai 2021: men from 65, women from 60
    assert adjusted("310000", 2021, 3_000_00, 300, 62 * 12).tilt.amount == 0
    assert adjusted("310000", 2021, 3_000_00, 300, 62 * 12, woman=True).tilt.amount == 20_00
    # Sichuan 2025, a remote area of the sixth class
    assert adjusted("510000", 2025, 3_000_00, 300, area=6).tilt.amount == 33_00


def test_beijing_2014_makes_low_pensions_up_to_a_least_one():
    """1,000.00 + 35.00 + 150.00 = 1,185.00; who resigned gets at least 1,331.00, retired 1,463.00."""
    assert adjusted("110000", 2014, 1_000_00, 60).after == 1_463_00
    resigned = adjusted("110000", 2014, 1_000_00, 60, standing=Standing.RESIGNED)
    assert resigned.after == 1_331_00


def test_jiangsu_2021_rounds_the_increase_up_to_the_jiao():
    """31 + 20 years: 15 × 1.8 + 5 × 2.7 = 40.50; 1.2 % of 2,345.67 = 28.148 → 28.15; 99.65 → 99.70."""
    assert adjusted("320000", 2021, 2_345_67, 240).increase == 99_70


def test_the_scheme_of_another_year_adjusts_nothing():
    facts = AdjustmentFacts(month=month(2026, 1), pension=3_000_00, months=300, age=720)
    sheet = adjustment(facts, AdjustmentParams.at(POLICY, "310000", month(2026, 1)))
    assert not sheet.announced
    assert (sheet.increase, sheet.after) == (0, 3_000_00)


def test_a_province_without_a_scheme_has_no_answer():
    with pytest.raises((NotInRegion, NotYetInForce)):
        scheme("650000", 2025)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"years_rates": Steps({5: 100})}, "gap"),
        ({"tilts_men": Steps({70: 2500})}, "gap"),
        ({"absolutes": Steps({100: 1})}, "gap"),
        ({"flat": -1}, "negative"),
        ({"pension_rate": -1}, "negative"),
        ({"years_rates": Steps({0: 100, 15: -5})}, "negative"),
        ({"areas": Steps({0: 0, 1: -200})}, "negative"),
        ({"part_year": 6}, "part_year"),
        ({"absolutes": Steps({0: 30_00, 6_000_00: 15_00})}, "ranking"),
        (
            {
                "absolutes": Steps({0: 30_00, 6_000_00: 15_00}),
                "absolute_floors": Steps({0: 0, 6_000_00: 6_020_00}),
            },
            "ranking",
        ),
    ],
)
def test_a_scheme_that_cannot_be_applied_is_refused(change, code):
    broken = scheme("310000", 2025).model_copy(update=change)
    with pytest.raises(SchemeError) as refused:
        check_scheme(broken)
    assert refused.value.code == code
    assert refused.value.message_zh


def test_an_example_for_beijing_2021_does_not_follow_from_the_rule_on_its_own_page():
    """The page: flat 50, 3 a year, 65 below 5,646, 45 from 65 on; 4,300.00 and 33 years give 249.00.

    By that rule it is 50 + 99 + 65 + 45 = 259.00. The original notice was not found, so the scheme
    of 2021 is in no policy file.
    """
    page = scheme("110000", 2022).model_copy(
        update={
            "flat": 50_00,
            "years_rates": Steps({0: 3_00}),
            "absolutes": Steps({0: 65_00, 5_646_00: 65_00}),
            "tilts_men": Steps({0: 0, 65: 45_00}),
            "long_amount": 0,
        }
    )
    facts = AdjustmentFacts(month=month(2022, 1), pension=4_300_00, months=396, age=68 * 12)
    assert adjustment(facts, page).increase == 259_00
    assert ("110000", 2021) not in SCHEMES
