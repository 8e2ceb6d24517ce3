"""Policy: the nearest region, the latest date, never a guess, and nothing said twice."""

import json
from datetime import date

import pytest
import yaml

from socsec.kernel.arith import YUAN_UP, Steps
from socsec.kernel.policy import (
    NotInRegion,
    NotYetInForce,
    Policy,
    PolicyError,
    UnknownParameter,
)

TEXT = """
example.floor:
  label: {zh: 基数下限, en: Base floor}
  unit: fen
  valid_months: 12
  values:
    - {region: "000000", from: 2020-01-01, value: "1000", law: 国, status: official}
    - {region: "110000", from: 2024-07-01, value: "6821", law: 京一, status: official}
    - {region: "110000", from: 2025-07-01, value: "7162", law: 京二, status: unverified}
    - {region: "110105", from: 2026-01-01, value: "7200.5", law: 朝, status: secondary}
example.table:
  label: {zh: 表, en: Table}
  unit: steps
  key: age
  of: divisor
  values:
    - {region: "000000", from: 2006-01-01, value: {50y: "195", 60y1m: "138.4"}, law: 国, status: official}
example.rounding:
  label: {zh: 舍入, en: Rounding}
  unit: rounding
  values: [{region: "310000", from: 2006-01-01, value: yuan_up, law: 沪, status: official}]
"""
POLICY = Policy.parse(TEXT)


@pytest.mark.parametrize(
    ("region", "on", "fen"),
    [
        ("000000", date(2026, 1, 1), 100_000),
        ("310000", date(2026, 1, 1), 100_000),  # no value of its own
        ("110000", date(2024, 6, 30), 100_000),  # its own is not yet in force
        ("110000", date(2024, 7, 1), 682_100),
        ("110000", date(2025, 6, 30), 682_100),
        ("110000", date(2025, 7, 1), 716_200),
        ("110100", date(2025, 7, 1), 716_200),  # from the province
        ("110105", date(2025, 12, 31), 716_200),
        ("110105", date(2026, 1, 1), 720_050),
        ("110106", date(2026, 1, 1), 716_200),  # the neighbour's value is not ours
    ],
)
def test_the_nearest_region_wins_and_in_it_the_latest_date(region, on, fen):
    assert POLICY.at("example.floor", region, on).value == fen


def test_a_month_means_its_first_day():
    assert POLICY.at("example.floor", "110000", 2025 * 12 + 6).value == 716_200
    assert POLICY.at("example.floor", "110000", 2025 * 12 + 5).value == 682_100


def test_before_its_first_date_a_value_is_an_error_and_not_a_number():
    with pytest.raises(NotYetInForce) as refused:
        POLICY.at("example.floor", "110000", date(2019, 12, 31))
    assert "2020-01-01" in refused.value.message_en
    assert "基数下限" in refused.value.message_zh


def test_a_region_without_a_value_and_a_name_without_a_parameter_are_told_apart():
    with pytest.raises(NotInRegion):
        POLICY.at("example.rounding", "110000", date(2026, 1, 1))
    with pytest.raises(UnknownParameter):
        POLICY.at("example.nothing", "110000", date(2026, 1, 1))


def test_an_announced_value_that_has_run_out_is_provisional():
    fresh = POLICY.at("example.floor", "110105", date(2026, 12, 31))
    stale = POLICY.at("example.floor", "110105", date(2027, 1, 1))
    assert (fresh.status, fresh.open) == ("secondary", False)
    assert (stale.status, stale.open) == ("provisional", True)
    assert stale.value == fresh.value
    assert stale.note == "2026-01 – 2026-12"


def test_an_unverified_value_stays_unverified_when_it_runs_out():
    assert POLICY.at("example.floor", "110000", date(2027, 1, 1)).status == "unverified"


def test_tables_and_roundings_are_read():
    table = POLICY.at("example.table", "310000", date(2026, 1, 1)).value
    assert table == Steps({600: 1950, 721: 1384})
    assert POLICY.at("example.rounding", "310000", date(2026, 1, 1)).value == YUAN_UP


def test_the_content_goes_through_json_and_back_with_the_same_digest():
    again = Policy.from_content(json.loads(json.dumps(POLICY.content())))
    assert again.digest == POLICY.digest
    assert again.values() == POLICY.values()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"7162"', '"7163"'),
        ("京二", "京三"),
        ("status: secondary", "status: official"),
        ("2025-07-01", "2025-07-02"),
        ("基数下限", "下限"),
        ("138.4", "138.5"),
    ],
)
def test_the_digest_notices_every_change(old, new):
    assert Policy.parse(TEXT.replace(old, new)).digest != POLICY.digest


def test_the_digest_does_not_depend_on_the_order_of_the_file():
    content = yaml.safe_load(TEXT)
    turned = {code: {**entry, "values": entry["values"][::-1]} for code, entry in content.items()}
    turned = dict(reversed(turned.items()))
    assert Policy.from_content(turned).digest == POLICY.digest


def test_rows_that_offices_enter_join_through_the_same_checks():
    row = {
        "code": "example.floor",
        "region": "110000",
        "from": "2026-07-01",
        "value": "7270",
        "law": "京三",
        "status": "official",
    }
    joined = POLICY.with_rows([row])
    assert joined.at("example.floor", "110105", date(2026, 6, 30)).value == 720_050
    assert joined.at("example.floor", "110106", date(2026, 7, 1)).value == 727_000
    assert joined.digest != POLICY.digest
    assert POLICY.at("example.floor", "110106", date(2026, 7, 1)).value == 716_200
    for wrong in (
        {"value": "-"},
        {"code": "example.x"},
        {"region": "1"},
        {"from": "soon"},
        {"status": "sure"},
        {"law": ""},
        {"extra": 1},
        {"value": 7270.5},
        {"value": None},
    ):
        with pytest.raises(PolicyError):
            POLICY.with_rows([{**row, **wrong}])


def test_a_table_entered_as_text_is_read_as_a_table():
    row = {
        "code": "example.table",
        "region": "310000",
        "from": "2026-01-01",
        "law": "沪",
        "value": '{"50y0m": "195", "60y0m": "139"}',
        "status": "official",
    }
    joined = POLICY.with_rows([row])
    assert joined.at("example.table", "310000", date(2026, 1, 1)).value == Steps(
        {600: 1950, 720: 1390}
    )


def test_one_region_has_one_value_from_one_day():
    with pytest.raises(PolicyError, match="two values"):
        Policy.parse(TEXT.replace("2025-07-01", "2024-07-01"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("unit: fen", "unit: dollar", "dollar"),
        ("unit: fen", "unit: fen\n  colour: red", "colour"),
        ("label: {zh: 基数下限, en: Base floor}", "label: {zh: 基数下限}", "label"),
        ('value: "7162"', "value: 7162.5", "quotes"),
        ('value: "7162"', 'value: "7,16"', "digits"),
        ('value: "7162"', 'value: "71.625"', "decimals"),
        ('region: "110105"', "region: 110105", "six digits"),
        ('region: "110105"', 'region: "1101"', "six digits"),
        ("from: 2026-01-01", "from: 2026-01", "date"),
        ("status: secondary", "status: maybe", "status"),
        ("law: 国, status: official", "status: official", "law"),
        ('60y1m: "138.4"', "60y1m: 138.4", "quotes"),
        ('60y1m: "138.4"', '50y0m: "138.4"', "twice"),
        ('60y1m: "138.4"', '50y: "138.4"', "twice"),
        ("example.table:", "example.floor:", "twice"),
        ("key: age", "key: colour", "units"),
        ("value: yuan_up", "value: sideways", "SIDEWAYS|sideways"),
        ("example.table:", "example.table: [", "YAML"),
    ],
)
def test_a_mistake_in_a_file_is_named(old, new, said):
    assert old in TEXT
    with pytest.raises(PolicyError, match=said):
        Policy.parse(TEXT.replace(old, new, 1))


def test_a_whole_number_needs_no_quotes():
    assert (
        Policy.parse(TEXT.replace('"7162"', "7162"))
        .at("example.floor", "110000", date(2025, 7, 1))
        .value
        == 716_200
    )


def test_series_are_the_values_of_one_region_up_to_a_day():
    rows = POLICY.series("example.floor", "110000", date(2025, 6, 30))
    assert [row.value for row in rows] == [682_100]
    rows = POLICY.series("example.floor", "110000", date(2026, 1, 1))
    assert [row.value for row in rows] == [682_100, 716_200]
    with pytest.raises(NotYetInForce):
        POLICY.series("example.floor", "110000", date(2000, 1, 1))


def test_files_of_several_folders_make_one_policy_and_no_parameter_twice(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b" / "deep").mkdir(parents=True)
    first, _, second = TEXT.partition("example.table:")
    (tmp_path / "a" / "one.yaml").write_text(first, encoding="utf-8")
    (tmp_path / "b" / "deep" / "two.yaml").write_text("example.table:" + second, encoding="utf-8")
    assert Policy.files([tmp_path / "a", tmp_path / "b"]).digest == POLICY.digest
    (tmp_path / "b" / "three.yaml").write_text(first, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"three\.yaml|one\.yaml|two\.yaml"):
        Policy.files([tmp_path / "a", tmp_path / "b"])


def test_the_policy_of_this_project_can_be_read():
    policy = Policy.files()
    assert policy.parameters
    assert Policy.from_content(policy.content()).digest == policy.digest
