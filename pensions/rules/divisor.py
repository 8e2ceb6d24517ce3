"""Annuity divisor (计发月数): by how many months an account balance is divided.

国发〔2005〕38号 has a table by completed years of age. Since the pensionable age moves by months,
the table is read between two birthdays, in a straight line, to one decimal.
"""

from dataclasses import dataclass

from pensions.params import DivisorAge, DivisorParams
from socsec.kernel.arith import Number, floor_div, half_up, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

TABLE = "国发〔2005〕38号附件"
LEAST_AGE, MOST_AGE = 40 * 12, 110 * 12  # the table begins at 40; its last row holds from 70 on


@dataclass(frozen=True, kw_only=True)
class DivisorFacts(Facts):
    """How old somebody is at retirement."""

    age: Number = fact(("退休年龄", "Age at retirement"), "age", least=LEAST_AGE, most=MOST_AGE)


@dataclass(frozen=True)
class Divisor(Sheet):
    """The divisor for an age in years and months."""

    title = ("计发月数", "Annuity divisor")

    birthdays: Number = line(("周岁", "Completed years of age"), "floor(age ÷ 12)", unit="count")
    months_over: Number = line(
        ("周岁以后的月数", "Months since the birthday"), "age − birthdays × 12", unit="months"
    )
    at_birthday: Number = line(
        ("本周岁计发月数", "Divisor at the birthday"), "divisors(birthdays)", TABLE, "divisor"
    )
    at_next: Number = line(
        ("下一周岁计发月数", "Divisor at the next birthday"),
        "divisors(birthdays + 1)",
        TABLE,
        "divisor",
    )
    divisor: Number = line(
        ("计发月数", "Annuity divisor"),
        "if(divisor_age = 1, at_birthday − (at_birthday − at_next) ÷ 12 × months_over, "
        "at_birthday)",
        TABLE,
        "divisor",
        uses=("divisor_age",),
        help=(
            "2025 年起按岁和月计算，保留一位小数；此前按周岁查表",
            "Since 2025 read between two birthdays, to one decimal; before, at the last birthday",
        ),
    )


@rule(
    "pensions.divisor",
    ("个人账户养老金计发月数", "Annuity divisor"),
    facts=DivisorFacts,
    params=DivisorParams,
    law=TABLE,
    help=("个人账户余额按多少个月发", "By how many months the account balance is divided"),
)
def divisor(f: DivisorFacts, p: DivisorParams) -> Divisor:
    """The divisor at an age.

    At 60 years and 1 month, between 139 and 132:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = DivisorParams.at(Policy.files(), "000000", month(2025, 2))
    >>> divisor(DivisorFacts(age=60 * 12 + 1), p).divisor
    1384
    """
    birthdays = floor_div(f.age, 12)
    months_over = f.age - birthdays * 12
    at_birthday, at_next = p.divisors.at(birthdays), p.divisors.at(birthdays + 1)
    between = half_up(at_birthday * 12 - (at_birthday - at_next) * months_over, 12)
    by_month = p.divisor_age == DivisorAge.YEARS_AND_MONTHS
    return Divisor(
        birthdays=birthdays,
        months_over=months_over,
        at_birthday=at_birthday,
        at_next=at_next,
        divisor=where(by_month, between, at_birthday),
    )
