"""What the long-term balance asks of pensions: the law of its two schemes, year by year.

The same rule that says to one person when she retires says it here of every month of birth.
"""

from collections.abc import Callable

import numpy as np

from funds.models import Scheme
from funds.rules.projection.ages import AGES, Array
from funds.services.projection import law
from funds.services.projection.law import MEN, WOMEN, WOMEN_50, WOMEN_55, Asked, SchemeLaw
from pensions.params import AccountParams, DivisorParams, ResidentParams, RetirementParams
from pensions.rules.retirement import Category, RetirementFacts, retirement_age
from socsec.kernel.arith import ONE
from socsec.kernel.column import Column
from socsec.kernel.months import month, year_of
from socsec.kernel.policy import NotInRegion, NotYetInForce
from socsec.kernel.units import UNITS

GROUPS = {MEN: Category.MALE_60, WOMEN_55: Category.FEMALE_55, WOMEN_50: Category.FEMALE_50}
DECEMBER = 12
TENTHS = UNITS["divisor"].scale
# What enrollment collects by, as the policy calls it.
EMPLOYER_RATE = "enrollment.pension.employer_rate"
PERSON_RATE = "enrollment.pension.person_rate"
ACCOUNT_RATE = "enrollment.pension.account_rate"
ACCRUAL = "pensions.employees.accrual_rate"
INTEREST = {
    Scheme.EMPLOYEES: "pensions.account.bookkeeping_rate",
    Scheme.RESIDENTS: "pensions.residents.bookkeeping_rate",
}


def of_employees(asked: Asked) -> SchemeLaw:
    """The employees' scheme: employer and person pay a part of the wage, pensions are earned by years."""
    last = month(asked.years[-1], 1)
    divisors = DivisorParams.at(asked.policy, asked.region, last).divisors
    return SchemeLaw(
        first=asked.years[0],
        rate=_by_year(asked, EMPLOYER_RATE) + _by_year(asked, PERSON_RATE),
        account_rate=_by_year(asked, ACCOUNT_RATE),
        accrual=_by_year(asked, ACCRUAL),
        divisor=np.array([divisors.at(max(int(age), divisors.keys[0])) for age in AGES]) / TENTHS,
        retires={group: _months(asked, category) for group, category in GROUPS.items()},
        interest=_announced(asked, INTEREST[Scheme.EMPLOYEES]),
        accounts_since=year_of(AccountParams.at(asked.policy, asked.region, last).first_month),
    )


def of_residents(asked: Asked) -> SchemeLaw:
    """The residents' scheme: a flat contribution and subsidy into an account, a basic pension on top."""
    known = ResidentParams.at(asked.policy, asked.region, month(asked.years[-1], 1))
    nothing = np.zeros(len(asked.years))
    retires = np.asarray(asked.births) + known.pension_age
    return SchemeLaw(
        first=asked.years[0],
        rate=nothing,
        account_rate=nothing,
        accrual=nothing,
        divisor=np.full(len(AGES), known.divisor / TENTHS),
        retires=dict.fromkeys((MEN, WOMEN), retires),
        interest=_announced(asked, INTEREST[Scheme.RESIDENTS]),
        accounts_since=year_of(known.scheme_start),
    )


LAWS: dict[Scheme, Callable[[Asked], SchemeLaw]] = {
    Scheme.EMPLOYEES: of_employees,
    Scheme.RESIDENTS: of_residents,
}


def register() -> None:
    """Called when the app is ready."""
    for scheme, answer in LAWS.items():
        law.register(scheme, answer)


def _by_year(asked: Asked, code: str) -> Array:
    return np.array([_rate(asked, code, year) for year in asked.years])


def _rate(asked: Asked, code: str, year: int) -> float:
    """What holds at the end of a year; nought before there was any."""
    try:
        return asked.policy.at(code, asked.region, month(year, DECEMBER)).value / ONE
    except (NotYetInForce, NotInRegion):
        return 0


def _announced(asked: Asked, code: str) -> dict[int, float]:
    try:
        rows = asked.policy.series(code, asked.region, month(asked.years[-1], 1))
    except (NotYetInForce, NotInRegion):
        return {}
    return {row.start.year: row.value / ONE for row in rows}


def _months(asked: Asked, category: Category) -> Array:
    """The month in which each birth month retires, by the rule, and later if the scenario says so."""
    params = RetirementParams.at(asked.policy, asked.region, month(asked.years[-1], 1))
    births = Column(asked.births)
    sheet = retirement_age(RetirementFacts(category=category, birth_month=births), params)
    months = np.array((sheet.pension_month if asked.delayed else sheet.original_month).list())
    return _further(asked, months)


def _further(asked: Asked, months: Array) -> Array:
    begins = month(asked.later_from, 1)
    steps = np.maximum((months - begins) // asked.later_step + 1, 0)
    return months + np.minimum(steps, asked.later)
