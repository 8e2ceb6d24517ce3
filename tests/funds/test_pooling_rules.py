"""Money between levels comes out to the fen, three ways, and what goes up comes down."""

import doctest
import importlib
import pkgutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import funds.rules.pooling
from funds.params import PoolingFigures, PoolingMethod, PoolingTerms
from funds.rules.pooling.adjustment import MOST
from funds.rules.pooling.together import METHODS
from socsec.kernel import rules, shares
from socsec.kernel.months import month, parse_month
from socsec.kernel.policy import NotInRegion, Policy
from socsec.kernel.regions import NATION
from tests.kernel.three_ways import three_ways

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/funds/pooling.yaml").read_text("utf-8"))
POLICY = Policy.files()
ADJUSTMENT, BALANCE = (
    METHODS[PoolingMethod.CENTRAL_ADJUSTMENT],
    METHODS[PoolingMethod.BALANCE],
)
rules.load(["funds"])


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_case_comes_out_to_the_fen_as_one_and_among_many(case):
    on = parse_month(case["month"])
    found = rules.assess(case["rule"], case["facts"], policy=POLICY, on=on, region=case["region"])
    assert found.sheet.as_json() == case["result"]
    assert case["status"] == "derived"
    ours = vars(found.facts)
    first = next(iter(ours))
    rows = [{**ours, first: ours[first] + step} for step in (1, 0, 2)]
    sheets = three_ways(found.rule.function, rows, found.params, facts=found.rule.facts)
    assert sheets[1] is not None
    assert sheets[1].as_json() == case["result"]


@pytest.mark.parametrize(
    "name",
    [m.name for m in pkgutil.walk_packages(funds.rules.pooling.__path__, "funds.rules.pooling.")],
)
def test_the_examples_of_the_rules_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@given(st.integers(0, MOST), st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_shares_add_up_and_none_is_a_unit_away_from_its_part(total, weights):
    if not sum(weights):
        with pytest.raises(ValueError, match="nobody"):
            shares.split(total, weights)
        return
    parts = shares.split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)
        assert weight or not part


HEADS, FEN = st.integers(0, 10**8), st.integers(0, MOST // 100)
BY_HEADS = st.fixed_dictionaries(
    {
        "average_wage": st.integers(1, 10**8),
        "insured": HEADS,
        "employed": HEADS,
        "retirees": st.integers(1, 10**8),
    }
)
BY_BALANCE = st.fixed_dictionaries({"income": FEN, "expenditure": FEN})


@given(st.lists(BY_HEADS, min_size=1, max_size=31), st.integers(1, 12))
def test_everything_handed_up_to_the_adjustment_fund_is_granted(figures, months):
    params = ADJUSTMENT.params.at(POLICY, NATION, month(2021, 1))
    parts = ADJUSTMENT.share(figures, params, months)
    assert sum(part.up for part in parts) == sum(part.down for part in parts)
    assert min(part.down for part in parts) >= 0


@given(st.lists(BY_BALANCE, min_size=1, max_size=31))
def test_surpluses_fill_gaps_and_nobody_pays_beyond_the_share_or_gets_beyond_the_gap(figures):
    params = BALANCE.params.at(POLICY, NATION, month(2023, 1))
    parts = BALANCE.share(figures, params, 12)
    assert sum(part.up for part in parts) == sum(part.down for part in parts)
    for part in parts:
        state, found = part.sheet.balance, part.sheet.relief
        assert 0 <= part.up <= state.offered <= max(state.surplus, 0)
        assert 0 <= part.down <= state.gap
        assert part.central + part.local == found.left == state.gap - part.down
        assert not (part.up and part.down)


@pytest.mark.django_db
@settings(max_examples=10)
@given(st.lists(BY_HEADS, min_size=1, max_size=8), st.lists(BY_BALANCE, min_size=1, max_size=8))
def test_each_part_is_the_same_as_one_as_columns_and_as_sql(by_heads, by_balance):
    for method, figures in ((ADJUSTMENT, by_heads), (BALANCE, by_balance)):
        params = method.params.at(POLICY, NATION, month(2023, 1))
        parts = method.share(figures, params, 12)
        for name in parts[0].facts:
            rule = rules.find(f"funds.pooling.{name}")
            sheets = three_ways(
                rule.function, [vars(part.facts[name]) for part in parts], params, facts=rule.facts
            )
            assert sheets == [getattr(part.sheet, name) for part in parts]


def test_the_method_follows_the_date():
    def method(on: date) -> int:
        return PoolingTerms.at(POLICY, NATION, on).method

    assert method(date(2018, 7, 1)) == PoolingMethod.CENTRAL_ADJUSTMENT
    assert method(date(2021, 12, 31)) == PoolingMethod.CENTRAL_ADJUSTMENT
    assert method(date(2022, 1, 1)) == PoolingMethod.BALANCE
    with pytest.raises(Exception, match="no value"):
        method(date(2018, 6, 30))


def test_every_province_has_figures_of_2019_that_say_they_are_unverified():
    """The rates are those of the law; the figures are rounded, so only who pays and who gains is asked."""
    names = sorted(
        value.region for value in POLICY.values() if value.code == "funds.pooling.insured"
    )
    assert len(names) == 31
    found = [PoolingFigures.at(POLICY, code, date(2019, 1, 1)) for code in names]
    assert {value.status for each in found for value in each.statuses.values()} == {"unverified"}
    params = ADJUSTMENT.params.at(POLICY, NATION, date(2019, 1, 1))
    parts = ADJUSTMENT.share([each.model_dump() for each in found], params, 12)
    net = {name[:2]: part.net for name, part in zip(names, parts, strict=True)}
    assert sum(net.values()) == 0
    assert all(net[payer] < 0 for payer in ("44", "11", "33", "32", "31", "35", "37"))
    assert all(net[gains] > 0 for gains in ("21", "22", "23", "51", "42"))


def test_a_place_without_figures_is_an_error_and_not_a_number():
    with pytest.raises(NotInRegion):
        PoolingFigures.at(POLICY, "710000", date(2019, 1, 1))
