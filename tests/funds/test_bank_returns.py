"""Files from the bank: each broken one is refused with its reason and changes nothing."""

import io
from datetime import date

import pytest

from funds import queries
from funds.models import BankReturn, PaymentOutcome, UnmatchedLine, accounts
from funds.models.ledger import LedgerBatch
from funds.services import cash, payments
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Problem
from socsec.office.models import AuditEntry, Role
from tests.funds.bank import answer, envelope, order, paid, sign

from .conftest import SHANGHAI, staff


@pytest.fixture
def batch(beijing, accountant, reviewer):
    cash.subsidy(beijing, 1_000_000, by=accountant, on=date(2026, 3, 1))
    batch = envelope(beijing, accountant, [order(7), order(8)])
    payments.release(batch.pk, by=reviewer, on=date(2026, 4, 1))
    return batch


def state() -> tuple:
    """All that a bank return may change."""
    return (
        LedgerBatch.objects.count(),
        PaymentOutcome.objects.count(),
        BankReturn.objects.count(),
        UnmatchedLine.objects.count(),
        AuditEntry.objects.count(),
    )


def good(batch) -> bytes:
    return paid(batch.pk, [7, 8])


def resigned(file: bytes, old: str, new: str) -> bytes:
    """The file with something replaced, and a true checksum over the result."""
    *lines, trailer = file.decode().replace(old, new).splitlines()
    return sign(lines, trailer.rpartition(",")[0])


BROKEN = {
    "empty": (lambda f: b"", "empty_file"),
    "cut off in the middle of a line": (lambda f: f[: len(f) // 2], "truncated"),
    "cut off after a line": (lambda f: f[: f.rindex(b"D,")], "truncated"),
    "cut off in its last line": (lambda f: f[: f.rindex(b",")], "truncated"),
    "cut off in its checksum": (lambda f: f[:-10], "wrong_checksum"),
    "something after the last line": (lambda f: f + b"D,x\n", "truncated"),
    "one amount altered": (
        lambda f: f.replace(b"1000.00,PAID", b"1000.01,PAID", 1),
        "wrong_checksum",
    ),
    "one line left out": (
        lambda f: b"".join(f.splitlines(keepends=True)[:2] + f.splitlines(keepends=True)[3:]),
        "wrong_checksum",
    ),
    "in GB18030": (lambda f: "H,退票\n".encode("gb18030") + f, "wrong_encoding"),
    "in UTF-16": (lambda f: f.decode().encode("utf-16"), "wrong_encoding"),
    "in UTF-16 without a mark": (lambda f: f.decode().encode("utf-16-le"), "wrong_encoding"),
    "a picture": (lambda f: b"\x89PNG\r\n\x1a\n" + bytes(100), "wrong_encoding"),
    "one endless line": (lambda f: b"H" * 5000 + b"\n" + f, "bad_line"),
    "our own file": (lambda f: resigned(f, "SOCSEC-RETURN", "SOCSEC-PAY"), "not_a_bank_return"),
    "a later version": (lambda f: resigned(f, "RETURN,1,", "RETURN,2,"), "not_a_bank_return"),
    "no number": (lambda f: resigned(f, ",R1,", ",,"), "not_a_bank_return"),
    "only a last line": (lambda f: sign([], "T,0,0.00,0,0.00"), "not_a_bank_return"),
    "an amount that is no number": (
        lambda f: resigned(f, ",1000.00,PAID", ",NaN,PAID"),
        "bad_amount",
    ),
    "an infinite amount": (lambda f: resigned(f, ",1000.00,PAID", ",inf,PAID"), "bad_amount"),
    "a negative amount": (lambda f: resigned(f, ",1000.00,PAID", ",-1000.00,PAID"), "bad_amount"),
    "an amount of nothing": (lambda f: resigned(f, ",1000.00,PAID", ",0.00,PAID"), "bad_amount"),
    "a fraction of a fen": (lambda f: resigned(f, ",1000.00,PAID", ",1000.001,PAID"), "bad_amount"),
    "an amount beyond all budgets": (
        lambda f: resigned(f, ",1000.00,PAID", ",1" + "0" * 40 + ",PAID"),
        "bad_amount",
    ),
    "a word of another language": (lambda f: resigned(f, "PAID", "OK"), "bad_outcome"),
    "a cell too few": (lambda f: resigned(f, ",PAID,", ","), "bad_line"),
    "a quotation without an end": (lambda f: resigned(f, "D,P", 'D,"P'), "bad_line"),
    "a date that does not exist": (
        lambda f: resigned(f, "PAID,2026-04-02", "PAID,2026-02-30"),
        "bad_date",
    ),
    "a date written otherwise": (
        lambda f: resigned(f, "PAID,2026-04-02", "PAID,20260402"),
        "bad_date",
    ),
    "a reference without end": (lambda f: resigned(f, "-7-1", "-7-1" + "0" * 80), "bad_line"),
    "wrong totals": (lambda f: resigned(f, "T,2,2000.00", "T,2,2000.01"), "wrong_totals"),
    "wrong counts": (lambda f: resigned(f, "T,2,", "T,3,"), "wrong_totals"),
    "paid counted as returned": (
        lambda f: resigned(f, "T,2,2000.00,0,0.00", "T,0,0.00,2,2000.00"),
        "wrong_totals",
    ),
    "one payment named twice": (lambda f: resigned(f, "-8-1", "-7-1"), "payment_named_twice"),
    "dated before the release": (
        lambda f: resigned(f, "R1,2026-04-02", "R1,2026-03-31"),
        "dated_before_release",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_reason_and_changes_nothing(batch, accountant, name):
    breaking, code = BROKEN[name]
    before = state()
    with pytest.raises(Invalid) as refusal:
        payments.read_return(breaking(good(batch)), by=accountant)
    assert refusal.value.code == code
    assert str(refusal.value.message)
    assert state() == before


def test_the_unbroken_file_is_taken(batch, accountant):
    """What the broken ones are made of."""
    taken = payments.read_return(good(batch), by=accountant)
    assert (taken.paid_count, taken.paid_total, taken.unmatched) == (2, 200000, 0)


def test_the_line_that_is_wrong_is_named(batch, accountant):
    broken = resigned(good(batch), f"P{batch.pk}-8-1,1000.00", f"P{batch.pk}-8-1,NaN")
    with pytest.raises(Invalid, match="Line 3") as refusal:
        payments.read_return(broken, by=accountant)
    assert refusal.value.detail["line"] == 3


def test_a_file_about_an_unknown_envelope_is_refused(batch, accountant):
    before = state()
    with pytest.raises(NotFound):
        payments.read_return(paid(batch.pk + 99, [7]), by=accountant)
    assert state() == before


def test_a_file_about_an_envelope_that_never_went_out_is_refused(batch, beijing, accountant):
    unsent = envelope(beijing, accountant, [order(21)], source="payroll:2")
    before = state()
    with pytest.raises(Conflict) as refusal:
        payments.read_return(paid(unsent.pk, [21]), by=accountant)
    assert refusal.value.code == "wrong_state"
    assert state() == before


def test_a_file_read_twice_changes_nothing(batch, accountant):
    first = payments.read_return(good(batch), by=accountant)
    before = state()
    assert payments.read_return(good(batch), by=accountant) == first
    assert state() == before


def test_another_file_under_the_same_number_is_refused(batch, accountant):
    payments.read_return(paid(batch.pk, [7]), by=accountant)
    before = state()
    with pytest.raises(Conflict) as refusal:
        payments.read_return(paid(batch.pk, [8]), by=accountant)
    assert refusal.value.code == "return_number_taken"
    assert state() == before


def test_a_line_about_an_unknown_order_is_kept_and_posts_nothing(batch, beijing, accountant):
    lines = [(f"P{batch.pk}-7-1", 100000, "PAID"), (f"P{batch.pk}-99-1", 100000, "PAID")]
    taken = payments.read_return(answer(batch.pk, lines), by=accountant)
    assert taken.unmatched == 1
    line = UnmatchedLine.objects.get()
    assert (line.line, line.reference, line.why) == (3, f"P{batch.pk}-99-1", "unknown")
    assert queries.balance(beijing, accounts.BENEFITS) == 100000
    assert list(queries.unmatched(accountant)) == [line]


@pytest.mark.parametrize(
    ("reference", "amount", "why"),
    [
        ("P{batch}-7-1", 99999, "amount"),
        ("P{batch}-7-2", 100000, "unknown"),
        ("P{other}-21-1", 100000, "unknown"),
        ("7", 100000, "unknown"),
        ("P٣-7-1", 100000, "unknown"),
        ("P{batch}-7-1'; DROP TABLE funds_transfer", 100000, "unknown"),
    ],
)
def test_a_line_that_fits_no_order_is_kept(batch, beijing, accountant, reference, amount, why):
    other = envelope(beijing, accountant, [order(21)], source="payroll:2")
    told = reference.format(batch=batch.pk, other=other.pk)
    payments.read_return(answer(batch.pk, [(told, amount, "PAID")]), by=accountant)
    line = UnmatchedLine.objects.get()
    assert (line.reference, line.amount, line.why) == (told, amount, why)
    assert not PaymentOutcome.objects.exists()
    assert queries.balance(beijing, accounts.BENEFITS) == 0


def test_an_outcome_reported_again_in_another_file_is_kept_and_pays_nothing(
    batch, beijing, accountant
):
    payments.read_return(good(batch), by=accountant)
    payments.read_return(paid(batch.pk, [7], number="R2"), by=accountant)
    assert UnmatchedLine.objects.get().why == "reported"
    assert queries.balance(beijing, accounts.BENEFITS) == 200000


def test_a_payment_reported_paid_after_it_came_back_is_kept(batch, beijing, accountant):
    back = answer(batch.pk, [(f"P{batch.pk}-7-1", 100000, "RETURNED")])
    payments.read_return(back, by=accountant)
    payments.read_return(paid(batch.pk, [7], number="R2"), by=accountant)
    assert UnmatchedLine.objects.get().why == "reported"
    assert queries.balance(beijing, accounts.BENEFITS) == 0


def test_a_file_is_read_from_a_stream_a_line_at_a_time(batch, accountant):
    class Stream(io.BytesIO):
        def read(self, *args):
            raise AssertionError("the whole file at once")

    taken = payments.read_return(Stream(good(batch)), by=accountant)
    assert taken.paid_count == 2


def test_windows_line_ends_and_quotation_marks_are_read(batch, accountant):
    *lines, trailer = good(batch).decode().splitlines()
    quoted = [lines[0], *(line + '"bank, branch 3"' for line in lines[1:])]
    body = "".join(line + "\r\n" for line in quoted).encode()
    signed = sign([body.decode()[:-1]], trailer.rpartition(",")[0])
    taken = payments.read_return(signed, by=accountant)
    assert taken.paid_count == 2
    assert set(PaymentOutcome.objects.values_list("reason", flat=True)) == {"bank, branch 3"}


@pytest.mark.parametrize(
    ("role", "region", "error"),
    [
        (Role.REVIEWER, "110000", Denied),
        (Role.AUDITOR, "110000", Denied),
        (Role.ACCOUNTANT, SHANGHAI, NotFound),
    ],
)
def test_whoever_may_not_read_it_changes_nothing(batch, role, region, error):
    before = state()
    with pytest.raises(error):
        payments.read_return(good(batch), by=staff("other", role, region=region))
    assert state() == before


def test_every_refusal_is_a_problem_with_a_sentence_and_what_to_do(batch, accountant):
    for breaking, _code in BROKEN.values():
        with pytest.raises(Problem) as refusal:
            payments.read_return(breaking(good(batch)), by=accountant)
        assert str(refusal.value.message).endswith(".")
