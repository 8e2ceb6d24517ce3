"""The database itself refuses to change or remove what was posted, whoever asks."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from funds.models import accounts
from funds.services import ledger, seal
from socsec.kernel.months import month

GUARDED = [
    "funds_transfer",
    "funds_ledgerbatch",
    "funds_batchtotal",
    "funds_ledgerseal",
    "funds_sealedbatch",
    "funds_paymentorder",
    "funds_paymentoutcome",
    "funds_bankfile",
    "funds_bankreturn",
    "funds_reconciliation",
]


@pytest.fixture
def posted(beijing):
    posting = ledger.Posting(
        7,
        accounts.INCOME_ACCOUNT,
        accounts.CONTRIBUTION_INCOME,
        100,
        month(2026, 3),
        "110105",
    )
    ledger.post(beijing, "receipt", [posting], source="r:1", on=date(2026, 3, 31))
    seal.seal()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE funds_transfer SET amount = 1",
        "DELETE FROM funds_transfer",
        "UPDATE funds_ledgerbatch SET total = 1",
        "DELETE FROM funds_ledgerbatch",
        "UPDATE funds_batchtotal SET amount = 1",
        "UPDATE funds_ledgerseal SET count = 1",
        "DELETE FROM funds_sealedbatch",
    ],
)
def test_what_was_posted_cannot_be_changed(posted, statement):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.django_db
def test_every_table_of_the_books_has_its_guards(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [table],
        )
        names = {name for (name,) in cursor.fetchall()}
    assert {f"{table}_append_only", f"{table}_no_truncate"} <= names


def test_no_table_of_the_books_can_be_emptied(posted):
    """The test database rests its guards against TRUNCATE to clean up; here one is woken."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funds_transfer ENABLE TRIGGER funds_transfer_no_truncate")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE funds_transfer")
