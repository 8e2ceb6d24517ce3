"""What nobody knows yet: how wages grow, what accounts will bear, for how long somebody pays on.

A forecast is the rule of a claim on a policy in which the years to come have been filled in. What
was filled in is `unverified` and says so on every line that rests on it.
"""

from dataclasses import dataclass
from typing import Any

from socsec.kernel.arith import ONE, share
from socsec.kernel.months import first_day, month_of, year_of
from socsec.kernel.policy import Policy, PolicyError

# Averages that follow the growth of wages, and the rate that does not.
GROWING = (
    "pensions.employees.calculation_base",
    "pensions.employees.index_base",
    "pensions.average_wage",
)
RATE = "pensions.account.bookkeeping_rate"
MOST_GROWTH = ONE // 5  # a fifth a year is a slip of the pen


@dataclass(frozen=True)
class Assumptions:
    """A year, in millionths: the growth of wages and averages, and the interest of accounts.

    With no growth everything is in today's money. Without an interest the last rate announced
    stays.
    """

    wages: int = 0
    interest: int | None = None


TODAY = Assumptions()


@dataclass(frozen=True)
class Plan:
    """How somebody pays on: for how many months (None: until the pension), on which base in fen a
    month at today's wages (None: as last)."""

    months: int | None = None
    base: int | None = None


GOES_ON = Plan()
STOPS = Plan(months=0)


def grown(amount: int, rate: int, years: int) -> int:
    """An amount after so many years of growth, rounded each year.

    >>> grown(10_000_00, 30_000, 2)
    1060900
    """
    for _year in range(max(years, 0)):
        amount = share(amount, ONE + rate)
    return amount


def todays(amount: int, rate: int, years: int) -> int:
    """What an amount of so many years ahead is worth by the wages of today.

    >>> todays(grown(10_000_00, 30_000, 2), 30_000, 2)
    1000000
    """
    return round(amount * ONE ** max(years, 0) / (ONE + rate) ** max(years, 0))


def projected(policy: Policy, region: str, assumed: Assumptions, until: int) -> Policy:
    """The policy with a value of its own for every year up to the month `until` that has none yet."""
    rows: list[dict[str, Any]] = []
    if assumed.wages:
        for code in GROWING:
            rows += _grown_rows(policy, code, region, assumed.wages, until)
    if assumed.interest is not None:
        rows += _rate_rows(policy, region, assumed.interest, until)
    return policy.with_rows(rows) if rows else policy


def _grown_rows(
    policy: Policy, code: str, region: str, rate: int, until: int
) -> list[dict[str, Any]]:
    try:
        last = policy.series(code, region, until)[-1]
    except PolicyError:
        return []  # the rule itself will say what is missing
    rows, amount = [], last.value
    for start in range(month_of(last.start) + 12, until + 1, 12) if amount else ():
        amount = grown(amount, rate, 1)
        written = f"{amount // 100}.{amount % 100:02d}"
        rows.append(_row(code, last.region, start, written, f"假设每年增长 {_percent(rate)}"))
    return rows


def _rate_rows(policy: Policy, region: str, rate: int, until: int) -> list[dict[str, Any]]:
    last = policy.series(RATE, region, until)[-1]
    written = f"{rate // ONE}.{rate % ONE:06d}"
    return [
        _row(RATE, last.region, year * 12, written, f"假设每年记账利率 {_percent(rate)}")
        for year in range(year_of(month_of(last.start)) + 1, year_of(until) + 1)
    ]


def _row(code: str, region: str, start: int, value: str, law: str) -> dict[str, Any]:
    return {
        "code": code,
        "region": region,
        "from": first_day(start),
        "value": value,
        "law": law,
        "status": "unverified",
    }


def _percent(rate: int) -> str:
    return f"{rate // 10_000}.{rate % 10_000 // 100:02d}%"
