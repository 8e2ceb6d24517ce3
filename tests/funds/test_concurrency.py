"""Several at once, and some that die on the way: nothing twice, nothing lost, nobody waits in vain."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from funds import queries
from funds.models import BankReturn, Branch, Fund, PaymentOrder, PaymentOutcome, Scheme, accounts
from funds.models.ledger import BatchTotal, LedgerBatch, LedgerSeal, SealedBatch, Transfer
from funds.services import bank, budgets, cash, closing, ledger, payments, seal, totals
from funds.services import fund as funds
from socsec.kernel.months import month
from socsec.office import oversight
from socsec.office.errors import Problem
from socsec.office.models import Role
from tests.funds.bank import answer, envelope, order, paid
from tests.funds.test_bank import NUMBER, statement

from .conftest import BEIJING, staff

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = month(2026, 3)
ON = date(2026, 3, 31)


@pytest.fixture
def fund() -> Fund:
    return funds.establish(Branch.PENSION, Scheme.EMPLOYEES, BEIJING)


@pytest.fixture
def maker():
    return staff("maker", Role.ACCOUNTANT)


@pytest.fixture
def checker():
    return staff("checker", Role.REVIEWER)


def receipt(person: int, amount: int = 100) -> ledger.Posting:
    return ledger.Posting(
        person, accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME, amount, MARCH, BEIJING
    )


def assessed(person: int) -> ledger.Posting:
    """Moves no money, so no month's end has to be thought of."""
    return ledger.Posting(
        person,
        accounts.CONTRIBUTIONS_DUE,
        accounts.CONTRIBUTIONS_ASSESSED,
        100,
        MARCH,
        BEIJING,
    )


def at_once(*acts) -> list:
    """Runs the acts in threads of their own that start together; their results or problems."""
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait(10)
            return act()
        except Problem as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def all_is_well() -> bool:
    ours = [q.code for q in oversight.questions() if q.code.startswith("funds.")]
    return [f for _question, found in oversight.run(ours) for f in found] == []


def test_one_act_posted_by_four_at_once_is_posted_once(fund):
    def act():
        return ledger.post(fund, "receipt", [receipt(7)], source="r:1", on=ON).pk

    assert len(set(at_once(act, act, act, act))) == 1
    assert Transfer.objects.count() == 1


def test_a_batch_reversed_by_two_at_once_is_reversed_once(fund):
    batch = ledger.post(fund, "receipt", [receipt(7)], source="r:1", on=ON)

    def act(source):
        return lambda: ledger.reverse(batch.pk, reason="mistake", source=source, on=ON)

    results = at_once(act("a"), act("b"))
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "LedgerBatch"]
    assert all_is_well()


def test_a_writer_who_takes_long_holds_up_neither_writers_nor_sealing(fund):
    """The slow one has the lower number and commits last: it stands in the next seal."""
    posted, may_commit = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                ledger.post(fund, "assessed", [assessed(7)], source="slow", on=ON)
                posted.set()
                assert may_commit.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert posted.wait(30)
        ledger.post(fund, "assessed", [assessed(8)], source="quick", on=ON)
        assert seal.seal().count == 1
    finally:
        may_commit.set()
        thread.join(30)
    assert seal.seal().count == 1
    order_of_seals = SealedBatch.objects.order_by("seal_id").values_list("batch__source", flat=True)
    assert list(order_of_seals) == ["quick", "slow"]
    assert batch_number("slow") < batch_number("quick")
    assert all_is_well()


def batch_number(source: str) -> int:
    return LedgerBatch.objects.get(source=source).pk


def test_posting_and_sealing_side_by_side_leaves_one_whole_chain(fund):
    def poster(start):
        def act():
            for number in range(start, start + 15):
                ledger.post(fund, "assessed", [assessed(number)], source=f"r:{number}", on=ON)

        return act

    def sealer():
        for _round in range(10):
            seal.seal()

    at_once(poster(100), poster(200), sealer, sealer)
    seal.seal()
    numbers = list(LedgerSeal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert SealedBatch.objects.count() == LedgerBatch.objects.count() == 30
    assert all_is_well()


def test_the_same_money_is_not_moved_twice(fund):
    ledger.post(fund, "receipt", [receipt(7, 100)], source="r:1", on=ON)

    def move(source):
        posting = ledger.Posting(
            0, accounts.FISCAL_ACCOUNT, accounts.INCOME_ACCOUNT, 100, MARCH, BEIJING, heads=0
        )
        return lambda: ledger.post(fund, "sweep", [posting], source=source, on=ON)

    results = at_once(move("a"), move("b"))
    assert sorted(type(result).__name__ for result in results) == ["LedgerBatch", "Refused"]
    assert queries.balance(fund, accounts.INCOME_ACCOUNT) == 0


def test_two_envelopes_do_not_count_on_the_same_money(fund, maker, checker):
    cash.subsidy(fund, 100_000, by=maker, on=date(2026, 3, 1))
    first = envelope(fund, maker, [order(7)], source="payroll:1")
    second = envelope(fund, maker, [order(8)], source="payroll:2")
    results = at_once(
        *(lambda pk=batch.pk: payments.release(pk, by=checker, on=ON) for batch in (first, second))
    )
    assert sorted(type(result).__name__ for result in results) == ["PaymentBatch", "Refused"]
    assert queries.balance(fund, accounts.FISCAL_ACCOUNT) == 0


def test_one_envelope_released_by_two_at_once_goes_out_once(fund, maker, checker):
    cash.subsidy(fund, 1_000_000, by=maker, on=date(2026, 3, 1))
    batch = envelope(fund, maker, [order(7)])
    other = staff("other", Role.REVIEWER)
    results = at_once(
        *(lambda by=by: payments.release(batch.pk, by=by, on=ON) for by in (checker, other))
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "PaymentBatch"]
    assert queries.balance(fund, accounts.IN_TRANSIT) == 100_000


def test_an_answer_read_by_two_at_once_is_read_once(fund, maker, checker):
    cash.subsidy(fund, 1_000_000, by=maker, on=date(2026, 3, 1))
    batch = envelope(fund, maker, [order(7), order(8)])
    payments.release(batch.pk, by=checker, on=ON)
    file = paid(batch.pk, [7, 8])
    results = at_once(*[lambda: payments.read_return(file, by=maker).pk] * 2)
    assert len(set(results)) == 1
    assert queries.balance(fund, accounts.BENEFITS) == 200_000


def test_a_returned_payment_ordered_again_by_two_at_once_is_ordered_once(fund, maker, checker):
    cash.subsidy(fund, 1_000_000, by=maker, on=date(2026, 3, 1))
    batch = envelope(fund, maker, [order(7)])
    payments.release(batch.pk, by=checker, on=ON)
    payments.read_return(answer(batch.pk, [(f"P{batch.pk}-7-1", 100_000, "RETURNED")]), by=maker)

    def act():
        return payments.reissue(
            batch.pk, 7, 1, payee="领取人7", bank="", account="6217000000000000007", by=maker
        )

    results = at_once(act, act)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "PaymentBatch"]
    assert PaymentOrder.objects.filter(attempt=2).count() == 1


def test_chunks_fill_one_envelope_side_by_side(fund, maker):
    batch = payments.open_batch(
        fund, "payroll", month=MARCH, count=40, total=4000, source="payroll:1", by=maker
    )

    def chunk(start):
        return lambda: payments.add_orders(batch, [order(p, 100) for p in range(start, start + 10)])

    assert at_once(*(chunk(start) for start in (100, 200, 300, 400))) == [10] * 4
    assert queries.progress(batch.pk)["ordered"] == 4000


# A process that is killed on the way


def killed(script: str, *, when: str) -> None:
    """Runs a script against this database in a process of its own, kills it once it says `when`."""
    there = connection.settings_dict
    prelude = f"""
        import django, os, sys, time
        django.setup()
        from django.db import connection
        connection.settings_dict["NAME"] = {there["NAME"]!r}
        def here():
            print({when!r}, flush=True)
            time.sleep(60)
    """
    source = textwrap.dedent(prelude) + textwrap.dedent(script)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "socsec.settings.test"}
    with subprocess.Popen(
        [sys.executable, "-c", source], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert said == when


def test_a_worker_killed_while_it_posts_leaves_nothing_and_the_next_one_posts_all(fund):
    select = """
        SELECT p AS person_id, 1 AS seq, '110105' AS region, 9001 AS debit, 9002 AS credit,
               100 AS amount, 24314 AS month, 1 AS heads FROM generate_series(1, 500) AS p
    """
    killed(
        f"""
        from funds.models import Fund
        from funds.services import flows, ledger
        flows.check = lambda *args, **more: here()  # the rows are in, the batch is not
        ledger.post_sql(Fund.objects.get(), "assessed", {select!r}, source="run:1/chunk:1")
        """,
        when="rows posted",
    )
    assert not any(m.objects.exists() for m in (LedgerBatch, Transfer, BatchTotal))
    batch = ledger.post_sql(fund, "assessed", select, source="run:1/chunk:1", on=ON)
    assert batch.count == 500
    assert all_is_well()


def test_a_worker_killed_while_it_reads_an_answer_leaves_nothing(fund, maker, checker):
    cash.subsidy(fund, 1_000_000, by=maker, on=date(2026, 3, 1))
    batch = envelope(fund, maker, [order(7), order(8)])
    payments.release(batch.pk, by=checker, on=ON)
    file = paid(batch.pk, [7, 8])
    killed(
        f"""
        from funds.services import ledger, payments
        from socsec.office.models import User
        ledger.post_sql = lambda *args, **more: here()  # the outcomes are in, the postings are not
        payments.read_return({file!r}, by=User.objects.get(username="maker"))
        """,
        when="outcomes in",
    )
    assert not any(m.objects.exists() for m in (BankReturn, PaymentOutcome))
    assert queries.balance(fund, accounts.IN_TRANSIT) == 200_000
    payments.read_return(file, by=maker)
    assert queries.balance(fund, accounts.BENEFITS) == 200_000
    assert all_is_well()


def test_a_worker_killed_while_it_releases_leaves_the_envelope_open(fund, maker, checker):
    cash.subsidy(fund, 1_000_000, by=maker, on=date(2026, 3, 1))
    batch = envelope(fund, maker, [order(7)])
    killed(
        f"""
        from funds.services import ledger, payments
        from socsec.office.models import User
        ledger.post_sql = lambda *args, **more: here()  # the money is drawn, not yet in transit
        payments.release({batch.pk}, by=User.objects.get(username="checker"))
        """,
        when="money drawn",
    )
    assert queries.balance(fund, accounts.EXPENDITURE_ACCOUNT) == 0
    payments.release(batch.pk, by=checker, on=ON)
    assert queries.balance(fund, accounts.IN_TRANSIT) == 100_000


def test_references_do_not_depend_on_the_process_that_makes_them(fund, maker):
    batch = envelope(fund, maker, [order(7)])
    here = PaymentOrder.objects.get().reference
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup()\n"
            "from django.db import connection\n"
            f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r}\n"
            "from funds.models import PaymentOrder\n"
            "print(PaymentOrder.objects.get().reference)",
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "socsec.settings.test"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == here == f"P{batch.pk}-7-1"


def at_the_closing(fund, maker, checker):
    """January is ready to be closed; a posting into it and its closing, as acts."""
    ledger.post(fund, "assessed", [assessed(1)], source="first", on=date(2026, 1, 5))
    prepared = closing.prepare(fund, month(2026, 1), by=maker)

    def close():
        return closing.close(prepared.pk, by=checker)

    def late(person, exact=False):
        return lambda: ledger.post(
            fund,
            "assessed",
            [assessed(person)],
            source=f"late:{person}",
            on=date(2026, 1, 31),
            exact=exact,
        )

    return close, late


def test_two_who_post_while_the_month_is_closed_come_before_it_or_into_the_next(
    fund, maker, checker
):
    close, late = at_the_closing(fund, maker, checker)
    closed, *posted, strict = at_once(close, late(7), late(8), late(9, exact=True))
    assert closed.closed_at is not None
    days = {batch.booked_on for batch in posted}
    assert days <= {date(2026, 1, 31), date(2026, 2, 1)}
    assert isinstance(strict, LedgerBatch) or strict.code == "month_closed"
    in_january = LedgerBatch.objects.filter(booked_on__lte=date(2026, 1, 31)).count()
    assert closed.batches == in_january
    assert all_is_well()


def test_a_closing_waits_for_who_is_posting_and_whoever_comes_later_books_in_the_next_month(
    fund, maker, checker
):
    close, late = at_the_closing(fund, maker, checker)
    posted, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            late(7)()
            posted.set()
            assert may_commit.wait(30)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow)
        assert posted.wait(30)
        closing_ = pool.submit(lambda: (close(), connection.close())[0])
        while not waits():
            assert not closing_.done()
        may_commit.set()
        first.result(30)
        closed = closing_.result(30)
    assert closed.batches == 2
    assert late(8)().booked_on == date(2026, 2, 1)
    assert all_is_well()


def waits() -> bool:
    """Whether somebody waits for an advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
        )
        return bool(cursor.fetchone()[0])


def test_a_closing_that_would_have_to_wait_too_long_is_given_up(fund, maker, checker, monkeypatch):
    close, late = at_the_closing(fund, maker, checker)
    monkeypatch.setattr(closing, "PATIENCE", "50ms")
    with transaction.atomic():
        late(7)()
        (given_up,) = at_once(close)
    assert given_up.code == "books_busy"
    assert queries.last_closed(fund) is None
    assert close().closed_at is not None


def test_adding_up_while_others_post_counts_every_batch_once(fund):
    def post(number):
        return lambda: [
            ledger.post(fund, "assessed", [assessed(number)], source=f"s:{number}:{turn}", on=ON)
            for turn in range(4)
        ]

    def add_up():
        for _turn in range(6):
            totals.sum_up()
            held = queries.balance(fund, accounts.CONTRIBUTIONS_DUE)
            assert held % 100 == 0

    at_once(post(1), post(2), add_up, add_up)
    assert queries.balance(fund, accounts.CONTRIBUTIONS_DUE) == 800
    totals.sum_up()
    assert queries.balance(fund, accounts.CONTRIBUTIONS_DUE) == 800
    assert all_is_well()


def test_two_payments_do_not_both_spend_what_the_budget_leaves_for_one(fund, maker, checker):
    second = staff("second", Role.REVIEWER)
    cash.opening(fund, 1_000_000, by=maker, on=ON)
    drafted = budgets.draft(fund, 2026, {accounts.BENEFITS: 150_000}, by=maker)
    budgets.review(drafted.pk, by=checker)
    budgets.approve(drafted.pk, by=second)
    plan = budgets.plan(fund, MARCH, 140_000, by=maker)
    budgets.decide_plan(plan.pk, by=checker, agree=True)
    ready = [envelope(fund, maker, [order(number)], source=f"p:{number}") for number in (21, 22)]

    def act(batch):
        return lambda: payments.release(batch.pk, by=checker, on=ON)

    results = at_once(*(act(batch) for batch in ready))
    assert sorted(getattr(each, "code", "released") for each in results) == [
        "over_budget",
        "released",
    ]
    assert queries.balance(fund, accounts.IN_TRANSIT) == 100_000
    assert all_is_well()


def test_a_statement_read_by_two_at_once_is_read_once(fund, maker):
    bank.open_account(
        fund, accounts.FISCAL_ACCOUNT, bank="b", number=NUMBER, by=maker, opened_on=date(2026, 3, 1)
    )
    content = statement([("2026-03-02", 5, "")])

    def act():
        return bank.read_statement(content, by=maker)

    results = at_once(act, act)
    assert sorted(getattr(each, "code", "read") for each in results) == ["read", "statement_twice"]
    assert all_is_well()
