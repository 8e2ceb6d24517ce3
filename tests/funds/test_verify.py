"""Whatever is done to the books behind the services' back, verify finds it and names it."""

from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from funds.models import accounts
from funds.models.ledger import LedgerBatch, LedgerSeal, Transfer
from funds.services import cash, ledger, payments, seal
from socsec.kernel.months import month
from socsec.office import oversight
from tests.funds.bank import answer, envelope, order

from .conftest import BEIJING

MARCH = month(2026, 3)
OURS = [question.code for question in oversight.questions() if question.code.startswith("funds.")]


@pytest.fixture
def books(beijing, accountant, reviewer):
    """Two months of a small fund: receipts, a reversal, a sweep, a payroll, a return, a repetition."""
    for person in (7, 8, 9):
        ledger.post(
            beijing,
            "receipt",
            [
                ledger.Posting(
                    person,
                    accounts.INCOME_ACCOUNT,
                    accounts.CONTRIBUTION_INCOME,
                    500_000,
                    MARCH,
                    "110105",
                )
            ],
            source=f"receipt:{person}",
            on=date(2026, 3, 10),
            by=accountant,
        )
    wrong = LedgerBatch.objects.get(source="receipt:9")
    ledger.reverse(wrong.pk, reason="another fund's money", on=date(2026, 3, 12), by=accountant)
    cash.month_end(date(2026, 4, 1))
    seal.seal()
    batch = envelope(beijing, accountant, [order(21), order(22), order(23)])
    payments.release(batch.pk, by=reviewer, on=date(2026, 4, 1))
    b"".join(payments.bank_file(batch.pk, by=accountant))
    lines = [
        (f"P{batch.pk}-21-1", 100_000, "PAID"),
        (f"P{batch.pk}-22-1", 100_000, "RETURNED"),
        ("P9-9-9", 5, "PAID"),
    ]
    payments.read_return(answer(batch.pk, lines), by=accountant)
    again = payments.reissue(
        batch.pk, 22, 1, payee="领取人22", bank="", account="6217000000000000022", by=accountant
    )
    payments.release(again.pk, by=reviewer, on=date(2026, 4, 5))
    seal.seal()
    return beijing


@contextmanager
def another_hand():
    """Someone with the rights of the database's owner, who puts the guards to sleep meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def found() -> set[tuple[str, str]]:
    return {
        (finding.code, finding.subject)
        for _question, findings in oversight.run(OURS)
        for finding in findings
    }


def codes() -> set[str]:
    return {code for code, _subject in found()}


def test_books_kept_by_the_services_are_as_promised(books):
    assert found() == set()


@pytest.mark.django_db
def test_empty_books_are_as_promised():
    assert found() == set()


def batch(source: str) -> int:
    return LedgerBatch.objects.get(source=source).pk


@pytest.mark.parametrize(
    ("tampering", "expected"),
    [
        ("UPDATE funds_transfer SET amount = amount + 1 WHERE batch_id = {b}", "batch_sums"),
        ("UPDATE funds_transfer SET person_id = 99 WHERE batch_id = {b}", "batch_digest"),
        ("UPDATE funds_transfer SET month = month - 1 WHERE batch_id = {b}", "batch_digest"),
        ("UPDATE funds_transfer SET region = '110106' WHERE batch_id = {b}", "batch_digest"),
        ("UPDATE funds_transfer SET heads = 2 WHERE batch_id = {b}", "batch_sums"),
        ("UPDATE funds_transfer SET debit = 1003 WHERE batch_id = {b}", "batch_digest"),
        ("UPDATE funds_transfer SET fund_id = 0 WHERE batch_id = {b}", "transfer_impossible"),
        ("UPDATE funds_transfer SET region = '310101' WHERE batch_id = {b}", "transfer_impossible"),
        ("DELETE FROM funds_transfer WHERE batch_id = {b}", "batch_without_transfers"),
        (
            "INSERT INTO funds_transfer SELECT 99, batch_id, amount, fund_id, seq, month, heads,"
            " debit, credit, region FROM funds_transfer WHERE batch_id = {b}",
            "batch_sums",
        ),
        ("UPDATE funds_batchtotal SET amount = amount + 1 WHERE batch_id = {b}", "batch_total"),
        ("UPDATE funds_ledgerbatch SET total = total + 1 WHERE id = {b}", "batch_sums"),
        ("UPDATE funds_ledgerbatch SET digest = sha256('') WHERE id = {b}", "batch_digest"),
    ],
)
def test_a_changed_batch_is_found_and_named(books, tampering, expected):
    b = batch("receipt:7")
    with another_hand() as cursor:
        cursor.execute(tampering.format(b=b))
    assert (expected, f"ledger batch {b}") in found()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("booked_on", "'2026-02-01'"),
        ("source", "'receipt:77'"),
        ("kind", "'gift'"),
        ("by_id", "NULL"),
        ("posted_at", "posted_at - interval '1 second'"),
        ("reason", "'no reason'"),
    ],
)
def test_a_changed_batch_row_breaks_its_seal(books, column, value):
    b = batch("receipt:7")
    with another_hand() as cursor:
        cursor.execute(f"UPDATE funds_ledgerbatch SET {column} = {value} WHERE id = {b}")
    assert ("seal_digest", "ledger seal 1") in found()


def test_transfers_without_a_batch_are_found(books):
    with another_hand() as cursor:
        cursor.execute(
            "INSERT INTO funds_transfer SELECT person_id, 9999, amount, fund_id, seq, month, heads,"
            " debit, credit, region FROM funds_transfer WHERE person_id = 7"
        )
    assert {
        ("transfers_without_batch", "ledger batch 9999"),
        ("transfer_impossible", "ledger batch 9999"),
    } <= found()


def test_a_batch_removed_with_everything_of_it_breaks_its_seal(books):
    b = batch("receipt:7")
    with another_hand() as cursor:
        for table, column in (
            ("transfer", "batch_id"),
            ("batchtotal", "batch_id"),
            ("sealedbatch", "batch_id"),
            ("ledgerbatch", "id"),
        ):
            cursor.execute(f"DELETE FROM funds_{table} WHERE {column} = {b}")
    assert ("seal_batches", "ledger seal 1") in found()


def test_a_change_made_good_in_every_total_and_digest_still_breaks_the_seal(books):
    """The thief knows the code: rows, totals, digest and header are all consistent again."""
    from funds.services.digests import DIGESTS

    b = batch("receipt:7")
    with another_hand() as cursor:
        cursor.execute(f"UPDATE funds_transfer SET amount = 400000 WHERE batch_id = {b}")
        cursor.execute(f"UPDATE funds_batchtotal SET amount = 400000 WHERE batch_id = {b}")
        cursor.execute(DIGESTS.format(where=f"batch_id = {b}"))
        digest = cursor.fetchone()[1]
        cursor.execute(
            "UPDATE funds_ledgerbatch SET total = 400000, digest = %s WHERE id = %s", [digest, b]
        )
    assert ("seal_digest", "ledger seal 1") in found()


def test_a_chain_forged_to_its_end_is_found_by_an_anchor_kept_outside(books):
    from funds.services.digests import SEALED, link

    kept = seal.anchor()
    b = batch("receipt:7")
    with another_hand() as cursor:
        cursor.execute(f"UPDATE funds_ledgerbatch SET kind = 'gift' WHERE id = {b}")
        digest = b""
        cursor.execute(SEALED, [0])
        for number, _digest, _count, _found, text in cursor.fetchall():
            digest = link(digest, text)
            cursor.execute(
                "UPDATE funds_ledgerseal SET digest = %s WHERE number = %s", [digest, number]
            )
    assert found() == set()
    assert not seal.holds(kept)
    assert seal.holds(seal.anchor())
    with pytest.raises(CommandError):
        call_command("verify", only=["funds.seals"], expect=kept, stdout=StringIO())


def test_a_chain_whose_end_was_cut_off_is_found_by_an_anchor_kept_outside(books):
    kept = seal.anchor()
    with another_hand() as cursor:
        cursor.execute("DELETE FROM funds_sealedbatch WHERE seal_id = 2")
        cursor.execute("DELETE FROM funds_ledgerseal WHERE number = 2")
    assert not seal.holds(kept)


def test_a_removed_seal_is_found(books):
    with another_hand() as cursor:
        cursor.execute("DELETE FROM funds_ledgerseal WHERE number = 1")
    assert {("seal_missing", "ledger seal 1"), ("seal_digest", "ledger seal 2")} <= found()


def test_a_changed_seal_is_found(books):
    with another_hand() as cursor:
        cursor.execute("UPDATE funds_ledgerseal SET digest = sha256('x') WHERE number = 1")
    assert ("seal_digest", "ledger seal 1") in found()


def test_batches_that_nobody_seals_are_found_after_a_day(books, beijing, accountant):
    cash.subsidy(beijing, 100, by=accountant, on=date(2026, 4, 6))
    b = LedgerBatch.objects.latest("id").pk
    assert found() == set()
    with another_hand() as cursor:
        cursor.execute(
            "UPDATE funds_ledgerbatch SET posted_at = %s WHERE id = %s",
            [timezone.now() - timedelta(days=2), b],
        )
    assert found() == {("not_sealed", f"ledger batch {b}")}


def test_a_reversal_that_is_not_the_opposite_is_found(books):
    b = LedgerBatch.objects.get(reverses__isnull=False).pk
    with another_hand() as cursor:
        cursor.execute(f"UPDATE funds_transfer SET amount = 1 WHERE batch_id = {b}")
    assert ("reversal_not_opposite", f"ledger batch {b}") in found()


def test_a_batch_reversed_again_is_found(books):
    b = batch("receipt:8")
    with another_hand() as cursor:
        cursor.execute(
            "ALTER TABLE funds_ledgerbatch DROP CONSTRAINT funds_ledgerbatch_reverses_id_key"
        )
        cursor.execute(
            "UPDATE funds_ledgerbatch SET reverses_id = %s WHERE id = %s", [batch("receipt:9"), b]
        )
    assert "reversed_again" in codes()


def test_a_forbidden_flow_is_found(books):
    b = batch("receipt:7")
    with another_hand() as cursor:
        cursor.execute(f"UPDATE funds_transfer SET credit = 5001 WHERE batch_id = {b}")
        cursor.execute(f"UPDATE funds_batchtotal SET credit = 5001 WHERE batch_id = {b}")
    assert ("forbidden_flow", f"ledger batch {b}") in found()


def test_a_balance_that_is_not_the_sum_of_its_transfers_is_found(books, beijing):
    with another_hand() as cursor:
        cursor.execute(
            "UPDATE funds_batchtotal SET amount = amount + 100 WHERE batch_id = %s",
            [batch("receipt:7")],
        )
    assert ("balance", f"fund {beijing.pk}, region 110105, account 1002") in found()


def test_an_overdrawn_account_is_found(books, beijing):
    b = LedgerBatch.objects.get(kind="payment_draw", source__contains="payment").pk
    with another_hand() as cursor:
        cursor.execute(f"UPDATE funds_ledgerbatch SET booked_on = '2026-03-01' WHERE id = {b}")
    assert ("overdrawn", f"fund {beijing.pk}, account {accounts.FISCAL_ACCOUNT}") in found()


def test_an_income_account_that_was_not_swept_is_found(books, beijing):
    ledger.post(
        beijing,
        "receipt",
        [
            ledger.Posting(
                7, accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME, 1, MARCH, BEIJING
            )
        ],
        source="receipt:late",
        on=date(2026, 5, 4),
    )
    subject = f"fund {beijing.pk}, account {accounts.INCOME_ACCOUNT}"
    assert found() == {("income_not_swept", subject)}
    cash.month_end(date(2026, 6, 1))
    assert found() == set()


@pytest.mark.parametrize(
    ("tampering", "expected"),
    [
        (
            "UPDATE funds_paymentorder SET amount = amount + 1 WHERE person_id = 21",
            "envelope_orders",
        ),
        ("DELETE FROM funds_paymentorder WHERE person_id = 23", "envelope_orders"),
        ("UPDATE funds_paymentbatch SET total = total + 1", "envelope_orders"),
        ("UPDATE funds_bankfile SET total = total + 1", "envelope_file"),
        ("UPDATE funds_paymentbatch SET state = 'cancelled'", "envelope_not_released"),
        (
            "UPDATE funds_paymentoutcome SET amount = 1 WHERE person_id = 21",
            "outcome_without_order",
        ),
        ("UPDATE funds_paymentoutcome SET person_id = 23 WHERE person_id = 22", "repeated_wrongly"),
        ("UPDATE funds_paymentoutcome SET late = true WHERE outcome = 2", "outcome_without_order"),
        ("DELETE FROM funds_paymentoutcome WHERE person_id = 21", "return_lines"),
        ("DELETE FROM funds_paymentoutcome WHERE person_id = 21", "return_ledger"),
        ("DELETE FROM funds_paymentoutcome WHERE person_id = 21", "transit"),
        ("DELETE FROM funds_paymentoutcome WHERE person_id = 21", "benefits"),
        ("DELETE FROM funds_paymentoutcome WHERE person_id = 22", "repeated_wrongly"),
        ("DELETE FROM funds_unmatchedline", "return_lines"),
        ("UPDATE funds_bankreturn SET paid_total = paid_total + 1", "return_lines"),
        ("UPDATE funds_paymentbatch SET checker_id = maker_id", "four_eyes"),
    ],
)
def test_a_payment_that_was_tampered_with_is_found(books, tampering, expected):
    with another_hand() as cursor:
        if "checker_id" in tampering:
            cursor.execute("ALTER TABLE funds_paymentbatch DROP CONSTRAINT payment_batch_four_eyes")
        cursor.execute(tampering)
    assert expected in codes()


def test_a_payment_repeated_twice_is_found(books):
    with another_hand() as cursor:
        cursor.execute(
            """
            INSERT INTO funds_paymentorder
              (person_id, batch_id, seq, attempt, reorders_batch_id, reorders_seq, reorders_try,
               region, payee, bank, account, last_four, amount, month, source)
            SELECT person_id, batch_id, 2, attempt, reorders_batch_id, reorders_seq, 2,
                   region, payee, bank, account, last_four, amount, month, source
            FROM funds_paymentorder WHERE attempt = 2
            """
        )
    assert "repeated_wrongly" in codes()


@pytest.mark.parametrize(
    ("tampering", "subject"),
    [
        ("ALTER TABLE funds_transfer DISABLE TRIGGER funds_transfer_append_only", "funds_transfer"),
        ("DROP TRIGGER funds_ledgerbatch_no_truncate ON funds_ledgerbatch", "funds_ledgerbatch"),
        (
            "ALTER TABLE funds_paymentorder DISABLE TRIGGER funds_paymentorder_no_change",
            "funds_paymentorder",
        ),
        ("ALTER TABLE funds_transfer DROP CONSTRAINT transfer_amount_positive", "funds_transfer"),
        ("ALTER TABLE funds_transfer DROP CONSTRAINT funds_transfer_pkey", "funds_transfer"),
        (
            "ALTER TABLE funds_ledgerbatch DROP CONSTRAINT ledger_batch_once_per_source",
            "funds_ledgerbatch",
        ),
        ("DROP INDEX payment_order_repetition_once", "funds_paymentorder"),
        (
            "ALTER TABLE funds_transfer DROP CONSTRAINT transfer_amount_positive,"
            " ADD CONSTRAINT transfer_amount_positive CHECK (amount > 0) NOT VALID",
            "funds_transfer",
        ),
    ],
)
def test_a_guard_that_was_taken_away_is_found(db, tampering, subject):
    with connection.cursor() as cursor:
        cursor.execute(tampering)
    assert f"table {subject}" in {name for _code, name in found()}


# The command


def test_verify_shows_every_promise_and_ends_well(books):
    out = StringIO()
    call_command("verify", only=OURS, stdout=out, no_color=True)
    for code in OURS:
        assert code in out.getvalue()


def test_verify_names_what_is_wrong_and_ends_with_one(books):
    b = batch("receipt:7")
    with another_hand() as cursor:
        cursor.execute(f"UPDATE funds_transfer SET amount = 1 WHERE batch_id = {b}")
    out = StringIO()
    with pytest.raises(CommandError) as end:
        call_command("verify", only=OURS, stdout=out, no_color=True)
    assert end.value.returncode == 1
    assert f"ledger batch {b}: " in out.getvalue()


def test_verify_asks_only_what_it_is_told(books):
    with another_hand() as cursor:
        cursor.execute("UPDATE funds_transfer SET amount = 1")
    call_command("verify", only=["funds.four_eyes"], stdout=StringIO())


@pytest.mark.django_db
def test_verify_does_not_know_another_question():
    with pytest.raises(CommandError) as end:
        call_command("verify", only=["funds.weather"], stdout=StringIO())
    assert end.value.returncode == 2


def test_verify_cannot_write(books, monkeypatch):
    def write():
        Transfer.objects.filter(person_id=0).delete()
        yield from ()

    monkeypatch.setitem(
        oversight._questions, "funds.writes", oversight.Question("funds.writes", "", write)
    )
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", only=["funds.writes"], stdout=out)
    assert "read-only transaction" in out.getvalue()


def test_a_question_that_cannot_be_asked_is_named_and_the_others_are_asked(books):
    b = batch("receipt:7")
    with another_hand() as cursor:
        cursor.execute("ALTER TABLE funds_unmatchedline RENAME TO funds_gone")
        cursor.execute(f"UPDATE funds_transfer SET amount = 1 WHERE batch_id = {b}")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", only=OURS, stdout=out, no_color=True)
    assert "funds.outcomes: " in out.getvalue()
    assert f"ledger batch {b}: " in out.getvalue()


def test_an_anchor_is_printed_last_and_holds(books, beijing, accountant):
    cash.subsidy(beijing, 100, by=accountant, on=date(2026, 4, 6))
    out = StringIO()
    call_command("verify", anchor=True, only=OURS, stdout=out)
    printed = out.getvalue().strip().splitlines()[-1]
    assert printed == str(LedgerSeal.objects.latest("number"))
    assert LedgerBatch.objects.filter(sealed__isnull=True).count() == 0
    call_command("verify", expect=printed, only=OURS, stdout=StringIO())


@pytest.mark.parametrize("anchor", ["", "1", "x:y", "1:00", "99:" + "0" * 64])
def test_an_anchor_that_never_was_does_not_hold(books, anchor):
    assert not seal.holds(anchor)
