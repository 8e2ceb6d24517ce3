"""What is left of a year: the deductible and the cap that the next bill would meet.

The rule itself is asked, with a bill of nothing, so that the page never says otherwise than the
settlement would.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from medical.models import Care, Level, YearSums
from medical.rules.settlement import BillFacts
from socsec.kernel.months import month_of
from socsec.office.models import PolicyEdition
from socsec.office.services import policy

from .booking import STORED
from .year import PLANS, Bill, Sums, plan_of

KINDS = (
    (Care.INPATIENT, Level.THIRD),
    (Care.OUTPATIENT, Level.FIRST),
    (Care.OUTPATIENT, Level.THIRD),
)


@dataclass(frozen=True, kw_only=True)
class Left:
    """For a kind of care at a level, in fen: the whole deductible and what is still to pay of it,
    the yearly cap (0 for none) and what is left of it; `each_visit` says that every visit has its
    own deductible."""

    care: Care
    level: Level
    deductible: int
    deductible_left: int
    each_visit: bool
    cap: int
    room: int

    @property
    def cap_used(self) -> int:
        return self.cap - self.room


@dataclass(frozen=True, kw_only=True)
class Catastrophic:
    """In fen: from where catastrophic insurance pays, what has counted towards it, what it paid."""

    threshold: int
    borne: int
    paid: int


def left(sums: YearSums, told: dict[str, Any], on: date) -> tuple[list[Left], Catastrophic]:
    """What the next bill would meet on a day. `told` is what the last bill said of the person."""
    edition = policy.current_edition()
    rule = PLANS[sums.scheme][1]
    plan = plan_of(policy.of(edition), sums.scheme, sums.home, month_of(on))
    before = Sums(sums.cap_raise)
    before.at.update({name: getattr(sums, name) for name in STORED})
    found = []
    for care, level in KINDS:
        bill = _nothing(sums, care, level, on, edition)
        facts = {
            "care": care,
            "level": level,
            "standing": told["standing"],
            "poor": told["poor"],
            "total": 0,
        }
        sheet = rule(BillFacts(**facts, **before.tell(bill, plan)), plan)
        found.append(
            Left(
                care=care,
                level=level,
                deductible=sheet.pooled.full_deductible,
                deductible_left=sheet.pooled.deductible_left,
                each_visit=care == Care.INPATIENT or bool(plan.each_visit),
                cap=sheet.pooled.cap,
                room=sheet.pooled.room,
            )
        )
    catastrophic = Catastrophic(
        threshold=sheet.major.threshold, borne=sums.major_base, paid=sums.major_pay
    )
    return found, catastrophic


def _nothing(sums: YearSums, care: Care, level: Level, on: date, edition: PolicyEdition) -> Bill:
    return Bill(
        encounter=0,
        before=0,
        care=care,
        level=level,
        served_from=on,
        served_until=on,
        home=sums.home,
        scheme=sums.scheme,
        month=month_of(on),
        edition=edition.number,
        told={},
        designation={},
    )
