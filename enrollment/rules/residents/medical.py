"""Residents' medical insurance: a year's contribution, the wait of late comers, the reward of the loyal."""

from dataclasses import dataclass

from enrollment.params import CeilingIncentive, MedicalWait, MedicalYear
from socsec.kernel.arith import all_of, any_of, least, most, not_, share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line
from socsec.kernel.units import Choice

LAW = "社会保险法第二十五条；国发〔2016〕3号"
LAW_SPONSOR = "国办发〔2021〕42号；国办发〔2023〕39号"
LAW_WAIT = "国办发〔2024〕38号"
MOST_YEARS = 60


class Tariff(Choice):
    """By what standard a resident pays."""

    ELDERLY = 1, "老年人", "Elderly"
    CHILD = 2, "学生儿童", "Student or child"
    WORKING_AGE = 3, "劳动年龄内居民", "Of working age"


class Group(Choice):
    """Groups whose contribution is paid for them, in full or in part."""

    EXTREME_HARDSHIP = 1, "特困人员", "In extreme hardship"
    ORPHAN = 2, "孤儿", "Orphan"
    DIBAO = 3, "最低生活保障对象", "On minimum living guarantee"
    RETURNED_POOR = 4, "返贫致贫和监测对象", "Fallen back into poverty, or watched"
    NEAR_POOR = 5, "低保边缘家庭成员", "Near poor"
    DISABLED = 6, "重度残疾人", "Severely disabled"


@dataclass(frozen=True, kw_only=True)
class InNeed(Facts):
    """To which groups a person belongs. Of several the best one counts, and only that one."""

    extreme_hardship: Number = fact(Group.EXTREME_HARDSHIP.label, "bool", default=False)
    orphan: Number = fact(Group.ORPHAN.label, "bool", default=False)
    dibao: Number = fact(Group.DIBAO.label, "bool", default=False)
    returned_poor: Number = fact(Group.RETURNED_POOR.label, "bool", default=False)
    near_poor: Number = fact(Group.NEAR_POOR.label, "bool", default=False)
    disabled: Number = fact(Group.DISABLED.label, "bool", default=False)


@dataclass(frozen=True, kw_only=True)
class MedicalFacts(InNeed):
    """One resident in one insured year; the age is that on the year's first day, 0 if born in it."""

    age: Number = fact(("年初年龄", "Age on the first of January"), "age")
    man: Number = fact(("男性", "A man"), "bool", default=False)
    student: Number = fact(("在校学生", "A student"), "bool", default=False)
    repaid_years: Number = fact(
        ("补缴修复年数", "Years bought back"), "count", least=0, most=MOST_YEARS, default=0
    )


@dataclass(frozen=True)
class MedicalDue(Sheet):
    title = ("居民医保年度缴费", "A year of residents' medical insurance")
    tariff: Number = line(
        ("缴费档次", "Pays as"),
        "if(age ≥ if(man, elderly_man, elderly_woman), 1, if(student or age < child_age, 2, 3))",
        LAW,
        choices=Tariff,
    )
    standard: Number = line(
        ("个人缴费标准", "Contribution of the insured"), "standards(tariff)", LAW
    )
    for_hardship: Number = line(
        ("按特困人员资助", "Paid for as in extreme hardship"),
        "if(extreme_hardship, max(standard × sponsor_rate(1), sponsor_fixed(1)), 0)",
        LAW_SPONSOR,
        quiet=NOUGHT,
    )
    for_orphan: Number = line(
        ("按孤儿资助", "Paid for as an orphan"),
        "if(orphan, max(standard × sponsor_rate(2), sponsor_fixed(2)), 0)",
        LAW_SPONSOR,
        quiet=NOUGHT,
    )
    for_dibao: Number = line(
        ("按低保对象资助", "Paid for as on minimum living guarantee"),
        "if(dibao, max(standard × sponsor_rate(3), sponsor_fixed(3)), 0)",
        LAW_SPONSOR,
        quiet=NOUGHT,
    )
    for_returned: Number = line(
        ("按返贫致贫、监测对象资助", "Paid for as fallen back into poverty"),
        "if(returned_poor, max(standard × sponsor_rate(4), sponsor_fixed(4)), 0)",
        LAW_SPONSOR,
        quiet=NOUGHT,
    )
    for_near_poor: Number = line(
        ("按低保边缘家庭成员资助", "Paid for as near poor"),
        "if(near_poor, max(standard × sponsor_rate(5), sponsor_fixed(5)), 0)",
        LAW_SPONSOR,
        quiet=NOUGHT,
    )
    for_disabled: Number = line(
        ("按重度残疾人资助", "Paid for as severely disabled"),
        "if(disabled, max(standard × sponsor_rate(6), sponsor_fixed(6)), 0)",
        LAW_SPONSOR,
        quiet=NOUGHT,
    )
    sponsor_share: Number = line(
        ("资助参保", "Paid for the insured"),
        "min(standard, max(for_hardship, for_orphan, for_dibao, for_returned, for_near_poor, for_disabled))",
        LAW_SPONSOR,
        help=(
            "有几种身份的，只按最高的一种资助。",
            "Who belongs to several groups is paid for by the best one only.",
        ),
        quiet=NOUGHT,
    )
    government_subsidy: Number = line(("财政补助", "Fiscal subsidy"), "subsidy", LAW)
    repair: Number = line(
        ("补缴修复等待期", "To shorten the waiting period"),
        "standard × repaid_years",
        LAW_WAIT,
        quiet=NOUGHT,
    )
    person_share: Number = line(
        ("个人实缴", "The insured person pays"),
        "standard − sponsor_share + repair",
        LAW,
        kind="total",
    )


def sponsored(f: InNeed, amounts: dict[Group, Number]) -> tuple[Number, ...]:
    """What each group that the person belongs to brings, in the order of the groups."""
    flags = (f.extreme_hardship, f.orphan, f.dibao, f.returned_poor, f.near_poor, f.disabled)
    return tuple(where(flag, amounts[group], 0) for flag, group in zip(flags, Group, strict=True))


@rule(
    "enrollment.residents.medical_year",
    ("居民医保年度缴费", "A year of residents' medical insurance"),
    facts=MedicalFacts,
    params=MedicalYear,
    law=LAW,
)
def medical_year(f: MedicalFacts, p: MedicalYear) -> MedicalDue:
    """What one insured year owes, in fen, and who pays it.

    >>> from socsec.kernel.arith import Steps
    >>> p = MedicalYear(standards=Steps({1: 40_000}), subsidy=67_000, elderly_man=720,
    ...                 elderly_woman=720, child_age=216, sponsor_rate=Steps({0: 0, 1: 1_000_000, 2: 0}),
    ...                 sponsor_fixed=Steps({0: 0, 3: 32_000, 4: 0}))
    >>> due = medical_year(MedicalFacts(age=500, dibao=True), p)
    >>> due.sponsor_share, due.person_share, due.government_subsidy
    (32000, 8000, 67000)
    """
    tariff = where(
        f.age >= where(f.man, p.elderly_man, p.elderly_woman),
        int(Tariff.ELDERLY),
        where(any_of(f.student, f.age < p.child_age), int(Tariff.CHILD), int(Tariff.WORKING_AGE)),
    )
    standard = p.standards.at(tariff)
    each = {
        group: most(share(standard, p.sponsor_rate.at(group)), p.sponsor_fixed.at(group))
        for group in Group
    }
    hardship, orphan, dibao, returned, near_poor, disabled = sponsored(f, each)
    sponsor = least(standard, most(hardship, orphan, dibao, returned, near_poor, disabled))
    repair = standard * f.repaid_years
    person = standard - sponsor + repair
    return MedicalDue(
        tariff,
        standard,
        hardship,
        orphan,
        dibao,
        returned,
        near_poor,
        disabled,
        sponsor,
        p.subsidy,
        repair,
        person,
    )


@dataclass(frozen=True, kw_only=True)
class WaitFacts(Facts):
    """How somebody comes into the cover."""

    in_window: Number = fact(
        ("在集中参保期缴费", "Paid in the enrolment window"), "bool", default=False
    )
    exempt: Number = fact(
        ("免等待期", "Free of the wait"),
        "bool",
        help=(
            "新生儿、资助对象、首次符合条件或停职工医保后在期限内参保的。",
            "Newborns, sponsored groups, and who enrols in time after becoming eligible or leaving employees' insurance.",
        ),
        default=False,
    )
    missed_years: Number = fact(
        ("断缴年数", "Missed years"), "count", least=0, most=MOST_YEARS, default=0
    )
    repaid_years: Number = fact(
        ("补缴修复年数", "Years bought back"), "count", least=0, most=MOST_YEARS, default=0
    )


@dataclass(frozen=True)
class Wait(Sheet):
    title = ("待遇等待期", "Waiting period")
    waits: Number = line(
        ("设等待期", "A waiting period applies"),
        "not exempt and (not in_window or missed_years > 0)",
        LAW_WAIT,
        "bool",
        kind="normal",
    )
    fixed: Number = line(
        ("固定等待期", "Fixed part"), "if(waits, wait_fixed, 0)", LAW_WAIT, "months"
    )
    variable: Number = line(
        ("变动等待期", "Part for missed years"),
        "if(waits, max(0, missed_years × wait_per_missed_year − repaid_years × wait_repair_per_year), 0)",
        LAW_WAIT,
        "months",
    )
    floor: Number = line(
        ("长期断缴的下限", "Least wait after many missed years"),
        "if(waits and missed_years ≥ wait_long_gap, wait_long_least, 0)",
        LAW_WAIT,
        "months",
        quiet=NOUGHT,
    )
    months: Number = line(
        ("等待期", "Waiting period"),
        "max(fixed + variable, floor)",
        LAW_WAIT,
        "months",
        kind="total",
    )


@rule(
    "enrollment.residents.waiting_period",
    ("居民医保待遇等待期", "Waiting period of residents' medical insurance"),
    facts=WaitFacts,
    params=MedicalWait,
    law=LAW_WAIT,
)
def waiting_period(f: WaitFacts, p: MedicalWait) -> Wait:
    """How many months pass between the payment and the cover.

    Five missed years, none bought back: 3 fixed and 5 variable months.

    >>> p = MedicalWait(wait_fixed=3, wait_per_missed_year=1, wait_repair_per_year=1,
    ...                 wait_long_gap=4, wait_long_least=6)
    >>> waiting_period(WaitFacts(missed_years=5), p).months
    8
    >>> waiting_period(WaitFacts(missed_years=5, repaid_years=5), p).months
    6
    >>> waiting_period(WaitFacts(in_window=True), p).months
    0
    """
    waits = all_of(not_(f.exempt), any_of(not_(f.in_window), f.missed_years > 0))
    fixed = where(waits, p.wait_fixed, 0)
    further = f.missed_years * p.wait_per_missed_year - f.repaid_years * p.wait_repair_per_year
    variable = where(waits, most(0, further), 0)
    floor = where(all_of(waits, f.missed_years >= p.wait_long_gap), p.wait_long_least, 0)
    return Wait(waits, fixed, variable, floor, most(fixed + variable, floor))


@dataclass(frozen=True, kw_only=True)
class LoyalFacts(Facts):
    """Years in a row, and years without a claim, of one resident."""

    years: Number = fact(("连续参保年数", "Years in a row"), "count", least=0, most=MOST_YEARS)
    zero_years: Number = fact(
        ("零报销年数", "Years without a claim"), "count", least=0, most=MOST_YEARS, default=0
    )
    ceiling: Number = fact(("大病保险原限额", "Catastrophic ceiling as it was"))


@dataclass(frozen=True)
class Loyalty(Sheet):
    title = ("连续参保激励", "Reward for continuous enrolment")
    for_years: Number = line(
        ("连续参保提高", "For years in a row"),
        "max(0, years − incentive_years) × incentive_step",
        LAW_WAIT,
    )
    for_zero: Number = line(
        ("零报销提高", "For years without a claim"), "zero_years × incentive_step", LAW_WAIT
    )
    limit: Number = line(("累计上限", "Most in all"), "ceiling × incentive_limit", LAW_WAIT)
    cap_raise: Number = line(
        ("提高额度", "The ceiling rises by"), "min(for_years + for_zero, limit)", LAW_WAIT
    )
    new_cap: Number = line(
        ("提高后的限额", "Ceiling after the rise"), "ceiling + cap_raise", LAW_WAIT, kind="total"
    )


@rule(
    "enrollment.residents.ceiling_incentive",
    ("居民医保连续参保激励", "Reward for continuous enrolment of residents"),
    facts=LoyalFacts,
    params=CeilingIncentive,
    law=LAW_WAIT,
)
def ceiling_incentive(f: LoyalFacts, p: CeilingIncentive) -> Loyalty:
    """By how much the catastrophic ceiling rises, in fen.

    Seven years in a row and two without a claim, at 3,000 yuan each: (3 + 2) × 3,000.

    >>> p = CeilingIncentive(incentive_years=4, incentive_step=300_000, incentive_limit=200_000)
    >>> found = ceiling_incentive(LoyalFacts(years=7, zero_years=2, ceiling=30_000_000), p)
    >>> found.cap_raise, found.new_cap
    (1500000, 31500000)
    """
    for_years = most(0, f.years - p.incentive_years) * p.incentive_step
    for_zero = f.zero_years * p.incentive_step
    limit = share(f.ceiling, p.incentive_limit)
    rise = least(for_years + for_zero, limit)
    return Loyalty(for_years, for_zero, limit, rise, f.ceiling + rise)
