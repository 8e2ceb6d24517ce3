"""A person's year in one scheme: its bills in the order of care, each worked out by those before it.

Bills stand in the order of their last day and then of their visit, whenever they came. So the sums
of a year are a function of its bills, and a bill that comes late, or is taken back, works out anew
those after it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from funds.models import Scheme
from medical.models import BY_STAY, FUND_SHARES, MONEY, Settlement
from medical.params import EmployeesPlan, Plan, ResidentsPlan
from medical.rules import year as rules
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
PLANS_KEPT = 256
# What of a settlement is worked out; the rest is told, or paid from accounts and in cash.
WORKED = (
    *("first_self_pay", "in_scope", "deductible", "major_base"),
    *FUND_SHARES,
    *("fund_pay", "person_pay"),
)


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
    """A bill as it comes out, with the sheet that says how, and what the rule was told."""

    bill: Bill
    sheet: Settled
    amounts: dict[str, int]
    facts: BillFacts
    plan: Plan

    def paid_from(self, own: int, family: int) -> "Worked":
        """The same, of which the own account and the family's pay so much; cash takes the rest."""
        cash = self.amounts["person_pay"] - own - family
        paid = {"account_pay": own, "family_pay": family, "cash": cash}
        return replace(
            self,
            bill=replace(self.bill, told={**self.bill.told, "account": own, "family": family}),
            sheet=replace(self.sheet, account_pay=own, family_pay=family, cash=cash),
            amounts=self.amounts | paid,
        )


class Sums:
    """The running sums of a year, in fen; the names are those of `YearSums`."""

    def __init__(self, cap_raise: int = 0) -> None:
        self.at: Counter[str] = Counter()
        self.of_visit: dict[int, Counter[str]] = {}
        self.cap_raise = cap_raise
        self.last: tuple[date | None, int] = (None, 0)

    def add(self, bill: Bill, amounts: dict[str, int]) -> None:
        """A bill as it came out, the next in the order of care."""
        self.at["bills"] += 1
        for name, amount in rules.added(bill.care, bill.level, bill.stay, amounts).items():
            self.at[name] += amount
        self.of_visit[bill.encounter] = Counter(
            deductible=amounts["deductible"], pool_pay=amounts["pool_pay"], stay=bill.stay
        )
        self.last = bill.place

    def tell(self, bill: Bill, plan: Plan) -> dict[str, Any]:
        """What the rule is told of the year before a bill."""
        visit = self.of_visit.get(bill.before, Counter())
        told = rules.told(bill.care, bill.level, self.at, visit, plan)
        return {**told, "cap_raise": self.cap_raise}


def work(
    bills: Iterable[Bill],
    law_of: Callable[[int], Policy],
    cap_raise: int = 0,
    since: tuple[date, int] | None = None,
) -> tuple[list[Worked], Sums]:
    """The bills of a year worked out in their order, each by its own edition, and the sums they leave.

    With `since`, the place of the first that changes, those before it are as they are booked: their
    amounts count, and only those from there on are worked out and returned.
    """
    sums, worked = Sums(cap_raise), []
    for bill in sorted(bills, key=lambda each: each.place):
        if since is not None and bill.place < since:
            sums.add(bill, bill.came_to)
            continue
        found = _work_out(bill, sums, law_of(bill.edition))
        sums.add(bill, found.amounts)
        worked.append(found)
    return worked, sums


@lru_cache(maxsize=PLANS_KEPT)
def plan_of(law: Policy, scheme: int, home: str, at: int) -> Plan:
    """The benefit plan of a scheme, a region and a month: forty values, looked up once."""
    return PLANS[scheme][0].at(law, home, at)


def _work_out(bill: Bill, sums: Sums, law: Policy) -> Worked:
    rule = PLANS[bill.scheme][1]
    plan = plan_of(law, bill.scheme, bill.home, bill.month)
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
    facts = BillFacts(**told, assistance=assistance)
    if assistance:
        sheet = rule(facts, plan)
    return Worked(bill, sheet, amounts_of(sheet, bill), facts, plan)


def amounts_of(sheet: Settled, bill: Bill) -> dict[str, int]:
    """The amounts of a settlement. What the accounts paid at first they have paid: cash takes the rest."""
    account = bill.came_to.get("account_pay", sheet.account_pay)
    family = bill.came_to.get("family_pay", sheet.family_pay)
    return {
        "total": bill.told["total"],
        "uncovered": bill.told["uncovered"],
        "over_limit": bill.told["over_limit"],
        **shares(sheet),
        "provider_pay": 0,
        "account_pay": account,
        "family_pay": family,
        "cash": sheet.person_pay - account - family,
    }


def shares(sheet: Settled) -> dict[str, Any]:
    """What a sheet says of a bill, under the names of `Settlement`."""
    return {
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
        "person_pay": sheet.person_pay,
    }


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
