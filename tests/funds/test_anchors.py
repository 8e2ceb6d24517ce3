"""Anchors outside the database: whatever is changed by force, verify proves it and names the row."""

import json
from datetime import date

import pytest
from django.db import connection

from funds.models import accounts
from funds.services import anchors, ledger
from funds.tasks import anchor_books
from socsec.kernel.months import month
from socsec.office import oversight

from .conftest import BEIJING

MARCH = month(2026, 3)


@pytest.fixture
def outside(settings, tmp_path):
    settings.ANCHOR_DIR = tmp_path / "anchors"
    return settings.ANCHOR_DIR


def post(fund, source, *people):
    pair = accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME
    return ledger.post(
        fund,
        "contribution_receipt",
        [ledger.Posting(each, *pair, 500_00 + each, MARCH, BEIJING) for each in people],
        source=source,
        on=date(2026, 3, 10),
    )


def wrong() -> list[tuple[str, str]]:
    ((_question, found),) = oversight.run(["funds.anchors"])
    return [(each.code, each.subject) for each in found]


def by_force(statement, *params):
    """As somebody would who may do anything to the database."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funds_transfer DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        cursor.execute("ALTER TABLE funds_transfer ENABLE TRIGGER USER")


@pytest.fixture
def anchored(beijing, outside):
    """Two days, two anchors; the second batch reaches into a second slice of persons."""
    first = post(beijing, "first", 7, 8, 9)
    assert anchors.anchor(date(2026, 3, 10)) == outside / "2026-03-10.json"
    second = post(beijing, "second", 11, 70_000)
    assert anchors.anchor(date(2026, 3, 11))
    return first, second


def test_an_anchor_is_written_once_a_day_and_says_what_was_sealed(anchored, outside, beijing):
    first, second = anchored
    assert anchors.anchor(date(2026, 3, 11)) is None
    assert anchors.anchor(date(2026, 3, 12)) is None
    said = [json.loads((outside / f"2026-03-{day}.json").read_text()) for day in (10, 11)]
    assert [each["number"] for each in said] == [1, 2]
    assert [[row[0] for row in each["batches"]] for each in said] == [[first.pk], [second.pk]]
    assert said[0]["batches"][0][1] == bytes(first.digest).hex()
    assert said[0]["key"] == anchors.public_key()
    assert wrong() == []
    post(beijing, "third", 12)
    anchor_books()
    assert len(anchors.kept()) == 3


def test_a_row_changed_by_force_is_named_even_where_its_batch_was_worked_out_anew(anchored):
    first, second = anchored
    by_force(
        "UPDATE funds_transfer SET amount = amount + 1 WHERE batch_id = %s AND person_id = 70000",
        second.pk,
    )
    assert wrong() == [("row_touched", f"ledger batch {second.pk}, person 70000, sequence 2")]
    by_force("DELETE FROM funds_transfer WHERE batch_id = %s AND person_id = 9", first.pk)
    assert ("batch_touched", f"ledger batch {first.pk}") in wrong()


def test_a_chain_that_was_made_anew_no_longer_leads_through_the_anchor(anchored):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funds_ledgerseal DISABLE TRIGGER USER")
        cursor.execute("UPDATE funds_ledgerseal SET digest = sha256('x') WHERE number = 1")
        cursor.execute("ALTER TABLE funds_ledgerseal ENABLE TRIGGER USER")
    assert wrong() == [("anchor_ledger", "anchor 2026-03-10.json")]


def test_an_anchor_that_was_changed_taken_away_or_robbed_of_its_leaves_is_noticed(
    anchored, outside, settings
):
    path = outside / "2026-03-10.json"
    text = path.read_text()
    path.write_text(text.replace('"number": 1,', '"number": 2,', 1))
    assert ("anchor_signature", "anchor 2026-03-10.json") in wrong()
    path.write_text(text)
    key, settings.SECRET_KEY = (
        settings.SECRET_KEY,
        "somebody else's key of fifty signs or more, indeed",
    )
    assert {code for code, _name in wrong()} == {"anchor_signature"}
    settings.SECRET_KEY = key
    assert wrong() == []
    path.unlink()
    assert wrong() == [("anchor_gap", "anchor 2026-03-11.json")]
    path.write_text(text)
    first, _second = anchored
    (outside / "2026-03-10.leaves").unlink()
    by_force("UPDATE funds_transfer SET heads = 5 WHERE batch_id = %s", first.pk)
    assert {code for code, _name in wrong()} == {"anchor_leaves", "batch_touched"}


def test_a_task_that_does_not_run_is_noticed(beijing, outside):
    from funds.services.seal import seal

    post(beijing, "first", 7)
    seal()
    assert wrong() == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE funds_ledgerseal DISABLE TRIGGER USER")
        cursor.execute("UPDATE funds_ledgerseal SET sealed_at = now() - interval '3 days'")
        cursor.execute("ALTER TABLE funds_ledgerseal ENABLE TRIGGER USER")
    assert wrong() == [("anchor_late", "anchors")]
