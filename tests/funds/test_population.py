"""The population engine: against World Population Prospects, its identities, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funds.rules.projection.ages import (
    ABRIDGED,
    AGES,
    FIVES,
    expectancy,
    rates_by_age,
    single_years,
    survival,
)
from funds.rules.projection.population import YearRates, fitted, project
from funds.services.projection import demography
from socsec.kernel.errors import KernelError


def apart(ours, published):
    return ours / published - 1


def test_it_reproduces_the_medium_variant_of_2019():
    """Total within 0.25 % by 2050 and 1 % by 2100, people of 60 and over within 0.2 %."""
    wpp = demography.load("2019")
    path = demography.population(wpp, 2020, 2100)
    for year in range(2025, 2101, 5):
        ours, published = path.at(year), wpp.groups(year)
        total = apart(ours.sum(), published.sum())
        old = apart(ours[:, 60:].sum(), published[:, FIVES >= 60].sum())
        print(f"{year}: total {total:+.3%}, aged 60 and over {old:+.3%}")
        assert abs(total) < (0.0025 if year <= 2050 else 0.01)
        assert abs(old) < 0.002


def test_it_reproduces_births_deaths_and_totals_of_2024():
    """Worked out from 2000 on, it meets every published year to 2100."""
    wpp = demography.load("2024")
    path = demography.population(wpp, 2000, 2101)
    for year in range(2024, 2100):
        row = year - 2000
        end = (path.at(year).sum() + path.at(year + 1).sum()) / 2
        total = apart(end, wpp.one("total_end_of_year", year) * 1000)
        # A year of the engine runs from mid-year to mid-year: two of them cover a calendar year.
        born = apart(path.births[row - 1 : row + 1].sum() / 2, wpp.one("births", year) * 1000)
        died = apart(path.deaths[row - 1 : row + 1].sum() / 2, wpp.one("deaths", year) * 1000)
        print(f"{year}: total {total:+.3%}, births {born:+.2%}, deaths {died:+.2%}")
        assert abs(total) < (0.0015 if year <= 2050 else 0.01)
        assert abs(born) < 0.03
        assert abs(died) < 0.025


def test_life_expectancy_is_the_published_one():
    wpp = demography.load("2024")
    for year in (2002, 2022, 2047, 2097):
        for sex in (0, 1):
            ours = float(expectancy(wpp.mortality(year))[sex, 0])
            assert abs(ours - wpp.expectancy(sex, year)) < 0.15, (year, sex)


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 10**6), min_size=21, max_size=21),
    st.floats(0, 0.4),
    st.floats(0, 0.2),
    st.floats(0, 0.01),
)
def test_heads_balance_every_year(groups, mortality, fertility, moving):
    """Heads at the end are those at the beginning, plus births, less deaths, plus net migration."""
    people = np.stack([single_years(np.array(groups))] * 2)
    mothers = np.where((AGES >= 15) & (AGES < 50), fertility, 0)
    path = project(
        people,
        2020,
        2024,
        lambda year: YearRates(
            np.full((2, 101), mortality), mothers, 1.05, people * moving if year == 2020 else 0
        ),
    )
    for year in range(4):
        end = path.heads[year].sum() + path.births[year].sum() - path.deaths[year].sum()
        assert path.heads[year + 1].sum() == pytest.approx(end + path.migration[year].sum())
        # And each cohort for itself.
        aged = path.heads[year][:, :-2] - path.deaths[year][:, 1:-1] + path.migration[year][:, 1:-1]
        # Half of the migrants of an age join at the end: they stand at the age that they reach.
        assert np.allclose(aged, path.heads[year + 1][:, 1:-1])
    assert (path.deaths >= -1e-6).all()


def test_a_population_whose_births_equal_its_deaths_stands_still():
    """The stationary population: heads at each age are births times the years lived at that age."""
    rates = rates_by_age(
        np.array([0.01, 0.001, *[0.0005] * 6, *np.geomspace(0.001, 0.4, len(ABRIDGED) - 8)])
    )
    live = survival(rates)
    lived = live[:-2].cumprod()
    closed = np.append(lived, lived[-1] * live[-1] / (1 - live[-1]))
    standing = np.stack([closed] * 2) * 1000
    path = project(
        standing,
        0,
        50,
        lambda _year: YearRates(np.stack([rates] * 2), np.zeros(101) + 1e-9, 1, 0, births=2000),
    )
    assert np.allclose(path.heads[-1], standing)
    assert standing.sum() / 2000 == pytest.approx(expectancy(rates)[0])


def test_groups_keep_their_heads_in_single_years():
    groups = demography.load("2019").groups(2020)
    assert np.allclose(np.add.reduceat(single_years(groups), FIVES, axis=-1), groups)


def test_regions_add_up_to_the_nation_and_keep_their_ages():
    nation = demography.load("2019").heads(2020)
    groups = np.digitize(AGES, [15, 60])
    counted = np.array([[20.0, 60, 20], [30, 60, 10]]) * [[1], [2]] * 1e6
    regions = fitted(nation, counted, groups, 200)
    assert np.allclose(regions.sum(0), nation)
    old = regions[:, :, 60:].sum((1, 2)) / regions.sum((1, 2))
    assert old[0] > old[1]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"mortality": np.full((2, 101), -0.01)}, "negative_mortality"),
        ({"mortality": np.full((2, 101), np.nan)}, "no_mortality"),
        ({"fertility": np.full(101, -0.1)}, "negative_fertility"),
        ({"sex_ratio": 0}, "negative_fertility"),
        ({"migration": np.full((2, 101), -1e9)}, "negative_population"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(broken, code):
    good = {
        "mortality": np.full((2, 101), 0.01),
        "fertility": np.full(101, 0.01),
        "sex_ratio": 1.05,
        "migration": 0,
    }
    with pytest.raises(KernelError) as refused:
        project(np.full((2, 101), 100.0), 2020, 2022, lambda _year: YearRates(**{**good, **broken}))
    assert refused.value.code == code
    assert refused.value.in_language("zh")


def test_negative_heads_are_refused():
    with pytest.raises(KernelError) as refused:
        project(np.full((2, 101), -1.0), 2020, 2020, demography.load("2019").rates)
    assert refused.value.code == "negative_population"
    with pytest.raises(KernelError):
        single_years(np.array([100.0] * 20 + [-1]))


def test_a_year_outside_the_path_is_refused():
    path = demography.population(demography.load("2019"), 2020, 2022)
    with pytest.raises(KernelError) as refused:
        path.at(2030)
    assert refused.value.code == "year_not_projected"
