"""Special care for servicemen and their survivors (优抚). 军人抚恤优待条例 (2024).

The yearly tables of pensions by grade are set by the ministries and were not published with the
rules: they are policy values of the office. What the regulation itself fixes stands here.
"""

from dataclasses import dataclass

from assistance.params import DeathOfServiceParams, NursingParams
from assistance.rules.facts import MOST_MONEY
from socsec.kernel.arith import Number, share, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line
from socsec.kernel.units import Choice

LAW_DEATH = "军人抚恤优待条例第十五条、第十六条"
LAW_NURSING = "军人抚恤优待条例第三十四条"
GRADES = 10
CAUSES = 16  # rows of the nursing table between one cause and the next


class DeathKind(Choice):
    """As what a death was confirmed."""

    MARTYR = 0, "烈士", "martyr"
    DUTY = 1, "因公牺牲", "on duty"
    ILLNESS = 2, "病故", "by illness"


class Honour(Choice):
    """The highest honour, by the items of article 16."""

    NONE = 0, "无", "none"
    MEDAL = 1, "勋章或者国家荣誉称号", "medal or title of the state"
    CENTRAL = 2, "中央授予荣誉称号", "title by the central authorities"
    FIRST_WAR = 3, "一等战功或一级表彰", "first-class war merit"
    SECOND_WAR = 4, "二等战功、一等功或二级表彰", "second-class war merit, first-class merit"
    THIRD_WAR = 5, "三等战功或者二等功", "third-class war merit, second-class merit"
    FOURTH_WAR = 6, "四等战功或者三等功", "fourth-class war merit, third-class merit"


class Cause(Choice):
    """What caused a disability."""

    WAR = 0, "因战", "war"
    DUTY = 1, "因公", "duty"
    ILLNESS = 2, "因病", "illness"
    MIND = 3, "精神障碍", "mental illness"


@dataclass(frozen=True, kw_only=True)
class DeathFacts(Facts):
    """A serviceman who died."""

    month: Number = fact(
        ("死亡年月", "Month of death"), "month", least=2024 * 12 + 9, most=2200 * 12 - 1
    )
    kind: Number = fact(("死亡性质", "Confirmed as"), "choice", choices=DeathKind)
    monthly_pay: Number = fact(
        ("死亡时月基本工资", "Basic pay a month at death"),
        least=1,
        most=10**8,
        help=("低于少尉的按少尉计", "Not less than that of a second lieutenant"),
    )
    disposable_income: Number = fact(
        ("上年全国城镇居民人均可支配收入", "National urban disposable income, the year before"),
        least=1,
        most=10**8,
    )
    honour: Number = fact(("最高功勋荣誉", "Highest honour"), "choice", choices=Honour, default=0)


@dataclass(frozen=True)
class DeathOfService(Sheet):
    """Award and lump sum for the survivors."""

    title = ("褒扬金和一次性抚恤金核定", "Assessment of award and lump sum")

    award: Number = line(
        ("烈士褒扬金", "Award"), "if(kind = 0, disposable_income × martyr_times, 0)", LAW_DEATH
    )
    times: Number = line(
        ("收入倍数", "Times income"), "if(kind = 2, illness_times, duty_times)", LAW_DEATH, "count"
    )
    lump_sum: Number = line(
        ("一次性抚恤金", "Lump sum"),
        "disposable_income × times + monthly_pay × pay_months",
        LAW_DEATH,
    )
    more: Number = line(
        ("立功增发", "More for honours"), "lump_sum × honours(honour)", LAW_DEATH, quiet=NOUGHT
    )
    amount: Number = line(("合计", "Together"), "award + lump_sum + more", LAW_DEATH, kind="total")


@rule(
    "assistance.death_of_service",
    ("烈士褒扬金和一次性抚恤金", "Award and lump sum after a serviceman's death"),
    facts=DeathFacts,
    params=DeathOfServiceParams,
    law=LAW_DEATH,
    on="month",
)
def death_of_service(f: DeathFacts, p: DeathOfServiceParams) -> DeathOfService:
    """What the survivors get once, fen.

    A martyr, 54,188 of income, 8,000 of pay, second-class merit: 1,625,640 + (1,083,760 +
    320,000) × 115 %.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = DeathOfServiceParams.at(Policy.files(), "000000", month(2025, 5))
    >>> sheet = death_of_service(DeathFacts(month=month(2025, 5), kind=DeathKind.MARTYR,
    ...     monthly_pay=8000_00, disposable_income=54188_00, honour=Honour.THIRD_WAR), p)
    >>> sheet.award, sheet.lump_sum, sheet.more
    (162564000, 140376000, 21056400)
    """
    award = where(f.kind == DeathKind.MARTYR, f.disposable_income * p.martyr_times, 0)
    times = where(f.kind == DeathKind.ILLNESS, p.illness_times, p.duty_times)
    lump_sum = f.disposable_income * times + f.monthly_pay * p.pay_months
    more = share(lump_sum, p.honours.at(f.honour))
    return DeathOfService(award, times, lump_sum, more, award + lump_sum + more)


@dataclass(frozen=True, kw_only=True)
class NursingFacts(Facts):
    """A disabled serviceman who lives at home."""

    month: Number = fact(("核算年月", "Month"), "month", least=2024 * 12 + 9, most=2200 * 12 - 1)
    cause: Number = fact(("残疾性质", "Cause"), "choice", choices=Cause)
    grade: Number = fact(("残疾等级", "Grade"), "count", least=1, most=GRADES)
    average_wage: Number = fact(
        ("当地上年月平均工资", "Local average wage a month, the year before"),
        least=1,
        most=MOST_MONEY,
    )


@dataclass(frozen=True)
class Nursing(Sheet):
    """Nursing a month."""

    title = ("残疾军人护理费核定", "Assessment of nursing")

    place: Number = line(("档次", "Row of the table"), "cause × 16 + grade", LAW_NURSING, "count")
    rate: Number = line(("护理费比例", "Rate"), "nursing(place)", LAW_NURSING, "rate")
    amount: Number = line(
        ("每月护理费", "Nursing a month"), "average_wage × rate", LAW_NURSING, kind="total"
    )


@rule(
    "assistance.service_nursing",
    ("残疾军人护理费", "Nursing of disabled servicemen"),
    facts=NursingFacts,
    params=NursingParams,
    law=LAW_NURSING,
    on="month",
)
def service_nursing(f: NursingFacts, p: NursingParams) -> Nursing:
    """Nursing of one disabled serviceman, fen a month.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = NursingParams.at(Policy.files(), "000000", month(2025, 5))
    >>> def gets(cause, grade):
    ...     return service_nursing(NursingFacts(month=month(2025, 5), cause=cause, grade=grade,
    ...                                         average_wage=10000_00), p).amount
    >>> [gets(Cause.WAR, 1), gets(Cause.DUTY, 4), gets(Cause.ILLNESS, 4), gets(Cause.MIND, 6)]
    [500000, 400000, 300000, 250000]
    >>> gets(Cause.WAR, 5), gets(Cause.ILLNESS, 5)
    (0, 0)
    """
    place = f.cause * CAUSES + f.grade
    rate = p.nursing.at(place)
    return Nursing(place, rate, share(f.average_wage, rate))
