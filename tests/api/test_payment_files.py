"""Payment files out, bank returns in, through the API."""

import pytest

from funds.models import BankReturn, PaymentBatch, PaymentOutcome
from funds.services import payments
from pensions.models import Category
from socsec.kernel.months import month
from socsec.office.services import run, work
from tests import people

READ, WRITE = ("payments:read",), ("payments:write",)
RETURNS = "/api/v1/bank-returns/"


@pytest.fixture
def released(village):
    """A payroll of one pension, released to the bank."""
    people.carry(village)
    people.award(village, "chen", month(2026, 7), Category.MALE_60)
    drafted = run.draft(
        kind="pension_payroll",
        month=month(2026, 10),
        region=people.SHANGHAI,
        by=village.by("assessor"),
    )
    previewed = run.preview(run_id=drafted.pk, by=village.by("assessor"))
    run.approve(run_id=drafted.pk, by=village.by("reviewer"), total=previewed.total)
    work.work_through(drafted.pk)
    batch = PaymentBatch.objects.get()
    return payments.release(batch.pk, by=village.by("releaser"))


def fetch(partner, batch):
    answer = partner.ask("get", f"/api/v1/payment-batches/{batch.pk}/file/", scopes=READ)
    return answer, b"".join(answer.streaming_content) if answer.streaming else answer.content


def send(partner, content, key):
    return partner.ask("post", RETURNS, content, scopes=WRITE, key=key, content_type="text/csv")


def test_a_bank_fetches_the_file_and_sends_its_answer(mill, released, key):
    listed = mill.ask("get", "/api/v1/payment-batches/", scopes=READ).json()["results"]
    assert [row["id"] for row in listed] == [released.pk]
    _answer, file = fetch(mill, released)
    sent = send(mill, people.bank_answer(file), key)
    assert sent.status_code == 201, sent.content
    assert sent.json()["paid_count"] == 1
    again = send(mill, people.bank_answer(file), key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert BankReturn.objects.count() == 1


def test_batches_of_another_region_do_not_exist(stranger, released, key):
    assert stranger.ask("get", "/api/v1/payment-batches/", scopes=READ).json()["results"] == []
    answer, _file = fetch(stranger, released)
    assert answer.status_code == 404


def test_a_batch_that_is_not_released_is_not_shown(mill, village):
    assert mill.ask("get", "/api/v1/payment-batches/", scopes=READ).json()["results"] == []


@pytest.mark.parametrize("spoil", ["cut", "encoding", "amount", "unknown", "empty"])
def test_a_bad_file_is_refused_as_a_whole(mill, released, key, spoil):
    _answer, file = fetch(mill, released)
    good = people.bank_answer(file)
    bad = {
        "cut": good[: len(good) // 2],
        "encoding": good.replace(b"H,", "中".encode("gb18030"), 1),
        "amount": good.replace(b"PAID", b"PAYD", 1),
        "unknown": good.replace(f",{released.pk},".encode(), b",999999,", 1),
        "empty": b"",
    }[spoil]
    answer = send(mill, bad, key)
    assert answer.status_code in (400, 404, 409, 422), answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not BankReturn.objects.exists()
    assert not PaymentOutcome.objects.exists()


def test_reading_files_needs_its_own_scope(mill, released, key):
    answer = mill.ask("post", RETURNS, b"x", scopes=READ, key=key, content_type="text/csv")
    assert answer.status_code == 403
