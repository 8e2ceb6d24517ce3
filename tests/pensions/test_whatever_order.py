"""Corrections, payrolls, deaths, repayments and reversals in any order: paid = due + overpaid."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from enrollment.models import EventKind, LifeEvent
from enrollment.services.living import events, life
from pensions import queries
from pensions.models import (
    Award,
    Correction,
    OverpaidMonth,
    Overpayment,
    OverpaymentState,
    Payroll,
    PensionPayment,
)
from pensions.services import award as awards
from pensions.services import correction, recovery
from socsec.kernel.months import month, month_of
from socsec.office.errors import Problem
from socsec.office.models import Run
from socsec.office.services import run as runs
from socsec.office.services import work as worker

from .conftest import START, findings

pytestmark = pytest.mark.django_db
STEPS = ("pay", "more", "back", "die", "alive", "unpay", "repay", "keep")


@pytest.fixture
def draws(zhang, granted, drive):
    made = granted(zhang)
    drive("pension_payroll", START)
    return made


@pytest.fixture
def step(draws, carry, drive, intake, assessor, reviewer, accountant):
    """One act, by its name; what the state forbids is refused and changes nothing."""
    person = draws.person

    def pay():
        last = Payroll.objects.filter(run__state=Run.State.POSTED).order_by("-month").first()
        drive("pension_payroll", last.month + 1 if last else START)

    def more():
        year = 2005 - Correction.objects.count()
        carry(person, month(year, 1), month(year, 12), 6_000_00)
        made = correction.open_correction(by=assessor, award=draws, cause="wages", reason="补录")
        correction.assess(by=assessor, correction=made)
        correction.post(by=reviewer, correction=made)

    def back():
        standing = Correction.objects.filter(posted_at__isnull=False, reversed_at__isnull=True)
        made = standing.order_by("-posted_at").first()
        if made is not None:
            correction.reverse(by=reviewer, correction=made, reason="凭证存疑")

    def die():
        life.record_death(by=intake, person=person, died_on=date(2026, 8, 5), document="证明")
        awards.pull_deaths()

    def alive():
        event = LifeEvent.objects.filter(
            kind=EventKind.DEATH, reverses__isnull=True, reversed_by__isnull=True
        ).first()
        if event is not None:
            events.withdraw(by=reviewer, event=event, reason="同名")
            awards.pull_deaths()

    def unpay():
        last = Payroll.objects.filter(run__state=Run.State.POSTED).order_by("-month").first()
        if last is not None:
            runs.reverse(run_id=last.run_id, by=reviewer, reason="重算")
            worker.work_through(last.run_id)

    def repay():
        debt = Overpayment.objects.filter(state=OverpaymentState.OPEN).first()
        if debt is not None:
            recovery.receive(
                by=accountant,
                overpayment=debt,
                amount=(debt.remaining + 1) // 2,
                on=debt.found_on,
                reference=f"R{debt.pk}-{debt.recovered}",
            )

    def keep():
        debt = Overpayment.objects.filter(state=OverpaymentState.OPEN).first()
        if debt is not None:
            recovery.agree(by=assessor, overpayment=debt, plan="offset")

    acts = {each.__name__: each for each in (pay, more, back, die, alive, unpay, repay, keep)}

    def make(name):
        try:
            with transaction.atomic():
                acts[name]()
        except Problem:
            pass

    return make


def due(award, at):
    died = award.person.died_on
    last = min(
        award.until_month if award.until_month is not None else 10**6,
        month_of(died) if died else 10**6,
    )
    benefit = queries.benefit_in(award, at)
    return benefit.monthly if benefit and award.from_month <= at <= last else 0


class Undo(Exception):
    """Takes an example back."""


# Every change of state stands in an example; the order of the rest is searched.
@example(["more", "pay", "back", "repay", "more", "pay"])
@example(["pay", "die", "repay", "alive", "pay", "unpay"])
@example(["more", "pay", "back", "keep", "pay", "unpay", "back"])
@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=6))
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_the_order_what_is_paid_is_due_or_overpaid(step, names):
    try:
        with transaction.atomic():
            for name in names:
                step(name)
            award = Award.objects.select_related("person").get()
            paid, over = Counter(), Counter()
            for row in PensionPayment.objects.values("month").annotate(total=Sum("amount")):
                paid[row["month"]] = row["total"]
            for row in OverpaidMonth.objects.values("month").annotate(total=Sum("amount")):
                over[row["month"]] = row["total"]
            for at in {*paid, *over}:
                assert max(paid[at] - due(award, at), 0) == over[at], (names, at)
            open_ones = Overpayment.objects.aggregate(total=Sum("amount"))["total"] or 0
            assert open_ones == sum(over.values())
            assert findings() == [], names
            raise Undo
    except Undo:
        pass
