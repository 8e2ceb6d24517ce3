"""The monthly payroll: who is paid what, once; who is held; what is undone; what the bank sends back."""

import itertools
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from enrollment.services.living import life
from enrollment.services.people import bank_account
from funds import queries as funds
from funds.models import PaymentBatch, PaymentOrder, accounts
from funds.services import payments
from pensions import batch, queries
from pensions.models import (
    Award,
    AwardState,
    Benefit,
    EntryKind,
    HeldPayment,
    PaymentState,
    Payroll,
    PensionPayment,
    ReturnedPayment,
    WithdrawnPayment,
)
from pensions.services import award, entries, returns
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, NotFound, Refused
from socsec.office.models import Role, Run, RunChunk
from socsec.office.services import run as runs
from socsec.office.services import work as worker
from tests.funds.bank import answer

from .conftest import BEIJING, PUDONG, SHANGHAI, START, findings, staff

pytestmark = pytest.mark.django_db

HUANGPU = "310101"
SEPTEMBER = month(2026, 9)
KIND = "pension_payroll"


@pytest.fixture
def pensioner(shanghai, enroll, bank):
    """Somebody whose pension was taken over from earlier books: `pensioner(fen)`.

    Paid up to August: the first payroll pays September.
    """

    def make(amount=2_000_00, name="赵老", region=PUDONG, account=True, balance=0, share=0):
        who = enroll(name=name, born=date(1950, 5, 5), region=region)
        parts = {"basic": amount - share, "account": share, "transitional": 0}
        taken = Award.objects.create(
            person=who, region=region, from_month=month(2015, 1), monthly=amount, **parts
        )
        Benefit.objects.create(
            person_id=who.pk, award_id=taken.pk, from_month=month(2015, 1), **parts
        )
        if balance:
            entries.write_one(
                fund=shanghai,
                kind=EntryKind.OPENING,
                person_id=who.pk,
                region=region,
                month=month(2026, 8),
                bears_from=month(2026, 9),
                amount=balance,
                source=f"balance {who.pk}",
            )
        if account:
            bank(who)
        return taken

    return make


def draft(by, at=SEPTEMBER, region=SHANGHAI):
    made = runs.draft(kind=KIND, month=at, region=region, by=by)
    return runs.preview(run_id=made.pk, by=by)


def paid_months(person_id):
    return [
        (row.month, row.amount)
        for row in PensionPayment.objects.filter(person_id=person_id).order_by("month")
    ]


# who is paid what


def test_a_payroll_pays_the_month_and_arrears_from_the_start(zhang, granted, drive, pensioner):
    granted(zhang)
    old = pensioner(2_000_00)
    done = drive(KIND, SEPTEMBER)
    assert done.state == Run.State.POSTED
    # July, August and September of Zhang, September of the other
    assert (done.count, done.total) == (2, 3 * 3_835_70 + 2_000_00)
    assert done.preview["figures"] == {
        "basic": 3 * 2_730_10 + 2_000_00,
        "account": 3 * 1_105_60,
        "transitional": 0,
        "addition": 0,
        "arrears": 2 * 3_835_70,
    }
    assert done.preview["regions"] == {PUDONG: [2, 3 * 3_835_70 + 2_000_00]}
    assert paid_months(zhang.pk) == [(START + n, 3_835_70) for n in range(3)]
    assert paid_months(old.person_id) == [(SEPTEMBER, 2_000_00)]
    assert Award.objects.get(person=zhang).owed_from is None
    envelope = Payroll.objects.get(run=done).envelope
    orders = PaymentOrder.objects.filter(batch_id=envelope.pk).order_by("person_id")
    assert [(order.person_id, order.amount) for order in orders] == [
        (zhang.pk, 3 * 3_835_70),
        (old.person_id, 2_000_00),
    ]
    assert findings() == []
    # The month after, there are no arrears left.
    again = drive(KIND, SEPTEMBER + 1)
    assert again.total == 3_835_70 + 2_000_00
    assert findings() == []


def test_the_preview_shows_who_changed_most_and_how_it_came_about(
    zhang, granted, drive, pensioner, assessor
):
    gone, same = pensioner(9_000_00), pensioner(100_00)
    drive(KIND, SEPTEMBER)
    granted(zhang)
    Award.objects.filter(pk=gone.pk).update(state=AwardState.SUSPENDED)
    Benefit.objects.create(
        person_id=same.person_id,
        award_id=same.pk,
        from_month=SEPTEMBER + 1,
        basic=103_00,
        account=0,
        transitional=0,
    )
    shown = draft(assessor, SEPTEMBER + 1).preview
    assert [(row["person_id"], row["kind"], row["change"]) for row in shown["changes"]] == [
        (gone.person_id, "gone", -9_000_00),
        (zhang.pk, "new", 3_835_70),
        (same.person_id, "more", 3_00),
    ]
    assert shown["samples"][0]["result"]["amount"] == "3835.70"


def test_an_empty_selection_pays_nobody(shanghai, assessor, reviewer, refuses):
    made = draft(assessor)
    assert (made.count, made.total) == (0, 0)
    refuses(Refused, "run_empty", runs.approve, run_id=made.pk, by=reviewer, total=0)
    assert PensionPayment.objects.count() == 0
    assert batch.PensionPayroll().chunks(made) == []


def test_a_benefit_that_rises_is_paid_from_its_month_on(pensioner, drive):
    old = pensioner(2_000_00)
    Award.objects.filter(pk=old.pk).update(owed_from=month(2026, 7))
    Benefit.objects.create(
        person_id=old.person_id,
        award_id=old.pk,
        from_month=month(2026, 8),
        basic=2_040_00,
        account=0,
        transitional=0,
    )
    drive(KIND, SEPTEMBER)
    assert paid_months(old.person_id) == [
        (month(2026, 7), 2_000_00),
        (month(2026, 8), 2_040_00),
        (SEPTEMBER, 2_040_00),
    ]


def test_awards_that_begin_later_are_suspended_or_belong_elsewhere_are_not_paid(pensioner, drive):
    paid, later, suspended, elsewhere = (pensioner(name=name) for name in "甲乙丙丁")
    Award.objects.filter(pk=later.pk).update(from_month=SEPTEMBER + 1, owed_from=SEPTEMBER + 1)
    Award.objects.filter(pk=suspended.pk).update(state=AwardState.SUSPENDED)
    Award.objects.filter(pk=elsewhere.pk).update(region=BEIJING)
    done = drive(KIND, SEPTEMBER)
    assert list(PensionPayment.objects.values_list("person_id", flat=True)) == [paid.person_id]
    assert done.count == 1
    assert Award.objects.get(pk=later.pk).owed_from == SEPTEMBER + 1


def test_the_account_pays_its_part_until_it_is_used_up(pensioner, drive, shanghai):
    """1,000 yuan a month from an account of 2,500: 1,000, 1,000, 500, then the pool alone."""
    old = pensioner(3_000_00, share=1_000_00, balance=2_500_00)
    Award.objects.filter(pk=old.pk).update(owed_from=SEPTEMBER - 1)
    for n in range(3):
        drive(KIND, SEPTEMBER + n)
    rows = PensionPayment.objects.filter(person_id=old.person_id).order_by("month")
    assert [(row.amount, row.from_account) for row in rows] == [
        (3_000_00, 1_000_00),
        (3_000_00, 1_000_00),
        (3_000_00, 500_00),
        (3_000_00, 0),
    ]
    drawn = queries.statement(old.person_id).filter(kind=EntryKind.BENEFIT).order_by("seq")
    # one entry a payroll: the first one paid two months
    assert [(entry.month, entry.amount, entry.balance) for entry in drawn] == [
        (SEPTEMBER, -2_000_00, 500_00),
        (SEPTEMBER + 1, -500_00, 0),
    ]
    assert funds.balance(shanghai, accounts.INDIVIDUAL_ACCOUNTS) == 0
    assert queries.monthly_totals(SHANGHAI, SEPTEMBER, SEPTEMBER) == [
        queries.MonthTotal(SEPTEMBER, 1, 6_000_00, 2_000_00)
    ]
    assert findings() == []


# once


def test_the_same_payroll_twice_is_refused_by_the_database(pensioner, drive, assessor, refuses):
    pensioner()
    drive(KIND, SEPTEMBER)
    for region in (SHANGHAI, PUDONG):
        refuses(
            Conflict,
            "run_exists",
            runs.draft,
            kind=KIND,
            month=SEPTEMBER,
            region=region,
            by=assessor,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(
            kind=KIND,
            month=SEPTEMBER,
            region_id=PUDONG,
            region_low=310115,
            region_high=310115,
            params=Run.objects.get().params,
            digest=Run.objects.get().digest,
            identity=Run.objects.get().identity,
            maker=assessor,
        )


def test_a_month_of_an_award_cannot_be_paid_twice(pensioner, drive):
    old = pensioner()
    drive(KIND, SEPTEMBER)
    columns = PensionPayment.objects.values().get(person_id=old.person_id)
    with pytest.raises(IntegrityError, match="pensionpayment_pkey"), transaction.atomic():
        PensionPayment.objects.bulk_create([PensionPayment(**{**columns, "run_id": 0})])


def test_payrolls_follow_each_other_month_by_month(pensioner, drive, assessor, refuses):
    pensioner()
    drive(KIND, SEPTEMBER)
    for at in (SEPTEMBER + 2, SEPTEMBER - 1):
        made = runs.draft(kind=KIND, month=at, region=SHANGHAI, by=assessor)
        refuses(Refused, "payroll_out_of_turn", runs.preview, run_id=made.pk, by=assessor)


def test_a_payroll_waits_until_the_one_before_is_posted(pensioner, assessor, reviewer, refuses):
    pensioner()
    first = draft(assessor)
    runs.approve(run_id=first.pk, by=reviewer, total=first.total)
    second = runs.draft(kind=KIND, month=SEPTEMBER + 1, region=SHANGHAI, by=assessor)
    refuses(Refused, "payroll_out_of_turn", runs.preview, run_id=second.pk, by=assessor)


def test_the_whole_country_has_no_one_payroll(pensioner, refuses):
    pensioner()
    central = staff(Role.ASSESSOR, region="000000")
    made = runs.draft(kind=KIND, month=SEPTEMBER, region="000000", by=central)
    refuses(Refused, "no_fund", runs.preview, run_id=made.pk, by=central)


def test_makers_do_not_approve_and_strangers_see_nothing(pensioner, assessor, refuses):
    pensioner()
    both = staff(Role.ASSESSOR, Role.REVIEWER)
    made = draft(both)
    refuses(Denied, "four_eyes", runs.approve, run_id=made.pk, by=both, total=made.total)
    beijing = staff(Role.REVIEWER, region=BEIJING)
    refuses(NotFound, "outside_region", runs.approve, run_id=made.pk, by=beijing, total=made.total)
    refuses(Denied, "not_permitted", runs.approve, run_id=made.pk, by=assessor, total=made.total)


def test_something_that_changed_since_the_approval_stops_the_run(
    pensioner, assessor, reviewer, intake
):
    stays, dies = pensioner(), pensioner(name="钱老")
    made = draft(assessor)
    runs.approve(run_id=made.pk, by=reviewer, total=made.total)
    life.record_death(by=intake, person=dies.person, died_on=date(2026, 8, 9), document="证明")
    worker.work(made.pk)
    made.refresh_from_db()
    assert made.state == Run.State.FAILED
    assert PaymentBatch.objects.count() == 0
    runs.abandon(run_id=made.pk, by=staff(Role.ASSESSOR), reason="有人去世")
    worker.work(made.pk)
    assert PensionPayment.objects.count() == 0
    assert findings() == []
    again = draft(assessor)
    assert (again.count, again.total) == (1, stays.monthly)


def test_a_worker_killed_midway_loses_nothing_and_doubles_nothing(
    pensioner, assessor, reviewer, monkeypatch, settings
):
    people = [
        pensioner(1_000_00 + n, name=f"人{n}", share=100_00, balance=500_00) for n in range(4)
    ]
    monkeypatch.setattr(batch, "CHUNK", 1)
    made = draft(assessor)
    runs.approve(run_id=made.pk, by=reviewer, total=made.total)
    kind = batch.PensionPayroll
    whole, calls = kind.execute, []

    class Killed(BaseException):
        """What no handler of errors catches, as little as a worker outlives SIGKILL."""

    def dies_in_the_second_part(self, chunk):
        counts = whole(self, chunk)
        calls.append(chunk.number)
        if len(calls) == 2:
            raise Killed  # everything is written, nothing is committed
        return counts

    monkeypatch.setattr(kind, "execute", dies_in_the_second_part)
    with pytest.raises(Killed):
        worker.work(made.pk)
    assert PensionPayment.objects.count() == 1
    assert RunChunk.objects.filter(run=made, state=RunChunk.State.DONE).count() == 1
    monkeypatch.setattr(kind, "execute", whole)
    # Once the dead worker's lease has run out, another takes its part again.
    RunChunk.objects.filter(state=RunChunk.State.TAKEN).update(leased_until=made.drafted_at)
    worker.work(made.pk)
    made.refresh_from_db()
    assert made.state == Run.State.POSTED
    assert sorted(PensionPayment.objects.values_list("person_id", "amount")) == sorted(
        (each.person_id, each.monthly) for each in people
    )
    assert findings() == []


def test_a_chunk_costs_the_same_for_many_as_for_one(pensioner, assessor, reviewer):
    counts = []
    for region, people in ((PUDONG, 1), (HUANGPU, 5)):
        for n in range(people):
            pensioner(name=f"人{region}{n}", region=region, share=100_00, balance=1_000_00)
        made = draft(assessor, region=region)
        runs.approve(run_id=made.pk, by=reviewer, total=made.total)
        with CaptureQueriesContext(connection) as seen:
            worker.work(made.pk)
        made.refresh_from_db()
        assert (made.state, made.count) == (Run.State.POSTED, people)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_ranges_cover_everybody_without_gaps(pensioner, assessor, monkeypatch):
    people = [pensioner(name=f"人{n}") for n in range(5)]
    monkeypatch.setattr(batch, "CHUNK", 2)
    spans = batch.PensionPayroll().chunks(draft(assessor))
    assert len(spans) == 3
    assert spans[0]["first"] == 0
    assert all(b["first"] == a["last"] + 1 for a, b in itertools.pairwise(spans))
    assert spans[-1]["last"] > max(each.person_id for each in people) * 1000


# held


def test_whoever_has_no_bank_account_is_held_in_sight_and_paid_later(
    pensioner, drive, bank, assessor, refuses
):
    paid, held = pensioner(2_000_00), pensioner(1_500_00, account=False)
    shown = draft(assessor)
    assert shown.preview["held"] == [{**batch.NO_ACCOUNT, "count": 1, "total": 1_500_00}]
    assert (shown.count, shown.total) == (1, 2_000_00)
    runs.abandon(run_id=shown.pk, by=assessor, reason="再看一次")
    drive(KIND, SEPTEMBER)
    assert HeldPayment.objects.get().amount == 1_500_00
    assert Award.objects.get(pk=held.pk).owed_from == SEPTEMBER
    assert list(queries.held(assessor)) == [HeldPayment.objects.get()]
    assert list(queries.without_account(assessor)) == [held]
    drive(KIND, SEPTEMBER + 1)
    assert [row.months for row in HeldPayment.objects.order_by("run_id")] == [1, 2]
    bank(held.person)
    done = drive(KIND, SEPTEMBER + 2)
    assert done.total == 2_000_00 + 3 * 1_500_00
    assert paid_months(held.person_id) == [(SEPTEMBER + n, 1_500_00) for n in range(3)]
    assert list(queries.held(assessor)) == []
    assert findings() == []
    assert paid_months(paid.person_id) == [(SEPTEMBER + n, 2_000_00) for n in range(3)]


# deaths


def test_the_dead_are_paid_for_the_month_of_death_and_no_longer(pensioner, drive, intake, assessor):
    dies = pensioner()
    lives = pensioner(name="孙老")
    life.record_death(by=intake, person=dies.person, died_on=date(2026, 9, 2), document="证明")
    drive(KIND, SEPTEMBER)
    assert paid_months(dies.person_id) == [(SEPTEMBER, 2_000_00)]
    assert list(queries.dead_in_payment(assessor)) == [dies]
    (ended,) = award.pull_deaths()
    assert (ended.pk, ended.state, ended.until_month) == (dies.pk, AwardState.ENDED, SEPTEMBER)
    assert award.pull_deaths() == []
    done = drive(KIND, SEPTEMBER + 1)
    assert done.count == 1
    assert paid_months(lives.person_id)[-1] == (SEPTEMBER + 1, 2_000_00)
    assert findings() == []


def test_a_death_reported_late_shows_what_was_overpaid(pensioner, drive, intake, assessor):
    dies = pensioner()
    drive(KIND, SEPTEMBER)
    drive(KIND, SEPTEMBER + 1)
    life.record_death(by=intake, person=dies.person, died_on=date(2026, 8, 20), document="证明")
    over = queries.paid_after_death(assessor)
    assert [(row.person_id, row.month) for row in over] == [
        (dies.person_id, SEPTEMBER),
        (dies.person_id, SEPTEMBER + 1),
    ]
    stranger = staff(Role.ASSESSOR, region=BEIJING)
    assert list(queries.paid_after_death(stranger)) == []
    # Nobody knew: it is a task, not a fault of the books.
    assert findings() == []


def test_verify_names_payments_to_people_known_to_be_dead(pensioner, drive):
    dies = pensioner()
    drive(KIND, SEPTEMBER)
    type(dies.person).objects.filter(pk=dies.person_id).update(
        died_on=date(2026, 8, 20), death_known_on=date(2026, 8, 25)
    )
    (found,) = findings("pensions.paid_dead")
    assert found[1] == f"person {dies.person_id}, 2026-09"


# suspension


def test_a_suspended_pension_is_paid_from_where_it_is_resumed(pensioner, drive, assessor, refuses):
    old = pensioner()
    drive(KIND, SEPTEMBER)
    told = {"by": assessor, "award": old, "reason": "待资格认证"}
    refuses(Refused, "paid_already", award.suspend, from_month=SEPTEMBER, **told)
    award.suspend(from_month=SEPTEMBER + 1, **told)
    refuses(Conflict, "award_moved_on", award.suspend, from_month=SEPTEMBER + 1, **told)
    shown = draft(assessor, SEPTEMBER + 1)
    assert shown.count == 0
    runs.abandon(run_id=shown.pk, by=assessor, reason="没有人")
    award.resume(from_month=SEPTEMBER + 1, **{**told, "reason": "已认证"})
    done = drive(KIND, SEPTEMBER + 1)
    assert (done.count, done.total) == (1, 2_000_00)


def test_awards_are_ended_once_and_with_a_reason(pensioner, assessor, reviewer, refuses):
    old = pensioner()
    told = {"award": old, "last_month": SEPTEMBER, "reason": "重复领取"}
    refuses(Denied, "not_permitted", award.end, by=reviewer, end_reason="error", **told)
    own = staff(Role.ASSESSOR, person_id=old.person_id)
    refuses(Denied, "own_case", award.end, by=own, end_reason="error", **told)
    award.end(by=assessor, end_reason="error", **told)
    refuses(Conflict, "award_moved_on", award.end, by=assessor, end_reason="error", **told)
    old.refresh_from_db()
    assert (old.state, old.until_month, old.end_reason) == (AwardState.ENDED, SEPTEMBER, "error")


# reversal


def test_a_payroll_is_reversed_before_its_money_leaves_and_paid_anew(
    zhang, granted, pensioner, drive, reviewer, shanghai
):
    granted(zhang)
    pensioner(share=100_00, balance=1_000_00)
    before = funds.balance(shanghai, accounts.INDIVIDUAL_ACCOUNTS)
    done = drive(KIND, SEPTEMBER)
    runs.reverse(run_id=done.pk, by=reviewer, reason="银行账户有误")
    worker.work(done.pk)
    done.refresh_from_db()
    assert done.state == Run.State.REVERSED
    assert PensionPayment.objects.count() == 0
    assert WithdrawnPayment.objects.count() == 4
    assert Payroll.objects.get(run=done).envelope.state == PaymentBatch.State.CANCELLED
    assert funds.balance(shanghai, accounts.INDIVIDUAL_ACCOUNTS) == before
    assert Award.objects.get(person=zhang).owed_from == START
    assert findings() == []
    again = drive(KIND, SEPTEMBER)
    assert (again.count, again.total) == (done.count, done.total)
    assert findings() == []


def test_only_the_last_payroll_can_be_reversed_and_only_while_its_money_is_here(
    pensioner, drive, reviewer, accountant, refuses
):
    pensioner()
    first = drive(KIND, SEPTEMBER)
    second = drive(KIND, SEPTEMBER + 1)
    told = {"by": reviewer, "reason": "?"}
    refuses(Refused, "payroll_out_of_turn", runs.reverse, run_id=first.pk, **told)
    envelope = Payroll.objects.get(run=second).envelope
    payments.release(envelope.pk, by=reviewer, on=date(2026, 10, 8))
    refuses(Refused, "paid_already", runs.reverse, run_id=second.pk, **told)


# what the bank said


@pytest.fixture
def sent(pensioner, drive, reviewer):
    """Two pensions on their way to the bank: one will be paid, one will come back."""
    good, bad = pensioner(2_000_00, name="周老"), pensioner(1_500_00, name="吴老")
    done = drive(KIND, SEPTEMBER)
    envelope = Payroll.objects.get(run=done).envelope
    payments.release(envelope.pk, by=reviewer, on=date(2026, 10, 8))
    return good, bad, envelope


def back(envelope, good, bad, by, word="RETURNED", number="R1"):
    lines = [(f"P{envelope.pk}-{bad.person_id}-1", bad.monthly, word)]
    if good is not None:
        lines.append((f"P{envelope.pk}-{good.person_id}-1", good.monthly, "PAID"))
    file = answer(envelope.pk, lines, number=number, day=date(2026, 10, 9))
    payments.read_return(file, by=by)


def test_payments_say_how_far_they_have_got(sent, accountant):
    good, bad, envelope = sent
    assert [row.state for row in queries.payments(good.person_id)] == [PaymentState.SENT]
    back(envelope, good, bad, accountant)
    (row,) = queries.payments(good.person_id)
    assert (row.state, row.paid_month, row.arrears) == (PaymentState.PAID, SEPTEMBER, False)
    (row,) = queries.payments(bad.person_id)
    assert (row.state, row.reason) == (PaymentState.RETURNED, "账号不存在")


def test_a_returned_payment_is_a_task_until_it_is_ordered_again_once(
    sent, accountant, reviewer, intake, refuses
):
    good, bad, envelope = sent
    assert returns.pull().returned == 0
    back(envelope, good, bad, accountant)
    assert returns.pull().returned == 1
    assert returns.pull().returned == 0
    (task,) = queries.returned(accountant)
    assert (task.person_id, task.amount, task.reason) == (bad.person_id, 1_500_00, "账号不存在")
    assert list(queries.returned(staff(Role.ACCOUNTANT, region=BEIJING))) == []
    key = {"person_id": bad.person_id, "batch_id": envelope.pk, "seq": 1}
    refuses(Denied, "not_permitted", returns.reissue, by=intake, **key)
    bank_account.set(
        by=intake,
        person=bad.person,
        purpose="benefit",
        account="622848009999",
        bank="中国工商银行",
        holder=bad.person.name,
    )
    second = returns.reissue(by=accountant, **key)
    assert list(queries.returned(accountant)) == []
    refuses(Conflict, "reordered", returns.reissue, by=accountant, **key)
    refuses(NotFound, "no_returned_payment", returns.reissue, by=accountant, **{**key, "seq": 9})
    assert PaymentOrder.objects.get(batch_id=second.pk).account == "622848009999"
    assert [row.state for row in queries.payments(bad.person_id)] == [PaymentState.REORDERED]
    payments.release(second.pk, by=reviewer, on=date(2026, 10, 9))
    back(second, None, bad, accountant, word="PAID", number="R2")
    assert [row.state for row in queries.payments(bad.person_id)] == [PaymentState.PAID]
    assert ReturnedPayment.objects.get().reordered_in == second.pk
    assert findings() == []


def test_without_a_bank_account_a_returned_payment_waits(sent, accountant, refuses):
    good, bad, envelope = sent
    back(envelope, good, bad, accountant)
    returns.pull()
    bad.person.bank_accounts.update(closed_on=date(2026, 10, 1))
    refuses(
        Refused,
        "no_account",
        returns.reissue,
        by=accountant,
        person_id=bad.person_id,
        batch_id=envelope.pk,
        seq=1,
    )


# verify


def test_verify_names_a_payment_that_the_bank_was_not_told(pensioner, drive):
    old = pensioner()
    done = drive(KIND, SEPTEMBER)
    PensionPayment.objects.bulk_create(
        [
            PensionPayment(
                person_id=old.person_id,
                month=1,
                award_id=old.pk,
                run_id=done.pk,
                region=PUDONG,
                basic=5,
                account=0,
                transitional=0,
                addition=0,
                amount=5,
                from_account=0,
            )
        ]
    )
    (found,) = findings("pensions.orders", "pensions.drawn")
    assert found[1] == f"run {done.pk}, person {old.person_id}"
    assert "2,000.05" in found[2]


def test_verify_names_two_awards_and_pensions_that_began_too_young(pensioner, zhang, granted):
    old = pensioner()
    assert findings("pensions.two_awards", "pensions.too_young") == []
    Award.objects.create(
        person_id=old.person_id,
        scheme=2,
        region=PUDONG,
        from_month=month(1990, 1),
        basic=1,
        account=0,
        transitional=0,
        monthly=1,
    )
    early = granted(zhang)
    Award.objects.filter(pk=early.pk).update(from_month=START - 1)
    codes = [(code, subject.split(",")[-1].strip()) for code, subject, _said in findings()]
    assert ("pensions.two_awards", f"person {old.person_id}") in codes
    assert ("pensions.too_young", f"person {old.person_id}") in codes
    assert ("pensions.too_young", f"person {zhang.pk}") in codes


def test_a_start_page_counts_what_needs_somebody(sent, pensioner, accountant, assessor):
    good, bad, envelope = sent
    pensioner(account=False, name="无账户")
    back(envelope, good, bad, accountant)
    returns.pull()
    seen = queries.standing(assessor)
    assert (seen.in_payment, seen.returned, seen.held, seen.dead_in_payment) == (3, 1, 1, 0)
    nothing = queries.standing(staff(Role.ASSESSOR, region=BEIJING))
    assert (nothing.in_payment, nothing.returned, nothing.held, nothing.accounts) == (0, 0, 0, 0)


def test_lists_cost_the_same_however_long(sent, pensioner, drive, django_assert_num_queries):
    good, _bad, _envelope = sent
    with CaptureQueriesContext(connection) as one:
        queries.payments(good.person_id)
    for n in range(1, 4):
        drive(KIND, SEPTEMBER + n)
    with CaptureQueriesContext(connection) as many:
        assert len(queries.payments(good.person_id)) == 4
    assert len(one) == len(many)


def test_a_payment_is_never_changed(pensioner, drive):
    pensioner()
    drive(KIND, SEPTEMBER)
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        PensionPayment.objects.update(amount=1)
