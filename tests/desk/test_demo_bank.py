"""The bank of the demo answers a released payment batch, and exists nowhere else."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funds.models import Branch, PaymentBatch, PaymentOutcome, Scheme
from funds.services import cash, payments
from funds.services import fund as funds
from funds.services.payments.demo_bank import bank_answer
from socsec.office.errors import NotFound
from socsec.office.models import Role
from tests.funds.bank import envelope, order
from tests.funds.conftest import BEIJING, staff

BACKEND = "django.contrib.auth.backends.ModelBackend"
OFFER = "Answer as the bank would (demo)"


@pytest.fixture
def clerk(db):
    return staff("clerk", Role.ACCOUNTANT)


@pytest.fixture
def batch(clerk):
    beijing = funds.establish(Branch.PENSION, Scheme.EMPLOYEES, BEIJING, since=date(2020, 1, 1))
    cash.subsidy(beijing, 1_000_000, by=clerk, on=date(2026, 3, 1))
    return envelope(beijing, clerk, [order(7), order(8)])


@pytest.fixture
def released(batch):
    payments.release(batch.pk, by=staff("second", Role.REVIEWER), on=date(2026, 4, 1))
    return batch


@pytest.fixture
def desk(client, clerk):
    type(clerk).objects.filter(pk=clerk.pk).update(is_staff=True)
    client.force_login(clerk, backend=BACKEND)
    return client


def page(batch):
    return reverse("admin:funds_paymentbatch_change", args=[batch.pk])


def answer_url(batch):
    return reverse("admin:funds_payment_answer", args=[batch.pk])


def test_its_answer_is_read_in_like_that_of_any_bank(desk, released):
    assert OFFER in desk.get(page(released)).content.decode()
    got = desk.get(answer_url(released))
    assert f"bank-return-{released.pk}.csv" in got["Content-Disposition"]
    file = SimpleUploadedFile("answer.csv", got.content, "text/csv")
    desk.post(reverse("admin:funds_bank_return"), {"file": file})
    outcomes = PaymentOutcome.objects.filter(batch_id=released.pk)
    assert [each.outcome for each in outcomes] == [PaymentOutcome.Outcome.PAID] * 2


def test_it_sends_back_what_it_is_told_to(released, clerk):
    file = b"".join(payments.bank_file(released.pk, by=clerk))
    back = file.decode().splitlines()[1].split(",")[1]
    lines = bank_answer(file, frozenset({back})).decode().splitlines()
    assert [line.split(",")[3] for line in lines[1:-1]] == ["RETURNED", "PAID"]
    assert lines[-1].startswith("T,1,1000.00,1,1000.00,")


def test_it_answers_nothing_that_was_not_released(desk, batch):
    assert OFFER not in desk.get(page(batch)).content.decode()
    assert desk.get(answer_url(batch)).status_code == 404
    assert batch.state == PaymentBatch.State.OPEN


def test_who_may_not_have_the_bank_file_may_not_have_its_answer(client, released):
    assessor = staff("assessor", Role.ASSESSOR)
    type(assessor).objects.filter(pk=assessor.pk).update(is_staff=True)
    client.force_login(assessor, backend=BACKEND)
    assert OFFER not in client.get(page(released)).content.decode()
    assert client.get(answer_url(released)).status_code == 403


def test_an_office_has_no_bank_of_the_demo(desk, released, settings):
    settings.DEMO = False
    assert OFFER not in desk.get(page(released)).content.decode()
    assert desk.get(answer_url(released)).status_code == 404
    with pytest.raises(NotFound):
        bank_answer(b"")
