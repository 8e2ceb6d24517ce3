"""Who reaches the pensionable age with too few months (缴费年限不足): what may be chosen.

社会保险法 article 16 and 人社部令13号 articles 2 and 3: go on paying until the months are enough, move to
the residents' scheme, or end the relation in writing and take the balance of the account at once.
"""

from dataclasses import dataclass

from pensions.params import RetirementParams
from pensions.rules.employees.facts import MOST_MONTHS
from pensions.rules.retirement import MEASURES, RetirementAge, RetirementFacts, retirement_age
from socsec.kernel.arith import Condition, Number, all_of, floor_div, most, where
from socsec.kernel.facts import fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "社会保险法第十六条"
RULES = "人社部令第13号第三条"


@dataclass(frozen=True, kw_only=True)
class FewMonthsFacts(RetirementFacts):
    """Who asks, when, with how many months and with what on the account."""

    month: Number = fact(
        ("办理年月", "Month in which it is asked"), "month", least=1978 * 12, most=2200 * 12 - 1
    )
    months: Number = fact(
        ("累计缴费月数", "Months in all"),
        "months",
        most=MOST_MONTHS * 2,
        help=("含视同缴费月数", "Deemed months included"),
    )
    account_balance: Number = fact(("个人账户储存额", "Account balance"), least=0, most=10**10)


@dataclass(frozen=True)
class FewMonths(Sheet):
    """Whether the three ways are open, and what each comes to."""

    title = ("缴费年限不足", "Too few months at the pensionable age")

    retirement: RetirementAge
    of_age: Condition = line(
        ("达到法定退休年龄", "Has reached the pensionable age"),
        "month ≥ retirement.pension_month",
        f"{MEASURES}第一条",
        "bool",
    )
    retirement_year: Number = line(
        ("达到法定退休年龄的年份", "Year of the pensionable age"),
        "floor(retirement.pension_month ÷ 12)",
        unit="year",
    )
    months_required: Number = line(
        ("最低缴费月数", "Months required"),
        "minimum_months(retirement_year)",
        f"{LAW}；{MEASURES}第二条、附件4",
        "months",
    )
    missing: Number = line(
        ("还差月数", "Months missing"), "max(0, months_required − months)", LAW, "months"
    )
    short: Condition = line(
        ("缴费年限不足", "Too few months"), "missing > 0", LAW, "bool", kind="normal"
    )
    open: Condition = line(
        ("可以选择", "There is a choice"), "of_age and short", f"{LAW}；{RULES}", "bool"
    )
    pension_from: Number = line(
        ("继续缴费最早领取年月", "Earliest month of a pension when going on paying"),
        "month + missing",
        LAW,
        "month",
    )
    balance: Number = line(
        ("终止关系一次性支付个人账户", "Paid at once when the relation is ended"),
        "account_balance × if(open, 1, 0)",
        RULES,
        kind="total",
    )


@rule(
    "pensions.few_months",
    ("缴费年限不足", "Too few months at the pensionable age"),
    facts=FewMonthsFacts,
    params=RetirementParams,
    law=f"{LAW}；{RULES}",
    on="month",
    help=(
        "到龄时缴费年限不足的三种选择：继续缴费、转入居民养老保险、终止关系领取个人账户",
        "Going on paying, moving to the residents' scheme, or taking the balance of the account",
    ),
)
def few_months(f: FewMonthsFacts, p: RetirementParams) -> FewMonths:
    """What is open to whom.

    A man born in March 1966 reaches the age in July 2026, where 180 months are asked for. With 170
    he may go on paying and draw a pension from May 2027, or take what is on the account:

    >>> from dataclasses import replace
    >>> from pensions.rules.retirement import Category
    >>> from socsec.kernel.months import format_month, month
    >>> from socsec.kernel.policy import Policy
    >>> p = RetirementParams.at(Policy.files(), "310000", month(2026, 7))
    >>> man = FewMonthsFacts(category=Category.MALE_60, birth_month=month(1966, 3),
    ...                      month=month(2026, 7), months=170, account_balance=90_000_00)
    >>> sheet = few_months(man, p)
    >>> sheet.open, sheet.missing, format_month(sheet.pension_from), sheet.balance
    (True, 10, '2027-05', 9000000)

    Before the age, or with enough months, there is nothing to choose:

    >>> few_months(replace(man, month=month(2026, 6)), p).open
    False
    >>> few_months(replace(man, months=180), p).open
    False
    """
    retirement = retirement_age(f, p)
    of_age = f.month >= retirement.pension_month
    retirement_year = floor_div(retirement.pension_month, 12)
    months_required = p.minimum_months.at(retirement_year)
    missing = most(0, months_required - f.months)
    short = missing > 0
    may_choose = all_of(of_age, short)
    return FewMonths(
        retirement=retirement,
        of_age=of_age,
        retirement_year=retirement_year,
        months_required=months_required,
        missing=missing,
        short=short,
        open=may_choose,
        pension_from=f.month + missing,
        balance=f.account_balance * where(may_choose, 1, 0),
    )
