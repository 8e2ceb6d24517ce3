"""Pensionable age (法定退休年龄) and qualifying period (最低缴费年限).

Decision of the Standing Committee of the National People's Congress of 13 September 2024 and the
measures of the State Council that it approved, in force from 1 January 2025.
"""

from dataclasses import dataclass

from pensions.params import RetirementParams
from socsec.kernel.arith import (
    Condition,
    Number,
    all_of,
    any_of,
    floor_div,
    least,
    most,
    where,
)
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

MEASURES = "国务院关于渐进式延迟法定退休年龄的办法"
BIRTH = ("出生年月", "Month of birth")
CATEGORY = ("人员类别", "Category")


class Category(Choice):
    """By which original age a person retires."""

    MALE_60 = 0, "男职工", "Man"
    FEMALE_55 = 1, "女职工，管理技术岗位", "Woman, original age 55"
    FEMALE_50 = 2, "女职工", "Woman, original age 50"
    MALE_55 = 3, "特殊工种等，男", "Man, arduous work"
    FEMALE_45 = 4, "特殊工种等，女", "Woman, arduous work"


@dataclass(frozen=True, kw_only=True)
class RetirementFacts(Facts):
    """Who retires."""

    category: Number = fact(
        CATEGORY,
        choices=Category,
        help=(
            "原法定退休年龄：男 60，女 55 或 50；特殊工种等提前退休为男 55、女 45",
            "By the original age: men 60, women 55 or 50; arduous work 55 and 45",
        ),
    )
    birth_month: Number = fact(BIRTH, "month", least=1900 * 12, most=2100 * 12)


@dataclass(frozen=True)
class RetirementAge(Sheet):
    """From which age and month a person may draw a pension. Ages in months."""

    title = ("法定退休年龄", "Pensionable age")

    original_age: Number = line(
        ("原法定退休年龄", "Original pensionable age"),
        "if(category = 0, male60, if(category = 1, female55, if(category = 2, female50, "
        "if(category = 3, male55, female45))))",
        "国发〔1978〕104号",
        "age",
    )
    original_month: Number = line(
        ("原退休时间", "Original month of retirement"), "birth_month + original_age", unit="month"
    )
    delay: Number = line(
        ("延迟月数", "Delay"),
        "if(category > 2, 0, if(original_month < first_month, 0, "
        "if(category = 2, "
        "min(floor((original_month − first_month) ÷ step_female50) + 1, longest_female50), "
        "min(floor((original_month − first_month) ÷ step) + 1, longest))))",
        f"{MEASURES}第一条",
        "months",
    )
    pension_age: Number = line(
        ("法定退休年龄", "Pensionable age"), "original_age + delay", f"{MEASURES}第一条", "age"
    )
    earliest_age: Number = line(
        ("弹性提前退休的最低年龄", "Earliest age of flexible retirement"),
        "max(original_age, pension_age − flexible_early)",
        f"{MEASURES}第三条",
        "age",
    )
    earliest_month: Number = line(
        ("最早退休时间", "Earliest month"), "birth_month + earliest_age", unit="month"
    )
    latest_month: Number = line(
        ("弹性延迟退休的最晚时间", "Latest month of flexible retirement"),
        "birth_month + pension_age + flexible_late",
        f"{MEASURES}第三条",
        "month",
    )
    pension_month: Number = line(
        ("法定退休时间", "Month of retirement"), "birth_month + pension_age", unit="month"
    )


@rule(
    "pensions.retirement_age",
    ("法定退休年龄", "Pensionable age"),
    facts=RetirementFacts,
    params=RetirementParams,
    law=f"{MEASURES}第一条、第三条",
    help=(
        "按出生年月和人员类别，算出法定退休年龄和弹性退休的最早、最晚时间",
        "From birth and category: the pensionable age, and the earliest and latest month",
    ),
)
def retirement_age(f: RetirementFacts, p: RetirementParams) -> RetirementAge:
    """The pensionable age, which moves by a month for each started step of months.

    A man born in January 1965 would have retired in January 2025, the first month that is
    delayed; he retires one month later:

    >>> from socsec.kernel.months import format_age, format_month, parse_month
    >>> from socsec.kernel.policy import Policy
    >>> p = RetirementParams.at(Policy.files(), "000000", parse_month("2025-01"))
    >>> man = RetirementFacts(category=Category.MALE_60, birth_month=parse_month("1965-01"))
    >>> sheet = retirement_age(man, p)
    >>> format_age(sheet.pension_age), format_month(sheet.pension_month)
    ('60y1m', '2025-02')
    """
    original_age = _by_category(f, p.male60, p.female55, p.female50, p.male55, p.female45)
    original_month = f.birth_month + original_age
    steps = floor_div(original_month - p.first_month, _slow_or_fast(f, p.step, p.step_female50)) + 1
    longest = _slow_or_fast(f, p.longest, p.longest_female50)
    early_by_work = f.category > Category.FEMALE_50
    undelayed = any_of(early_by_work, original_month < p.first_month)
    delay = where(undelayed, 0, least(steps, longest))
    pension_age = original_age + delay
    earliest_age = most(original_age, pension_age - p.flexible_early)
    return RetirementAge(
        original_age=original_age,
        original_month=original_month,
        delay=delay,
        pension_age=pension_age,
        earliest_age=earliest_age,
        earliest_month=f.birth_month + earliest_age,
        latest_month=f.birth_month + pension_age + p.flexible_late,
        pension_month=f.birth_month + pension_age,
    )


@dataclass(frozen=True, kw_only=True)
class MinimumFacts(Facts):
    """When somebody retires."""

    retirement_month: Number = fact(
        ("退休年月", "Month of retirement"), "month", least=1978 * 12, most=2200 * 12 - 1
    )


@dataclass(frozen=True)
class MinimumMonths(Sheet):
    """How many months of contributions a pension needs."""

    title = ("最低缴费年限", "Qualifying period")

    retirement_year: Number = line(
        ("退休年份", "Year of retirement"), "floor(retirement_month ÷ 12)", unit="year"
    )
    months_required: Number = line(
        ("最低缴费月数", "Months required"),
        "minimum_months(retirement_year)",
        f"社会保险法第十六条；{MEASURES}第二条、附件4",
        "months",
        kind="total",
    )


@rule(
    "pensions.minimum_months",
    ("最低缴费年限", "Qualifying period"),
    facts=MinimumFacts,
    params=RetirementParams,
    law=f"社会保险法第十六条；{MEASURES}第二条",
    help=(
        "退休那一年要满多少个月缴费，才能按月领取养老金",
        "How many months of contributions a pension needs, by the year of retirement",
    ),
)
def minimum_months(f: MinimumFacts, p: RetirementParams) -> MinimumMonths:
    """Fifteen years; from 2030 on half a year more each year, up to twenty.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = RetirementParams.at(Policy.files(), "000000", month(2025, 1))
    >>> [minimum_months(MinimumFacts(retirement_month=month(y, 6)), p).months_required
    ...  for y in (2029, 2030, 2038, 2039, 2060)]
    [180, 186, 234, 240, 240]
    """
    year = floor_div(f.retirement_month, 12)
    return MinimumMonths(year, p.minimum_months.at(year))


@dataclass(frozen=True, kw_only=True)
class EntitlementFacts(RetirementFacts):
    """Who claims an employee's old-age pension, and from when."""

    claim_month: Number = fact(
        ("开始领取年月", "Month from which the pension is claimed"),
        "month",
        least=1978 * 12,
        most=2200 * 12 - 1,
    )
    months_paid: Number = fact(
        ("实际缴费月数", "Months paid"),
        "months",
        most=960,
        help=(
            "全部实际缴费月数，包括建立个人账户以前的",
            "All months of contributions, those before individual accounts began included",
        ),
    )
    months_deemed: Number = fact(
        ("视同缴费月数", "Deemed months"),
        "months",
        most=960,
        default=0,
        help=("经认定的视同缴费月数", "Months of work before contributions began, as recognised"),
    )
    flexible: Condition = fact(
        ("申请弹性提前退休", "Asks to retire early"),
        "bool",
        default=False,
        help=(
            "本人在三个月前书面告知，选择在法定退休年龄以前退休",
            "Gave three months' written notice to retire before the pensionable age",
        ),
    )


@dataclass(frozen=True)
class Entitlement(Sheet):
    """Whether a person may draw an employee's old-age pension."""

    title = ("领取条件", "Conditions")

    retirement: RetirementAge
    age: Number = line(("领取时年龄", "Age"), "claim_month − birth_month", unit="age")
    age_required: Number = line(
        ("要达到的年龄", "Age required"),
        "if(flexible, retirement.earliest_age, retirement.pension_age)",
        f"{MEASURES}第一条、第三条",
        "age",
    )
    old_enough: Condition = line(
        ("达到退休年龄", "Old enough"), "age ≥ age_required", f"{MEASURES}第一条、第三条", "bool"
    )
    minimum_year: Number = line(
        ("最低缴费年限所依年份", "Year that sets the qualifying period"),
        "floor(min(claim_month, retirement.pension_month) ÷ 12)",
        "人社部发〔2024〕94号",
        "year",
        help=(
            "弹性提前退休的，按所选退休年份；到龄或者延迟退休的，按达到法定退休年龄的年份",
            "The year of the pensionable age, or the chosen year if that is earlier",
        ),
    )
    months_required: Number = line(
        ("最低缴费月数", "Months required"),
        "minimum_months(minimum_year)",
        f"社会保险法第十六条；{MEASURES}第二条、附件4",
        "months",
    )
    months: Number = line(
        ("累计缴费月数", "Months in all"), "months_paid + months_deemed", unit="months"
    )
    vested: Condition = line(
        ("满最低缴费年限", "Qualifying period met"),
        "months ≥ months_required",
        "社会保险法第十六条",
        "bool",
    )
    entitled: Condition = line(
        ("可以按月领取", "Entitled"),
        "old_enough and vested",
        "社会保险法第十六条",
        "bool",
    )


@rule(
    "pensions.employees.entitlement",
    ("职工基本养老金领取条件", "Conditions of an employee's old-age pension"),
    facts=EntitlementFacts,
    params=RetirementParams,
    law=f"社会保险法第十六条；{MEASURES}",
    on="claim_month",
    help=(
        "到没到退休年龄、缴费年限够不够，每个条件分别列出",
        "Whether the person is old enough and has contributed long enough, condition by condition",
    ),
)
def entitlement(f: EntitlementFacts, p: RetirementParams) -> Entitlement:
    """The conditions of a pension, each of them a line, so that a refusal explains itself.

    A man who reaches 60 years and 1 month with 180 months is entitled, with 179 he is not:

    >>> from dataclasses import replace
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = RetirementParams.at(Policy.files(), "000000", month(2025, 2))
    >>> man = EntitlementFacts(category=Category.MALE_60, birth_month=month(1965, 1),
    ...                        claim_month=month(2025, 2), months_paid=180)
    >>> entitlement(man, p).entitled, entitlement(replace(man, months_paid=179), p).entitled
    (True, False)
    """
    retirement = retirement_age(f, p)
    age = f.claim_month - f.birth_month
    age_required = where(f.flexible, retirement.earliest_age, retirement.pension_age)
    old_enough = age >= age_required
    minimum_year = floor_div(least(f.claim_month, retirement.pension_month), 12)
    months_required = p.minimum_months.at(minimum_year)
    months = f.months_paid + f.months_deemed
    vested = months >= months_required
    return Entitlement(
        retirement=retirement,
        age=age,
        age_required=age_required,
        old_enough=old_enough,
        minimum_year=minimum_year,
        months_required=months_required,
        months=months,
        vested=vested,
        entitled=all_of(old_enough, vested),
    )


def _by_category(f: RetirementFacts, *values: Number) -> Number:
    """The value at the place of the category."""
    chosen = values[-1]
    for place in reversed(range(len(values) - 1)):
        chosen = where(f.category == place, values[place], chosen)
    return chosen


def _slow_or_fast(f: RetirementFacts, slow: Number, fast: Number) -> Number:
    """`fast` for women whose original age is 50, `slow` for all others."""
    return where(f.category == Category.FEMALE_50, fast, slow)
