"""The books of enrollment say themselves when they are not as promised."""

from datetime import date

import pytest
from django.db import connection

from enrollment import checks
from enrollment.models import PersonIdentifier, Receipt
from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from funds.models import accounts
from funds.services import ledger
from socsec.office import oversight

from .conftest import CHAOYANG, MARCH, PENSION


@pytest.fixture
def books(assessor, accountant, enroll, on_own_account):
    who = enroll()
    on_own_account(who, 800_000)
    for at in (MARCH - 1, MARCH):
        contributions.assess(by=assessor, person=who, month=at, branch=PENSION)
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=200_000,
        received_on=date(2026, 4, 1),
        reference="R1",
        person=who,
    )
    return who


QUESTIONS = [
    "enrollment.control_accounts",
    "enrollment.numbers",
    "enrollment.paid_months",
    "enrollment.receipts",
]


def findings():
    return {
        question.code: [finding.subject for finding in found]
        for question, found in oversight.run(QUESTIONS)
        if found
    }


def test_clean_books_have_no_findings(books):
    assert findings() == {}


def test_empty_books_have_no_findings(db):
    assert findings() == {}


def test_a_posting_that_no_month_knows_is_found(books, beijing):
    ledger.post(
        beijing,
        "test",
        [
            ledger.Posting(
                books.pk,
                accounts.CONTRIBUTIONS_DUE,
                accounts.CONTRIBUTIONS_ASSESSED,
                100,
                MARCH,
                CHAOYANG,
            )
        ],
        source="test:1",
    )
    assert findings() == {
        "enrollment.control_accounts": [
            f"fund {beijing.pk} account {int(accounts.CONTRIBUTIONS_DUE)}"
        ]
    }


def test_a_receipt_that_is_not_accounted_for_is_found(books):
    Receipt.objects.update(credit=1)
    assert findings() == {"enrollment.receipts": ["receipt R1"]}


def test_a_month_paid_above_what_is_due_is_found(books):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE enrollment_receiptallocation DISABLE TRIGGER USER;"
            "UPDATE enrollment_receiptallocation SET amount = amount + 160000 WHERE month = %s",
            [MARCH - 1],
        )
    assert findings()["enrollment.paid_months"] == [f"person {books.pk} month {MARCH - 1}"]


def test_an_account_share_that_went_astray_is_found(books):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE enrollment_receiptallocation DISABLE TRIGGER USER;"
            "UPDATE enrollment_receiptallocation SET account_share = 1 WHERE month = %s",
            [MARCH - 1],
        )
    assert [found.subject for found in checks.paid_months()] == [
        f"person {books.pk} month {MARCH - 1}"
    ]


def test_a_person_without_a_number_is_found(books):
    PersonIdentifier.objects.all().delete()
    assert findings() == {"enrollment.numbers": [f"person {books.pk}"]}
