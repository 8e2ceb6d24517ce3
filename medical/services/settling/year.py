"""A person's year in one scheme: its bills in the order of care, each worked out by those before it.

Bills stand in the order of their last day and then of their visit, whenever they came. So the sums
of a year are a function of its bills, and a bill that comes late, or is taken back, works out anew
those after it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from funds.models import Scheme
from medical.models import BY_STAY, BY_VISIT, FUND_SHARES, MONEY, Care, Level, Settlement
from medical.params import CapOn, EmployeesPlan, Plan, ResidentsPlan
from medical.rules.settlement import (
    BillFacts,
    Settled,
    employees_settlement,
    residents_settlement,
)
from medical.services import next_payer
from socsec.kernel.policy import Policy

PLANS: dict[int, tuple[type[Plan], Any]] = {
    Scheme.EMPLOYEES: (EmployeesPlan, employees_settlement),
    Scheme.RESIDENTS: (ResidentsPlan, residents_settlement),
}
PRIMARY = (Level.PRIMARY, Level.FIRST)


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What one visit cost in one year, and what it has come to so far.

    `told` is what the rule is told but for the sums of the year; `before` names the visit that this
    one continues; `came_to` are the amounts of all its parts together, empty where none is booked.
    """

    encounter: int
    before: int
    care: int
    level: int
    served_from: date
    served_until: date
    home: str
    scheme: int
    month: int
    edition: int
    told: dict[str, Any]
    designation: dict[str, Any]
    came_to: dict[str, int] = field(default_factory=dict)
    stay: int = 0

    @property
    def place(self) -> tuple[date, int]:
        return self.served_until, self.encounter


@dataclass(frozen=True)
class Worked:
    """A bill as it comes out, with the sheet that says how."""

    bill: Bill
    sheet: Settled
    amounts: dict[str, int]


class Sums:
    """The running sums of a year, in fen; the names are those of `YearSums`."""

    def __init__(self, cap_raise: int = 0) -> None:
        self.at: Counter[str] = Counter()
        self.of_visit: dict[int, Counter[str]] = {}
        self.cap_raise = cap_raise
        self.last: tuple[date | None, int] = (None, 0)

    def add(self, bill: Bill, amounts: dict[str, int]) -> None:
        at = self.at
        at["bills"] += 1
        at["stays"] += bill.stay
        for name in ("total", "large_pay", "major_base", "major_pay", "fund_pay", "person_pay"):
            at[name] += amounts[name]
        if bill.care in BY_VISIT:
            at["cost_outpatient"] += amounts["in_scope"]
            at["pool_outpatient"] += amounts["pool_pay"]
            kind = "primary" if bill.level in PRIMARY else "hospital"
            at[f"deductible_{kind}"] += amounts["deductible"]
        elif bill.care == Care.TWO_DISEASES:
            at["pool_two"] += amounts["pool_pay"]
        else:
            at["cost_inpatient"] += amounts["in_scope"]
            at["pool_inpatient"] += amounts["pool_pay"]
        if bill.care == Care.SPECIAL:
            at["deductible_special"] += amounts["deductible"]
        assisted = "inpatient" if bill.care in BY_STAY else "outpatient"
        at[f"assistance_{assisted}"] += amounts["assistance_pay"]
        at["borne"] += _borne(amounts)
        self.of_visit[bill.encounter] = Counter(
            deductible=amounts["deductible"], pool_pay=amounts["pool_pay"], stay=bill.stay
        )
        self.last = bill.place

    def tell(self, bill: Bill, plan: Plan) -> dict[str, Any]:
        """What the rule is told of the year before a bill."""
        at = self.at
        visit = self.of_visit.get(bill.before, Counter())
        if bill.care in BY_VISIT:
            parts = {True: "deductible_primary", False: "deductible_hospital"}
            paid = (
                at[parts[bill.level in PRIMARY]]
                if plan.apart
                else sum(at[p] for p in parts.values())
            )
            cap = at["pool_outpatient"]
        elif bill.care == Care.TWO_DISEASES:
            paid, cap = 0, at["pool_two"]
        else:
            paid = at["deductible_special"] if bill.care == Care.SPECIAL else visit["deductible"]
            cap = at["cost_inpatient" if plan.cap_on == CapOn.COST else "pool_inpatient"]
        return {
            "stays_before": at["stays"] - (visit["stay"] if bill.care == Care.INPATIENT else 0),
            "deductible_used": paid,
            "continued": bill.care == Care.INPATIENT and visit["pool_pay"] > 0,
            "cap_used": cap,
            "cost_before": at["cost_outpatient"],
            "large_used": at["large_pay"],
            "major_base": at["major_base"],
            "major_paid": at["major_pay"],
            "cap_raise": self.cap_raise,
        }


def work(
    bills: Iterable[Bill], law_of: Callable[[int], Policy], cap_raise: int = 0
) -> tuple[list[Worked], Sums]:
    """Every bill of a year worked out in its order, each by its own edition, and the sums they leave."""
    sums, worked = Sums(cap_raise), []
    for bill in sorted(bills, key=lambda each: each.place):
        found = _work_out(bill, sums, law_of(bill.edition))
        sums.add(bill, found.amounts)
        worked.append(found)
    return worked, sums


def _work_out(bill: Bill, sums: Sums, law: Policy) -> Worked:
    plan_class, rule = PLANS[bill.scheme]
    plan = plan_class.at(law, bill.home, bill.month)
    told = bill.told | sums.tell(bill, plan)
    sheet = rule(BillFacts(**told), plan)
    inpatient = bill.care in BY_STAY
    assistance = next_payer.pays(
        bill.designation,
        next_payer.Burden(
            month=bill.month,
            region=bill.home,
            inpatient=inpatient,
            bears=sheet.residual,
            bears_before=sums.at["borne"],
            paid_before=sums.at["assistance_inpatient" if inpatient else "assistance_outpatient"],
        ),
        law,
    )
    if assistance:
        sheet = rule(BillFacts(**told, assistance=assistance), plan)
    return Worked(bill, sheet, amounts_of(sheet, bill))


def amounts_of(sheet: Settled, bill: Bill) -> dict[str, int]:
    """The amounts of a settlement. What the accounts paid at first they have paid: cash takes the rest."""
    account = bill.came_to.get("account_pay", sheet.account_pay)
    family = bill.came_to.get("family_pay", sheet.family_pay)
    return {
        "total": bill.told["total"],
        "uncovered": bill.told["uncovered"],
        "over_limit": bill.told["over_limit"],
        "first_self_pay": sheet.scope.preselfpay,
        "in_scope": sheet.scope.in_scope,
        "deductible": sheet.pooled.deductible,
        "major_base": sheet.counts,
        "pool_pay": sheet.pooled.pay,
        "large_pay": sheet.large.pay,
        "major_pay": sheet.major.pay,
        "civil_pay": sheet.civil_pay,
        "assistance_pay": sheet.assistance_pay,
        "fund_pay": sheet.fund_pay,
        "provider_pay": 0,
        "person_pay": sheet.person_pay,
        "account_pay": account,
        "family_pay": family,
        "cash": sheet.person_pay - account - family,
    }


def _borne(amounts: dict[str, int]) -> int:
    """What was borne in scope before assistance."""
    paid = sum(amounts[name] for name in FUND_SHARES if name != "assistance_pay")
    return amounts["in_scope"] - paid


def booked(rows: Iterable[Settlement]) -> dict[int, Bill]:
    """The live bills of a year by visit, from its settlements in the order of their parts.

    A bill is gone where its last part is a reversal.
    """
    parts: dict[int, list[Settlement]] = {}
    for row in rows:
        parts.setdefault(row.encounter_id, []).append(row)
    found = {}
    for encounter, each in parts.items():
        if each[-1].kind == Settlement.Kind.REVERSED:
            continue
        since = max(p for p, row in enumerate(each) if row.kind == Settlement.Kind.SETTLED)
        first, live = each[since], each[since:]
        found[encounter] = Bill(
            encounter=encounter,
            before=first.facts["continues"],
            care=first.care,
            level=first.level,
            served_from=first.served_from,
            served_until=first.served_until,
            home=first.home,
            scheme=first.scheme,
            month=first.month,
            edition=first.edition,
            told=first.facts["told"],
            designation=first.facts["designation"],
            came_to={name: sum(getattr(row, name) for row in live) for name in MONEY},
            stay=sum(row.stay for row in live),
        )
    return found
