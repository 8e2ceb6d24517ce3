"""Account pension (个人账户养老金): the balance over the annuity divisor. 国发〔2005〕38号, article 6."""

from dataclasses import dataclass

from pensions.params import DivisorAge, PensionParams
from pensions.rules.employees.basic import LAW
from pensions.rules.employees.facts import AmountFacts
from socsec.kernel.arith import Number, floor_div, half_up, rounded, stated, where
from socsec.kernel.sheet import Sheet, line

_PER_MONTH = 10  # divisors are counted in tenths of a month


@dataclass(frozen=True)
class AccountPension(Sheet):
    """The pension from the individual account."""

    title = ("个人账户养老金", "Account pension")

    payout_months: Number = line(
        ("计发月数", "Annuity divisor"),
        "stated(divisor, if(divisor_age = 1, divisors(floor(age ÷ 12)) − "
        "(divisors(floor(age ÷ 12)) − divisors(floor(age ÷ 12) + 1)) ÷ 12 "
        "× (age − floor(age ÷ 12) × 12), divisors(floor(age ÷ 12))))",
        "国发〔2005〕38号附件",
        "divisor",
        help=(
            "2025 年起按岁和月计算，保留一位小数；此前按周岁查表",
            "Since 2025 read between two birthdays, to one decimal; before, at the last birthday",
        ),
    )
    amount: Number = line(
        ("个人账户养老金", "Account pension"),
        "account_balance ÷ payout_months",
        LAW,
        rounding="component_rounding",
        kind="total",
    )


def account_pension(f: AmountFacts, age: Number, p: PensionParams) -> AccountPension:
    """The account pension of somebody who retires at `age` (months; NOT_STATED if the facts
    state the divisor itself).

    307,242 yuan at 50: 1,575.60 yuan, and in Shanghai 1,575.60 stays so (见分进角):

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = PensionParams.at(Policy.files(), "310000", month(2026, 2))
    >>> woman = AmountFacts(months_paid=287, average_index=1_523_100, account_balance=307_242_00)
    >>> account_pension(woman, 50 * 12, p).amount
    157560
    """
    birthdays = floor_div(age, 12)
    at_birthday = p.divisors.at(birthdays, below=0)
    at_next = p.divisors.at(birthdays + 1, below=0)
    over = age - birthdays * 12
    between = half_up(at_birthday * 12 - (at_birthday - at_next) * over, 12)
    by_month = p.divisor_age == DivisorAge.YEARS_AND_MONTHS
    payout_months = stated(f.divisor, where(by_month, between, at_birthday))
    return AccountPension(
        payout_months,
        rounded(f.account_balance * _PER_MONTH, payout_months, p.component_rounding),
    )
