"""What of the whole bill is in scope, after the first self-pay for being away from home."""

from dataclasses import dataclass

from medical.params import Plan
from socsec.kernel.arith import most, share
from socsec.kernel.facts import Number
from socsec.kernel.sheet import NOUGHT, Sheet, line

from .facts import BillFacts
from .laws import LAW, LAW_AWAY


@dataclass(frozen=True)
class Scope(Sheet):
    title = ("费用范围", "What is in scope")
    away_share: Number = line(
        ("异地先行自付比例", "First self-pay away from home"),
        "away_first(away)",
        LAW_AWAY,
        "rate",
        quiet=NOUGHT,
    )
    away_first_pay: Number = line(
        ("异地先行自付", "First self-pay for being away"),
        "(total − uncovered − over_limit − first_self_pay) × away_share",
        LAW_AWAY,
        quiet=NOUGHT,
    )
    preselfpay: Number = line(
        ("先行自付合计", "First self-pay"), "first_self_pay + away_first_pay", LAW
    )
    in_scope: Number = line(
        ("政策范围内费用", "In scope"),
        "total − uncovered − over_limit − preselfpay",
        LAW,
        kind="total",
    )


def scope_of(f: BillFacts, p: Plan) -> Scope:
    """Take the first self-pay off what the catalogue leaves."""
    away_share = p.away_first.at(f.away)
    left = most(f.total - f.uncovered - f.over_limit - f.first_self_pay, 0)
    away_first = share(left, away_share)
    return Scope(away_share, away_first, f.first_self_pay + away_first, left - away_first)
