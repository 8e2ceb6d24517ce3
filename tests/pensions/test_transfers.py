"""Money follows a record from one fund to another: no fen and no month is lost or doubled on the way."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from enrollment import queries as enrollment
from enrollment.models import Category, Coverage, Movement, MovementState
from enrollment.services import cover, movements
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.people import person
from enrollment.services.record import prior
from funds.models import PaymentBatch, accounts
from funds.queries import control
from funds.services import cash
from pensions import queries
from pensions.models import (
    AccountState,
    EntryKind,
    IndividualAccount,
    Transfer,
    TransferState,
)
from pensions.rules.transfer import Payer
from pensions.services import account, claim, entries, payer, transfers
from pensions.services.gathering import account_of
from pensions.services.transfers import balances as held
from socsec.kernel.ids import make_resident_id
from socsec.kernel.months import first_day, last_day, month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Notice

from . import offices
from .conftest import BEIJING, PENSION, SHANGHAI, findings, staff
from .offices import BALANCE, BASE, FIRST, LAST, arrive, in_flight, pay, send, take


@pytest.fixture
def two(edition):
    return offices.two()


@pytest.fixture
def mover(two):
    return two.mover()


@pytest.fixture
def moved(two, mover):
    movement = two.move(mover)
    assert (movement.state, movement.money) == (MovementState.DONE, "due")
    return movement


@pytest.fixture
def due(two, moved):
    return transfers.open_record(by=two.old.intake, movement=moved)


@pytest.fixture
def own_months(two):
    """An own-account worker who paid at a place, and stopped: `own_months(place, first, last, base)`."""

    def make(place, first, last, base, stop=True):
        who = person.enroll(
            by=place.intake,
            name="丁远山",
            resident_id=make_resident_id("110105", date(1990, 5, 6), 12),
            region=place.region,
        )
        cover.start(
            by=place.intake,
            person=who,
            branch=PENSION,
            category=Category.OWN_ACCOUNT,
            region=place.region,
            from_=first_day(first),
            base=base,
        )
        # Whoever works alone pays for no month that had passed when the coverage was taken down.
        Coverage.objects.filter(person=who).update(
            recorded_at=timezone.make_aware(datetime.combine(first_day(first), time()))
        )
        due = 0
        for at in range(first, last + 1):
            made = contributions.assess(by=place.maker, person=who, month=at, branch=PENSION)
            due += sum(each.contribution.due for each in made)
        receipts.receive(
            by=place.money,
            branch=PENSION,
            amount=due,
            received_on=first_day(last + 1),
            reference=f"OWN-{who.pk}",
            person=who,
        )
        account.credit_pending()
        if stop:
            cover.end(
                by=place.intake, person=who, branch=PENSION, last_day=last_day(last), reason="moved"
            )
        return who

    return make


@pytest.fixture
def paid_twice(monkeypatch):
    """A month paid in Shanghai as well: in these books only a correction can bring that about."""

    def make(at):
        real = enrollment.place_months
        there = enrollment.PlaceMonth(at, SHANGHAI, False, False, 9_000_00)
        monkeypatch.setattr(enrollment, "place_months", lambda *a: [*real(*a), there])

    return make


def balances(who, two):
    return queries.balance(who.pk, two.old.fund.pk), queries.balance(who.pk, two.new.fund.pk)


def years(who, pool):
    """What each year of an account bears interest on: the last month, and fen times months."""
    _balance, found = account_of(who.pk, pool, month(2026, 12))
    return [(each.through, each.balance_months) for each in found]


def test_a_record_moves_with_its_money_to_the_fen(two, mover, moved, due):
    assert due.state == TransferState.DUE
    made = transfers.assess(by=two.old.maker, transfer=due)
    # 31,024.77 yuan bear 1.50 % for 2025: 465.37155, so 465.37, together 31,490.14.
    # The pooled fund: 67 months × 5,600.00 = 375,200.00, of which 12 % are 45,024.00.
    assert (made.months, made.wages) == (67, 375_200_00)
    assert (made.account, made.pool, made.total) == (31_490_14, 45_024_00, 76_514_14)
    assert in_flight() == {}

    made = transfers.send(by=two.old.checker, transfer=made)
    assert made.state == TransferState.SENT
    assert balances(mover, two) == (0, 0)
    assert in_flight() == {two.old.fund.pk: -76_514_14, two.new.fund.pk: 76_514_14}
    moved.refresh_from_db()
    assert moved.money == "sent"
    assert findings() == []

    pay(two.old, made)
    assert control(accounts.TRANSFER_EXPENSE)[two.old.fund.pk] == 76_514_14
    made = arrive(two.new, made)
    assert made.state == TransferState.ARRIVED
    assert control(accounts.TRANSFERS_HELD)[two.new.fund.pk] == 76_514_14
    assert findings() == []

    made = take(two.new, made)
    assert (made.state, made.done_on) == (TransferState.DONE, timezone.localdate())
    assert balances(mover, two) == (0, 31_490_14)
    assert in_flight() == {}
    assert control(accounts.TRANSFER_INCOME)[two.new.fund.pk] == 76_514_14
    assert control(accounts.TRANSFERS_HELD)[two.new.fund.pk] == 0
    moved.refresh_from_db()
    assert moved.money == "received"
    assert dict(IndividualAccount.objects.values_list("fund_id", "state")) == {
        two.old.fund.pk: AccountState.CLOSED,
        two.new.fund.pk: AccountState.CONTRIBUTING,
    }
    assert Notice.objects.filter(person_id=mover.pk).count() == 3
    assert findings() == []


def test_the_form_names_every_month_and_both_offices_see_it(two, mover, due):
    made = send(two.old, due)
    rows = list(queries.transfer_months(made).values_list("month", "base", "region"))
    assert rows == [(at, BASE, BEIJING) for at in range(FIRST, LAST + 1)]
    for clerk in (two.old.intake, two.new.intake):
        assert list(queries.transfers(clerk)) == [made]
    assert not queries.transfers(two.stranger).exists()
    assert list(queries.transfers_of(mover.pk)) == [made]


def test_each_side_has_its_case_and_its_clock_of_fifteen_working_days(two, due):
    made = send(two.old, due)
    pay(two.old, made)
    arrive(two.new, made)
    cases = [(each.case.kind, each.case.region_id, each.case.days) for each in made.cases.all()]
    assert cases == [("transfer_send", BEIJING, 15), ("transfer_receive", SHANGHAI, 15)]


def test_the_clock_of_the_old_place_runs_since_the_record_moved(two, moved):
    Movement.objects.filter(pk=moved.pk).update(done_on=timezone.localdate() - timedelta(days=9))
    made = transfers.open_record(by=two.old.intake, movement=moved)
    assert made.cases.get().case.received_on == timezone.localdate() - timedelta(days=9)


def test_the_year_of_the_transfer_bears_its_interest_once_at_the_new_place(two, mover, moved):
    for at, amount in ((month(2026, 3), 800_00), (month(2026, 5), 120_00)):
        entries.write_one(
            fund=two.old.fund,
            kind=EntryKind.OPENING,
            person_id=mover.pk,
            region=BEIJING,
            month=at,
            bears_from=at,
            amount=amount,
            source=f"test:{at}",
        )
    made = send(two.old, transfers.open_record(by=two.old.intake, movement=moved))
    pay(two.old, made)
    take(two.new, arrive(two.new, made))
    # 31,490.14 carried over × 12, 800 since March × 10, 120 since May × 8.
    assert years(mover, two.new.fund) == [
        (month(2026, 12), 31_490_14 * 12 + 800_00 * 10 + 120_00 * 8)
    ]
    assert years(mover, two.old.fund) == []


def test_a_record_goes_on_to_a_third_place_with_all_its_months(two, mover, moved, due):
    pay(two.old, send(two.old, due))
    take(two.new, arrive(two.new, due))
    third = offices.office("510000", "622848000000033")
    onward = two.move(mover, old=two.new, new=third, household_region="510000")
    assert onward.money == "due"
    made = transfers.open_record(by=two.new.intake, movement=onward)
    made = send(two.new, made)
    assert (made.months, made.pool) == (67, 45_024_00)
    assert made.account == 31_490_14


def test_an_account_that_is_there_is_joined_not_opened_twice(two, mover, due):
    entries.write_one(
        fund=two.new.fund,
        kind=EntryKind.OPENING,
        person_id=mover.pk,
        region=SHANGHAI,
        month=month(2026, 2),
        bears_from=month(2026, 3),
        amount=500_00,
        source="test:there",
    )
    pay(two.old, send(two.old, due))
    take(two.new, arrive(two.new, due))
    assert balances(mover, two) == (0, 31_990_14)


def test_what_came_in_afterwards_follows_in_a_second_transfer(two, mover, moved, due):
    pay(two.old, send(two.old, due))
    take(two.new, arrive(two.new, due))
    late = prior.enter_paid(
        by=two.old.intake,
        person=mover,
        branch=PENSION,
        region=BEIJING,
        bases={LAST + 1: BASE},
        document="补缴",
    )
    prior.approve(by=two.old.checker, prior=late)
    second = transfers.open_record(by=two.old.intake, movement=moved)
    second = send(two.old, second)
    # One month: 12 % of 5,600.00; the account was emptied before.
    assert (second.months, second.pool, second.account) == (1, 672_00, 0)
    pay(two.old, second)
    take(two.new, arrive(two.new, second))
    assert findings() == []


def test_a_record_without_money_moves_without_a_payment(two):
    who = two.mover(balance=0)
    movement = two.move(who)
    made = transfers.open_record(by=two.old.intake, movement=movement)
    made = transfers.assess(by=two.old.maker, transfer=made)
    assert (made.account, made.pool) == (0, 45_024_00)


# on the way back


def test_what_has_not_been_paid_is_recalled_and_all_is_as_before(two, mover, moved, due):
    made = send(two.old, due)
    made = transfers.recall(by=two.old.checker, transfer=made, text="基数有误")
    assert (made.state, made.envelope, in_flight()) == (TransferState.DUE, None, {})
    assert balances(mover, two) == (31_490_14, 0)
    assert IndividualAccount.objects.get().state == AccountState.CONTRIBUTING
    assert PaymentBatch.objects.get().state == PaymentBatch.State.CANCELLED
    moved.refresh_from_db()
    assert moved.money == "due"
    assert years(mover, two.old.fund) == [(month(2026, 12), 31_490_14 * 12)]
    # Another form, another case, the same sums.
    made = send(two.old, made)
    assert (made.turn, made.total) == (2, 76_514_14)
    assert made.cases.filter(case__kind="transfer_send").count() == 2
    assert findings() == []


def test_what_the_bank_returned_is_recalled_too(two, mover, due):
    made = send(two.old, due)
    pay(two.old, made, returned=True)
    made = transfers.recall(by=two.old.checker, transfer=made, text="账号不存在")
    assert (made.state, in_flight()) == (TransferState.DUE, {})
    assert balances(mover, two) == (31_490_14, 0)
    assert control(accounts.TRANSFER_EXPENSE).get(two.old.fund.pk, 0) == 0
    assert findings() == []


def test_what_is_at_the_bank_is_not_recalled(two, due, refuses):
    made = send(two.old, due)
    pay(two.old, made)
    refuses(Refused, "at_the_bank", transfers.recall, by=two.old.checker, transfer=made, text="x")


def test_a_rejected_form_sends_the_money_back_and_restores_everything(two, mover, moved, due):
    made = send(two.old, due)
    pay(two.old, made)
    arrive(two.new, made)
    transfers.compare(by=two.new.maker, transfer=made)
    made = transfers.reject(by=two.new.checker, transfer=made, reason="months_differ")
    assert (made.state, made.reason) == (TransferState.BACK, "months_differ")
    assert control(accounts.TRANSFERS_HELD)[two.new.fund.pk] == 0
    assert in_flight() == {two.old.fund.pk: -76_514_14, two.new.fund.pk: 76_514_14}
    assert balances(mover, two) == (0, 0)
    assert findings() == []
    made = transfers.came_back(
        by=two.old.money, transfer=made, on=timezone.localdate(), reference="BACK-1"
    )
    assert (made.state, in_flight()) == (TransferState.DUE, {})
    assert balances(mover, two) == (31_490_14, 0)
    assert control(accounts.TRANSFER_EXPENSE)[two.old.fund.pk] == 0
    assert control(accounts.INCOME_ACCOUNT)[two.new.fund.pk] == 0
    moved.refresh_from_db()
    assert moved.money == "due"
    assert findings() == []
    pay(two.old, send(two.old, made))
    take(two.new, arrive(two.new, made))
    assert balances(mover, two) == (0, 31_490_14)
    assert findings() == []


def test_money_that_was_swept_meanwhile_goes_back_from_the_expenditure_account(two, due):
    made = send(two.old, due)
    pay(two.old, made)
    arrive(two.new, made)
    cash.sweep(two.new.fund, by=two.new.money)
    transfers.compare(by=two.new.maker, transfer=made)
    transfers.reject(by=two.new.checker, transfer=made, reason="amounts_differ")
    assert control(accounts.TRANSFERS_HELD)[two.new.fund.pk] == 0
    assert control(accounts.FISCAL_ACCOUNT)[two.new.fund.pk] == 1_000_000_00
    assert findings() == []


def test_a_transfer_that_is_given_up_takes_the_record_back_to_the_old_place(two, mover, moved, due):
    transfers.assess(by=two.old.maker, transfer=due)
    made = transfers.give_up(by=two.old.checker, transfer=due, reason="wrong_person")
    assert made.state == TransferState.REFUSED
    moved.refresh_from_db()
    mover.refresh_from_db()
    assert (moved.state, moved.money, moved.done_on) == (MovementState.RETURNED, "none", None)
    assert mover.region == "110105"
    assert balances(mover, two) == (BALANCE, 0)
    # The record may be asked for again.
    again = two.move(mover)
    assert transfers.open_record(by=two.old.intake, movement=again).state == TransferState.DUE


# months insured twice


def test_what_was_credited_for_a_month_that_does_not_count_goes_to_the_person(
    two, own_months, paid_twice, bank
):
    # January to March 2026 in Beijing on 8,000 yuan; March in Shanghai too, where it counts.
    who = own_months(two.old, month(2026, 1), month(2026, 3), 8_000_00)
    paid_twice(month(2026, 3))
    movement = two.move(who, keep=2)
    made = send(two.old, transfers.open_record(by=two.old.intake, movement=movement))
    # The account: 3 × 640.00; 640.00 of March stay for the person. The pool: 12 % of 16,000.00.
    assert (made.months, made.account, made.refund, made.pool) == (2, 1_280_00, 640_00, 1_920_00)
    with pytest.raises(Conflict):
        transfers.pay_refund(by=two.old.money, transfer=made)
    pay(two.old, made)
    made = take(two.new, arrive(two.new, made))
    with pytest.raises(Refused):
        transfers.pay_refund(by=two.old.money, transfer=made)
    who.refresh_from_db()
    bank(who, by=two.new.intake)
    made = transfers.pay_refund(by=two.old.money, transfer=made)
    offices.release(two.old, made.refund_envelope_id)
    assert control(accounts.OTHER_EXPENSE)[two.old.fund.pk] == 640_00
    assert balances(who, two) == (0, 1_280_00)
    with pytest.raises(Conflict):
        transfers.pay_refund(by=two.old.money, transfer=made)
    assert findings() == []


def test_a_rejected_form_puts_what_was_to_be_given_back_on_the_account_again(
    two, own_months, paid_twice
):
    who = own_months(two.old, month(2026, 1), month(2026, 3), 8_000_00)
    paid_twice(month(2026, 3))
    movement = two.move(who, keep=2)
    made = send(two.old, transfers.open_record(by=two.old.intake, movement=movement))
    assert balances(who, two) == (0, 0)
    transfers.recall(by=two.old.checker, transfer=made, text="核对")
    assert balances(who, two) == (1_920_00, 0)
    assert findings() == []


# refusals


@pytest.mark.parametrize("amount", [76_514_13, 76_514_15])
def test_an_amount_that_differs_by_a_fen_is_not_booked(two, due, refuses, amount):
    made = send(two.old, due)
    pay(two.old, made)
    refuses(
        Refused,
        "amount_differs",
        transfers.arrive,
        by=two.new.money,
        transfer=made,
        amount=amount,
        on=timezone.localdate(),
        reference="X",
    )


def test_nothing_arrives_that_the_bank_has_not_paid(two, due, refuses):
    made = send(two.old, due)
    refuses(
        Refused,
        "not_paid_yet",
        transfers.arrive,
        by=two.new.money,
        transfer=made,
        amount=made.total,
        on=timezone.localdate(),
        reference="X",
    )


def test_books_that_changed_since_the_form_send_nothing(two, mover, due, refuses):
    transfers.assess(by=two.old.maker, transfer=due)
    more = prior.enter_paid(
        by=two.old.intake,
        person=mover,
        branch=PENSION,
        region=BEIJING,
        bases={LAST + 1: BASE},
        document="补",
    )
    prior.approve(by=two.old.checker, prior=more)
    refuses(Conflict, "facts_changed", transfers.send, by=two.old.checker, transfer=due)


def test_credits_that_no_receipt_explains_never_leave_the_office(two, mover, due, refuses):
    entries.write_one(
        fund=two.old.fund,
        kind=EntryKind.CREDIT,
        person_id=mover.pk,
        region=BEIJING,
        month=month(2026, 3),
        bears_from=month(2026, 3),
        amount=800_00,
        source="test:credit",
    )
    refuses(Refused, "not_credited", transfers.assess, by=two.old.maker, transfer=due)


def test_a_balance_that_its_entries_do_not_make_never_leaves_the_office(
    two, mover, due, refuses, monkeypatch
):
    real = held.held

    def short(*args):
        found = real(*args)
        return type(found)(found.interest, found.parts[:-1], found.opens)

    monkeypatch.setattr(held, "held", short)
    refuses(Refused, "does_not_add_up", transfers.assess, by=two.old.maker, transfer=due)


def test_four_eyes_and_the_right_office_on_both_sides(two, due, refuses):
    refuses(NotFound, "outside_region", transfers.assess, by=two.new.maker, transfer=due)
    refuses(Denied, "not_permitted", transfers.assess, by=two.old.intake, transfer=due)
    transfers.assess(by=two.old.maker, transfer=due)
    refuses(NotFound, "outside_region", transfers.send, by=two.new.checker, transfer=due)
    refuses(NotFound, "outside_region", transfers.send, by=two.stranger, transfer=due)
    made = transfers.send(by=two.old.checker, transfer=due)
    pay(two.old, made)
    refuses(
        NotFound,
        "outside_region",
        transfers.arrive,
        by=two.old.money,
        transfer=made,
        amount=made.total,
        on=timezone.localdate(),
        reference="X",
    )
    arrive(two.new, made)
    refuses(NotFound, "outside_region", transfers.compare, by=two.old.maker, transfer=made)
    transfers.compare(by=two.new.maker, transfer=made)
    refuses(NotFound, "outside_region", transfers.take_over, by=two.old.checker, transfer=made)
    refuses(
        Invalid, "no_reason", transfers.reject, by=two.new.checker, transfer=made, reason="whim"
    )


def test_a_second_transfer_beside_the_first_is_refused(two, moved, due, refuses):
    refuses(
        Conflict, "transfer_under_way", transfers.open_record, by=two.old.intake, movement=moved
    )


def test_money_does_not_move_before_the_record(two, mover, refuses):
    movement = movements.ask(
        by=two.new.intake,
        person=mover,
        branch=PENSION,
        from_region=BEIJING,
        to_region=SHANGHAI,
        household_region=BEIJING,
        channel="counter",
    )
    refuses(
        Refused, "record_not_moved", transfers.open_record, by=two.old.intake, movement=movement
    )


def test_without_an_account_of_the_new_place_nothing_is_sent(two, mover, refuses):
    third = offices.office("440000", "622848000000041")
    third.fund.transfer_accounts.update(state="closed")
    movement = two.move(mover, new=third, household_region="440000")
    made = transfers.open_record(by=two.old.intake, movement=movement)
    transfers.assess(by=two.old.maker, transfer=made)
    refuses(Refused, "no_transfer_account", transfers.send, by=two.old.checker, transfer=made)


def test_an_account_for_transfers_needs_two(two, refuses):
    entered = transfers.enter_account(
        by=two.new.money, fund=two.new.fund, payee="中心", bank="银行", account="622848000000058"
    )
    both = staff("accountant", "reviewer")
    mine = transfers.enter_account(
        by=both, fund=two.new.fund, payee="中心", bank="银行", account="622848000000066"
    )
    refuses(Denied, "four_eyes", transfers.approve_account, by=both, account=mine)
    transfers.approve_account(by=two.new.checker, account=entered)
    refuses(
        Conflict,
        "decided_already",
        transfers.approve_account,
        by=two.new.releaser,
        account=entered,
    )


# temporary accounts


def test_a_temporary_account_joins_its_record_with_everything_that_was_paid(
    two, own_months, refuses
):
    who = own_months(two.new, month(2026, 1), month(2026, 3), 10_000_00, stop=False)
    movement = movements.ask(
        by=two.new.intake,
        person=who,
        branch=PENSION,
        from_region=BEIJING,
        to_region=SHANGHAI,
        household_region="510000",
        channel="counter",
    )
    Movement.objects.filter(pk=movement.pk).update(state=MovementState.TEMPORARY)
    movement.refresh_from_db()
    refuses(
        Refused, "still_insured", transfers.open_temporary, by=two.new.intake, movement=movement
    )
    cover.end(
        by=two.new.intake, person=who, branch=PENSION, last_day=date(2026, 3, 31), reason="left"
    )
    made = transfers.open_temporary(by=two.new.intake, movement=movement)
    made = send(two.new, made)
    # 3 × 10,000: 8 % to the account, and all of the other 12 % of what was paid.
    assert (made.account, made.pool, made.months) == (2_400_00, 3_600_00, 3)
    pay(two.new, made)
    take(two.old, arrive(two.old, made))
    assert balances(who, two) == (2_400_00, 0)
    assert findings() == []
    assert Transfer.objects.get().state == TransferState.DONE
    assert Case.objects.filter(state__in=Case.OPEN, kind__startswith="transfer").count() == 0


# who pays in the end


def test_a_claim_at_a_place_that_does_not_pay_is_refused_with_the_place_that_does(
    two, enroll, refuses
):
    who = enroll()  # born in March 1966
    entered = prior.enter_paid(
        by=two.old.intake,
        person=who,
        branch=PENSION,
        region=BEIJING,
        bases=dict.fromkeys(range(month(2010, 1), month(2024, 12) + 1), BASE),
        document="北京缴费记录",
    )
    prior.approve(by=two.old.checker, prior=entered)
    asked = {"person": who, "start_month": month(2026, 12), "category": 0, "channel": "counter"}
    asked |= {"by": two.new.intake, "region": SHANGHAI}
    # Fifteen years in Beijing, none in Shanghai, and a household in Guangdong: Beijing pays.
    two.move(who, household_region="440000", transferred=True)
    refuses(Refused, "another_place_pays", claim.open_claim, **asked)
    found = payer.payer_of(who, SHANGHAI)
    assert (found.payer, found.region) == (Payer.EARLIER, BEIJING)
    # The same with the household in Shanghai: Shanghai pays.
    Movement.objects.update(household_region=SHANGHAI)
    assert payer.payer_of(who, SHANGHAI).payer == Payer.HOME
    assert claim.open_claim(**asked).region == SHANGHAI
