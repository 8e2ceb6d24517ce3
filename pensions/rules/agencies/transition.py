"""Old and new method compared, for ten years (十年过渡期). 人社部发〔2015〕28号.

If the new method gives no more, the old amount is paid; if it gives more, a share of the excess is
added that grows with the year of retirement.
"""

from dataclasses import dataclass

from pensions.params import TransitionParams
from socsec.kernel.arith import ONE as WHOLE
from socsec.kernel.arith import Condition, Number, half_up, most, share, where
from socsec.kernel.facts import Facts, fact
from socsec.kernel.params import Params
from socsec.kernel.rules import rule
from socsec.kernel.sheet import Sheet, line

LAW = "人社部发〔2015〕28号"
MOST = 10**9


@dataclass(frozen=True, kw_only=True)
class OldMethodFacts(Facts):
    """What the old method rests on, as it stood when the reform began."""

    basic_pay: Number = fact(("2014 年 9 月基本工资", "Basic pay of September 2014"), most=10**8)
    old_rate: Number = fact(
        ("老办法计发比例", "Rate of the old method"),
        "rate",
        most=WHOLE,
        help=("按工作年限", "By years of work"),
    )
    subsidy: Number = fact(("退休补贴", "Retirement subsidy"), most=10**8, default=0)
    increment: Number = fact(
        ("2015 年增加的退休费", "Increase of 2015"),
        most=10**8,
        default=0,
        help=("国办发〔2015〕3号", "国办发〔2015〕3号"),
    )
    wage_growth: Number = fact(
        ("历年工资增长累计", "Wage growth, multiplied up"),
        "index",
        least=WHOLE,
        most=20 * WHOLE,
        default=WHOLE,
        help=(
            "2015 年起到退休的增长率连乘，没有增长填 1",
            "Of the years from 2015 to retirement; 1 for none",
        ),
    )


@dataclass(frozen=True)
class OldMethod(Sheet):
    """The pension by the old method."""

    title = ("老办法待遇", "Old method")

    at_reform: Number = line(
        ("改革时老办法待遇", "Old method at the reform"),
        "basic_pay × old_rate + subsidy + increment",
        LAW,
    )
    amount: Number = line(
        ("老办法待遇", "Old method"), "at_reform × wage_growth", LAW, kind="total"
    )


class OldMethodParams(Params):
    """The old method asks nothing of the policy: all of it stands on the person's own papers."""


@rule(
    "pensions.agencies.old_method",
    ("机关事业单位老办法待遇", "Old method of agencies and institutions"),
    facts=OldMethodFacts,
    params=OldMethodParams,
    law=LAW,
    help=(
        "（2014 年 9 月基本工资 × 计发比例 + 退休补贴 + 增加的退休费）× 历年工资增长",
        "(Basic pay of September 2014 × rate + subsidy + increase of 2015) × growth of wages",
    ),
)
def old_method(f: OldMethodFacts, p: OldMethodParams) -> OldMethod:
    """The amount by the old method.

    >>> from socsec.kernel.policy import Policy
    >>> from socsec.kernel.months import month
    >>> p = OldMethodParams.at(Policy.files(), "000000", month(2018, 6))
    >>> facts = OldMethodFacts(basic_pay=4_000_00, old_rate=900_000, subsidy=1_000_00,
    ...                        increment=260_00, wage_growth=1_050_000)
    >>> old_method(facts, p)
    OldMethod(at_reform=486000, amount=510300)
    """
    at_reform = share(f.basic_pay, f.old_rate) + f.subsidy + f.increment
    return OldMethod(at_reform, half_up(at_reform * f.wage_growth, WHOLE))


@dataclass(frozen=True, kw_only=True)
class TransitionFacts(Facts):
    """A retirement within the ten years, worked out both ways."""

    month: Number = fact(
        ("退休年月", "Month of retirement"), "month", least=2014 * 12, most=2200 * 12 - 1
    )
    old_amount: Number = fact(("老办法待遇", "By the old method"), most=MOST)
    new_amount: Number = fact(
        ("新办法待遇", "By the new method"),
        most=MOST,
        help=("含职业年金待遇", "Occupational annuity included"),
    )


@dataclass(frozen=True)
class Transition(Sheet):
    """What is paid of the two."""

    title = ("新老办法对比", "Old and new method compared")

    compared: Condition = line(
        ("在过渡期内", "Within the ten years"), "month ≤ transition_until", LAW, "bool"
    )
    excess: Number = line(
        ("新办法多出的部分", "Excess of the new method"), "max(new_amount − old_amount, 0)", LAW
    )
    excess_share: Number = line(
        ("多出部分发放比例", "Share of the excess"), "excess_shares(month)", LAW, "rate"
    )
    pension: Number = line(
        ("应发待遇", "Payable"),
        "if(compared, old_amount + excess × excess_share, new_amount)",
        LAW,
        kind="total",
    )


@rule(
    "pensions.agencies.transition",
    ("机关事业单位新老办法对比", "Agencies: old and new method compared"),
    facts=TransitionFacts,
    params=TransitionParams,
    law=LAW,
    on="month",
    help=(
        "2014 年 10 月到 2024 年 9 月退休的中人，新办法低的按老办法，高的多出部分按年份比例发",
        "Retired between October 2014 and September 2024: the old amount, and of the excess a share by the year",
    ),
)
def transition(f: TransitionFacts, p: TransitionParams) -> Transition:
    """What is paid in the ten years of transition.

    June 2018, 5,200.00 by the old method and 6,100.00 by the new: 40 % of 900.00 is added:

    >>> from socsec.kernel.months import month
    >>> from socsec.kernel.policy import Policy
    >>> p = TransitionParams.at(Policy.files(), "000000", month(2018, 6))
    >>> transition(TransitionFacts(month=month(2018, 6), old_amount=5_200_00, new_amount=6_100_00), p).pension
    556000
    """
    compared = f.month <= p.transition_until
    excess = most(f.new_amount - f.old_amount, 0)
    excess_share = p.excess_shares.at(f.month)
    pension = where(compared, f.old_amount + share(excess, excess_share), f.new_amount)
    return Transition(compared, excess, excess_share, pension)
