"""A pension scheme year by year: a hand calculation, closed forms, identities, what moves what, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funds.rules.projection.ages import AGES, survival
from funds.rules.projection.measures import long_range, measure
from funds.rules.projection.scheme import Stock, Terms, run, working_share
from socsec.kernel.errors import KernelError

YEARS = 40
WAGE = 10_000_000.0  # fen a year


def terms(years=YEARS, **changed):
    """Nothing grows; everybody works from 20 to 59 and is covered; no account unless one asks."""
    flat = np.zeros(years)
    working = np.broadcast_to((AGES < 60).astype(float), (years + 1, 2, 101))
    covered = np.broadcast_to((AGES >= 20).astype(float), (years, 2, 101))
    plain = Terms(
        wage=np.full(years, WAGE),
        wage_before=WAGE,
        rate=np.full(years, 0.2),
        account_rate=flat,
        base=np.ones(years),
        density=np.ones(years),
        index=flat,
        interest=flat,
        returns=flat,
        flat=flat,
        flat_before=0,
        flat_paid=flat,
        flat_credit=flat,
        subsidy=flat,
        subsidised=flat,
        grant=flat,
        accrual=np.full(years, 0.01),
        transitional=flat,
        divisor=np.full(101, 120.0),
        working=working,
        covered=covered,
    )
    return replace(plain, **changed)


def nobody(regions=1):
    return Stock(*(np.zeros((regions, 2, 101)) for _each in range(8)))


def one_man(age, **known):
    """A stock of one man."""
    stock = nobody()
    for name, amount in {"active": 1, **known}.items():
        getattr(stock, name)[0, 0, age] = amount
    return stock


def course(stock=None, people=None, alive=None, years=YEARS, reserve=0, closed=False, **changed):
    regions = len((stock or nobody()).active)
    if people is None:
        people = np.zeros((years + 1, regions, 2, 101))
    if alive is None:
        alive = np.ones((years, 2, 101))
    opening = np.full(regions, float(reserve))
    return run(
        stock or nobody(), opening, people, alive, terms(years, **changed), 2022, closed=closed
    )


def test_a_man_who_retires_gets_what_the_law_says():
    """59 years old with 30 years, 10 of them deemed, and 120,000 yuan in his account, nobody dies.

    He retires in the first year: (1 + 0.8) / 2 x 1 % x 30 = 27 %, and 0.8 x 1.2 % x 10 = 9.6 % of the
    100,000 yuan of the year before: 36,600. The account: 120,000 / 120 x 12 = 12,000. 48,600 a year,
    of which half is due in the year of retirement; then 2 % more each year.
    """
    found = course(
        one_man(59, years=30, deemed=10, account=12_000_000),
        years=3,
        base=np.full(3, 0.8),
        index=np.full(3, 0.02),
        transitional=np.full(3, 0.012),
    )
    assert found.flows.awarded[:, 0].tolist() == [1, 0, 0]
    assert found.flows.award[0, 0] == pytest.approx(4_860_000)
    paid = found.flows.pensions[:, 0]
    assert paid.round(2).tolist() == [2_430_000, 4_957_200, 5_056_344]


def test_a_contributor_pays_the_rate_on_the_base_for_the_density():
    """0.9 of a year on 0.8 of 100,000 yuan at 20 %: 14,400 yuan, and the account takes 8 % of it: 5,760."""
    found = course(
        one_man(30),
        years=1,
        base=np.array([0.8]),
        density=np.array([0.9]),
        account_rate=np.array([0.08]),
    )
    assert found.flows.contributions[0, 0] == pytest.approx(1_440_000)
    assert found.end.account.sum() == pytest.approx(576_000)
    assert found.end.years.sum() == pytest.approx(0.9)


def test_residents_draw_a_flat_amount_that_the_treasury_pays():
    """A pensioner draws the mean of 2,000 and 2,200 yuan; the treasury pays all of it."""
    stock = nobody()
    stock.retired[0, 1, 70] = 1
    found = course(
        stock,
        years=1,
        flat=np.array([220_000.0]),
        flat_before=200_000,
        subsidised=np.array([1.0]),
        rate=np.zeros(1),
    )
    assert found.flows.pensions[0, 0] == pytest.approx(210_000)
    assert found.balance[0, 0] == pytest.approx(0)


def test_what_the_dead_leave_in_their_accounts_goes_to_their_heirs():
    half = np.full((1, 2, 101), 0.5)
    found = course(one_man(40, account=1_000_000), alive=half, years=1, grant=np.array([0.5]))
    assert found.flows.refunds[0, 0] == pytest.approx(500_000)
    assert found.flows.grants[0, 0] == pytest.approx(0.5 * 0.5 * WAGE)


def stationary(years):
    """People who are born, live and die alike for ever, in each region."""
    rates = np.geomspace(0.0005, 0.5, 101)
    live = survival(rates)
    lived = live[:-2].cumprod()
    heads = np.append(lived, lived[-1] * live[-1] / (1 - live[-1])) * 1000
    people = np.broadcast_to(heads, (years + 1, 1, 2, 101))
    # By the age reached, as members grow older; births play no part.
    alive = np.broadcast_to(live[:-1], (years, 2, 101))
    return heads, people, alive


def test_a_stationary_scheme_costs_the_benefit_ratio_times_the_dependency_ratio():
    """Closed form: 40 years at 1 % make a pension of 40 % of the wage, in mid-year steps.

    The dependency ratio is that of the life table: those of 60 and over to those of 20 to 59.
    """
    heads, people, alive = stationary(160)
    found = measure(course(people=people, alive=alive, years=160), np.full(160, WAGE))
    dependency = heads[60:].sum() / heads[20:60].sum()
    assert found.dependency[-1] == pytest.approx(dependency)
    # Who enters at 20 has half a year to his credit at its end, and 39.5 years at 59.
    assert found.replacement[-1] == pytest.approx(0.395, rel=0.005)
    assert found.cost_rate[-1] == pytest.approx(found.replacement[-1] * dependency)


@settings(max_examples=20)
@given(
    st.floats(0, 0.4),
    st.floats(-0.05, 0.15),
    st.floats(-0.1, 0.2),
    st.floats(0.5, 1),
    st.integers(0, 10**15),
    st.integers(0, 10**9),
)
def test_heads_and_money_balance_every_year(rate, interest, returns, alive, reserve, heads):
    stock = nobody(2)
    for name in ("active", "retired", "years", "account", "payroll", "drawn", "left"):
        getattr(stock, name)[:] = np.linspace(0, heads, 101)
    found = course(
        stock,
        np.full((11, 2, 2, 101), heads * 1.5),
        np.full((10, 2, 101), alive),
        10,
        reserve,
        rate=np.full(10, rate),
        interest=np.full(10, interest),
        returns=np.full(10, returns),
        account_rate=np.full(10, rate / 2),
    )
    assert found.heads_missing < 1e-9
    assert found.money_missing < 1e-9
    closing = found.opening + found.balance.sum(0)
    assert np.allclose(found.reserve[-1], closing, rtol=1e-6, atol=1)


def test_each_assumption_moves_the_balance_the_way_it_must():
    """Sensitivities: more contributions and returns help; higher indexation, accrual and longer lives cost."""
    _heads, people, alive = stationary(YEARS)
    stock = nobody()
    stock.retired[:] = people[0] * (AGES >= 60)
    stock.payroll[:] = stock.retired * WAGE * 0.4
    stock.active[:] = people[0] * (AGES >= 20) * (AGES < 60)
    stock.years[:] = stock.active * (AGES - 20)

    def ends(alive=alive, **changed):
        return course(stock, people, alive, YEARS, 10**12, **changed).reserve[-1].sum()

    plain = ends()
    better = {
        "rate": np.full(YEARS, 0.24),
        "returns": np.full(YEARS, 0.01),
        "subsidy": np.full(YEARS, 1e9),
        "working": np.broadcast_to((AGES < 63).astype(float), (YEARS + 1, 2, 101)),
    }
    worse = {
        "index": np.full(YEARS, 0.01),
        "accrual": np.full(YEARS, 0.012),
        "grant": np.full(YEARS, 0.5),
        "alive": np.minimum(alive * 1.01, 1),
    }
    for name, value in better.items():
        assert ends(**{name: value}) > plain, name
    for name, value in worse.items():
        assert ends(**{name: value}) < plain, name


def test_thirty_one_regions_at_once_are_what_each_is_alone():
    _heads, people, alive = stationary(10)
    sizes = np.arange(1, 32).reshape(1, 31, 1, 1)
    together = course(nobody(31), people * sizes, alive, 10)
    alone = course(nobody(), people * 7, alive, 10)
    assert np.allclose(together.reserve[:, 6], alone.reserve[:, 0])


def test_a_closed_scheme_pays_only_what_was_earned():
    stock = one_man(30, years=10)
    found = course(stock, years=40, closed=True)
    assert found.flows.contributions.sum() == 0
    assert found.flows.award.sum() == pytest.approx(0.1 * WAGE)


def test_the_first_deficit_exhaustion_and_the_long_range_balance():
    """One pensioner draws 1,000 yuan a year out of 2,500: a deficit at once, nothing left in the third year."""
    stock = nobody()
    stock.retired[0, 0, 65], stock.payroll[0, 0, 65] = 1, 100_000
    stock.active[0, 0, 30] = 1
    found = course(stock, years=5, reserve=250_000, rate=np.zeros(5))
    measures = measure(found, np.full(5, WAGE))
    assert (measures.first_deficit, measures.exhausted) == (2022, 2024)
    # 250,000 less five times 100,000, over five years of the wage.
    assert long_range(found, np.zeros(5), 5) == pytest.approx(-250_000 / (5 * WAGE))
    rich = measure(course(stock, years=5, reserve=10**9), np.full(5, WAGE))
    assert rich.exhausted is None


def test_who_is_past_the_pensionable_age_is_counted_by_the_month():
    """Everybody retires at 60 years and 6 months: at the end of a year half of those aged 60 have."""
    births = range(1900 * 12, 2030 * 12)
    at = np.array(births) + 60 * 12 + 6
    share = working_share([(0, 1, at), (1, 1, at)], range(2021, 2023), births)
    assert share[0, 0, 59:62].tolist() == [1, 0.5, 0]
    assert share.shape == (2, 2, 101)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate", np.full(2, -0.01)),
        ("density", np.full(2, 1.01)),
        ("wage", np.array([WAGE, np.nan])),
        ("grant", np.full(2, -1.0)),
        ("working", np.full((3, 2, 101), 1.5)),
    ],
)
def test_an_assumption_that_cannot_be_is_refused_by_its_name(name, value):
    with pytest.raises(KernelError) as refused:
        course(years=2, **{name: value})
    assert refused.value.code == f"bad_{name}"
    assert name in refused.value.in_language("zh")


def test_negative_mortality_members_and_people_are_refused():
    for code, wrong in (
        ("negative_mortality", {"alive": np.full((2, 2, 101), 1.01)}),
        ("negative_population", {"people": np.full((3, 1, 2, 101), -1.0)}),
        ("negative_stock", {"stock": one_man(30, years=-1)}),
    ):
        with pytest.raises(KernelError) as refused:
            course(years=2, **wrong)
        assert refused.value.code == code
        assert refused.value.in_language("zh")
