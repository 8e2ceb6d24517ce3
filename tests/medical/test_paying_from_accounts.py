"""The person's part of a bill, from the own account and the family's: only if chosen, never below zero."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from funds import queries as books
from funds.models import Branch, Scheme, accounts
from funds.services import fund as funds
from medical.models import (
    AccountShare,
    Care,
    Encounter,
    MedicalAccount,
    MedicalEntry,
    Settlement,
)
from medical.queries import bills as queries
from medical.services import settling
from medical.services.accounts import entries
from medical.services.settling import Choice, posting
from socsec.office import oversight
from tests import people
from tests.desk.test_walk import sign_in
from tests.medical.hospital import YEAR, catalogue, clerk, hospital, village
from tests.medical.test_settling import visit

__all__ = ["catalogue", "clerk", "hospital", "village", "visit"]
BOTH = Choice(own=True, family=True)
MONTH = YEAR * 12


@pytest.fixture
def account(village):
    """An account with so much in it: `account("lin", 1_000)`."""
    fund = funds.for_(Branch.MEDICAL, Scheme.EMPLOYEES, people.PUDONG)

    def make(who, yuan):
        person = village.souls[who]
        entries.write(
            fund=fund,
            rows="""select %s::bigint as person_id, %s as region, 6::smallint as kind,
                           %s::int as month, %s::bigint as amount, 0::bigint as reference,
                           0::bigint as for_person_id""",
            params=[person.pk, people.PUDONG, MONTH, yuan * 100],
            source=f"test:{who}",
        )
        return person

    return make


@pytest.fixture
def shared(village, clerk, account):
    """A relative's account that lin, or another, may use: `shared("chen", 2_000)`."""

    def make(who, yuan, since=date(2024, 1, 1), user="lin", **more):
        owner = MedicalAccount.objects.filter(person=village.souls[who]).first()
        return AccountShare.objects.create(
            owner=owner.person if owner else account(who, yuan),
            person=village.souls[user],
            relation="spouse",
            since=since,
            by=clerk,
            **more,
        )

    return make


def held(village, *names):
    found = dict(MedicalAccount.objects.values_list("person_id", "balance"))
    return [found[village.souls[name].pk] for name in names]


def clean():
    asked = ["medical.account_entries", "medical.accounts", "medical.bills_posted"]
    return not [found for _question, each in oversight.run(asked) for found in each]


def test_nothing_is_drawn_on_unasked_and_the_own_account_pays_before_the_family(
    village, clerk, visit, account, shared, django_assert_max_num_queries
):
    """(20,000.00 − 1,500.00) × 85 % = 15,725.00; the person bears 4,275.00."""
    account("lin", 1_000)
    shared("wu", 5_000, since=date(2025, 1, 1))
    shared("chen", 2_000, since=date(2024, 1, 1))
    stay = visit(20_000)

    def preview(choice):
        (shown,) = settling.preview(by=clerk, encounter=stay, pay_from=choice)
        return [shown.amounts[name] for name in ("account_pay", "family_pay", "cash")]

    assert preview(Choice()) == [0, 0, 4_275_00]
    assert preview(Choice(own=True)) == [1_000_00, 0, 3_275_00]
    assert preview(Choice(family=True)) == [0, 4_275_00, 0]
    assert preview(BOTH) == [1_000_00, 3_275_00, 0]
    # Twelve statements, and two of the savepoint within a test.
    with django_assert_max_num_queries(14):
        (made,) = settling.settle(by=clerk, encounter=stay, pay_from=BOTH)
    assert [made.account_pay, made.family_pay, made.cash] == [1_000_00, 3_275_00, 0]
    # Of the family's the one that was shared first: 2,000.00, then 1,275.00 of the other.
    assert held(village, "lin", "chen", "wu") == [0, 0, 3_725_00]
    lin = village.souls["lin"].pk
    spent = MedicalEntry.objects.filter(kind=MedicalEntry.Kind.SPENT).order_by("amount")
    assert list(spent.values_list("amount", "balance", "for_person_id", "reference", "month")) == [
        (-2_000_00, 0, lin, stay.pk, MONTH),
        (-1_275_00, 3_725_00, lin, stay.pk, MONTH),
        (-1_000_00, 0, 0, stay.pk, MONTH),
    ]
    assert [(each.family, each.amount) for each in queries.paid_from(stay.pk)] == [
        (False, 1_000_00),
        (True, 1_275_00),
        (True, 2_000_00),
    ]
    assert clean()


def test_a_reversal_returns_to_each_account_what_it_paid_and_the_books_follow_in_the_night(
    village, clerk, visit, account, shared, monkeypatch
):
    account("lin", 1_000)
    shared("chen", 2_000)
    first, second = visit(20_000), visit(20_000, day=date(YEAR, 1, 20), number="B")
    settling.settle(by=clerk, encounter=first, pay_from=BOTH)
    settling.settle(by=clerk, encounter=second, pay_from=BOTH)  # nothing is left: cash
    assert held(village, "lin", "chen") == [0, 0]
    settling.reverse(by=clerk, encounter=first, reason="误结算")
    assert held(village, "lin", "chen") == [1_000_00, 2_000_00]
    settling.settle(by=clerk, encounter=Encounter.objects.get(pk=first.pk))
    assert held(village, "lin", "chen") == [1_000_00, 2_000_00]
    settling.reverse(by=clerk, encounter=second, reason="改用账户")
    made = settling.settle(
        by=clerk, encounter=Encounter.objects.get(pk=second.pk), pay_from=Choice(own=True)
    )
    assert made[0].account_pay == 1_000_00
    settling.reverse(by=clerk, encounter=second, reason="再核")
    settling.reverse(by=clerk, encounter=first, reason="再核")
    assert held(village, "lin", "chen") == [1_000_00, 2_000_00]
    assert MedicalEntry.objects.filter(kind=MedicalEntry.Kind.GIVEN_BACK).count() == 3
    settling.settle(
        by=clerk, encounter=Encounter.objects.get(pk=first.pk), pay_from=Choice(family=True)
    )
    fund = funds.for_(Branch.MEDICAL, Scheme.EMPLOYEES, people.PUDONG)
    assert books.balance(fund, accounts.INDIVIDUAL_ACCOUNTS) == 3_000_00
    assert clean()
    today = timezone.localdate()
    monkeypatch.setattr(timezone, "localdate", lambda *said: today + timedelta(days=2))
    assert not clean()  # a day has passed, and its bills are not in the books
    assert posting.post_all() == 2
    assert posting.post_all() == 0
    assert books.balance(fund, accounts.INDIVIDUAL_ACCOUNTS) == 1_000_00
    # The fund owes the provider its own part and what the relative's account paid.
    assert books.balance(fund, accounts.PROVIDERS_DUE) == 15_725_00 + 2_000_00
    assert clean()


def test_without_consent_today_no_relative_pays(village, clerk, visit, account, shared):
    ended = shared("chen", 2_000, ended_on=timezone.localdate() - timedelta(days=1))
    later = shared("wu", 2_000, since=timezone.localdate() + timedelta(days=1))
    dead = shared("zhou", 2_000)
    dead.owner.died_on = date(YEAR, 1, 1)
    dead.owner.save()
    stay = visit(20_000)
    (made,) = settling.settle(by=clerk, encounter=stay, pay_from=BOTH)
    assert (made.account_pay, made.family_pay, made.cash) == (0, 0, 4_275_00)
    assert held(village, "chen", "wu", "zhou") == [2_000_00] * 3
    assert not MedicalEntry.objects.filter(kind=MedicalEntry.Kind.SPENT).exists()
    assert ended.pk != later.pk


def test_a_bill_worked_out_anew_leaves_the_accounts_as_they_were_drawn_on(
    village, clerk, visit, account
):
    account("lin", 1_000)
    later = visit(3_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 20))
    (settled,) = settling.settle(by=clerk, encounter=later, pay_from=BOTH)
    assert settled.account_pay == 1_000_00
    settling.settle(by=clerk, encounter=visit(3_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 10)))
    came_to = queries.amounts(later)
    assert came_to["person_pay"] < settled.person_pay
    assert (came_to["account_pay"], came_to["cash"]) == (1_000_00, came_to["person_pay"] - 1_000_00)
    assert held(village, "lin") == [0]
    settling.reverse(by=clerk, encounter=Encounter.objects.get(pk=later.pk), reason="核对")
    assert held(village, "lin") == [1_000_00]


@pytest.mark.django_db(transaction=True)
def test_two_hospitals_that_draw_on_one_family_account_never_overdraw_it(
    village, clerk, visit, shared
):
    """Two relatives bear 4,275.00 each; the account holds 5,000.00."""
    shared("wu", 5_000, user="lin")
    shared("wu", 0, user="chen")
    stays = [visit(20_000), visit(20_000, who="chen", number="C")]
    for _round in range(2):
        ready, failed = threading.Barrier(2), []

        def go(stay, ready=ready, failed=failed):
            try:
                ready.wait(timeout=10)
                settling.settle(by=clerk, encounter=stay, pay_from=Choice(family=True))
            except Exception as error:
                failed.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=go, args=[stay]) for stay in stays]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert held(village, "wu") == [0]
        paid = [queries.amounts(stay)["family_pay"] for stay in stays]
        assert sorted(paid) == [725_00, 4_275_00]
        lines = MedicalEntry.objects.filter(person_id=village.souls["wu"].pk)
        assert list(lines.order_by("seq").values_list("seq", flat=True)) == list(
            range(1, lines.count() + 1)
        )
        for stay in stays:
            settling.reverse(by=clerk, encounter=stay, reason="核对")
            stay.refresh_from_db()
        assert held(village, "wu") == [5_000_00]
    assert clean()


def test_bill_and_statement_say_which_account_paid_and_hide_a_relatives_care(
    client, village, clerk, visit, account, shared
):
    account("lin", 1_000)
    shared("chen", 9_000)
    stay = visit(20_000)
    settling.settle(by=clerk, encounter=stay, pay_from=BOTH)
    page, cover = reverse("medical_bill", args=[stay.public_id]), reverse("medical_cover")
    sign_in(client, village.portal["lin"])
    text = client.get(page).content.decode()
    for each in ("陈守义", "1,000.00", "3,275.00"):
        assert each in text, each
    assert page in client.get(cover).content.decode()
    client.logout()
    sign_in(client, village.portal["chen"])
    statement = client.get(cover).content.decode()
    assert village.souls["lin"].name in statement
    assert page not in statement
    assert client.get(page).status_code == 404
    assert Settlement.objects.count() == 1
