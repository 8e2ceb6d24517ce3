"""The two subsidies for the disabled: living, and care. 国发〔2015〕52号; the amounts are local."""

from dataclasses import dataclass

from assistance.params import DisabledParams
from assistance.rules.facts import (
    MILDEST_GRADE,
    MOST_MONEY,
    STANDARD,
    DisabilityFacts,
    DisabilityKind,
    PlaceFacts,
    standard_of,
)
from socsec.kernel.arith import Condition, Number, all_of, any_of, least, most, not_, share, where
from socsec.kernel.facts import fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line
from socsec.kernel.units import Choice

LAW = "国发〔2015〕52号；京民福发〔2016〕434号"
SEVERE_BODY, SEVERE_MIND = 2, 3  # mildest severe grades, by kind: 二级, 三级


class LivingGroup(Choice):
    """Why a disabled person is in need."""

    NONE = 0, "不属于以下情形", "none of these"
    DIBAO = 1, "低保对象", "minimum living guarantee"
    LOW_INCOME = 2, "低收入家庭", "low-income household"
    NO_INCOME = 3, "无稳定收入的成年人或在校学生", "adult without income, or student"
    OLD = 4, "个人收入低于低保标准的老年人", "elderly with an income below the standard"
    CHILD = 5, "未满16周岁", "under 16"


@dataclass(frozen=True, kw_only=True)
class DisabledFacts(PlaceFacts, DisabilityFacts):
    """A disabled person, the group they are in, and what else they draw."""

    group: Number = fact(("困难情形", "Group"), "choice", choices=LivingGroup)
    own_income: Number = fact(("个人稳定性收入", "Own regular income"), most=MOST_MONEY, default=0)
    in_hardship: Condition = fact(
        ("特困人员或领取工伤护理费", "In extreme hardship, or draws nursing for a work injury"),
        "bool",
        default=False,
    )
    other_living: Condition = fact(
        ("已领取困境儿童生活费或其他生活补贴", "Draws a child's or another living allowance"),
        "bool",
        default=False,
    )
    other_care: Condition = fact(
        ("已领取其他护理补贴", "Draws another care subsidy"), "bool", default=False
    )


@dataclass(frozen=True)
class DisabledSubsidies(Sheet):
    """Both subsidies a month."""

    title = ("残疾人两项补贴核定", "Assessment of the two subsidies")

    standard: Number = line(("低保标准", "Standard a head"), STANDARD)
    of_mind: Condition = line(
        ("智力或精神残疾", "Intellectual or mental"),
        "disability = 5 or disability = 6",
        LAW,
        "bool",
    )
    of_hearing: Condition = line(
        ("听力或言语残疾", "Hearing or speech"), "disability = 2 or disability = 3", LAW, "bool"
    )
    severe: Condition = line(
        ("重度残疾", "Severely disabled"),
        "grade ≥ 1 and not of_hearing and grade ≤ if(of_mind, 3, 2)",
        LAW,
        "bool",
    )
    living_key: Number = line(
        ("生活补贴档次", "Row of the table"), "group × 2 + if(severe, 1, 0)", LAW, "count"
    )
    living_share: Number = line(
        ("按低保标准的部分", "By the standard"),
        "standard × living_standard(living_key)",
        LAW,
        quiet=NOUGHT,
    )
    living_topup: Number = line(
        ("补足到低保标准", "Gap to the standard"),
        "max(standard − own_income, 0) × living_gap(living_key)",
        LAW,
        quiet=NOUGHT,
    )
    living_due: Condition = line(
        ("可以享受生活补贴", "Living subsidy due"),
        "grade ≥ 1 and not in_hardship and not other_living",
        LAW,
        "bool",
    )
    living_amount: Number = line(
        ("困难残疾人生活补贴", "Living subsidy"),
        "if(living_due, living(living_key) + living_share + living_topup, 0)",
        LAW,
    )
    milder: Condition = line(
        ("听力、言语一级按二级计", "Grade 1 of hearing or speech counts as 2"),
        "hearing_milder and of_hearing and grade = 1",
        LAW,
        "bool",
    )
    graver: Condition = line(
        ("二级多重残疾按一级计", "Grade 2 of multiple disability counts as 1"),
        "multiple_graver and disability = 7 and grade = 2",
        LAW,
        "bool",
    )
    care_level: Number = line(
        ("护理补贴等级", "Level of care"),
        "if(grade ≥ 3 and not of_mind, 0, grade + if(milder, 1, 0) − if(graver, 1, 0))",
        LAW,
        "count",
    )
    care_due: Condition = line(
        ("可以享受护理补贴", "Care subsidy due"), "not in_hardship and not other_care", LAW, "bool"
    )
    care_amount: Number = line(
        ("重度残疾人护理补贴", "Care subsidy"),
        "if(care_due, care(care_level × 2 + if(group = 1, 1, 0)), 0)",
        LAW,
    )
    amount: Number = line(
        ("两项合计", "Both together"), "living_amount + care_amount", LAW, kind="total"
    )


@rule(
    "assistance.disabled",
    ("残疾人两项补贴", "The two subsidies for the disabled"),
    facts=DisabledFacts,
    params=DisabledParams,
    law=LAW,
    on="month",
    help=(
        "困难残疾人生活补贴和重度残疾人护理补贴，可以同时领取",
        "The living subsidy and the care subsidy; both may be drawn together",
    ),
)
def disabled(f: DisabledFacts, p: DisabledParams) -> DisabledSubsidies:
    """Both subsidies of one person, fen a month.

    Beijing: a person with the minimum living guarantee, limb, grade 1: 400 + 300. Deaf, grade 1:
    320 + 100.

    >>> from assistance.rules.facts import Residence
    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = DisabledParams.at(Policy.files(), "110000", month(2025, 5))
    >>> def gets(kind, grade, group=LivingGroup.DIBAO):
    ...     return disabled(DisabledFacts(month=month(2025, 5), residence=Residence.URBAN,
    ...                                   disability=kind, grade=grade, group=group), p).amount
    >>> gets(DisabilityKind.LIMB, 1), gets(DisabilityKind.HEARING, 1)
    (70000, 42000)
    >>> gets(DisabilityKind.MIND, 3, LivingGroup.LOW_INCOME)
    155000
    """
    standard = standard_of(f, p)
    of_mind = any_of(f.disability == DisabilityKind.INTELLECT, f.disability == DisabilityKind.MIND)
    of_hearing = any_of(
        f.disability == DisabilityKind.HEARING, f.disability == DisabilityKind.SPEECH
    )
    mildest = where(of_mind, SEVERE_MIND, SEVERE_BODY)
    severe = all_of(f.grade >= 1, not_(of_hearing), f.grade <= mildest)
    key = f.group * 2 + where(severe, 1, 0)
    living_share = share(standard, p.living_standard.at(key))
    topup = most(standard - f.own_income, 0) * p.living_gap.at(key)
    living_due = all_of(f.grade >= 1, not_(any_of(f.in_hardship, f.other_living)))
    living = where(living_due, p.living.at(key) + living_share + topup, 0)
    milder = all_of(p.hearing_milder, of_hearing, f.grade == 1)
    graver = all_of(p.multiple_graver, f.disability == DisabilityKind.MULTIPLE, f.grade == 2)
    as_graded = f.grade + where(milder, 1, 0) - where(graver, 1, 0)
    level = where(all_of(f.grade >= SEVERE_MIND, not_(of_mind)), 0, as_graded)
    care_due = not_(any_of(f.in_hardship, f.other_care))
    care = p.care.at(least(level, MILDEST_GRADE) * 2 + where(f.group == LivingGroup.DIBAO, 1, 0))
    care_amount = where(care_due, care, 0)
    return DisabledSubsidies(
        standard=standard,
        of_mind=of_mind,
        of_hearing=of_hearing,
        severe=severe,
        living_key=key,
        living_share=living_share,
        living_topup=topup,
        living_due=living_due,
        living_amount=living,
        milder=milder,
        graver=graver,
        care_level=level,
        care_due=care_due,
        care_amount=care_amount,
        amount=living + care_amount,
    )
