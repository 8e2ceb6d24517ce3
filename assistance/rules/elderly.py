"""Allowances and care subsidies for the elderly. 老年人权益保障法第三十三条; the amounts are local."""

from dataclasses import dataclass

from assistance.params import ElderlyParams
from socsec.kernel.arith import Condition, Number, all_of, floor_div, not_, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

LAW = "老年人权益保障法第三十三条；京民养老发〔2019〕160号"
MOST_AGE = 130 * 12
HEAVIEST = 3


class HardshipOfAge(Choice):
    """Why an old person gets the subsidy for services. The first that holds."""

    NONE = 0, "不属于以下情形", "none of these"
    DIBAO = 1, "低保", "minimum living guarantee"
    LOW_INCOME = 2, "低收入家庭", "low-income household"
    ONE_CHILD = 3, "计划生育特殊家庭", "bereaved or disabled one-child family"


@dataclass(frozen=True, kw_only=True)
class ElderlyFacts(Facts):
    """An elderly person, their need and care level."""

    month: Number = fact(("核算年月", "Month"), "month", least=1996 * 12, most=2200 * 12 - 1)
    age: Number = fact(("年龄", "Age"), "age", least=0, most=MOST_AGE)
    need: Number = fact(("困难情形", "Need"), "choice", choices=HardshipOfAge, default=0)
    care_level: Number = fact(
        ("护理等级", "Level of care"),
        "count",
        most=HEAVIEST,
        default=0,
        help=(
            "3 重度失能或一级残疾；2 二级视力、肢体和二、三级智力、精神残疾；1 一、二级听力、言语残疾",
            "3: wholly dependent, or grade 1; 2: grade 2, mind grade 3; 1: hearing or speech",
        ),
    )
    in_hardship: Condition = fact(
        ("特困人员或领取工伤护理费", "In extreme hardship, or draws nursing for a work injury"),
        "bool",
        default=False,
    )
    other_care: Condition = fact(
        ("已选择领取残疾人护理补贴等", "Draws the care subsidy of the disabled instead"),
        "bool",
        default=False,
    )
    other_living: Condition = fact(
        ("已选择领取残疾人生活补贴等", "Draws the living subsidy of the disabled instead"),
        "bool",
        default=False,
    )


@dataclass(frozen=True)
class ElderlyAllowances(Sheet):
    """The three, a month."""

    title = ("老年人养老服务补贴津贴核定", "Assessment of old-age allowances")

    elderly: Condition = line(("老年人", "Elderly"), "age ≥ elderly_age", LAW, "bool")
    years: Number = line(("周岁", "Completed years"), "floor(age ÷ 12)", unit="count")
    for_age: Number = line(("高龄津贴", "Old-age allowance"), "by_age(years)", LAW)
    for_need: Number = line(
        ("困难老年人养老服务补贴", "Service subsidy in hardship"),
        "if(elderly and not in_hardship and not other_living, hardship(need), 0)",
        LAW,
    )
    for_care: Number = line(
        ("失能老年人护理补贴", "Care subsidy"),
        "if(elderly and not in_hardship and not other_care, care(care_level), 0)",
        LAW,
    )
    amount: Number = line(("合计", "Together"), "for_age + for_need + for_care", LAW, kind="total")


@rule(
    "assistance.elderly",
    ("老年人养老服务补贴津贴", "Allowances for the elderly"),
    facts=ElderlyFacts,
    params=ElderlyParams,
    law=LAW,
    on="month",
    help=(
        "高龄津贴、困难老年人养老服务补贴和失能老年人护理补贴，可以同时领取",
        "For high age, for hardship and for care; they may be drawn together",
    ),
)
def elderly_allowances(f: ElderlyFacts, p: ElderlyParams) -> ElderlyAllowances:
    """What one elderly person gets, fen a month.

    Beijing: 91 years old, minimum living guarantee, wholly dependent: 500 + 300 + 600.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ElderlyParams.at(Policy.files(), "110000", month(2025, 5))
    >>> old = ElderlyFacts(month=month(2025, 5), age=91 * 12, need=HardshipOfAge.DIBAO,
    ...                    care_level=3)
    >>> elderly_allowances(old, p).amount
    140000
    """
    elderly = f.age >= p.elderly_age
    years = floor_div(f.age, 12)
    for_age = p.by_age.at(years)
    may = all_of(elderly, not_(f.in_hardship))
    for_need = where(all_of(may, not_(f.other_living)), p.hardship.at(f.need), 0)
    for_care = where(all_of(may, not_(f.other_care)), p.care.at(f.care_level), 0)
    return ElderlyAllowances(
        elderly, years, for_age, for_need, for_care, for_age + for_need + for_care
    )
