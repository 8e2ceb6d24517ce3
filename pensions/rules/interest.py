"""Interest of the individual account (个人账户记账利息), by the methods of 劳办发〔1997〕116号.

By the months (月积数法) a contribution bears interest from the month in which it is credited: one of
January for twelve months, one of December for one. By the year (年度计算法) all that was credited in a
year bears 1.083 × ½ of its rate, whenever it came. Either way the balance carried over from last
year bears it for all twelve months. A year that is not whole, up to retirement, a transfer or a
death, goes by the months. The rate is that announced for the year; until then interest is
provisional, at the last rate.
"""

from dataclasses import dataclass

from pensions.params import InterestMethod, InterestParams
from socsec.kernel.arith import ONE, Number, half_up, where
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
    added: Number = fact(
        ("本年记账金额", "Credited in the year"),
        least=-MOST,
        most=MOST,
        default=0,
        help=(
            "整年按年度计算法计息时用；不满一年的填 0",
            "For a whole year by the year method; 0 for a part of a year",
        ),
    )
    added_months: Number = fact(
        ("其中本年记账金额的月积数", "Balance months of what was credited in the year"),
        least=-MOST,
        most=MOST,
        default=0,
    )


@dataclass(frozen=True)
class Interest(Sheet):
    """What is to be credited. Below zero where more was credited before than the year bears."""

    title = ("个人账户记账利息", "Interest of the individual account")

    earned: Number = line(
        ("应记利息", "Interest of the year"),
        "if(interest_method = 1, (balance_months − added_months) × bookkeeping_rate ÷ 12 "
        "+ added × year_weight × bookkeeping_rate, balance_months × bookkeeping_rate ÷ 12)",
        LAW,
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
        "按当年记账利率，用月积数法或者年度计算法计算",
        "At the bookkeeping rate of the year, by the months or by the year",
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

    The same by the year: 10,000 × 2.62 % + 6,000 × 1.083 × ½ × 2.62 % = 262.00 + 85.12.

    >>> yearly = Policy.files().trying(
    ...     "[{code: pensions.account.interest_method, region: '110000', from: 2024-01-01,"
    ...     " value: YEAR_AT_ONCE}]")
    >>> interest(InterestFacts(balance_months=159_000_00, added=6_000_00, added_months=39_000_00),
    ...          InterestParams.at(yearly, "110000", month(2024, 1))).amount
    34712
    """
    # By the months the other two count for nothing, but beyond their bounds they are refused as well.
    unread = (f.added + f.added_months) * 0
    by_months = half_up((f.balance_months + unread) * p.bookkeeping_rate, 12 * ONE)
    carried = (f.balance_months - f.added_months) * ONE
    by_year = half_up((carried + f.added * p.year_weight * 12) * p.bookkeeping_rate, 12 * ONE * ONE)
    earned = where(p.interest_method == InterestMethod.YEAR_AT_ONCE, by_year, by_months)
    return Interest(earned, earned - f.credited)
