"""Catastrophic insurance (大病保险): what a person still bears in scope over a year, paid in bands.

The bands are measured either above the threshold or on the whole base: the same words of law are
read both ways, and the two answers differ by thousands of yuan, so each region says which it means.
"""

from dataclasses import dataclass

from medical.params import EmployeesMajor, MajorPlan, ResidentsMajor, SegmentBasis
from socsec.kernel.arith import ONE, all_of, any_of, half_up, least, most, not_, share, where
from socsec.kernel.facts import Facts, Number, fact
from socsec.kernel.rules import rule
from socsec.kernel.sheet import NOUGHT, Sheet, line

LAW = "国办发〔2015〕57号"
LAW_POOR = "国办发〔2021〕42号"
LAW_RAISE = "国办发〔2024〕38号"


@dataclass(frozen=True, kw_only=True)
class MajorFacts(Facts):
    """What of a bill the person bears in scope, and how the year stands."""

    bears: Number = fact(("本次政策范围内个人负担", "Borne in scope, of this bill"), most=10**10)
    major_base: Number = fact(
        ("本年以前累计个人负担", "Borne in scope before, in the year"), most=10**10, default=0
    )
    major_paid: Number = fact(
        ("本年大病保险已支付", "Paid by catastrophic insurance before"), most=10**10, default=0
    )
    poor: Number = fact(
        ("特困、低保、返贫致贫人员", "On minimum living guarantee or the like"),
        "bool",
        default=False,
    )
    listed: Number = fact(("大病病种", "One of the listed diseases"), "bool", default=False)
    cap_raise: Number = fact(
        ("封顶线提高额", "Raise of the cap"),
        most=10**9,
        default=0,
        help=("连续参保和零报销激励", "For continuous enrolment and years without a claim"),
    )


@dataclass(frozen=True)
class Major(Sheet):
    title = ("大病保险", "Catastrophic insurance")
    threshold: Number = line(
        ("起付标准", "Threshold"),
        "if(poor, major_threshold × poor_factor, major_threshold)",
        LAW_POOR,
    )
    plus: Number = line(
        ("倾斜支付比例", "More for the poor"),
        "if(poor, poor_plus, 0)",
        LAW_POOR,
        "rate",
        quiet=NOUGHT,
    )
    base: Number = line(("累计个人负担", "Borne in scope in the year"), "major_base + bears", LAW)
    ratio: Number = line(
        ("最高一档支付比例", "Rate of the highest band reached"),
        "major_segments(if(major_basis = 1, base, max(base − threshold, 0))) + plus",
        LAW,
        "rate",
    )
    before: Number = line(
        ("以前累计应支付", "Payable on what was borne before"),
        uses=("major_segments", "major_basis"),
        quiet=NOUGHT,
    )
    after: Number = line(
        ("累计应支付", "Payable on all borne"),
        law=LAW,
        uses=("major_segments", "major_basis"),
    )
    applies: Number = line(
        ("属于支付范围", "Covered"), "listed or not major_listed", LAW, "bool", kind="normal"
    )
    reckoned: Number = line(
        ("本次应支付", "Payable for this bill"), "if(applies, after − before, 0)", LAW
    )
    cap: Number = line(
        ("年度封顶线（0 为不设）", "Yearly cap (0 for none)"),
        "if(major_cap = 0 or (poor and poor_uncapped), 0, major_cap + cap_raise)",
        f"{LAW}；{LAW_RAISE}",
        quiet=NOUGHT,
    )
    pay: Number = line(
        ("大病保险支付", "Catastrophic insurance pays"),
        "if(cap = 0, reckoned, min(reckoned, max(cap − major_paid, 0)))",
        LAW,
        kind="total",
    )


def major(f: MajorFacts, p: MajorPlan) -> Major:
    """What catastrophic insurance pays for one bill, by what the year had come to before it.

    Shandong 2014, 170,000.00 borne; bands on the whole base: 90,000.00 × 50 % + 70,000.00 × 60 %:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = ResidentsMajor.at(Policy.files(), "370000", month(2014, 6))
    >>> major(MajorFacts(bears=170_000_00), p).pay
    8700000
    """
    threshold = where(f.poor, share(p.major_threshold, p.poor_factor), p.major_threshold)
    plus = where(f.poor, p.poor_plus, 0)
    base = f.major_base + f.bears
    gross = p.major_basis == int(SegmentBasis.GROSS)
    applies = any_of(f.listed, not_(p.major_listed))

    def payable(borne: Number) -> Number:
        above = most(borne - threshold, 0)
        top = where(gross, most(borne, threshold), above)
        start = where(gross, threshold, 0)
        return half_up(_banded(top, p) - _banded(start, p) + above * plus, ONE)

    before, after = payable(f.major_base), payable(base)
    reckoned = where(applies, after - before, 0)
    uncapped = all_of(f.poor, p.poor_uncapped)
    cap = where(uncapped, 0, where(p.major_cap == 0, 0, p.major_cap + f.cap_raise))
    room = least(reckoned, most(cap - f.major_paid, 0))
    asked = where(gross, base, most(base - threshold, 0))
    return Major(
        threshold,
        plus,
        base,
        p.major_segments.at(asked) + plus,
        before,
        after,
        applies,
        reckoned,
        cap,
        where(cap == 0, reckoned, room),
    )


def _banded(amount: Number, p: MajorPlan) -> Number:
    """Each part of an amount at the rate of its band, in millionths of a fen."""
    table = p.major_segments
    return table.sums().at(amount) + (amount - table.starts().at(amount)) * table.at(amount)


@rule(
    "medical.residents.major",
    ("居民大病保险", "Catastrophic insurance of residents"),
    facts=MajorFacts,
    params=ResidentsMajor,
    law=LAW,
)
def residents_major(f: MajorFacts, p: ResidentsMajor) -> Major:
    """Catastrophic insurance of residents."""
    return major(f, p)


@rule(
    "medical.employees.major",
    ("职工大病保险", "Catastrophic insurance of employees"),
    facts=MajorFacts,
    params=EmployeesMajor,
    law=LAW,
)
def employees_major(f: MajorFacts, p: EmployeesMajor) -> Major:
    """Catastrophic insurance of employees, where a region has one."""
    return major(f, p)
