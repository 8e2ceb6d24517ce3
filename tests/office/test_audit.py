"""Every act leaves a trace in its own transaction; the traces are sealed, and tampering shows."""

import datetime
import threading

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from socsec.office import oversight, queries
from socsec.office.errors import Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, AuditSeal
from socsec.office.services import audit, seals


@pytest.mark.django_db
def test_an_entry_says_who_what_whom_and_where(intake, chaoyang):
    audit.record(
        by=intake,
        act="test.act",
        subject=chaoyang,
        person_id=7,
        region="110105",
        reason="a reason",
        amount=5,
        day=datetime.date(2026, 3, 1),
        several={2},
    )
    entry = AuditEntry.objects.get(act="test.act")
    assert (entry.actor, entry.office, entry.subject_type, entry.subject_id) == (
        intake,
        chaoyang,
        "office",
        str(chaoyang.pk),
    )
    assert (entry.person_id, entry.region, entry.reason) == (7, "110105", "a reason")
    assert entry.detail == {"amount": 5, "day": "2026-03-01", "several": [2]}


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_a_mistake():
    with pytest.raises(RuntimeError):
        audit.record(by=None, act="test.act")
    with pytest.raises(RuntimeError):
        audit.record_many(by=None, act="test.act", rows=[{}])


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_rolled_back_leaves_no_entry():
    with transaction.atomic():
        audit.record(by=None, act="test.act")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_a_bulk_act_leaves_what_single_ones_leave(intake, django_assert_num_queries):
    with django_assert_num_queries(1):
        audit.record_many(
            by=intake,
            act="test.bulk",
            rows=[
                {"subject": ("thing", n), "person_id": n, "region": "110105", "amount": n}
                for n in range(1, 101)
            ],
        )
    audit.record(
        by=intake, act="test.bulk", subject=("thing", 1), person_id=1, region="110105", amount=1
    )
    columns = (
        "actor",
        "office",
        "act",
        "subject_type",
        "subject_id",
        "person_id",
        "region",
        "detail",
    )
    ones = list(AuditEntry.objects.filter(subject_id="1").values(*columns))
    assert len(ones) == 2
    assert ones[0] == ones[1]
    assert AuditEntry.objects.count() == 101


@pytest.mark.django_db
def test_reading_a_file_states_its_reason_and_the_person_sees_it(intake, insured):
    before = AuditEntry.objects.count()
    with pytest.raises(Invalid) as caught:
        audit.read(by=intake, person_id=70, reason="  ", region="110105")
    assert (caught.value.code, AuditEntry.objects.count()) == ("reason_missing", before)
    audit.read(by=intake, person_id=70, reason="She asked at the counter", region="110105")
    audit.read(by=insured, person_id=70, reason="")
    look = queries.looks_at(70).get()
    assert (look.actor, look.reason) == (intake, "She asked at the counter")
    assert not queries.looks_at(71).exists()


@pytest.mark.django_db
def test_a_file_is_closed_to_who_may_not_read_it(nobody, stranger, insured):
    before = AuditEntry.objects.count()
    for problem, user in ((Denied, nobody), (NotFound, stranger), (Denied, insured)):
        with pytest.raises(problem):
            audit.read(by=user, person_id=71, reason="curious", region="110105")
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db
def test_a_trail_shows_a_region_in_one_query(auditor, stranger, django_assert_num_queries):
    for region in ("110105", "110105", "510104"):
        audit.record(by=auditor, act="test.act", region=region)
    auditor.held_roles()
    with django_assert_num_queries(1):
        seen = [(entry.region, str(entry.actor)) for entry in queries.audit_trail(auditor)]
    assert seen == [("110105", "auditor")] * 2
    assert [entry.region for entry in queries.audit_trail(stranger)] == ["510104"]


# Seals look at committed transactions, so these tests commit.

sealing = pytest.mark.django_db(transaction=True)


def write(*reasons):
    with transaction.atomic():
        for reason in reasons:
            audit.record(by=None, act="test.act", reason=reason)


@pytest.fixture
def finished(monkeypatch):
    """Take every transaction but our own as finished: other test runs on this server are not ours."""

    def horizon():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            return cursor.fetchone()[0]

    monkeypatch.setattr(seals, "horizon", horizon)


def tamper(statement, *values):
    """What an intruder with the owner's rights would do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE office_auditentry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE office_auditseal DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE office_auditentry ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE office_auditseal ENABLE TRIGGER USER")
        for table in ("office_auditentry", "office_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")


def flaws():
    return [(flaw.code, flaw.seal, flaw.entry) for flaw in seals.verify()]


@sealing
def test_what_is_sealed_is_whole(finished):
    write("a", "b")
    first = seals.seal()
    assert (first.number, first.count) == (1, 2)
    assert seals.seal() is None
    write("c")
    second = seals.seal()
    assert (second.number, second.count, second.previous) == (2, 1, first.digest)
    assert flaws() == []


@sealing
def test_an_altered_entry_is_named(finished):
    write("a", "b")
    write("c")
    seals.seal_all()
    victim = AuditEntry.objects.get(reason="b")
    tamper("UPDATE office_auditentry SET reason = 'B' WHERE id = %s", victim.pk)
    assert flaws() == [("entry_changed", 1, victim.pk)]
    found = {q.code: f for q, f in oversight.run(["office.audit_chain"])}
    assert [f.subject for f in found["office.audit_chain"]] == [f"audit entry {victim.pk}"]


@sealing
@pytest.mark.parametrize(
    "column",
    [
        "at = at + interval '1 second'",
        "act = 'x'",
        "person_id = 9",
        "region = '110000'",
        "detail = '{\"n\": 1}'",
        "subject_id = '9'",
        "subject_type = 'x'",
    ],
)
def test_no_column_of_an_entry_can_be_altered_unseen(finished, column):
    write("a")
    seals.seal_all()
    entry = AuditEntry.objects.get()
    tamper(f"UPDATE office_auditentry SET {column}")
    assert flaws() == [("entry_changed", 1, entry.pk)]


@sealing
def test_a_deleted_entry_is_named(finished):
    write("a", "b")
    seals.seal_all()
    gone = AuditEntry.objects.get(reason="a").pk
    tamper("DELETE FROM office_auditentry WHERE id = %s", gone)
    assert flaws() == [("entry_missing", 1, gone)]


@sealing
@pytest.mark.parametrize(("number", "place"), [(None, 1), (-5, 0)])
def test_an_entry_put_in_afterwards_is_named(finished, number, place):
    write("a")
    seals.seal_all()
    old = AuditEntry.objects.get()
    columns = {"act": "test.act", "reason": "forged", "txid": old.txid}
    forged = AuditEntry(**columns, **({"id": number} if number else {}))
    forged.save(force_insert=True)
    assert flaws() == [("entry_added", place, forged.pk)]


@sealing
def test_an_entry_dated_into_the_future_is_named(finished):
    write("a")
    seals.seal_all()
    forged = AuditEntry.objects.create(act="test.act", txid=2**60)
    assert flaws() == [("entry_added", 0, forged.pk)]


@sealing
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE office_auditseal SET leaves = '' WHERE number = 2",
        "UPDATE office_auditseal SET to_txid = to_txid + 1 WHERE number = 2",
        "UPDATE office_auditseal SET digest = previous WHERE number = 2",
        "DELETE FROM office_auditseal WHERE number = 2",
        "DELETE FROM office_auditseal WHERE number = 1",
    ],
)
def test_a_seal_that_is_touched_shows(finished, statement):
    for reason in "abc":
        write(reason)
        seals.seal()
    assert flaws() == []
    tamper(statement)
    assert flaws() != []


@sealing
def test_an_entry_of_a_transaction_still_running_is_left_for_the_next_seal():
    entered, leave = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                audit.record(by=None, act="test.act", reason="slow")
                entered.set()
                leave.wait(60)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    entered.wait(60)
    write("quick")
    # The quick entry has a higher transaction number, so it waits with the slow one.
    assert seals.seal() is None
    leave.set()
    writer.join()
    for _ in range(600):
        seals.seal_all()
        if sum(AuditSeal.objects.values_list("count", flat=True)) == 2:
            break
        threading.Event().wait(0.1)
    assert sum(AuditSeal.objects.values_list("count", flat=True)) == 2
    assert flaws() == []


@sealing
def test_sealers_that_meet_make_one_chain(finished):
    for reason in range(20):
        write(str(reason))
    barrier, errors = threading.Barrier(4), []

    def sealer():
        try:
            barrier.wait()
            seals.seal_all()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sealer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seals.seal_all()
    assert errors == []
    assert sum(AuditSeal.objects.values_list("count", flat=True)) == 20
    numbers = list(AuditSeal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert flaws() == []


@sealing
def test_a_long_backlog_is_sealed_in_blocks_that_cut_no_transaction(finished, monkeypatch):
    monkeypatch.setattr(seals, "BLOCK", 3)
    write("a", "b")
    write("c", "d")
    write("e", "f", "g", "h", "i")
    write("j")
    assert seals.seal_all() == 4
    assert list(AuditSeal.objects.order_by("number").values_list("count", flat=True)) == [
        2,
        2,
        5,
        1,
    ]
    assert flaws() == []


@sealing
def test_a_restored_database_begins_a_new_chain(finished, monkeypatch):
    write("before")
    seals.seal_all()
    write("unsealed when the copy was made")
    # The new server counts from the start: everything old lies in its future.
    shift = 10**9
    tamper("UPDATE office_auditentry SET txid = txid + %s", shift)
    tamper(
        "UPDATE office_auditseal SET to_txid = to_txid + %s,"
        " from_txid = CASE from_txid WHEN 0 THEN 0 ELSE from_txid + %s END",
        shift,
        shift,
    )
    # Rewritten with the numbers of the old server, the seal is again what that server wrote.
    seal = AuditSeal.objects.get()
    leaves = seals._leaves(0, None, 0, seal.to_txid)
    seal.leaves = leaves
    tamper("UPDATE office_auditseal SET leaves = %s, digest = %s", leaves, seals._digest(seal))
    with pytest.raises(Refused) as caught:
        seals.seal()
    assert caught.value.code == "audit_chain_ended"
    with pytest.raises(CommandError, match="new-chain"):
        call_command("seal")
    call_command("seal", "--new-chain=restored from the copy of Monday")
    write("after")
    seals.seal_all()
    assert flaws() == []
    blocks = list(AuditSeal.objects.order_by("number").values_list("chain", "count"))
    assert blocks[:3] == [(1, 1), (1, 1), (2, 0)]
    assert sum(count for chain, count in blocks if chain == 2) == 2
    old = AuditEntry.objects.get(reason="unsealed when the copy was made")
    tamper("UPDATE office_auditentry SET reason = 'x' WHERE id = %s", old.pk)
    assert flaws() == [("entry_changed", 2, old.pk)]


@sealing
def test_the_command_seals_what_there_is(finished, capsys):
    write("a")
    call_command("seal")
    assert "1 blocks sealed" in capsys.readouterr().out
    call_command("seal")
    assert "0 blocks sealed" in capsys.readouterr().out


@sealing
def test_a_new_chain_needs_an_old_one():
    with pytest.raises(CommandError, match="no chain"):
        call_command("seal", "--new-chain=nothing was ever sealed")
    assert not AuditSeal.objects.exists()
