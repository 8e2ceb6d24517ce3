"""Closing months: the checklist, two people, and what no longer goes into a closed month."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from funds import queries, tasks
from funds.models import MonthClosing, accounts
from funds.models.ledger import LedgerBatch, MonthTotal, Transfer, UnsummedBatch
from funds.services import cash, closing, ledger, payments, totals
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, NotFound, Refused
from socsec.office.models import AuditEntry, Role, Run
from tests.funds.bank import envelope, order
from tests.funds.test_verify import another_hand

from .conftest import BEIJING, SHANGHAI, staff

JANUARY, FEBRUARY = month(2026, 1), month(2026, 2)
OURS = ("funds.totals", "funds.closings", "funds.guards")


def receive(fund, amount: int, on: date, source: str, **more):
    posting = ledger.Posting(
        7, accounts.FISCAL_ACCOUNT, accounts.CONTRIBUTION_INCOME, amount, JANUARY, fund.region_id
    )
    return ledger.post(fund, "receipt", [posting], source=source, on=on, **more)


@pytest.fixture
def january(beijing, accountant, reviewer):
    """January is closed; 700 fen came in it."""
    receive(beijing, 700, date(2026, 1, 20), "r:1")
    return closing.close(closing.prepare(beijing, JANUARY, by=accountant).pk, by=reviewer)


def wrong() -> list[str]:
    return [finding.code for _question, found in oversight.run(OURS) for finding in found]


def missing(fund, of: int) -> set[str]:
    return {item.code for item in closing.checklist(fund, of) if not item.done}


def test_a_month_is_closed_by_a_second_person_and_keeps_its_balances(january, beijing, reviewer):
    assert (january.batches, january.total) == (1, 700)
    assert january.balances == {
        str(accounts.FISCAL_ACCOUNT): [700, 0],
        str(accounts.CONTRIBUTION_INCOME): [0, 700],
    }
    acts = AuditEntry.objects.filter(act__startswith="period.").order_by("id")
    assert list(acts.values_list("act", "actor__username")) == [
        ("period.prepare", "accountant"),
        ("period.close", "reviewer"),
    ]
    assert wrong() == []


def test_what_the_checklist_misses_is_named_and_nothing_is_prepared(beijing, accountant, reviewer):
    ledger.post(
        beijing,
        "receipt",
        [
            ledger.Posting(
                7, accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME, 9, JANUARY, BEIJING
            )
        ],
        source="r:1",
        on=date(2026, 1, 20),
    )
    receive(beijing, 200_000, date(2026, 1, 21), "r:2")
    batch = envelope(beijing, accountant, [order(21)])
    payments.release(batch.pk, by=reviewer, on=date(2026, 1, 25))
    Run.objects.create(
        kind="contributions",
        month=JANUARY,
        region_id="110105",
        region_low=110105,
        region_high=110105,
        digest="x",
        identity=1,
        maker=accountant,
    )
    assert missing(beijing, JANUARY) == {"income_zero", "payments", "runs"}
    assert missing(beijing, FEBRUARY) == {"income_zero", "payments", "runs", "in_order"}
    with pytest.raises(Refused) as refusal:
        closing.prepare(beijing, JANUARY, by=accountant)
    assert refusal.value.code == "not_ready"
    assert "0.09" in str(refusal.value)
    assert not MonthClosing.objects.exists()


def test_a_month_that_is_not_over_or_holds_a_changed_batch_is_not_ready(beijing):
    today = timezone.localdate()
    posted = receive(beijing, 700, today, "r:1")
    assert missing(beijing, month(today.year, today.month)) == {"over"}
    assert missing(beijing, JANUARY) >= {"in_order"}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funds_transfer DISABLE TRIGGER funds_transfer_append_only")
        cursor.execute("UPDATE funds_transfer SET amount = 1 WHERE batch_id = %s", [posted.pk])
        cursor.execute("ALTER TABLE funds_transfer ENABLE TRIGGER funds_transfer_append_only")
    assert "proof" in missing(beijing, month(today.year, today.month))


def test_whoever_prepared_does_not_close_and_others_do_neither(beijing, accountant, reviewer):
    receive(beijing, 700, date(2026, 1, 20), "r:1")
    with pytest.raises(Denied):
        closing.prepare(beijing, JANUARY, by=reviewer)
    with pytest.raises(NotFound):
        closing.prepare(beijing, JANUARY, by=staff("far", Role.ACCOUNTANT, region=SHANGHAI))
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER)
    prepared = closing.prepare(beijing, JANUARY, by=both)
    for user in (both, accountant, staff("auditor", Role.AUDITOR)):
        with pytest.raises(Denied):
            closing.close(prepared.pk, by=user)
    prepared.refresh_from_db()
    assert prepared.closed_at is None
    with pytest.raises(Conflict):
        closing.prepare(beijing, JANUARY, by=accountant)
    closing.take_back(prepared.pk, by=accountant)
    assert not MonthClosing.objects.exists()


def test_into_a_closed_month_nothing_is_booked_by_the_service(january, beijing, accountant):
    before = LedgerBatch.objects.count()
    for act in (
        lambda: receive(beijing, 5, date(2026, 1, 31), "r:2", exact=True),
        lambda: cash.subsidy(beijing, 5, by=accountant, on=date(2025, 12, 1)),
        lambda: cash.opening(beijing, 5, by=accountant, on=date(2026, 1, 1)),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "month_closed"
        assert refusal.value.detail["first_open"] == "2026-02-01"
    assert LedgerBatch.objects.count() == before
    assert Transfer.objects.count() == before


def test_what_comes_late_is_booked_in_the_next_open_month_and_stays_for_its_own(january, beijing):
    late = receive(beijing, 5, date(2026, 1, 31), "r:2")
    assert late.booked_on == date(2026, 2, 1)
    assert Transfer.objects.get(batch_id=late.pk).month == JANUARY
    back = ledger.reverse(
        LedgerBatch.objects.get(source="r:1").pk, reason="mistake", on=date(2026, 1, 31)
    )
    assert back.booked_on == date(2026, 2, 1)
    assert queries.balance(beijing, accounts.FISCAL_ACCOUNT, date(2026, 1, 31)) == 700
    assert wrong() == []


def test_another_funds_months_are_its_own(january, shanghai):
    assert receive(shanghai, 5, date(2026, 1, 31), "r:3").booked_on == date(2026, 1, 31)


@pytest.mark.parametrize(
    "statement",
    [
        """INSERT INTO funds_ledgerbatch (id, fund_id, kind, source, booked_on, count, total, heads,
             digest, reason, posted_at)
           SELECT 999999, id, 'x', 'x', '2026-01-31', 1, 1, 0, '\\x00', '', now() FROM funds_fund""",
        "UPDATE funds_monthclosing SET closed_at = NULL, checker_id = NULL",
        "UPDATE funds_monthclosing SET total = 1",
        "DELETE FROM funds_monthclosing",
    ],
)
def test_the_database_itself_keeps_a_closed_month(january, statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert wrong() == []


def test_verify_names_a_closed_month_that_other_hands_changed(january, beijing):
    receive(beijing, 5, date(2026, 2, 1), "r:2")
    with another_hand() as cursor:
        cursor.execute("UPDATE funds_ledgerbatch SET booked_on = '2026-01-05' WHERE source = 'r:2'")
    assert set(wrong()) == {"closed_month_changed", "closed_balances"}
    with another_hand() as cursor:
        cursor.execute("UPDATE funds_ledgerbatch SET booked_on = '2025-12-05' WHERE source = 'r:2'")
    assert set(wrong()) == {"closed_wrongly", "closed_balances"}


# Totals of months


def test_balances_are_the_same_before_and_after_adding_up_and_anew(beijing, shanghai):
    for source, fund, on in (
        ("r:1", beijing, date(2026, 1, 31)),
        ("r:2", beijing, date(2026, 2, 10)),
        ("r:3", shanghai, date(2026, 2, 28)),
        ("r:4", beijing, date(2026, 3, 1)),
    ):
        receive(fund, 100, on, source)
    days = [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 9), date(2026, 2, 10),
            date(2026, 2, 28), date(2026, 3, 1), None]  # fmt: skip

    def seen():
        return [queries.balance(beijing, accounts.FISCAL_ACCOUNT, day) for day in days], dict(
            queries.control(accounts.FISCAL_ACCOUNT)
        )

    expected = [0, 100, 100, 200, 200, 300, 300], {beijing.pk: 300, shanghai.pk: 100}
    assert seen() == expected
    tasks.sum_up()
    assert not UnsummedBatch.objects.exists()
    assert MonthTotal.objects.count() == 4
    assert seen() == expected
    receive(beijing, 7, date(2026, 1, 31), "r:5")
    assert seen()[0] == [0, 107, 107, 207, 207, 307, 307]
    tasks.sum_up()
    assert seen()[0] == [0, 107, 107, 207, 207, 307, 307]
    totals.recompute()
    assert seen()[0] == [0, 107, 107, 207, 207, 307, 307]
    assert wrong() == []


def test_verify_names_a_month_whose_totals_are_not_those_of_its_batches(beijing):
    receive(beijing, 100, date(2026, 1, 31), "r:1")
    totals.sum_up()
    MonthTotal.objects.filter(period=JANUARY).update(amount=99)
    assert wrong() == ["month_total"]
    call_command("month_totals", stdout=StringIO())
    assert wrong() == []


def test_a_trial_balance_asks_for_months_and_not_for_batches(beijing, django_assert_num_queries):
    for day in range(1, 29):
        receive(beijing, 100, date(2026, 1, day), f"r:{day}")
    totals.sum_up()
    with django_assert_num_queries(2):
        lines = queries.trial_balance(beijing, date(2026, 1, 31))
    assert lines[0].balance == 2800
