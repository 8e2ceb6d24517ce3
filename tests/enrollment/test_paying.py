"""Paying online: the bank's word counts, once, however late, however often it is said."""

import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from enrollment import queries
from enrollment.models import (
    GatewayMessage,
    LocalBankOrder,
    PaymentIntent,
    Receipt,
    UnmatchedReceipt,
)
from enrollment.models.online import new_reference
from enrollment.services.assessment import contributions
from enrollment.services.collection import unmatched
from enrollment.services.online import gateway, local_gateway, own_payment, paying, purposes
from funds import queries as books
from funds.models import accounts
from socsec.office.errors import Denied, Invalid, NotFound, Refused, pick
from socsec.office.services import users

from .conftest import MARCH, PENSION

State, Effect = PaymentIntent.State, GatewayMessage.Effect
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def worker(assessor, enroll, on_own_account):
    """An own-account worker who owes 1,600.00 for each of January to March 2026."""
    who = enroll()
    on_own_account(who, 800_000)
    for at in range(MARCH - 2, MARCH + 1):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    return who


def account(person, name="worker"):
    return users.create_insured(
        username=name, password="a word that is long enough", person_id=person.pk, by=None
    )


@pytest.fixture
def user(worker):
    return account(worker)


@pytest.fixture
def begin(worker, user):
    def make(amount=480_000, **more):
        said = {"by": user, "purpose": own_payment.OWN, "payer": worker, "amount": amount} | more
        return paying.begin(**said)

    return make


def order_of(intent) -> LocalBankOrder:
    paying.hand_over(intent, back="http://testserver/pay/")
    return LocalBankOrder.objects.get(reference=intent.reference)


def pays(intent, *, paid=True, silent=False) -> gateway.Said:
    """The payer pays at the bank; what the bank would say."""
    order = local_gateway.decide(order_of(intent).token, paid=paid, silent=silent)
    return local_gateway.said_of(order)


def says(said, turn=1):
    body = local_gateway.message(said, turn)
    return paying.hear(body, local_gateway.sign(body))


def now(intent) -> PaymentIntent:
    return PaymentIntent.objects.get(pk=intent.pk)


def test_a_confirmed_payment_becomes_a_receipt_and_pays_the_months(begin, worker, beijing):
    intent = begin()
    says(pays(intent))
    assert now(intent).state == State.PAID
    (receipt,) = paying.receipts_of(intent)
    assert (receipt.person, receipt.amount, receipt.credit) == (worker, 480_000, 0)
    assert queries.arrears(PENSION, person_id=worker.pk) == []
    assert books.balance(beijing, accounts.CONTRIBUTION_INCOME) == 480_000


def test_a_bank_that_says_it_twice_and_is_asked_as_well_pays_once(begin):
    intent = begin()
    said = pays(intent)
    assert says(said, 1).effect == Effect.TAKEN
    assert says(said, 1).effect == Effect.TAKEN  # the very same message
    assert says(said, 2).effect == Effect.REPEATED  # the same thing in another message
    paying.ask(intent)
    assert Receipt.objects.count() == 1
    assert now(intent).trouble == {}


def test_a_message_that_the_bank_has_not_signed_changes_nothing(begin, client):
    intent = begin()
    body = local_gateway.message(pays(intent))
    for wrong in ("", "0" * 64, local_gateway.sign(body + b" ")):
        with pytest.raises(Denied):
            paying.hear(body, wrong)
        answer = client.post(
            reverse("pay_notice"), body, "application/json", headers={"X-Signature": wrong}
        )
        assert answer.status_code == 403
    assert (GatewayMessage.objects.count(), Receipt.objects.count()) == (0, 0)
    assert now(intent).state == State.OPEN
    right = {"X-Signature": local_gateway.sign(body)}
    answer = client.post(reverse("pay_notice"), body, "application/json", headers=right)
    assert (answer.status_code, answer.content) == (200, b"taken")
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"reference": "x", "outcome": "lost"}'])
def test_a_signed_message_that_makes_no_sense_changes_nothing(db, body):
    with pytest.raises(Denied):
        paying.hear(body, local_gateway.sign(body))
    assert not GatewayMessage.objects.exists()


def test_a_refusal_by_the_bank_pays_nothing_and_may_be_tried_again(begin, worker):
    intent = begin()
    says(pays(intent, paid=False))
    assert (now(intent).state, now(intent).reason) == (State.FAILED, local_gateway.NO_FUNDS)
    assert not Receipt.objects.exists()
    assert begin().pk != intent.pk


def test_a_silent_bank_is_asked_until_somebody_must_look(begin, accountant):
    intent = begin()
    said = pays(intent, silent=True)
    assert paying.ask(intent).state == State.OPEN
    assert now(intent).trouble == {}
    PaymentIntent.objects.filter(pk=intent.pk).update(
        begun_at=timezone.now() - paying.SILENCE - timedelta(minutes=1)
    )
    paying.ask_all()
    assert "does not say" in pick(now(intent).trouble)
    assert queries.troubled(accountant).count() == 1
    local_gateway.speak(LocalBankOrder.objects.get(reference=said.reference).pk)
    paying.ask_all()
    assert now(intent).state == State.PAID
    paying.look(by=accountant, intent=now(intent), note="the bank answered")
    assert queries.troubled(accountant).count() == 0


def test_a_payment_that_ran_out_counts_when_the_money_comes_after_all(begin):
    intent = begin()
    said = pays(intent)
    PaymentIntent.objects.filter(pk=intent.pk).update(state=State.EXPIRED)
    says(said)
    assert now(intent).state == State.PAID
    assert Receipt.objects.get().amount == 480_000


def test_a_payment_nobody_made_runs_out(begin):
    intent = begin()
    order_of(intent)
    PaymentIntent.objects.filter(pk=intent.pk).update(
        begun_at=timezone.now() - paying.VALID, expires_at=timezone.now()
    )
    assert paying.ask_all() == 1
    assert now(intent).state == State.EXPIRED


def test_money_that_comes_twice_is_all_booked_and_shown(begin, worker):
    intent = begin()
    said = pays(intent)
    says(said)
    again = gateway.Said(said.reference, "paid", said.amount, "LB-OTHER", said.on)
    assert says(again).effect == Effect.SECOND
    first, second = paying.receipts_of(intent)
    assert (first.credit, second.credit) == (0, 480_000)
    assert "twice" in pick(now(intent).trouble)


def test_another_amount_than_was_asked_for_is_booked_as_it_came_and_shown(begin):
    intent = begin()
    said = pays(intent)
    says(gateway.Said(said.reference, "paid", 100_000, said.transaction, said.on))
    assert Receipt.objects.get().amount == 100_000
    assert "1,000.00 yuan came in" in pick(now(intent).trouble)


def test_not_paid_after_paid_is_a_matter_for_a_person(begin):
    intent = begin()
    said = pays(intent)
    says(said)
    no = gateway.Said(said.reference, "failed", said.amount, "LB-OTHER", said.on)
    assert says(no).effect == Effect.CONTRADICTS
    assert now(intent).state == State.PAID
    assert "Ask the bank" in pick(now(intent).trouble)


def test_money_for_a_payment_we_do_not_know_is_kept(db):
    said = gateway.Said("JF0", "paid", 100, "LB-1", timezone.localdate())
    assert says(said, 1).effect == Effect.UNKNOWN
    assert says(said, 2).effect == Effect.REPEATED
    assert queries.unknown_messages().get().amount == 100


def test_money_of_an_unknown_payment_waits_on_the_list_until_it_is_matched(
    worker, user, beijing, accountant, begin
):
    intent = begin()
    said = dataclasses.replace(pays(intent), reference="ZF00000000", amount=100_00)
    says(said)
    (row,) = UnmatchedReceipt.objects.all()
    assert (row.why, row.state, row.amount) == ("online", "open", 100_00)
    assert books.balance(beijing, accounts.SUSPENSE) == 100_00
    assert queries.unmatched_open(accountant).count() == 1
    done = unmatched.match(by=accountant, unmatched=row, payer=worker, note="银行回单")
    assert done.receipts.get().credit == 0  # taken for January
    assert books.balance(beijing, accounts.SUSPENSE) == 0
    says(said, 2)  # said again, it is not kept again
    assert UnmatchedReceipt.objects.count() == 1


def test_money_of_an_unknown_payment_goes_back_by_two_hands(
    worker, user, beijing, accountant, reviewer, begin
):
    says(dataclasses.replace(pays(begin()), reference="ZF00000000", amount=100_00))
    row = unmatched.propose_return(
        by=accountant, unmatched=UnmatchedReceipt.objects.get(), note="付款人不明"
    )
    with pytest.raises(Denied):
        unmatched.decide_return(by=accountant, unmatched=row, back=True)
    unmatched.decide_return(by=reviewer, unmatched=row, back=True)
    assert books.balance(beijing, accounts.SUSPENSE) == 0
    assert UnmatchedReceipt.objects.get().state == "returned"


def test_money_that_cannot_be_booked_is_shown_and_booked_later(begin, accountant, monkeypatch):
    def refuse(taken):
        raise Refused("no fund", code="no_fund")

    intent = begin()
    with monkeypatch.context() as patch:
        stubborn = purposes.Purpose(
            **{
                name: getattr(own_payment.PURPOSE, name)
                for name in ("slug", "label", "title", "check", "may", "done")
            },
            take=refuse,
        )
        patch.setitem(purposes._purposes, own_payment.OWN, stubborn)
        says(pays(intent))
        assert paying.book(by=accountant, intent=intent) == []
    assert now(intent).state == State.PAID
    assert "could not be booked" in pick(now(intent).trouble)
    assert not Receipt.objects.exists()
    with pytest.raises(Refused, match="not booked yet"):
        paying.look(by=accountant, intent=now(intent), note="never mind")
    paying.ask_all()
    assert Receipt.objects.get().amount == 480_000
    assert now(intent).trouble == {}


def test_the_same_payment_begun_again_is_the_same_and_another_amount_replaces_it(
    begin, django_capture_on_commit_callbacks
):
    first = begin(160_000)
    order = order_of(first)
    assert begin(160_000) == first
    with django_capture_on_commit_callbacks(execute=True):
        second = begin(480_000)
    assert (now(first).state, second.state) == (State.REPLACED, State.OPEN)
    order.refresh_from_db()
    assert order.state == LocalBankOrder.State.CLOSED


@pytest.mark.parametrize("amount", [0, -1, 480_001, 1.5, "100", None, True])
def test_an_impossible_amount_begins_nothing(begin, amount):
    with pytest.raises((Invalid, Refused)):
        begin(amount)
    assert not PaymentIntent.objects.exists()


def test_nobody_pays_in_anothers_name_and_staff_not_at_all(begin, enroll, accountant, user):
    with pytest.raises(Denied):
        begin(by=account(enroll(), "other"))
    with pytest.raises(Denied):
        begin(by=accountant)
    with pytest.raises(Invalid):
        begin(purpose="unheard of")
    intent = begin()
    with pytest.raises(NotFound):
        paying.find(intent.reference, account(enroll(), "third"))
    assert paying.find(intent.reference, user) == intent


def test_messages_are_only_ever_added(begin):
    says(pays(begin()))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        GatewayMessage.objects.update(amount=1)


def test_references_are_never_shared_by_workers_nor_after_a_restart():
    """Computed once per process they would be; two fresh processes and this one share none."""
    code = (
        "import os, django; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'socsec.settings.test');"
        "django.setup();"
        "from enrollment.models.online import new_reference;"
        "print(*(new_reference() for _ in range(200)))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _worker in range(2)
    ]
    made = [new_reference() for _ in range(200)]
    for process in running:
        said, _none = process.communicate(timeout=60)
        made += said.split()
    assert len(made) == len(set(made)) == 600


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_hear_it_at_once_book_it_once(begin):
    said = pays(begin())

    def hear(turn):
        try:
            return says(said, turn).effect
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        effects = list(pool.map(hear, (1, 2)))
    assert sorted(effects) == [Effect.REPEATED, Effect.TAKEN]
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("pay", "Your payment has arrived"),
        ("twice", "Your payment has arrived"),
        ("later", "Your payment has arrived"),
        ("refuse", "Nothing was paid"),
        ("silent", "The bank has not answered yet"),
    ],
)
def test_the_whole_way_through_the_portal(client, worker, user, what, words):
    client.force_login(user, backend=BACKEND)
    page = client.get(reverse("pay"))
    assert "4,800.00" in page.content.decode()
    step = client.post(reverse("pay"), {"which": "all"})
    assert step.url == reverse("pay_check") + "?amount=4800.00"
    assert "4,800.00" in client.get(step.url).content.decode()
    bank = client.post(step.url)
    assert "No money moves here" in client.get(bank.url).content.decode()
    back = client.post(bank.url, {"what": what})
    assert words in client.get(back.url).content.decode()
    assert Receipt.objects.count() == (what not in ("refuse", "silent"))
    again = client.post(bank.url, {"what": "pay"})
    assert again.status_code == 422
    if what == "silent":
        client.post(bank.url, {"speak": "1"})
        assert "has arrived" in client.get(back.url).content.decode()


def test_the_portal_refuses_what_cannot_be_paid(client, worker, user, enroll, begin):
    client.force_login(user, backend=BACKEND)
    for said in ({}, {"which": "other"}, {"which": "other", "amount": "4800.01"}):
        page = client.post(reverse("pay"), said)
        assert "Error:" in page.content.decode(), said
    assert client.get(reverse("pay_check") + "?amount=lots").url == reverse("pay")
    assert client.post(reverse("pay_check") + "?amount=9999999").status_code == 422
    assert not PaymentIntent.objects.exists()
    other = account(enroll(), "other")
    intent = begin()
    client.force_login(other, backend=BACKEND)
    assert client.get(reverse("pay_result", args=[intent.reference])).status_code == 404
    client.logout()
    assert client.get(reverse("pay")).status_code == 302
    assert client.get(reverse("trial_bank", args=["guess"])).status_code == 404


def test_outside_a_trial_the_bank_of_the_trial_does_not_exist(begin, client, settings):
    intent = begin()
    order = order_of(intent)
    body = local_gateway.message(pays(intent))
    settings.DEMO = False
    assert client.get(reverse("trial_bank", args=[order.token])).status_code == 404
    with pytest.raises(Denied):
        paying.hear(body, local_gateway.sign(body))
    with pytest.raises(Refused, match="does not answer"):
        paying.hand_over(intent, back="http://testserver/")
