"""Provisional awards worked out anew, once the value that they waited for is announced.

Every number of each sheet is kept, some eighty of them by a rule that the run compiles; no statement
by hand stands beside it. What is measured is how many a second, and the memory.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import base
from benchmarks.payroll import DISTRICTS, PLACE
from benchmarks.world import clock, peak
from enrollment.models import Person
from funds.models import Scheme
from pensions.models import Award, Benefit, PensionClaim, Recomputation
from pensions.services.decision import AccountYear, Gathered, Year, decide
from socsec.kernel.months import month
from socsec.office.models import Case, Office, Role, User
from socsec.office.services import policy, users

LABEL = "Recomputation of provisional awards"
NAME = "recompute"
KIND = "pension_recompute"
BEGAN = month(2026, 2)  # in a year whose calculation base is not on file
ANNOUNCED = {
    "pensions.employees.calculation_base": "12900",
    "pensions.account.bookkeeping_rate": "0.015",
}


def before(count: int) -> None:
    """So many provisional awards, and the values that they waited for."""
    _award(count)
    _announce()


def measured(count: int) -> dict[str, Any]:
    """Seconds and memory of the run over them, and seconds of the preview before it."""
    with clock() as shown:
        run = base.approved(KIND, PLACE, None)
    with clock() as taken:
        base.execute(run)
    assert Recomputation.objects.count() == count
    return {"rows": count, "seconds": taken[0], "preview": shown[0], "peak": peak()}


@transaction.atomic
def _award(count: int) -> None:
    """Awards decided before the announcement, for people who draw nothing else."""
    edition, maker = policy.current_edition(), User.objects.get(username="maker")
    checker, law = User.objects.get(username="checker"), policy.of(edition)
    today = timezone.localdate()
    people = list(
        Person.objects.filter(awards=None).order_by("pk").values_list("pk", flat=True)[:count]
    )
    cases = Case.objects.bulk_create(
        Case(
            number=f"B{person}",
            kind="pension_claim",
            person_id=person,
            state=Case.State.GRANTED,
            channel=Case.Channel.SYSTEM,
            received_on=today,
            days=0,
            due_on=today,
            region_id=PLACE,
            opened_by=maker,
            maker=maker,
            checker=checker,
            decided_at=timezone.now(),
            edition=edition,
        )
        for person in people
    )
    lives = [_life(number) for number in range(count)]
    claims = PensionClaim.objects.bulk_create(
        PensionClaim(
            case=case,
            person_id=case.person_id,
            start_month=BEGAN,
            category=life.category,
            region=life.region,
            gathered=life.as_json(),
            open=False,
        )
        for case, life in zip(cases, lives, strict=True)
    )
    found = [decide(life, law) for life in lives]
    awards = Award.objects.bulk_create(
        Award(
            person_id=claim.person_id,
            scheme=Scheme.EMPLOYEES,
            region=claim.region,
            claim=claim,
            from_month=BEGAN,
            **each.parts,
            monthly=each.monthly,
            provisional=bool(each.provisional),
            months=each.gathered.months,
            gathered=claim.gathered,
            sheet=each.as_json(),
            edition=edition,
        )
        for claim, each in zip(claims, found, strict=True)
    )
    Benefit.objects.bulk_create(
        Benefit(
            person_id=award.person_id, award_id=award.pk, from_month=BEGAN, version=0, **each.parts
        )
        for award, each in zip(awards, found, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze pensions_award, pensions_benefit")


def _life(number: int) -> Gathered:
    """A man of sixty with 25 years of contributions, on wages of his own."""
    wage = 6_000_00 + number % 997 * 10_00
    return Gathered(
        region=DISTRICTS[number % 2],
        category=0,
        birth_month=month(1965, 7),
        claim_month=BEGAN,
        flexible=False,
        months_paid=300,
        months_before_account=0,
        months_deemed=0,
        months_gap=0,
        years=tuple(Year(year, 12, wage * 12) for year in range(2001, 2026)),
        balance=180_000_00 + number % 499 * 100_00,
        account_years=(AccountYear(BEGAN - 1, 180_000_00, 0),),
        stated={},
    )


def _announce() -> None:
    """Two hands of the nation enter and approve the values."""
    nation = Office.objects.get(code="B00")
    hands = []
    for name, role in (("enters", Role.POLICY_OFFICER), ("approves", Role.REVIEWER)):
        user = users.create_staff(
            username=name, password=f"benchmark {name} only", office=nation, by=None
        )
        users.grant(user=user, role=role, by=None)
        hands.append(user)
    for code, value in ANNOUNCED.items():
        entered = policy.enter(
            code=code,
            region=PLACE,
            from_date=date(2026, 1, 1),
            value=value,
            law="benchmark",
            by=hands[0],
        )
        policy.approve(value_id=entered.pk, by=hands[1])
