"""Support for people in extreme hardship (特困人员救助供养). 社会救助暂行办法第十四条; 特困人员认定办法.

Nobody able to work, nothing to live on, nobody who must and can support: then basic living, and
care by how far a person can look after themselves.
"""

from dataclasses import dataclass

from assistance.params import HardshipParams
from assistance.rules.facts import (
    MOST_MONEY,
    STANDARD,
    DisabilityFacts,
    PlaceFacts,
    grade_within,
    standard_of,
)
from socsec.kernel.arith import (
    ONE,
    Condition,
    Number,
    all_of,
    any_of,
    most,
    not_,
    rounded,
    share,
    where,
)
from socsec.kernel.facts import fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "社会救助暂行办法第十四条；2026年7月起社会救助法第十六条"
LAW_WORK = "特困人员认定办法第五条"
LAW_CARE = "特困人员认定办法第二十一条、第二十二条"
SELF_CARE_ITEMS = 6


@dataclass(frozen=True, kw_only=True)
class HardshipFacts(PlaceFacts, DisabilityFacts):
    """One person who asks for support."""

    age: Number = fact(("年龄", "Age"), "age", least=0, most=130 * 12)
    certified: Condition = fact(
        ("经鉴定丧失劳动能力", "Certified as unable to work"), "bool", default=False
    )
    in_school: Condition = fact(
        ("仍在义务教育或高中阶段就学", "Still at compulsory or senior secondary school"),
        "bool",
        default=False,
    )
    supported_as_minor: Condition = fact(
        ("未成年时已纳入特困", "Was supported as a minor"), "bool", default=False
    )
    income: Number = fact(("月收入", "Income a month"), most=MOST_MONEY, default=0)
    money: Number = fact(("货币财产", "Money and securities"), most=MOST_MONEY, default=0)
    has_supporter: Condition = fact(
        ("有法定义务人且有履行能力", "Somebody must and can support"), "bool", default=False
    )
    items: Number = fact(
        ("不能自主完成的生活自理项数", "Items of self-care not done alone"),
        "count",
        most=SELF_CARE_ITEMS,
        default=0,
        help=(
            "吃饭、穿衣、上下床、如厕、室内行走、洗澡共六项",
            "Of six: eating, dressing, getting in and out of bed, toilet, walking indoors, bathing",
        ),
    )


@dataclass(frozen=True)
class Hardship(Sheet):
    """Whether a person is in extreme hardship, and what is paid a month."""

    title = ("特困人员救助供养核定", "Assessment of support in extreme hardship")

    standard: Number = line(("低保标准", "Standard a head"), STANDARD)
    grade_counts: Number = line(
        ("视为无劳动能力的最轻等级", "Mildest grade that counts"),
        "grades(disability)",
        LAW_WORK,
        "count",
    )
    old_or_minor: Condition = line(
        ("老年人或未成年人", "Old or a minor"), "age ≥ old_age or age < minor_age", LAW_WORK, "bool"
    )
    disabled: Condition = line(
        ("残疾达到规定等级", "Disabled to that grade"),
        "grade ≥ 1 and grade ≤ grade_counts",
        LAW_WORK,
        "bool",
    )
    continued: Condition = line(
        ("继续供养的未成年特困人员", "Supported on from childhood"),
        "supported_as_minor and (age < study_age or in_school)",
        "特困人员认定办法第二十四条；社会救助法第十六条",
        "bool",
    )
    cannot_work: Condition = line(
        ("无劳动能力", "Unable to work"),
        "old_or_minor or disabled or certified or continued",
        LAW_WORK,
        "bool",
    )
    money_most: Number = line(
        ("货币财产上限", "Money allowed"),
        "max(standard × near_rate, near_amount) × property_months",
        "特困人员认定办法第六条",
    )
    no_means: Condition = line(
        ("无生活来源", "Nothing to live on"),
        "income < standard and money ≤ money_most",
        "特困人员认定办法第六条",
        "bool",
    )
    no_supporter: Condition = line(
        ("无法定义务人或其无履行能力", "Nobody who must and can support"),
        "not has_supporter",
        "特困人员认定办法第七条、第八条",
        "bool",
    )
    eligible: Condition = line(
        ("符合特困人员条件", "In extreme hardship"),
        "cannot_work and no_means and no_supporter",
        LAW,
        "bool",
    )
    level: Number = line(
        ("自理能力", "Capacity for self-care"),
        "if(items ≥ whole_items, 2, if(items ≥ part_items, 1, 0))",
        LAW_CARE,
        "count",
        help=(
            "0 能自理，1 部分丧失，2 完全丧失",
            "0: looks after themselves; 1: partly lost; 2: wholly lost",
        ),
    )
    basic: Number = line(
        ("基本生活标准", "Basic living"),
        "standard × basic_rate",
        LAW,
        rounding="basic_rounding",
    )
    care_share: Number = line(
        ("照料护理（按比例）", "Care, by rate"),
        "care_base × care_rates(level)",
        LAW_CARE,
        quiet=NOUGHT,
    )
    care_fixed: Number = line(
        ("照料护理（定额）", "Care, fixed"), "care_amounts(level)", LAW_CARE, quiet=NOUGHT
    )
    amount: Number = line(
        ("每月供养标准", "Support a month"),
        "if(eligible, basic + care_share + care_fixed, 0)",
        LAW,
        kind="total",
    )


@rule(
    "assistance.hardship",
    ("特困人员救助供养", "Support for people in extreme hardship"),
    facts=HardshipFacts,
    params=HardshipParams,
    law=LAW,
    on="month",
    help=(
        "没有劳动能力、没有生活来源、没有人能赡养抚养的，供养基本生活并照料护理",
        "For people who cannot work, have nothing to live on and nobody to support them",
    ),
)
def hardship(f: HardshipFacts, p: HardshipParams) -> Hardship:
    """What one person in extreme hardship gets a month, fen.

    Beijing, May 2025, needs help with two of six: 1,450 × 1.5 + 2,420 × 40 % = 3,143.

    >>> from assistance.rules.facts import Residence
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = HardshipParams.at(Policy.files(), "110000", month(2025, 5))
    >>> old = HardshipFacts(month=month(2025, 5), residence=Residence.URBAN, age=71 * 12, items=2)
    >>> hardship(old, p).amount
    314300
    """
    standard = standard_of(f, p)
    grade_counts = p.grades.at(f.disability)
    old_or_minor = any_of(f.age >= p.old_age, f.age < p.minor_age)
    disabled = grade_within(f, grade_counts)
    continued = all_of(f.supported_as_minor, any_of(f.age < p.study_age, f.in_school))
    cannot_work = any_of(old_or_minor, disabled, f.certified, continued)
    near_line = most(share(standard, p.near_rate), p.near_amount)
    money_most = near_line * p.property_months
    no_means = all_of(f.income < standard, f.money <= money_most)
    no_supporter = not_(f.has_supporter)
    eligible = all_of(cannot_work, no_means, no_supporter)
    level = where(f.items >= p.whole_items, 2, where(f.items >= p.part_items, 1, 0))
    basic = rounded(standard * p.basic_rate, ONE, p.basic_rounding)
    care_share = share(p.care_base, p.care_rates.at(level))
    care_fixed = p.care_amounts.at(level)
    return Hardship(
        standard=standard,
        grade_counts=grade_counts,
        old_or_minor=old_or_minor,
        disabled=disabled,
        continued=continued,
        cannot_work=cannot_work,
        money_most=money_most,
        no_means=no_means,
        no_supporter=no_supporter,
        eligible=eligible,
        level=level,
        basic=basic,
        care_share=care_share,
        care_fixed=care_fixed,
        amount=where(eligible, basic + care_share + care_fixed, 0),
    )
