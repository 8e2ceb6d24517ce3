"""What the large-amount fund pays beyond the cap of the pooled fund."""

from dataclasses import dataclass

from medical.params import Plan
from socsec.kernel.arith import ONE, half_up, least, most, share, where
from socsec.kernel.facts import Number
from socsec.kernel.sheet import NOUGHT, Sheet, line

from .facts import BillFacts
from .laws import LAW_PLAN
from .pooled import Pooled
from .scope import Scope


@dataclass(frozen=True)
class Large(Sheet):
    title = ("大额医疗费用补助", "The large-amount fund pays")
    beyond: Number = line(
        ("超限额费用", "Cost beyond the cap of the pooled fund"),
        "if(pooled.inpatient, min(scope.in_scope, scope.in_scope − pooled.eligible"
        " + if(pooled.ratio_3 = 0, 0, (pooled.wanted − pooled.pay) ÷ pooled.ratio_3)), 0)",
        LAW_PLAN,
        quiet=NOUGHT,
    )
    pay: Number = line(
        ("大额补助支付", "The large-amount fund pays"),
        "if(large_cap = 0, beyond × large_ratio, min(beyond × large_ratio, max(large_cap − large_used, 0)))",
        LAW_PLAN,
        kind="total",
    )


def large_of(f: BillFacts, p: Plan, scope: Scope, pooled: Pooled) -> Large:
    """Cost beyond the pooled fund's cap: what the cap on cost cut off, or the cost whose payment
    the cap on payment cut off, at the ratio of the highest segment."""
    cut = half_up((pooled.wanted - pooled.pay) * ONE, most(pooled.ratio_3, 1))
    cost = scope.in_scope - pooled.eligible + where(pooled.ratio_3 == 0, 0, cut)
    beyond = where(pooled.inpatient, least(cost, scope.in_scope), 0)
    reckoned = share(beyond, p.large_ratio)
    room = most(p.large_cap - f.large_used, 0)
    return Large(beyond, where(p.large_cap == 0, reckoned, least(reckoned, room)))
