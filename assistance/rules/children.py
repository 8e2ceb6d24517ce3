"""Living allowances of orphans and children whom nobody in fact supports. 民发〔2019〕62号.

No public notice is ever held for a child: that is a matter of procedure, and of its privacy.
"""

from dataclasses import dataclass

from assistance.params import ChildParams
from assistance.rules.facts import MOST_MONEY
from socsec.kernel.arith import Condition, Number, all_of, any_of, most, not_, share, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line
from socsec.kernel.units import Choice

LAW = "民发〔2019〕62号；当地规定"


class ChildKind(Choice):
    """Why a child is supported."""

    ORPHAN = 0, "孤儿、弃婴", "orphan or foundling"
    DE_FACTO = 1, "事实无人抚养儿童", "child whom nobody in fact supports"
    HIV = 2, "艾滋病病毒感染儿童", "child with HIV"
    ADOPTED = 3, "被收养的残疾孤儿", "adopted disabled orphan"
    ILL = 4, "低保家庭重病、残疾儿童", "ill or disabled, household with minimum living guarantee"


class ParentState(Choice):
    """What keeps a parent from bringing up the child (民发〔2019〕62号一)."""

    ABLE = 0, "能够抚养", "able"
    DEAD = 1, "死亡", "dead"
    MISSING = 2, "失联满6个月或宣告失踪", "missing for six months, or declared so"
    DISABLED = 3, "重残", "severely disabled"
    ILL = 4, "重病", "severely ill"
    PRISON = 5, "服刑在押", "in prison"
    DETOX = 6, "强制隔离戒毒", "in compulsory detoxification"
    DEPRIVED = (
        7,
        "被撤销监护资格、被遣送出境或其他限制人身自由",
        "deprived of custody or of liberty",
    )


@dataclass(frozen=True, kw_only=True)
class ChildFacts(Facts):
    """A child, its parents, and what it gets already."""

    month: Number = fact(("核算年月", "Month"), "month", least=2010 * 12, most=2200 * 12 - 1)
    age: Number = fact(("年龄", "Age"), "age", least=0, most=130 * 12)
    kind: Number = fact(("类别", "Kind"), "choice", choices=ChildKind)
    father: Number = fact(("父亲情况", "Father"), "choice", choices=ParentState, default=0)
    mother: Number = fact(("母亲情况", "Mother"), "choice", choices=ParentState, default=0)
    in_institution: Condition = fact(("机构集中养育", "In an institution"), "bool", default=False)
    own_grants: Number = fact(
        ("本人已领低保金、特困等", "Own part of other grants"),
        most=MOST_MONEY,
        default=0,
        help=("已有保障金低于标准的，补足差额", "Made up to the full amount where lower"),
    )


@dataclass(frozen=True)
class ChildAllowance(Sheet):
    """The allowance a month."""

    title = ("困境儿童生活费核定", "Assessment of a child's allowance")

    is_child: Condition = line(("未满18周岁", "Still a child"), "age < child_age", LAW, "bool")
    parents_fail: Condition = line(
        ("父母均不能抚养", "Neither parent can bring it up"),
        "father ≥ 1 and mother ≥ 1",
        LAW,
        "bool",
    )
    orphaned: Condition = line(
        ("父母均死亡", "Both parents dead"), "father = 1 and mother = 1", LAW, "bool"
    )
    eligible: Condition = line(
        ("符合条件", "Eligible"),
        "is_child and (kind ≥ 2 or kind = 0 and orphaned or kind = 1 and parents_fail and not orphaned)",
        LAW,
        "bool",
        help=(
            "孤儿须父母均死亡；事实无人抚养须父母均符合规定情形，且不都已死亡",
            "An orphan has lost both; a child unsupported in fact has two parents who cannot, not both dead",
        ),
    )
    full: Number = line(
        ("生活费标准", "Full allowance"), "if(in_institution, institution, living)", LAW
    )
    ill: Number = line(
        ("重病、残疾儿童部分", "Part for an ill child"), "full × ill_share", LAW, quiet=NOUGHT
    )
    amount: Number = line(
        ("每月生活费", "Allowance a month"),
        "if(eligible, if(kind = 4, ill, if(kind = 1, max(full − own_grants, 0), full)), 0)",
        LAW,
        kind="total",
    )


@rule(
    "assistance.child",
    ("孤儿和困境儿童生活费", "Allowance of orphans and children in need"),
    facts=ChildFacts,
    params=ChildParams,
    law=LAW,
    on="month",
)
def child_allowance(f: ChildFacts, p: ChildParams) -> ChildAllowance:
    """What one child gets, fen a month.

    Beijing 2025-08: nobody supports it in fact, and it has 1,812.50 of the minimum living
    guarantee: made up to 2,850.

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ChildParams.at(Policy.files(), "110000", month(2025, 8))
    >>> child = ChildFacts(month=month(2025, 8), age=9 * 12, kind=ChildKind.DE_FACTO,
    ...                    father=ParentState.PRISON, mother=ParentState.MISSING,
    ...                    own_grants=1812_50)
    >>> child_allowance(child, p).amount
    103750
    """
    is_child = f.age < p.child_age
    fail = all_of(f.father >= ParentState.DEAD, f.mother >= ParentState.DEAD)
    orphaned = all_of(f.father == ParentState.DEAD, f.mother == ParentState.DEAD)
    by_kind = any_of(
        f.kind >= ChildKind.HIV,
        all_of(f.kind == ChildKind.ORPHAN, orphaned),
        all_of(f.kind == ChildKind.DE_FACTO, fail, not_(orphaned)),
    )
    eligible = all_of(is_child, by_kind)
    full = where(f.in_institution, p.institution, p.living)
    ill = share(full, p.ill_share)
    made_up = where(f.kind == ChildKind.DE_FACTO, most(full - f.own_grants, 0), full)
    amount = where(eligible, where(f.kind == ChildKind.ILL, ill, made_up), 0)
    return ChildAllowance(is_child, fail, orphaned, eligible, full, ill, amount)
