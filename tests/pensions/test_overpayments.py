"""What was paid too much: found by itself, agreed, received, kept back, written off."""

from datetime import date

import pytest

from enrollment.models import LifeEvent
from enrollment.services.living import events, life
from funds.models import PaymentOrder, accounts
from funds.queries import balance
from pensions import queries
from pensions.models import (
    AccountEntry,
    Award,
    Benefit,
    EntryKind,
    OverpaidMonth,
    Overpayment,
    OverpaymentReason,
    OverpaymentState,
    Payroll,
    Recovery,
)
from pensions.services import award, overpaid, recovery
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Notice, Role
from socsec.office.services import run as runs
from socsec.office.services import users
from socsec.office.services import work as worker

from .conftest import BEIJING, START, findings, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def draws(zhang, granted, drive):
    """Zhang San draws his pension of July to September 2026."""
    made = granted(zhang)
    for paid in range(START, START + 3):
        drive("pension_payroll", paid)
    return made


@pytest.fixture
def died(draws, intake):
    """He died in July, which became known in October: August and September were paid too much."""
    life.record_death(
        by=intake, person=draws.person, died_on=date(2026, 7, 20), document="死亡证明"
    )
    award.pull_deaths()
    return Overpayment.objects.get()


@pytest.fixture
def ended(draws, assessor):
    """A pension that ended with July, known after September was paid: the person lives."""
    award.end(by=assessor, award=draws, last_month=START, end_reason="error", reason="多地参保")
    return Overpayment.objects.get()


def test_months_paid_after_a_death_are_found_and_the_account_gets_its_part_back(died, draws):
    assert died.reason == OverpaymentReason.DEATH
    assert queries.overpaid_months(died) == [(START + 1, draws.monthly), (START + 2, draws.monthly)]
    assert died.amount == 2 * draws.monthly
    restored = AccountEntry.objects.get(kind=EntryKind.RESTORED)
    assert restored.amount == 2 * draws.account
    assert not Notice.objects.filter(person_id=draws.person_id, title_en__contains="too much")
    assert findings() == []


def test_a_death_that_did_not_happen_gives_the_pension_back(died, draws, drive, reviewer):
    events.withdraw(by=reviewer, event=LifeEvent.objects.get(), reason="同名同姓，认错了人")
    award.pull_deaths()
    died.refresh_from_db()
    assert (died.amount, died.state) == (0, OverpaymentState.CANCELLED)
    assert Award.objects.get().until_month is None
    assert (
        sum(AccountEntry.objects.filter(kind=EntryKind.RESTORED).values_list("amount", flat=True))
        == 0
    )
    # nothing is paid twice
    assert drive("pension_payroll", START + 3).total == draws.monthly
    assert findings() == []


def test_what_is_paid_back_is_booked_once_and_settles_the_debt(ended, accountant, refuses):
    assert Notice.objects.filter(title_en__contains="too much").exists()
    said = {"by": accountant, "overpayment": ended, "on": ended.found_on}
    before = balance(recovery._fund(ended), accounts.BENEFITS)
    recovery.receive(**said, amount=100_00, reference="R1")
    refuses(Conflict, "booked_already", recovery.receive, **said, amount=100_00, reference="R1")
    refuses(
        Invalid,
        "amount_out_of_range",
        recovery.receive,
        **said,
        amount=ended.amount,
        reference="R2",
    )
    refuses(Invalid, "amount_out_of_range", recovery.receive, **said, amount=0, reference="R2")
    refuses(Invalid, "no_reference", recovery.receive, **said, amount=1, reference=" ")
    recovery.receive(**said, amount=ended.amount - 100_00, reference="R2")
    ended.refresh_from_db()
    assert (ended.remaining, ended.state) == (0, OverpaymentState.SETTLED)
    assert balance(recovery._fund(ended), accounts.BENEFITS) == before - ended.amount
    refuses(Conflict, "overpayment_moved_on", recovery.receive, **said, amount=1, reference="R3")
    assert findings() == []


def test_instalments_add_up_to_the_debt_to_the_fen(ended, assessor, refuses):
    said = {"by": assessor, "overpayment": ended, "plan": "instalments"}
    refuses(Invalid, "instalments_out_of_range", recovery.agree, **said, count=1)
    refuses(Invalid, "instalments_out_of_range", recovery.agree, **said, count=13)
    refuses(Invalid, "no_plan", recovery.agree, by=assessor, overpayment=ended, plan="")
    recovery.agree(**said, count=7)
    rows = list(ended.instalments.all())
    assert len(rows) == 7
    assert sum(row.amount for row in rows) == ended.amount
    assert max(row.amount for row in rows) - min(row.amount for row in rows) <= 1
    assert findings() == []


def test_nothing_is_kept_back_where_no_pension_is_in_payment(ended, assessor, refuses):
    refuses(
        Refused,
        "nothing_in_payment",
        recovery.agree,
        by=assessor,
        overpayment=ended,
        plan="offset",
    )


def test_two_write_it_off(ended, assessor, reviewer, refuses):
    refuses(Refused, "not_proposed", recovery.write_off, by=reviewer, overpayment=ended)
    refuses(Denied, "not_permitted", recovery.write_off, by=assessor, overpayment=ended)
    recovery.propose_write_off(by=assessor, overpayment=ended, why="已无财产可供执行")
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    Overpayment.objects.filter(pk=ended.pk).update(maker=both)
    refuses(Denied, "four_eyes", recovery.write_off, by=both, overpayment=ended)
    recovery.write_off(by=reviewer, overpayment=ended)
    ended.refresh_from_db()
    assert (ended.state, ended.remaining) == (OverpaymentState.WRITTEN_OFF, 0)
    assert findings() == []


def test_another_region_sees_and_does_nothing(ended, refuses):
    stranger = staff(Role.ASSESSOR, Role.ACCOUNTANT, region=BEIJING)
    assert not queries.overpayments(stranger).exists()
    refuses(NotFound, "outside_region", recovery.agree, by=stranger, overpayment=ended, plan="once")


@pytest.fixture
def owes(draws):
    """An overpayment of 500 yuan beside a pension in payment."""
    Benefit.objects.create(
        person_id=draws.person_id,
        award_id=draws.pk,
        from_month=START,
        version=1,
        basic=draws.basic - 100_00,
        account=draws.account,
        transitional=draws.transitional,
        addition=draws.addition,
    )
    made = overpaid.find(award=draws)
    assert made.amount == 300_00
    assert OverpaidMonth.objects.count() == 3
    return made


def test_a_payroll_keeps_back_what_was_agreed_and_orders_the_rest(
    owes, draws, assessor, reviewer, drive
):
    recovery.agree(by=assessor, overpayment=owes, plan="offset")
    owes.refresh_from_db()
    due = draws.monthly - 100_00
    # a fifth of the pension is more than the debt
    assert owes.monthly == due // 5
    paid = drive("pension_payroll", START + 3)
    assert paid.total == due
    envelope = Payroll.objects.get(run=paid).envelope
    assert envelope.total == due - 300_00
    assert PaymentOrder.objects.get(batch_id=envelope.pk).amount == due - 300_00
    owes.refresh_from_db()
    assert owes.state == OverpaymentState.SETTLED
    assert findings() == []
    # the payroll is undone: the debt is open again
    runs.reverse(run_id=paid.pk, by=reviewer, reason="重算")
    worker.work_through(paid.pk)
    owes.refresh_from_db()
    assert (owes.state, owes.remaining) == (OverpaymentState.OPEN, 300_00)
    assert [row.amount for row in Recovery.objects.order_by("number")] == [300_00, -300_00]
    assert findings() == []


def test_nothing_is_kept_back_after_the_limitation(owes, assessor, drive, refuses):
    Overpayment.objects.update(limited_on=date(2026, 1, 1))
    refuses(Refused, "lapsed", recovery.agree, by=assessor, overpayment=owes, plan="offset")
    Overpayment.objects.update(plan="offset", monthly=10_00)
    drive("pension_payroll", START + 3)
    assert not Recovery.objects.exists()
    assert findings() == []


def test_the_person_chooses_in_plain_words(owes, client, draws):
    user = users.create_insured(
        username="zhang", password="a long enough one", person_id=draws.person_id, by=None
    )
    recovery.agree(by=user, overpayment=owes, plan="instalments", count=3)
    assert owes.instalments.count() == 3
