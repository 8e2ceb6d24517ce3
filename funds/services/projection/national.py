"""The nation as published: two schemes, their members spread by age so that published sums are met.

A bulletin says how many contribute and draw, and what came in and went out. Who they are by age and
how long they have paid is assumed, everybody of an age and sex alike; the sums are the published ones.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from funds.models import Scheme
from funds.params import EmployeesStart, ResidentsStart
from funds.rules.projection.ages import AGES, Array
from funds.rules.projection.population import FEMALE, MALE
from funds.rules.projection.scheme import Stock, Terms, float_of, working_share
from socsec.kernel.arith import ONE
from socsec.kernel.errors import KernelError
from socsec.kernel.months import month

from . import law
from .law import MEN, WOMEN, WOMEN_50, WOMEN_55, SchemeLaw
from .years import YEAR, People, Years, by_age, by_year

HALF = 1 / 2  # of a year: people of an age are half a year older than it
SLIGHTLY = 1 / 1_000_000  # more members than people by so little is rounding


@dataclass(frozen=True)
class Start:
    """A scheme ready to be carried on: members and reserve by region, people by region, terms."""

    scheme: Scheme
    members: Stock
    reserve: Array
    people: Array
    survival: Array
    terms: Terms


def starts(years: Years, nation: People) -> list[Start]:
    """Both schemes of the nation, in one region. KernelError where the numbers cannot be."""
    employees, contribute = _employees(years, nation)
    return [employees, _residents(years, nation, contribute)]


def _employees(years: Years, nation: People) -> tuple[Start, Array]:
    """The scheme, and the part of each age that contributes to it (T + 1, 2, 101)."""
    known = EmployeesStart.at(years.policy, years.region, month(years.start, 1))
    found = law.of(Scheme.EMPLOYEES, years.asked(years.births))
    share = known.women55 / ONE
    ends = range(years.start, years.span[-1] + 1)
    working = working_share(
        [
            (MALE, 1, found.retires[MEN] - known.earlier),
            (FEMALE, share, found.retires[WOMEN_55] - known.earlier),
            (FEMALE, 1 - share, found.retires[WOMEN_50] - known.earlier),
        ],
        ends,
        years.births,
    )
    heads, profile = nation.heads[0], by_age(known.profile)
    level = known.contributors / (heads * working[0] * profile).sum()
    grown = by_year(known.coverage_growth, ends)
    covered = np.minimum(level * profile * (grown / grown[0])[:, None, None], 1)
    covered = np.broadcast_to(covered, working.shape)
    active = _spread(known.contributors, heads * working[0] * profile, heads)
    old = heads * (1 - working[0])
    retired = _spread(known.pensioners, old * by_age(known.pensioner_profile), old)

    # The part of the average wage that is contributed on follows from what was collected.
    density = years.assumed.density / ONE
    paying = (known.contributors + known.contributors_before) / 2
    rate = _in(found, found.rate, years.start)
    base = known.collected / (paying * density * years.wage_before * rate)
    past = Past.of(
        years,
        found,
        lambda year: density * base * years.past_wage(year) * _in(found, found.account_rate, year),
    )
    grants = (1 - nation.survival[0]) * (active + retired) * (known.grant / ONE)
    outgo = known.expenditure - grants.sum() * years.wage_before
    mean = (known.pensioners + known.pensioners_before) / 2
    span = len(years.span)
    terms = _terms(
        years,
        found,
        working,
        covered,
        base=np.full(span, base),
        density=np.full(span, years.of("density") / ONE),
        index=years.index,
        subsidy=known.subsidy * (years.wage / years.wage_before) * (years.of("subsidy") / ONE),
        transitional=np.full(span, known.transitional / ONE),
        grant=np.full(span, known.grant / ONE),
    )
    members = _members(
        years,
        found,
        past,
        active,
        retired,
        working[0],
        known.entry_age / YEAR,
        density,
        outgo / mean,
    )
    return _start(Scheme.EMPLOYEES, members, known.reserve, nation, terms), covered * working


def _residents(years: Years, nation: People, elsewhere: Array) -> Start:
    """The residents' scheme, for who does not contribute to the employees' (`elsewhere`: who does)."""
    known = ResidentsStart.at(years.policy, years.region, month(years.start, 1))
    found = law.of(Scheme.RESIDENTS, years.asked(years.births))
    ends = range(years.start, years.span[-1] + 1)
    groups = [(MALE, 1, found.retires[MEN]), (FEMALE, 1, found.retires[WOMEN])]
    working = working_share(groups, ends, years.births)
    heads, profile = nation.heads[0], by_age(known.profile)
    outside = 1 - elsewhere
    level = known.contributors / (heads * working[0] * outside[0] * profile).sum()
    covered = np.minimum(level * profile * outside, 1)
    active = _spread(known.contributors, heads * working[0] * covered[0], heads)
    old = heads * (1 - working[0])
    retired = _spread(known.pensioners, old, old)

    paid = known.collected / ((known.contributors + known.contributors_before) / 2)
    pension = known.expenditure / ((known.pensioners + known.pensioners_before) / 2)
    flat = pension * known.flat_share / ONE
    rises = years.wage / years.wage_before
    flat_rises = (1 + years.growth * (years.assumed.flat_index_share / ONE)).cumprod()
    past = Past.of(
        years,
        found,
        lambda year: (paid + known.credit) * years.past_wage(year) / years.wage_before,
    )
    terms = _terms(
        years,
        found,
        working,
        covered,
        flat=flat * flat_rises,
        flat_before=flat,
        flat_paid=paid * rises,
        flat_credit=known.credit * rises,
        subsidised=np.ones(len(years.span)),
    )
    entry = known.profile.keys[1] / YEAR  # the first age that pays
    members = _members(years, found, past, active, retired, working[0], entry, 1, pension - flat)
    return _start(Scheme.RESIDENTS, members, known.reserve, nation, terms)


def _start(scheme: Scheme, members: Stock, reserve: int, nation: People, terms: Terms) -> Start:
    return Start(
        scheme,
        members,
        np.array([reserve], dtype=np.float64),
        nation.heads[:, None],
        nation.survival,
        terms,
    )


def _terms(
    years: Years, found: SchemeLaw, working: Array, covered: Array, **known: Array | float
) -> Terms:
    """What both schemes share; what is not named is nought."""
    nothing = np.zeros(len(years.span))
    # The law's years begin with the oldest accounts.
    ahead = slice(-len(years.span), None)
    given: dict[str, Array | float] = {
        "wage": years.wage,
        "wage_before": years.wage_before,
        "rate": found.rate[ahead] + years.of("rate") / ONE * (found.rate[ahead] > 0),
        "account_rate": found.account_rate[ahead],
        "base": nothing,
        "density": nothing,
        "index": nothing,
        "interest": years.interest(found.interest, years.span),
        "returns": years.returns,
        "flat": nothing,
        "flat_before": 0,
        "flat_paid": nothing,
        "flat_credit": nothing,
        "subsidy": nothing,
        "subsidised": nothing,
        "grant": nothing,
        "accrual": found.accrual[ahead],
        "transitional": nothing,
        "divisor": found.divisor,
        "working": working,
        "covered": covered[1:],
        **known,
    }
    return Terms(**given)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Past:
    """Years gone by: what a head paid into an account in each, and how accounts grew up to then.

    `grown` is the index of interest at the beginning of each year and at the end of the last.
    """

    years: Array
    paid: Array
    grown: Array

    @classmethod
    def of(cls, years: Years, found: SchemeLaw, paid: Callable[[int], float]) -> "Past":
        gone = range(found.accounts_since, years.start + 1)
        interest = years.interest(found.interest, gone)
        return cls(
            np.array(gone),
            np.array([paid(year) for year in gone]),
            np.concatenate([[1], (1 + interest).cumprod()]),
        )

    def held(self, begins: Array, ends: Array) -> Array:
        """What an account holds at `ends` for who paid from `begins` on, both as points in time."""
        after = np.minimum(ends[..., None], self.years + 1)
        share = np.clip(after - np.maximum(begins[..., None], self.years), 0, 1)
        middles = np.sqrt(self.grown[1:] * self.grown[:-1])
        edges = np.append(self.years, self.years[-1] + 1)
        found: Array = (share * self.paid / middles).sum(-1) * np.interp(ends, edges, self.grown)
        return found


def _members(
    years: Years,
    found: SchemeLaw,
    past: Past,
    active: Array,
    retired: Array,
    working: Array,
    entry: float,
    density: float,
    pension: float,
) -> Stock:
    """Members with their records: all began at `entry` and draw the same pension, in fen a year."""
    now = years.start + 1
    born = now - AGES - HALF
    begins = np.broadcast_to(born + entry, active.shape)
    worked = np.maximum(now - begins, 0)
    deemed = np.clip(found.accounts_since - begins, 0, worked)
    credited = deemed + density * (worked - deemed)
    # Shares who still work, added up over the ages, are the mean age at which work ends.
    leaves = working.sum(-1, keepdims=True)
    stops = np.minimum(born + leaves, now)
    held = past.held(begins, stops)
    drawn = np.minimum(held / (found.divisor[leaves.astype(int)] / YEAR), pension)
    left = np.maximum(held - drawn * (now - stops), 0)
    stock = Stock(
        active=active,
        retired=retired,
        years=active * credited,
        deemed=active * deemed,
        account=active * past.held(begins, np.full(active.shape, now)),
        payroll=retired * pension,
        drawn=retired * drawn,
        left=retired * left,
    )
    return Stock(*(each[None] for each in vars(stock).values()))


def _spread(total: float, weights: Array, people: Array) -> Array:
    """A published count over sex and age; KernelError where there are fewer people than members."""
    found: Array = weights * (total / weights.sum())
    if (found > people * (1 + SLIGHTLY)).any():
        raise KernelError(
            "more_members_than_people",
            "There are more members of some age than people",
            "某个年龄的参保人数多于人口数",
        )
    return found


def _in(found: SchemeLaw, rates: Array, year: int) -> float:
    """A rate of the law in a year; its years begin with the first of the oldest accounts."""
    return float_of(rates[year - found.first])
