"""Interest of the individual account (个人账户记账利息), by the month method of 劳办发〔1997〕116号.

A contribution bears interest from the month in which it is credited: one of January for twelve
months, one of December for one. The balance carried over from last year bears it for all twelve.
The rate is that announced for the year; until then interest is provisional, at the last rate.
"""

from dataclasses import dataclass

from pensions.params import InterestParams
from socsec.kernel.arith import ONE, Number, half_up
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "劳办发〔1997〕116号"
MOST = 10**12  # ten thousand million yuan: more than any account holds in a year of months


@dataclass(frozen=True, kw_only=True)
class InterestFacts(Facts):
    """An account in one year, or in the part of a year up to retirement."""

    balance_months: Number = fact(
        ("月积数", "Balance months"),
        most=MOST,
        help=(
            "每月末的储存额相加：上年结转的算满全部月份，当年记入的从记入当月起算",
            "What stands on the account at the end of each month, added up over the months",
        ),
    )
    credited: Number = fact(
        ("本年已记利息", "Interest of the year credited before"),
        least=-MOST,
        most=MOST,
        default=0,
        help=(
            "利率公布前已预记的利息",
            "What was credited before the rate of the year was announced",
        ),
    )


@dataclass(frozen=True)
class Interest(Sheet):
    """What is to be credited. Below zero where more was credited before than the year bears."""

    title = ("个人账户记账利息", "Interest of the individual account")

    earned: Number = line(
        ("应记利息", "Interest of the year"),
        "balance_months × bookkeeping_rate ÷ 12",
        LAW,
        uses=("interest_method",),
    )
    amount: Number = line(
        ("本次记入", "Credited now"),
        "earned − credited",
        f"{LAW}；社会保险法第十四条",
        kind="total",
    )


@rule(
    "pensions.account_interest",
    ("个人账户记账利息", "Interest of the individual account"),
    facts=InterestFacts,
    params=InterestParams,
    law=f"{LAW}；人社部发〔2017〕31号",
    help=(
        "按月积数和当年记账利率计算",
        "By the balances of the months and the bookkeeping rate of the year",
    ),
)
def interest(f: InterestFacts, p: InterestParams) -> Interest:
    """The interest of a year.

    10,000 yuan carried over and 500 credited each month of 2024, when the rate was 2.62 %:
    120,000 + 500 × (12 + 11 + … + 1) = 159,000 yuan-months, so 347.15 yuan.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = InterestParams.at(Policy.files(), "110000", month(2024, 1))
    >>> interest(InterestFacts(balance_months=159_000_00), p).amount
    34715
    """
    earned = half_up(f.balance_months * p.bookkeeping_rate, 12 * ONE)
    return Interest(earned, earned - f.credited)
