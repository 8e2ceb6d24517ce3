"""A pension scheme year by year: who pays, who retires, what comes in and what goes out.

Stocks stand at the end of a year, by region, sex and single age (region, 2, 101); what flows in a
year is taken at the mean of the stocks at its two ends. Heads and money balance every year: see
`Course.heads_missing` and `Course.money_missing`, which are nought but for the last bits of a float.

One engine serves both schemes. Employees earn a part of the wage for each year and an account;
residents draw a flat amount and an account. Money is fen of the year in which it moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from socsec.kernel.errors import KernelError

from .ages import AGES, Array


@dataclass(frozen=True)
class Stock:
    """Members at the end of a year, each array (region, 2, 101).

    `active` and `retired` are heads. Of the active in all: `years` credited, `deemed` of them before
    contributions began, `account` in fen. Of the retired: `payroll` a year of pensions that follow
    the index, `drawn` a year of account pensions within it, `left` of the accounts in fen.
    """

    active: Array
    retired: Array
    years: Array
    deemed: Array
    account: Array
    payroll: Array
    drawn: Array
    left: Array

    def national(self) -> "Stock":
        return Stock(*(getattr(self, f.name).sum(0, keepdims=True) for f in fields(self)))


@dataclass(frozen=True)
class Terms:
    """What holds in the years of a projection: each array begins with the first year after the start.

    By year (T): `wage` average a year in fen, and that of the year before the first under
    `wage_before`; `rate` of contribution in all, `account_rate` of it into the account; `base` the
    part of the average wage that is contributed on; `density` the part of the year that is paid;
    `index` by which pensions rise; `interest` on accounts; `returns` on the reserve; `flat` amount
    of a year's pension that does not depend on the record, in fen, and before under `flat_before`;
    `flat_paid` contribution a year and `flat_credit` subsidy to it, in fen a head; `subsidy` in fen
    in all; `subsidised` the part of the flat amounts that the treasury pays; `grant` a death, as a
    part of the wage. `accrual` and `transitional` parts of the wage for each year. `divisor` months
    by age (101). `working` the share not yet past the pensionable age, of each sex and age at the
    end of each year (T + 1, 2, 101). `covered` the part of these who are to be active (T, 2, 101).
    """

    wage: Array
    wage_before: float
    rate: Array
    account_rate: Array
    base: Array
    density: Array
    index: Array
    interest: Array
    returns: Array
    flat: Array
    flat_before: float
    flat_paid: Array
    flat_credit: Array
    subsidy: Array
    subsidised: Array
    grant: Array
    accrual: Array
    transitional: Array
    divisor: Array
    working: Array
    covered: Array

    def __post_init__(self) -> None:
        """KernelError where a number cannot be: a negative rate, a share above one."""
        for name, least, most in BOUNDS:
            numbers = np.asarray(getattr(self, name))
            if not np.isfinite(numbers).all() or (numbers < least).any() or (numbers > most).any():
                raise KernelError(
                    f"bad_{name}",
                    f"The assumption “{name}” lies outside {least} to {most} in some year",
                    f"假设“{name}”在某些年份超出 {least} 至 {most} 的范围",
                )


INFINITE = np.inf
BOUNDS = (
    ("wage", 1, INFINITE),
    ("rate", 0, 1),
    ("account_rate", 0, 1),
    ("base", 0, 3),
    ("density", 0, 1),
    ("index", -1, 1),
    ("interest", -1, 1),
    ("returns", -1, 1),
    ("flat", 0, INFINITE),
    ("flat_paid", 0, INFINITE),
    ("flat_credit", 0, INFINITE),
    ("subsidy", 0, INFINITE),
    ("subsidised", 0, 1),
    ("grant", 0, 10),
    ("accrual", 0, 1),
    ("transitional", 0, 1),
    ("divisor", 1, 1000),
    ("working", 0, 1),
    ("covered", 0, 1),
)


@dataclass(frozen=True)
class Flows:
    """What moved, each array (year, region): heads, and fen."""

    contributors: Array
    pensioners: Array
    entrants: Array
    awarded: Array
    deaths: Array
    contributions: Array
    subsidies: Array
    investment: Array
    pensions: Array
    grants: Array
    refunds: Array
    base: Array
    award: Array  # the first year's pension of those awarded, in fen in all

    @property
    def income(self) -> Array:
        return self.contributions + self.subsidies + self.investment

    @property
    def expenditure(self) -> Array:
        return self.pensions + self.grants + self.refunds


@dataclass(frozen=True)
class Course:
    """A projection: its first year, what moved in each, and the reserve at each year's end (T, region).

    `heads_missing` and `money_missing` are the largest differences that any year left, as parts of
    what there was; `end` the members at the end.
    """

    first: int
    flows: Flows
    reserve: Array
    opening: Array
    heads_missing: float
    money_missing: float
    end: Stock

    @property
    def years(self) -> range:
        return range(self.first, self.first + len(self.reserve))

    @property
    def balance(self) -> Array:
        """Income less expenditure of each year (T, region)."""
        return self.flows.income - self.flows.expenditure


def run(
    start: Stock,
    reserve: Array,
    people: Array,
    survival: Array,
    terms: Terms,
    first: int,
    *,
    closed: bool = False,
) -> Course:
    """Carry the members through the years of `terms`.

    `people` the population at the end of the year before the first and of each year (T + 1, region,
    2, 101); `survival` the share of each age that reaches the next (T, 2, 101), by the age reached;
    `reserve` in fen by region. A `closed` scheme takes nobody new, credits nothing more and collects
    nothing: its expenditure is what was earned so far.
    """
    _refuse(start, people, survival)
    stock = start
    rows: list[tuple[Array, ...]] = []
    reserves: list[Array] = []
    opening = np.asarray(reserve, dtype=np.float64)
    now = opening
    heads_missing: float = 0
    money_missing: float = 0
    for year in range(len(terms.wage)):
        stock, moved, missing = _year(stock, people[year + 1], survival[year], terms, year, closed)
        heads_missing = max(heads_missing, missing)
        cash = moved["contributions"] + moved["subsidies"]
        cash = cash - moved["pensions"] - moved["grants"] - moved["refunds"]
        # What moves in a year does so on average in its middle.
        investment = terms.returns[year] * (now + cash / 2)
        ended = now + cash + investment
        flows = Flows(investment=investment, **moved)
        money_missing = max(money_missing, _money_missing(now, ended, flows))
        rows.append(tuple(getattr(flows, f.name) for f in fields(Flows)))
        reserves.append(ended)
        now = ended
    return Course(
        first,
        Flows(*(np.stack(each) for each in zip(*rows, strict=True))),
        np.stack(reserves),
        opening,
        heads_missing,
        money_missing,
        stock,
    )


def _refuse(start: Stock, people: Array, survival: Array) -> None:
    for each in fields(Stock):
        if not (np.asarray(getattr(start, each.name)) >= 0).all():
            raise KernelError(
                "negative_stock",
                f"The members at the start have a negative or missing number of {each.name}",
                f"起始参保数据中 {each.name} 有负数或缺失",
            )
    if not (survival >= 0).all() or not (survival <= 1).all():
        raise KernelError(
            "negative_mortality",
            "A share of survivors lies outside nought to one: some mortality is below zero",
            "存活比例不在 0 至 1 之间，说明有死亡率小于零",
        )
    if not (people >= 0).all():
        raise KernelError(
            "negative_population", "A head count is below zero or missing", "有人数小于零或缺失"
        )


def _older(stock: Array) -> Array:
    """Everybody a year older; the open group takes in those who reach it."""
    out = np.zeros_like(stock)
    out[..., 1:] = stock[..., :-1]
    out[..., -1] += stock[..., -1]
    return out


def _year(
    stock: Stock, people: Array, survival: Array, terms: Terms, year: int, closed: bool
) -> tuple[Stock, dict[str, Array], float]:
    """One year: the members at its end, what moved by region under the names of `Flows`, but for the
    investment, and the heads that went missing as a part of all."""
    stay = _stay(terms.working[year], terms.working[year + 1])
    paid = 0 if closed else 1

    # Die, or live on a year older; then retire, with the part of the record that is one's own.
    active, retired = _older(stock.active) * survival, _older(stock.retired) * survival
    years, deemed = _older(stock.years) * survival, _older(stock.deemed) * survival
    account = _older(stock.account) * survival * (1 + terms.interest[year])
    new, new_years, new_deemed, new_account = (
        each * (1 - stay) for each in (active, years, deemed, account)
    )
    active, years, deemed, account = (each * stay for each in (active, years, deemed, account))

    # Enter, up to the part of those of working age who are to be covered.
    wanted = people * terms.working[year + 1] * terms.covered[year]
    entrants = np.maximum(wanted - active, 0) * paid
    joined = active + entrants
    mean_active = (stock.active.sum((1, 2)) + joined.sum((1, 2))) / 2
    # The record grows for those active: half a year for those who entered in it.
    credited = (active + entrants / 2) * terms.density[year] * paid
    base = terms.wage[year] * terms.base[year]
    years = years + credited
    account = (
        account
        + credited * (base * terms.account_rate[year])
        + (active + entrants / 2) * paid * (terms.flat_paid[year] + terms.flat_credit[year])
    )

    # What a new pensioner gets: the law's formula on the mean record of the cohort.
    before = terms.wage[year - 1] if year else terms.wage_before
    index = terms.base[year]
    earned = before * (
        (1 + index) / 2 * terms.accrual[year] * new_years
        + index * terms.transitional[year] * new_deemed
    )
    drawn_new = new_account / (terms.divisor / 12)
    award = earned + drawn_new

    # Pensions in payment rise by the index and end with death; those awarded begin in mid-year.
    risen = 1 + terms.index[year]
    carried = _older(stock.payroll) * survival * risen
    payroll = carried + award
    paid_out = (stock.payroll.sum((1, 2)) * risen + payroll.sum((1, 2))) / 2
    flat_before = terms.flat[year - 1] if year else terms.flat_before
    flat_rate = (flat_before + terms.flat[year]) / 2
    still = retired + new
    mean_retired = (stock.retired.sum((1, 2)) + still.sum((1, 2))) / 2
    flat = mean_retired * flat_rate

    # Accounts of the retired bear interest and are drawn down; what the dead leave goes to heirs.
    drawn = _older(stock.drawn) * survival
    borne = _older(stock.left) * (1 + terms.interest[year])
    heirs = (borne * (1 - survival)).sum((1, 2)) + (_older(stock.account) * (1 - survival)).sum(
        (1, 2)
    )
    left = np.maximum(borne * survival - drawn, 0) + new_account

    died = (_older(stock.active) + _older(stock.retired)) * (1 - survival)
    deaths = died.sum((1, 2))
    grants = deaths * terms.grant[year] * terms.wage[year]
    contributions = paid * (
        mean_active * terms.density[year] * base * terms.rate[year]
        + mean_active * terms.flat_paid[year]
    )
    share = mean_active / max(mean_active.sum(), 1) if paid else mean_active * 0
    subsidies = paid * (
        share * terms.subsidy[year]
        + flat * terms.subsidised[year]
        + mean_active * terms.flat_credit[year]
    )
    end = Stock(joined, still, years, deemed, account, payroll, drawn + drawn_new, left)
    before_heads = stock.active.sum() + stock.retired.sum()
    after_heads = joined.sum() + still.sum()
    missing = abs(before_heads + entrants.sum() - deaths.sum() - after_heads)
    moved = {
        "contributors": mean_active,
        "pensioners": mean_retired,
        "entrants": entrants.sum((1, 2)),
        "awarded": new.sum((1, 2)),
        "deaths": deaths,
        "contributions": contributions,
        "subsidies": subsidies,
        "pensions": paid_out + flat,
        "grants": grants,
        "refunds": heirs,
        "base": mean_active * terms.density[year] * base,
        "award": award.sum((1, 2)) + new.sum((1, 2)) * terms.flat[year],
    }
    return end, moved, float_of(missing / max(before_heads, 1))


def float_of(number: Array) -> float:
    """A plain number of an array without axes."""
    plain: float = np.asarray(number).item()
    return plain


def _money_missing(opening: Array, closing: Array, flows: Flows) -> float:
    moved = opening + flows.income - flows.expenditure - closing
    scale = np.abs(opening) + flows.income + flows.expenditure + 1
    return float_of(np.max(np.abs(moved) / scale))


def _stay(before: Array, after: Array) -> Array:
    """The share of the active of each age reached who do not retire in the year (2, 101)."""
    was = np.zeros_like(before)
    was[:, 1:] = before[:, :-1]
    was[:, 0] = 1
    was[:, -1] = np.maximum(was[:, -1], before[:, -1])
    return np.clip(np.where(was > 0, after / np.where(was > 0, was, 1), 0), 0, 1)


def working_share(
    retires: Sequence[tuple[int, float, Array]], ends: range, ages_by_birth: range
) -> Array:
    """The share of each sex and age who have not reached the pensionable age at the end of each year.

    `retires` holds groups: sex, weight (1), and the month in which each birth month of
    `ages_by_birth` (months) retires. Somebody aged a at the end of December of a year was born in
    the twelve months that end with December of (year − a).
    """
    out = np.zeros((len(ends), 2, len(AGES)))
    born = np.asarray(ages_by_birth)
    for row, year in enumerate(ends):
        last = year * 12 + 12 - 1  # December
        for age in range(len(AGES)):
            cohort = last - age * 12
            places = slice(cohort - 12 + 1 - born[0], cohort + 1 - born[0])
            for sex, weight, months in retires:
                out[row, sex, age] += weight * (months[places] > last).mean()
    return out
