"""Who should be insured and is not, and why: a table of reasons, the first that holds counts.

The reasons are data, one row each; the rule only walks the table. A further reason is a further
row, tested in all three number systems like every other.
"""

from collections.abc import Callable
from dataclasses import dataclass

from enrollment.params import GapRule
from socsec.kernel.arith import Condition, all_of, any_of, not_, where, within
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line
from socsec.kernel.units import Choice

LAW = "社会保险法第二条；社会保险经办条例第二十八条"


class GapBranch(Choice):
    """In which branch somebody is looked up."""

    PENSION = 1, "养老保险", "Old-age insurance"
    MEDICAL = 2, "医疗保险", "Medical insurance"


class Gap(Choice):
    """Why somebody stands on the list; none where nobody need look."""

    NONE = 0, "不用跟进", "Nothing to do"
    LEFT_OUT = 1, "单位漏保此险种", "The employer left this branch out"
    NOT_RENEWED = 2, "居民没有续保", "A resident who did not renew"
    INTERRUPTED = 3, "中断缴费", "Interrupted"
    MINOR = 4, "未成年人没有参保", "A minor, never enrolled"
    WORKING_AGE = 5, "劳动年龄内没有参加任何制度", "Of working age, in no scheme"
    OLDER = 6, "年长者没有参保", "An older person, never enrolled"


@dataclass(frozen=True, kw_only=True)
class Situation(Facts):
    """One person and one branch on one day."""

    branch: Number = fact(("险种", "Branch"), choices=GapBranch)
    age: Number = fact(("年龄", "Age"), "age")
    insured: Number = fact(("在该险种参保", "Insured in this branch"), "bool")
    ever: Number = fact(("曾经参保", "Was insured before"), "bool")
    months_out: Number = fact(("中断月数", "Months since the cover ended"), "months", default=0)
    resident: Number = fact(("最近以居民身份参保", "Last insured as a resident"), "bool")
    employed: Number = fact(("在单位职工名册上", "On an employer's staff list"), "bool")
    retired: Number = fact(("已退休", "Has retired"), "bool")
    away: Number = fact(("服刑或出境定居", "In prison or emigrated"), "bool")


Holds = Callable[[Situation, GapRule], Condition]

# The first row that holds counts.
REASONS: tuple[tuple[Gap, Holds], ...] = (
    (Gap.LEFT_OUT, lambda f, p: f.employed),
    (Gap.NOT_RENEWED, lambda f, p: all_of(f.ever, f.resident)),
    (Gap.INTERRUPTED, lambda f, p: all_of(f.ever, f.months_out > p.interrupted_months)),
    (Gap.NONE, lambda f, p: f.ever),  # ended lately: most come back by themselves
    (Gap.MINOR, lambda f, p: f.age < p.adult_age),
    (Gap.WORKING_AGE, lambda f, p: f.age < p.pension_until),
    (Gap.OLDER, lambda f, p: f.age >= p.pension_until),
)


@dataclass(frozen=True)
class Found(Sheet):
    title = ("是否应保未保", "Whether somebody should be insured and is not")
    obliged: Number = line(
        ("应当参保", "Should be insured"),
        "branch = 2 or employed or (age ≥ pension_from and age < pension_until)",
        LAW,
        "bool",
        kind="normal",
    )
    missing: Number = line(
        ("应保未保", "Should be insured and is not"),
        "obliged and not insured and not away and not (retired and branch = 1)",
        LAW,
        "bool",
        kind="normal",
    )
    reason: Number = line(("原因", "Reason"), law=LAW, choices=Gap, kind="total")


@rule(
    "enrollment.gap",
    ("是否应保未保", "Whether somebody should be insured and is not"),
    facts=Situation,
    params=GapRule,
    law=LAW,
)
def gap(f: Situation, p: GapRule) -> Found:
    """Whether somebody should be looked up for a branch, and for what reason.

    >>> p = GapRule(interrupted_months=3, adult_age=216, pension_from=192, pension_until=720)
    >>> now = dict(insured=False, ever=False, resident=False, employed=False, retired=False, away=False)
    >>> gap(Situation(branch=2, age=60, **now), p).reason == Gap.MINOR
    True
    >>> gap(Situation(branch=1, age=60, **now), p).reason == Gap.NONE  # five years old: no pension yet
    True
    >>> out = now | {"ever": True, "months_out": 4}
    >>> gap(Situation(branch=1, age=400, **out), p).reason == Gap.INTERRUPTED
    True
    """
    pension = f.branch == int(GapBranch.PENSION)
    of_age = within(p.pension_from, f.age, p.pension_until - 1)
    obliged = any_of(not_(pension), f.employed, of_age)
    missing = all_of(obliged, not_(f.insured), not_(f.away), not_(all_of(f.retired, pension)))
    reason: Number = int(Gap.NONE)
    for code, holds in reversed(REASONS):
        reason = where(holds(f, p), int(code), reason)
    return Found(obliged, missing, where(missing, reason, int(Gap.NONE)))
