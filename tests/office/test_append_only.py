"""The database itself refuses to change what happened."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from socsec.office.models import AuditEntry

GUARDED = [
    "office_auditentry",
    "office_auditseal",
    "office_policyedition",
    "office_caseevent",
    "office_casenote",
]


@pytest.mark.django_db
@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_a_guarded_table_refuses_update_delete_and_truncate(table, verb):
    with connection.cursor() as cursor:
        # The guard against TRUNCATE rests in the test database; here it must stand.
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_truncate")
        column = {"office_policyedition": "created_at", "office_auditseal": "sealed_at"}
        statement = verb.format(table).replace("SET at", f"SET {column.get(table, 'at')}")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.django_db
def test_an_audit_entry_stays_as_it_was_written():
    entry = AuditEntry.objects.create(act="test.act", reason="first")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(reason="second")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()
    entry.refresh_from_db()
    assert entry.reason == "first"


@pytest.mark.django_db
def test_an_audit_entry_knows_its_moment_and_its_transaction():
    entry = AuditEntry.objects.create(act="test.act")
    entry.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text::bigint,"
            " %s BETWEEN transaction_timestamp() AND clock_timestamp()",
            [entry.at],
        )
        assert cursor.fetchone() == (entry.txid, True)
