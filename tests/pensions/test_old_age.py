"""The old-age pension: what the law says in the corners."""

from dataclasses import replace

import pytest

from pensions.params import ClaimParams, IndexParams, PensionParams, RetirementParams
from pensions.rules.employees.old_age import ClaimFacts, OldAgeFacts, claim, old_age
from pensions.rules.index import AverageIndexFacts, YearIndexFacts, average_index, year_index
from pensions.rules.retirement import Category, EntitlementFacts, entitlement
from socsec.kernel.facts import FactError
from socsec.kernel.months import month
from socsec.kernel.rules import assess
from tests.pensions.cases import POLICY

NATION = RetirementParams.at(POLICY, "000000", month(2025, 1))
MAN = EntitlementFacts(
    category=Category.MALE_60,
    birth_month=month(1970, 6),  # 61 years and 5 months, in November 2031
    claim_month=month(2031, 11),
    months_paid=192,
)
LIFE = {
    "months_paid": 300,
    "average_index": "1",
    "account_balance": "100000.00",
    "age": "60y",
}


def at(region, year, month_of_year, **facts):
    done = assess(
        "pensions.employees.old_age",
        LIFE | facts,
        policy=POLICY,
        on=month(year, month_of_year),
        region=region,
    )
    return done.sheet


def test_a_man_who_reaches_the_age_and_the_months_is_entitled():
    sheet = entitlement(MAN, NATION)
    assert sheet.retirement.pension_month == MAN.claim_month
    assert sheet.months_required == 192  # sixteen years in 2031
    assert sheet.old_enough
    assert sheet.vested
    assert sheet.entitled


def test_a_month_too_early_and_a_month_too_few_are_refused_each_on_its_own_line():
    early = entitlement(replace(MAN, claim_month=month(2031, 10)), NATION)
    assert (early.old_enough, early.vested, early.entitled) == (False, True, False)
    short = entitlement(replace(MAN, months_paid=191), NATION)
    assert (short.old_enough, short.vested, short.entitled) == (True, False, False)


def test_deemed_months_count_towards_the_minimum():
    assert entitlement(replace(MAN, months_paid=100, months_deemed=92), NATION).entitled


def test_flexible_early_retirement_goes_back_to_the_original_age_and_no_further():
    flexible = replace(MAN, flexible=True, claim_month=month(2030, 6), months_paid=186)
    at_sixty = entitlement(flexible, NATION)
    assert at_sixty.age_required == 60 * 12
    assert at_sixty.months_required == 186  # of 2030, the year that was chosen
    assert at_sixty.entitled
    before = entitlement(replace(flexible, claim_month=month(2030, 5)), NATION)
    assert not before.old_enough


def test_flexible_early_retirement_is_at_most_three_years():
    # A woman whose age rose from 50 to 55 may go at 52.
    woman = replace(MAN, category=Category.FEMALE_50, birth_month=month(1990, 1), flexible=True)
    assert entitlement(woman, NATION).age_required == 52 * 12


def test_without_asking_for_it_nobody_retires_early():
    assert not entitlement(replace(MAN, claim_month=month(2030, 6)), NATION).old_enough


def test_late_retirement_keeps_the_minimum_of_the_pensionable_age():
    late = entitlement(replace(MAN, claim_month=month(2034, 11)), NATION)
    assert late.minimum_year == 2031
    assert late.months_required == 192
    assert late.entitled


def test_whoever_is_not_entitled_is_owed_nothing_but_sees_the_amounts():
    params = ClaimParams.at(POLICY, "430000", month(2025, 6))
    facts = ClaimFacts(
        category=Category.MALE_60,
        birth_month=month(1975, 6),
        claim_month=month(2025, 6),
        months_paid=300,
        average_index=1_000_000,
        account_balance=100_000_00,
    )
    sheet = claim(facts, params)
    assert not sheet.conditions.entitled
    assert sheet.amount == 0
    assert sheet.pension.amount > 0
    assert sheet.age == 60 * 12  # the earliest age, not the age of fifty today


def test_the_claim_pays_what_the_amounts_come_to():
    params = ClaimParams.at(POLICY, "430000", month(2026, 3))
    facts = ClaimFacts(
        category=Category.MALE_60,
        birth_month=month(1965, 12),
        claim_month=month(2026, 3),
        months_paid=300,
        average_index=1_000_000,
        account_balance=100_000_00,
    )
    alone = old_age(
        OldAgeFacts(months_paid=300, average_index=1_000_000, account_balance=100_000_00, age=723),
        PensionParams.at(POLICY, "430000", month(2026, 3)),
    )
    assert claim(facts, params).amount == alone.amount > 0


def test_an_index_below_the_floor_of_contributions_is_not_raised_to_it():
    # Forms with 0.46 and 0.3803 exist.
    low = at("430000", 2025, 6, average_index="0.3803")
    # 7694 × (1 + 0.3803) ÷ 2 × 25 × 1% = 1327.50
    assert low.basic.amount == 132_750


def test_guangdong_reduces_the_base_in_proportion_below_an_index_of_three_fifths():
    # Zhongshan, April 2025: 9307 × 0.5241 ÷ 0.6 = 8129.66
    sheet = at(
        "440000",
        2025,
        4,
        months_paid=208,
        average_index="0.5241",
        calculation_base="9307",
        account_balance="66720.85",
        age="55y1m",
    )
    assert sheet.basic.first == 8_129_664_500
    assert sheet.basic.amount == 112_731
    assert sheet.account.amount == 39_363
    assert sheet.transitional.amount == 16_800  # 17 years × 4 + 100
    assert sheet.amount == 168_894


def test_at_three_fifths_exactly_the_base_is_whole():
    assert at("440000", 2025, 4, average_index="0.6").basic.first == 9_493_000_000


def test_guangdong_pays_a_growing_part_of_the_difference_to_the_new_method():
    # old: 25 × 4 = 100; new: base × 1 × 10 × 1.2 %
    facts = {"months_before_account": 120, "calculation_base": "9000"}
    parts = [at("440000", year, 6, **facts).transitional.adjustment for year in range(2021, 2027)]
    # 1080 − 100 = 980, times 30, 50, 70, 90, 100, 100 %
    assert parts == [29_400, 49_000, 68_600, 88_200, 98_000, 98_000]


def test_guangdong_never_takes_the_difference_away():
    sheet = at("440000", 2025, 6, notional_balance="600000")
    assert sheet.transitional.amount == 520_000  # 600000 ÷ 120 + 100 + 100
    assert sheet.transitional.adjustment == 0


def test_inner_mongolia_raises_the_index_in_the_transitional_part_only():
    facts = {"average_index": "0.6", "calculation_base": "8000", "months_deemed": 120}
    sheet = at("150000", 2025, 6, **facts)
    assert sheet.basic.wage == 4_800_000_000
    assert sheet.transitional.amount == 96_000  # 8000 × 1 × 10 × 1.2 %


def test_where_only_deemed_months_count_those_paid_before_the_account_do_not():
    facts = {"months_before_account": 60, "months_deemed": 60, "calculation_base": "8000"}
    assert at("340000", 2025, 6, **facts).transitional.months_at_wage == 60  # Anhui
    assert at("370000", 2025, 6, **facts).transitional.months_at_wage == 120  # Shandong


def test_jilin_adds_to_the_years_beyond_twenty():
    # Tonghua, August 2025: 5 years at 0.15 %, 5 at 0.2 %, 14.42 at 0.25 %: 286.23
    sheet = at(
        "220000",
        2025,
        8,
        months_paid=350,
        months_deemed=183,
        average_index="0.46",
        calculation_base="7322.08",
        divisor="139",
        account_balance="69844.83",
    )
    assert sheet.basic.amount == 237_430
    assert sheet.supplements.long_service == 28_623
    assert sheet.transitional.rate == 14_000


def test_henan_averages_the_base_of_the_province_and_of_the_city():
    # Kaifeng, February 2026: (6738 + 6385 × 0.70066) ÷ 2 × 44.08 %; 6385 × 0.6335 × 12.92 × 1.3 %
    sheet = at(
        "410200",
        2026,
        2,
        months_paid=374,
        months_deemed=155,
        average_index="0.70066",
        transitional_index="0.6335",
        calculation_base="6738",
        index_base="6385",
        account_balance="71028.64",
    )
    assert sheet.basic.amount == 247_106
    assert sheet.account.amount == 51_100
    assert sheet.transitional.amount == 67_938
    assert sheet.amount == 366_144


def test_without_index_and_without_wage_there_is_no_answer():
    with pytest.raises(FactError) as refused:
        OldAgeFacts.read({"months_paid": 300, "account_balance": "1", "age": "60y"})
    assert (refused.value.code, refused.value.fact) == ("missing_fact", "average_index")


def test_without_age_and_without_divisor_there_is_no_answer():
    with pytest.raises(FactError) as refused:
        OldAgeFacts.read({"months_paid": 300, "account_balance": "1", "average_index": "1"})
    assert (refused.value.code, refused.value.fact) == ("missing_fact", "age")


def test_more_months_before_the_account_than_months_paid_are_impossible():
    with pytest.raises(FactError) as refused:
        OldAgeFacts.read(LIFE | {"months_before_account": 301})
    assert (refused.value.code, refused.value.fact) == (
        "impossible_fact",
        "months_before_account",
    )


def test_gaps_count_in_beijing_and_not_in_hunan():
    life = AverageIndexFacts(index_sum=25_000_000, months_paid=300, months_gap=60)
    beijing = average_index(life, IndexParams.at(POLICY, "110000", month(2026, 3)))
    hunan = average_index(life, IndexParams.at(POLICY, "430000", month(2026, 3)))
    assert beijing.index == 833_300  # 25 ÷ 30
    assert hunan.index == 1_000_000  # 25 ÷ 25


def test_a_year_of_which_only_a_part_was_paid_counts_as_a_part():
    params = IndexParams.at(POLICY, "430000", month(2026, 3))
    half = YearIndexFacts(contribution_wages=6 * 8_000_00, average_wage=8_000_00)
    assert year_index(half, params).index == 500_000
