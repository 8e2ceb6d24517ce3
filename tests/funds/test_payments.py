"""From the envelope to the reconciled payment, and every way in which it must not go on."""

import hashlib
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from funds import queries
from funds.models import (
    BankFile,
    PaymentBatch,
    PaymentOrder,
    PaymentOutcome,
    UnmatchedLine,
    accounts,
)
from funds.models.ledger import LedgerBatch, Transfer
from funds.services import cash, payments
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role
from tests.funds.bank import answer, envelope, order, paid, read

from .conftest import SHANGHAI, staff

APRIL = date(2026, 4, 1)


@pytest.fixture
def funded(beijing, accountant):
    """The fund with 10,000 yuan in its fiscal special account."""
    cash.subsidy(beijing, 1_000_000, by=accountant, on=date(2026, 3, 1))
    return beijing


@pytest.fixture
def released(funded, accountant, reviewer):
    """Three people, 1,000 yuan each, on their way to the bank."""
    batch = envelope(funded, accountant, [order(7), order(8), order(9)])
    payments.release(batch.pk, by=reviewer, on=APRIL)
    return batch


def file_of(batch, by) -> bytes:
    return b"".join(payments.bank_file(batch.pk, by=by))


def held(fund, *numbers) -> list[int]:
    return [queries.balance(fund, number) for number in numbers]


CASH = (
    accounts.FISCAL_ACCOUNT,
    accounts.EXPENDITURE_ACCOUNT,
    accounts.IN_TRANSIT,
    accounts.BENEFITS,
)


def test_a_payroll_is_announced_filled_released_paid_and_reconciled(funded, accountant, reviewer):
    batch = envelope(funded, accountant, [order(7, 474716), order(8, 120000)])
    assert held(funded, *CASH) == [1_000_000, 0, 0, 0]
    payments.release(batch.pk, by=reviewer, on=APRIL)
    assert held(funded, *CASH) == [405_284, 0, 594_716, 0]
    file_of(batch, accountant)
    payments.read_return(
        answer(
            batch.pk,
            [(f"P{batch.pk}-7-1", 474716, "PAID"), (f"P{batch.pk}-8-1", 120000, "RETURNED")],
        ),
        by=accountant,
    )
    assert held(funded, *CASH) == [405_284, 120_000, 0, 474_716]
    checks = payments.reconcile(batch.pk, by=accountant)
    assert [(check.what, check.agrees) for check in checks] == [
        ("file", True),
        ("account", True),
        ("ledger", True),
    ]
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.RECONCILED


def test_the_benefit_counts_heads_beside_the_amount(released, funded, accountant):
    payments.read_return(paid(released.pk, [7, 8]), by=accountant)
    lines = {line.account.number: line for line in queries.trial_balance(funded)}
    assert (lines[accounts.BENEFITS].heads, lines[accounts.IN_TRANSIT].heads) == (2, 1)


def test_what_the_expenditure_account_still_holds_is_not_drawn_again(
    released, funded, accountant, reviewer
):
    payments.read_return(
        answer(released.pk, [(f"P{released.pk}-7-1", 100000, "RETURNED")]), by=accountant
    )
    batch = envelope(funded, accountant, [order(21, 150000)], source="payroll:2")
    payments.release(batch.pk, by=reviewer, on=date(2026, 4, 3))
    draw = LedgerBatch.objects.get(source=f"funds.payment:{batch.pk}:draw")
    assert draw.total == 50000


def test_money_that_comes_back_tomorrow_does_not_pay_today(released, funded, accountant, reviewer):
    back = answer(released.pk, [(f"P{released.pk}-7-1", 100000, "RETURNED")], day=date(2026, 4, 9))
    payments.read_return(back, by=accountant)
    batch = envelope(funded, accountant, [order(21, 150000)], source="payroll:2")
    payments.release(batch.pk, by=reviewer, on=date(2026, 4, 6))
    draw = LedgerBatch.objects.get(source=f"funds.payment:{batch.pk}:draw")
    assert draw.total == 150000


def test_the_maker_cannot_release(funded):
    both = staff("both", Role.ACCOUNTANT, Role.REVIEWER)
    batch = envelope(funded, both, [order(7)])
    with pytest.raises(Denied) as refusal:
        payments.release(batch.pk, by=both)
    assert refusal.value.code == "four_eyes"
    assert not LedgerBatch.objects.filter(kind="payment_release").exists()


def test_the_database_refuses_a_release_by_the_maker(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    with pytest.raises(IntegrityError, match="payment_batch_four_eyes"), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(checker=accountant)


def test_an_accountant_cannot_release(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    with pytest.raises(Denied):
        payments.release(batch.pk, by=staff("second", Role.ACCOUNTANT))


def test_an_office_elsewhere_does_not_know_the_envelope(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    with pytest.raises(NotFound):
        payments.release(batch.pk, by=staff("far", Role.REVIEWER, region=SHANGHAI))


def test_nobody_releases_a_payment_to_themselves(funded, accountant):
    batch = envelope(funded, accountant, [order(7), order(8)])
    with pytest.raises(Denied) as refusal:
        payments.release(batch.pk, by=staff("payee", Role.REVIEWER, person_id=8))
    assert refusal.value.code == "own_case"


@pytest.mark.parametrize(("count", "total"), [(1, 200000), (3, 200000), (2, 199999), (2, 200001)])
def test_an_envelope_that_holds_something_else_than_announced_pays_nobody(
    funded, accountant, reviewer, count, total
):
    batch = payments.open_batch(
        funded,
        "pension_payroll",
        month=24314,
        count=count,
        total=total,
        source="payroll:1",
        by=accountant,
    )
    payments.add_orders(batch, [order(7), order(8)])
    with pytest.raises(Refused) as refusal:
        payments.release(batch.pk, by=reviewer)
    assert refusal.value.code == "envelope_differs"
    assert not Transfer.objects.filter(debit=accounts.IN_TRANSIT).exists()


def test_an_empty_envelope_pays_nobody(funded, accountant, reviewer):
    batch = payments.open_batch(
        funded,
        "pension_payroll",
        month=24314,
        count=2,
        total=200000,
        source="payroll:1",
        by=accountant,
    )
    assert payments.add_orders(batch, []) == 0
    with pytest.raises(Refused):
        payments.release(batch.pk, by=reviewer)
    assert not Transfer.objects.filter(debit=accounts.IN_TRANSIT).exists()


@pytest.mark.parametrize(("count", "total"), [(0, 0), (0, 100), (1, 0), (-1, -5), (1, True)])
def test_an_envelope_for_nobody_is_not_opened(funded, accountant, count, total):
    with pytest.raises(Refused) as refusal:
        payments.open_batch(
            funded,
            "pension_payroll",
            month=24314,
            count=count,
            total=total,
            source="payroll:1",
            by=accountant,
        )
    assert refusal.value.code == "nobody_to_pay"
    assert not PaymentBatch.objects.exists()


def test_a_selection_of_nobody_puts_nobody_in(funded, accountant, reviewer):
    batch = envelope(funded, accountant, [order(7)])
    assert payments.add_orders_sql(batch, SELECT + " WHERE false", []) == 0
    assert PaymentOrder.objects.count() == 1


SELECT = """
    SELECT p AS person_id, 2 AS seq, '110105' AS region, '领取人' AS payee, '' AS bank,
           (SELECT account FROM funds_paymentorder LIMIT 1) AS account, '0007' AS last_four,
           p * 100 AS amount, 24314 AS month, 'award:' || p AS source
    FROM generate_series(1, 1000) AS p
"""


def test_a_statement_puts_a_thousand_orders_in_with_the_ciphertext_as_it_is(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    assert payments.add_orders_sql(batch, SELECT) == 1000
    plain = PaymentOrder.objects.get(person_id=500, batch_id=batch.pk, seq=2)
    assert plain.account == "6228480000000000007"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT account), min(account) FROM funds_paymentorder")
        ciphertexts, ciphertext = cursor.fetchone()
    assert ciphertexts == 1
    assert "62284800" not in ciphertext


def test_an_order_for_a_payee_without_account_is_refused(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    without = SELECT.replace("p * 100", "p").replace(
        "(SELECT account FROM funds_paymentorder LIMIT 1)", "NULL::text"
    )
    with pytest.raises(Invalid) as refusal:
        payments.add_orders_sql(batch, without)
    assert refusal.value.code == "account"
    with pytest.raises(Invalid):
        payments.add_orders(batch, [order(8, account=" ")])
    assert PaymentOrder.objects.count() == 1


def test_a_plain_account_number_in_a_statement_is_refused(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    plain = SELECT.replace(
        "(SELECT account FROM funds_paymentorder LIMIT 1)", "'6228480000000000007'"
    )
    with pytest.raises(Invalid) as refusal:
        payments.add_orders_sql(batch, plain)
    assert refusal.value.code == "payment_order_account_encrypted"


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, 10**15 + 1], ids=repr)
def test_an_order_over_an_impossible_amount_is_refused(funded, accountant, amount):
    batch = envelope(funded, accountant, [order(7)])
    with pytest.raises(Invalid) as refusal:
        payments.add_orders(batch, [order(8, amount)])
    assert refusal.value.field == "amount"


def test_an_order_is_put_in_once(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    with pytest.raises(Invalid) as refusal:
        payments.add_orders(batch, [order(7)])
    assert refusal.value.code == "funds_paymentorder_pkey"
    assert PaymentOrder.objects.count() == 1


def test_the_same_announcement_is_the_same_envelope(funded, accountant):
    first = envelope(funded, accountant, [order(7)])
    told = {"month": 24314, "count": 1, "source": "payroll:1", "by": accountant}
    again = payments.open_batch(funded, "pension_payroll", total=100000, **told)
    assert again == first
    with pytest.raises(Conflict):
        payments.open_batch(funded, "pension_payroll", total=100001, **told)


def test_nothing_is_added_after_the_release(released):
    with pytest.raises(Conflict) as refusal:
        payments.add_orders(released, [order(10)])
    assert refusal.value.code == "wrong_state"


def test_an_envelope_is_released_once(released, reviewer):
    with pytest.raises(Conflict):
        payments.release(released.pk, by=reviewer)
    assert LedgerBatch.objects.filter(kind="payment_release").count() == 1


def test_a_cancelled_envelope_is_never_released(funded, accountant, reviewer):
    batch = envelope(funded, accountant, [order(7)])
    payments.cancel(batch.pk, by=accountant, reason="wrong month")
    with pytest.raises(Conflict):
        payments.release(batch.pk, by=reviewer)
    with pytest.raises(Conflict):
        payments.bank_file(batch.pk, by=accountant)


def test_a_released_envelope_is_not_cancelled(released, accountant):
    with pytest.raises(Conflict):
        payments.cancel(released.pk, by=accountant, reason="too late")


def test_without_money_in_the_fiscal_account_nobody_is_paid(beijing, accountant, reviewer):
    batch = envelope(beijing, accountant, [order(7)])
    with pytest.raises(Refused) as refusal:
        payments.release(batch.pk, by=reviewer, on=APRIL)
    assert refusal.value.code == "account_overdrawn"
    assert refusal.value.detail["account"] == accounts.FISCAL_ACCOUNT
    assert not LedgerBatch.objects.exists()
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.OPEN


def test_an_order_outside_the_region_of_its_envelope_pays_nobody(funded, accountant, reviewer):
    batch = envelope(funded, accountant, [order(7), order(8, region="310101")])
    with pytest.raises(Refused) as refusal:
        payments.release(batch.pk, by=reviewer)
    assert refusal.value.code == "region_outside_envelope"


def test_the_bank_file_says_first_what_comes_and_last_what_came(released, accountant):
    file = file_of(released, accountant)
    rows = read(file)
    assert rows[0][:4] == ["H", "SOCSEC-PAY", "1", str(released.pk)]
    assert rows[0][5:] == ["3", "3000.00"]
    assert rows[1] == [
        "D",
        f"P{released.pk}-7-1",
        "领取人7",
        "中国农业银行",
        "6228480000000000007",
        "1000.00",
        "2026-03",
    ]
    body = file[: file.rindex(b"T,")]
    assert rows[-1] == ["T", "3", "3000.00", hashlib.sha256(body).hexdigest()]
    assert BankFile.objects.get().sha256 == rows[-1][3]


def test_the_bank_file_is_the_same_to_the_byte_each_time(released, accountant, settings):
    first = file_of(released, accountant)
    assert file_of(released, accountant) == first
    assert AuditEntry.objects.filter(act="bank.file").count() == 2


def test_references_are_made_of_the_key_and_so_differ(released, funded, accountant):
    second = envelope(funded, accountant, [order(7), order(7, seq=2)], source="payroll:2")
    references = [o.reference for o in PaymentOrder.objects.all()]
    assert len(set(references)) == len(references) == 5
    assert f"P{second.pk}-7-2" in references


def test_a_bank_file_over_changed_orders_breaks_off(released, accountant):
    file_of(released, accountant)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funds_paymentorder DISABLE TRIGGER USER")
        cursor.execute("UPDATE funds_paymentorder SET payee = '别人' WHERE person_id = 9")
        cursor.execute("ALTER TABLE funds_paymentorder ENABLE TRIGGER USER")
    pieces = payments.bank_file(released.pk, by=accountant)
    with pytest.raises(Conflict) as refusal:
        list(pieces)
    assert refusal.value.code == "bank_file_differs"


def test_an_open_envelope_has_no_bank_file(funded, accountant):
    batch = envelope(funded, accountant, [order(7)])
    with pytest.raises(Conflict):
        payments.bank_file(batch.pk, by=accountant)


def test_a_reviewer_does_not_get_the_account_numbers(released, reviewer):
    with pytest.raises(Denied):
        payments.bank_file(released.pk, by=reviewer)


def test_an_order_cannot_be_changed_except_for_the_key_it_is_encrypted_with(released):
    with connection.cursor() as cursor:
        cursor.execute("SELECT account FROM funds_paymentorder WHERE person_id = 8")
        (other,) = cursor.fetchone()
        cursor.execute("UPDATE funds_paymentorder SET account = %s WHERE person_id = 8", [other])
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE funds_paymentorder SET amount = amount + 1")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM funds_paymentorder")


def test_a_payment_that_comes_back_later_takes_the_benefit_back(released, funded, accountant):
    payments.read_return(paid(released.pk, [7, 8, 9]), by=accountant)
    late = answer(
        released.pk,
        [(f"P{released.pk}-8-1", 100000, "RETURNED")],
        number="R2",
        day=date(2026, 4, 9),
    )
    payments.read_return(late, by=accountant)
    assert held(funded, *CASH) == [700_000, 100_000, 0, 200_000]
    assert [p.state for p in queries.person_payments(8)] == ["returned"]
    file_of(released, accountant)
    assert all(check.agrees for check in payments.reconcile(released.pk, by=accountant))


def test_a_late_return_reopens_a_reconciled_envelope(released, accountant):
    file_of(released, accountant)
    payments.read_return(paid(released.pk, [7, 8, 9]), by=accountant)
    payments.reconcile(released.pk, by=accountant)
    late = answer(released.pk, [(f"P{released.pk}-8-1", 100000, "RETURNED")], number="R2")
    payments.read_return(late, by=accountant)
    released.refresh_from_db()
    assert released.state == PaymentBatch.State.RELEASED


def test_an_envelope_with_an_unanswered_order_is_not_reconciled(released, accountant):
    file_of(released, accountant)
    payments.read_return(paid(released.pk, [7, 8]), by=accountant)
    checks = {check.what: check for check in payments.reconcile(released.pk, by=accountant)}
    assert checks["file"].agrees
    assert (checks["ledger"].expected, checks["ledger"].found) == ((3, 300000), (2, 200000))
    released.refresh_from_db()
    assert released.state == PaymentBatch.State.RELEASED


def test_an_unmatched_line_keeps_the_envelope_open_until_it_is_settled(released, accountant):
    file_of(released, accountant)
    lines = [(f"P{released.pk}-{person}-1", 100000, "PAID") for person in (7, 8, 9)]
    payments.read_return(
        answer(released.pk, [*lines, (f"P{released.pk}-99-1", 5, "PAID")]), by=accountant
    )
    checks = {check.what: check.agrees for check in payments.reconcile(released.pk, by=accountant)}
    assert checks == {"file": True, "account": False, "ledger": True}
    (line,) = queries.unmatched(accountant)
    payments.settle_line(line.pk, by=accountant, note="The bank withdrew it, letter of 3 April")
    assert not queries.unmatched(accountant)
    assert all(check.agrees for check in payments.reconcile(released.pk, by=accountant))


def test_an_unmatched_line_is_settled_once_with_a_note(released, accountant):
    payments.read_return(answer(released.pk, [("P1-99-1", 5, "PAID")]), by=accountant)
    line = UnmatchedLine.objects.get()
    with pytest.raises(Invalid):
        payments.settle_line(line.pk, by=accountant, note=" ")
    payments.settle_line(line.pk, by=accountant, note="withdrawn")
    with pytest.raises(Conflict):
        payments.settle_line(line.pk, by=accountant, note="withdrawn")


# Ordering a returned payment again


@pytest.fixture
def returned(released, accountant):
    """Person 7 was paid, the payment to person 8 came back, person 9 was not answered."""
    lines = [
        (f"P{released.pk}-7-1", 100000, "PAID"),
        (f"P{released.pk}-8-1", 100000, "RETURNED"),
    ]
    payments.read_return(answer(released.pk, lines), by=accountant)
    return released


RIGHT = {"payee": "领取人8", "bank": "中国建设银行", "account": "6217000000000000008"}


def test_a_returned_payment_is_paid_again_to_the_corrected_account(
    returned, accountant, reviewer, funded
):
    second = payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)
    assert (second.count, second.total, second.state) == (1, 100000, "open")
    payments.release(second.pk, by=reviewer, on=date(2026, 4, 5))
    (_header, line, _trailer) = read(file_of(second, accountant))
    assert line[1:5] == [f"P{second.pk}-8-1", "领取人8", "中国建设银行", RIGHT["account"]]
    payments.read_return(paid(second.pk, [8], day=date(2026, 4, 6)), by=accountant)
    assert queries.person_total(funded, 8, accounts.BENEFITS) == 100000
    states = [(line.state, line.again_in) for line in queries.person_payments(8)]
    assert states == [("paid", None), ("returned", second.pk)]


def test_a_returned_payment_is_ordered_again_once(returned, accountant):
    payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)
    with pytest.raises(Conflict) as refusal:
        payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)
    assert refusal.value.code == "reordered"
    assert PaymentOrder.objects.filter(person_id=8).count() == 2


def test_a_repetition_that_came_back_too_is_not_ordered_again(returned, accountant, reviewer):
    second = payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)
    payments.release(second.pk, by=reviewer, on=date(2026, 4, 5))
    back = answer(second.pk, [(f"P{second.pk}-8-1", 100000, "RETURNED")], day=date(2026, 4, 6))
    payments.read_return(back, by=accountant)
    with pytest.raises(Refused) as refusal:
        payments.reissue(second.pk, 8, 1, **RIGHT, by=accountant)
    assert refusal.value.code == "repeated_before"


def test_a_repetition_whose_envelope_was_cancelled_can_be_prepared_anew(returned, accountant):
    first = payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)
    payments.cancel(first.pk, by=accountant, reason="mistyped")
    again = payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)
    assert again.pk != first.pk
    with pytest.raises(Conflict):
        payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)


@pytest.mark.parametrize("person", [7, 9], ids=["paid", "unanswered"])
def test_a_payment_that_did_not_come_back_is_not_ordered_again(returned, accountant, person):
    with pytest.raises(Refused) as refusal:
        payments.reissue(returned.pk, person, 1, **RIGHT, by=accountant)
    assert refusal.value.code == "not_returned"


def test_a_payment_that_does_not_exist_is_not_ordered_again(returned, accountant):
    with pytest.raises(NotFound):
        payments.reissue(returned.pk, 8, 2, **RIGHT, by=accountant)


def test_nobody_orders_their_own_payment_again(returned):
    own = staff("own", Role.ACCOUNTANT, person_id=8)
    with pytest.raises(Denied):
        payments.reissue(returned.pk, 8, 1, **RIGHT, by=own)


def test_the_database_refuses_a_second_repetition_of_an_order(returned, accountant):
    payments.reissue(returned.pk, 8, 1, **RIGHT, by=accountant)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO funds_paymentorder
              (person_id, batch_id, seq, attempt, reorders_batch_id, reorders_seq, reorders_try,
               region, payee, bank, account, last_four, amount, month, source)
            SELECT person_id, batch_id, 77, attempt, reorders_batch_id, reorders_seq, reorders_try,
                   region, payee, bank, account, last_four, amount, month, source
            FROM funds_paymentorder WHERE attempt = 2
            """
        )


def test_several_returned_payments_go_into_one_envelope(released, accountant):
    lines = [(f"P{released.pk}-{person}-1", 100000, "RETURNED") for person in (7, 8)]
    payments.read_return(answer(released.pk, lines), by=accountant)
    payees = [payments.Payee(p, 1, f"领取人{p}", "", f"621700000000000000{p}") for p in (7, 8)]
    second = payments.reissue_many(released.pk, payees, by=accountant)
    assert (second.count, second.total) == (2, 200000)


# What screens and schemes see


def test_schemes_pull_what_the_bank_said_since_they_last_looked(returned, accountant):
    said = queries.outcomes("pension_payroll")
    assert [(o.person_id, o.outcome, o.reason) for o in said] == [
        (7, PaymentOutcome.Outcome.PAID, ""),
        (8, PaymentOutcome.Outcome.RETURNED, "账号不存在"),
    ]
    seen = said.last().return_id
    payments.read_return(paid(returned.pk, [9], number="R2"), by=accountant)
    assert [o.person_id for o in queries.outcomes("pension_payroll", after=seen)] == [9]
    assert not queries.outcomes("other")


def test_an_envelope_outside_the_region_is_not_listed(released):
    assert list(queries.envelopes(staff("near", Role.AUDITOR))) == [released]
    assert not queries.envelopes(staff("far", Role.AUDITOR, region=SHANGHAI))


def test_progress_counts_orders_and_answers(returned):
    assert queries.progress(returned.pk) == {
        "orders": 3,
        "ordered": 300000,
        "paid": 1,
        "paid_total": 100000,
        "returned": 1,
        "returned_total": 100000,
    }


def test_every_step_of_a_payment_is_in_the_audit(returned, accountant):
    file_of(returned, accountant)
    payments.reconcile(returned.pk, by=accountant)
    acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))
    assert acts == [
        "fund.subsidy",
        "payment.open",
        "payment.release",
        "bank.return",
        "bank.file",
        "payment.reconcile",
    ]


def test_releasing_and_answering_cost_the_same_for_three_and_for_three_hundred(
    funded, accountant, reviewer
):
    counts = []
    # The first round also looks up what a user may do, which is kept for the rounds after it.
    for place, people in enumerate((3, 3, 300), start=1):
        orders = [order(person, 100) for person in range(100, 100 + people)]
        batch = envelope(funded, accountant, orders, source=f"payroll:{place}")
        with Counting() as counting:
            payments.release(batch.pk, by=reviewer, on=APRIL)
            people_paid = [o.person_id for o in orders]
            payments.read_return(paid(batch.pk, people_paid, 100), by=accountant)
        counts.append(counting.number)
    assert counts[1] == counts[2]


class Counting:
    def __enter__(self):
        self.number = 0
        self.wrapper = connection.execute_wrapper(self.count)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *error):
        self.wrapper.__exit__(*error)

    def count(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)
