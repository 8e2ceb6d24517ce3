"""Money that comes in pays the oldest months first, and no fen is lost on the way."""

import itertools
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from enrollment import queries
from enrollment.models import Receipt, ReceiptAllocation
from enrollment.queries import MonthStatus
from enrollment.rules.collection import taken, to_account
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.employers import wages
from funds import queries as books
from funds.models import accounts
from socsec.office.errors import Conflict, Denied, Invalid, Refused
from socsec.office.models import AuditEntry, Role

from .conftest import MARCH, PENSION

DAY = date(2026, 4, 15)


@pytest.fixture
def worker(assessor, enroll, on_own_account):
    """An own-account worker who owes 1,600.00 for each of January to March 2026."""
    who = enroll()
    on_own_account(who, 800_000)
    for at in range(MARCH - 2, MARCH + 1):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    return who


@pytest.fixture
def pay(accountant):
    def make(amount, reference="R1", **payer):
        return receipts.receive(
            by=accountant,
            branch=PENSION,
            amount=amount,
            received_on=DAY,
            reference=reference,
            **payer,
        )

    return make


def states(who):
    return [(each.status, each.open) for each in queries.record(who.pk, PENSION)]


def balances(fund):
    return {
        name: books.balance(fund, getattr(accounts, name))
        for name in ("INCOME_ACCOUNT", "CONTRIBUTION_INCOME", "SUSPENSE", "CONTRIBUTIONS_DUE")
    }


def test_a_full_payment_settles_every_month(pay, worker, beijing):
    receipt = pay(480_000, person=worker)
    assert receipt.credit == 0
    assert states(worker) == [(MonthStatus.PAID, 0)] * 3
    assert queries.months_paid(worker.pk, PENSION) == 3
    assert queries.arrears(PENSION, person_id=worker.pk) == []
    assert balances(beijing) == {
        "INCOME_ACCOUNT": 480_000,
        "CONTRIBUTION_INCOME": 480_000,
        "SUSPENSE": 0,
        "CONTRIBUTIONS_DUE": 0,
    }
    entry = AuditEntry.objects.get(act="receipt.enter")
    assert (entry.person_id, entry.detail["allocated"]) == (worker.pk, 480_000)


def test_a_part_payment_goes_to_the_oldest_months_and_arrears_show(pay, worker, beijing):
    pay(200_000, person=worker)
    assert states(worker) == [
        (MonthStatus.PAID, 0),
        (MonthStatus.PART, 120_000),
        (MonthStatus.DUE, 160_000),
    ]
    assert queries.months_paid(worker.pk, PENSION) == 1
    owed = queries.arrears(PENSION, person_id=worker.pk)
    assert [(each.month, each.open) for each in owed] == [(MARCH - 1, 120_000), (MARCH, 160_000)]
    assert balances(beijing)["CONTRIBUTIONS_DUE"] == 280_000
    pay(280_000, reference="R2", person=worker)
    assert states(worker) == [(MonthStatus.PAID, 0)] * 3


def test_what_no_month_needs_is_kept_as_credit_and_used_later(
    accountant, assessor, pay, worker, beijing
):
    receipt = pay(500_000, person=worker)
    assert receipt.credit == 20_000
    assert balances(beijing)["SUSPENSE"] == 20_000
    assert list(queries.unallocated(PENSION, "110000")) == [receipt]
    contributions.assess(by=assessor, person=worker, month=MARCH + 1, branch=PENSION)
    assert receipts.apply_credit(by=accountant, receipt=receipt) == 20_000
    assert states(worker)[-1] == (MonthStatus.PART, 140_000)
    assert balances(beijing) == {
        "INCOME_ACCOUNT": 500_000,
        "CONTRIBUTION_INCOME": 500_000,
        "SUSPENSE": 0,
        "CONTRIBUTIONS_DUE": 140_000,
    }
    with pytest.raises(Refused, match="Nothing of this receipt is left"):
        receipts.apply_credit(by=accountant, receipt=receipt)


def test_credit_that_nothing_is_owed_for_stays(accountant, pay, worker):
    receipt = pay(500_000, person=worker)
    before = AuditEntry.objects.count()
    assert receipts.apply_credit(by=accountant, receipt=receipt) == 0
    receipt.refresh_from_db()
    assert (receipt.credit, AuditEntry.objects.count()) == (20_000, before)


def test_credits_are_used_by_themselves_where_something_is_owed(
    assessor, enroll, on_own_account, pay, worker
):
    other = enroll()
    on_own_account(other, 800_000)
    receipt, idle = pay(500_000, person=worker), pay(700, reference="R2", person=other)
    contributions.assess(by=assessor, person=worker, month=MARCH + 1, branch=PENSION)
    assert receipts.apply_credits() == 20_000
    assert receipts.apply_credits() == 0
    receipt.refresh_from_db()
    idle.refresh_from_db()
    assert (receipt.credit, idle.credit) == (0, 700)


def test_an_employer_pays_for_all_its_people_by_month_then_person(
    intake, assessor, pay, enroll, found, employ, beijing
):
    where = found()
    people = [enroll() for _ in range(3)]
    for who in people:
        employ(who, where, wage=1_000_000)
        wages.declare(by=intake, employer=where, month=MARCH - 1, wages={who.pk: 1_000_000})
        for at in (MARCH - 1, MARCH):
            contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    pay(240_000 * 4, employer=where)
    assert [queries.months_paid(who.pk, PENSION) for who in people] == [2, 1, 1]
    (owed,) = queries.arrears(PENSION, employer_id=where.pk)
    assert (owed.month, owed.open, owed.heads) == (MARCH, 480_000, 2)
    assert queries.arrears_by_employer(PENSION, "110000", MARCH) == {where.pk: 480_000}
    assert queries.arrears_by_employer(PENSION, "110000", MARCH - 1) == {}


def test_an_employer_does_not_pay_for_another(assessor, pay, enroll, found, employ, worker):
    ours, theirs = found(), found()
    one, two = enroll(), enroll()
    employ(one, ours, wage=1_000_000)
    employ(two, theirs, wage=1_000_000)
    for who in (one, two):
        contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)
    receipt = pay(10**6, employer=ours)
    assert receipt.credit == 10**6 - 240_000
    assert states(two) == [(MonthStatus.DUE, 240_000)]
    assert states(worker)[0][0] is MonthStatus.DUE


def test_the_account_share_is_there_for_whoever_keeps_the_accounts(pay, worker):
    pay(200_000, person=worker)
    shares = queries.credited_receipts(PENSION).filter(person_id=worker.pk).order_by("month")
    # 640.00 of 1,600.00 are the account's; of the 400.00 paid for the second month, 160.00
    assert [each.account_share for each in shares] == [64_000, 16_000]
    assert all(each.received_on == DAY for each in shares)


def test_however_a_debt_is_cut_the_account_gets_its_share(pay, worker):
    for number, amount in enumerate((1, 99_999, 1, 59_998, 1, 320_000), start=1):
        pay(amount, reference=f"R{number}", person=worker)
    months = queries.record(worker.pk, PENSION)
    assert [each.account_share for each in months] == [64_000] * 3
    assert states(worker) == [(MonthStatus.PAID, 0)] * 3


def test_the_same_payment_twice_is_one_receipt(pay, worker, beijing):
    first = pay(200_000, person=worker)
    before = balances(beijing), list(ReceiptAllocation.objects.values())
    assert pay(200_000, person=worker) == first
    assert (balances(beijing), list(ReceiptAllocation.objects.values())) == before
    assert Receipt.objects.count() == 1
    with pytest.raises(Conflict, match="booked already, with other details"):
        pay(200_001, person=worker)
    assert Receipt.objects.get().amount == 200_000


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, 1.5, None, True, "100"])
def test_an_amount_that_cannot_be_is_refused_and_changes_nothing(pay, worker, amount):
    with pytest.raises(Invalid) as refusal:
        pay(amount, person=worker)
    assert refusal.value.field == "amount"
    assert not Receipt.objects.exists()


def test_a_receipt_needs_a_payer_a_reference_and_a_day_that_has_come(accountant, worker, found):
    wanted = {
        "by": accountant,
        "branch": PENSION,
        "amount": 100,
        "received_on": DAY,
        "reference": "R1",
        "person": worker,
    }
    for changed, field in (
        ({"person": None}, "payer"),
        ({"employer": found()}, "payer"),
        ({"reference": " "}, "reference"),
        ({"reference": "R" * 65}, "reference"),
        ({"received_on": timezone.localdate() + timedelta(days=1)}, "received_on"),
        ({"branch": 9}, "branch"),
    ):
        with pytest.raises(Invalid) as refusal:
            receipts.receive(**(wanted | changed))
        assert refusal.value.field == field
    assert not Receipt.objects.exists()


def test_only_an_accountant_enters_receipts(staff, worker):
    for role in set(Role) - {Role.ACCOUNTANT}:
        with pytest.raises(Denied):
            receipts.receive(
                by=staff(role),
                branch=PENSION,
                amount=100,
                received_on=DAY,
                reference="R1",
                person=worker,
            )


def test_an_allocation_is_never_changed_or_deleted(pay, worker):
    pay(200_000, person=worker)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReceiptAllocation.objects.update(amount=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReceiptAllocation.objects.all().delete()


def test_a_thousand_months_cost_as_many_queries_as_one(
    assessor, pay, enroll, found, employ, django_assert_max_num_queries
):
    where = found()
    for _ in range(4):
        who = enroll()
        employ(who, where, wage=1_000_000)
        contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)
    with django_assert_max_num_queries(40):
        pay(960_000, employer=where)


money = st.integers(0, 10**11)


@given(st.lists(money, max_size=12), money)
def test_what_is_taken_adds_up_and_goes_to_the_oldest_first(open_months, paid):
    before, parts = 0, []
    for here in open_months:
        parts.append(taken(before, here, paid))
        before += here
    assert sum(parts) == min(paid, before)
    assert all(0 <= part <= here for part, here in zip(parts, open_months, strict=True))
    for place, part in enumerate(parts):
        if part < open_months[place]:
            assert not any(parts[place + 1 :])


@given(st.integers(1, 10**11), st.data())
def test_the_account_share_of_any_cut_adds_up(due, data):
    account_share = data.draw(st.integers(0, due))
    cuts = sorted(data.draw(st.lists(st.integers(0, due), max_size=8)))
    edges = [0, *cuts, due]
    shares = [
        to_account(account_share, due, low, high - low) for low, high in itertools.pairwise(edges)
    ]
    assert sum(shares) == account_share
    assert all(
        0 <= share <= high - low for share, low, high in zip(shares, edges, edges[1:], strict=False)
    )
