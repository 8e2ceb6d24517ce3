"""Custodians send their days and read their orders; auditors and banks read the books as a stream."""

import csv
import io
from datetime import date

import pytest

from funds.models import BankStatement, CustodianFile, FirmUser, Mandate
from funds.models.ledger import Transfer
from funds.services.investment.demo_custodian import file_of
from socsec.commands.chapters.fund_books import fund_books
from socsec.commands.chapters.investment import pension_money_is_invested
from socsec.office.models import AuditEntry
from tests import people

from .conftest import partner

READ, WRITE = ("custody:read",), ("custody:write",)
LEDGER, BANKS = ("ledger:read",), ("bank-statements:read",)
FILES = "/api/v1/custodian-files/"
NEXT = date(2026, 11, 23)


@pytest.fixture
def invested(village):
    pension_money_is_invested(village)
    return Mandate.objects.get()


@pytest.fixture
def custodian(invested):
    found = partner("NATION", "custodian-bank")
    FirmUser.objects.create(user=found.application.user, firm=invested.custodian)
    return found


def send(who, content, key):
    return who.ask("post", FILES, content, scopes=WRITE, key=key, content_type="text/csv")


def streamed(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(io.StringIO(text)))


def test_a_custodian_reads_its_orders_and_sends_a_day_once(custodian, stranger, invested, key):
    listed = custodian.ask("get", "/api/v1/mandates/", scopes=READ).json()["results"]
    assert [row["number"] for row in listed] == [invested.number]
    at = f"/api/v1/mandates/{invested.number}"
    (order,) = custodian.ask("get", f"{at}/orders/", scopes=READ).json()["results"]
    assert (order["instrument"], order["side"], order["price"]) == ("510300", "SELL", "4.64")

    last = invested.valuations.order_by("-day").first()
    content = file_of(invested, NEXT, benchmark=last.benchmark)
    sent = send(custodian, content, key)
    assert sent.status_code == 201, sent.content
    assert sent.json()["day"] == NEXT.isoformat()
    again = send(custodian, content, key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    before = CustodianFile.objects.count()
    twice = send(custodian, content, f"{key}-2")
    assert (twice.status_code, twice.json()["code"]) == (409, "file_twice")
    bad = file_of(invested, date(2026, 11, 24)).replace(b"P,510300,700000", b"P,510300,700001")
    refused = send(custodian, bad, f"{key}-3")
    assert (refused.status_code, refused.json()["code"]) == (422, "units_do_not_follow")
    assert "Line 4" in refused.json()["detail"] or "Line 4" in refused.json()["title"]
    assert send(custodian, b"", f"{key}-4").status_code == 422
    values = custodian.ask("get", f"{at}/valuations/", scopes=READ).json()["results"]
    assert values[0]["day"] == NEXT.isoformat()

    # Another's partner sees none of it, and a token without the scope gets nowhere.
    assert stranger.ask("get", "/api/v1/mandates/", scopes=READ).json()["results"] == []
    assert stranger.ask("get", f"{at}/orders/", scopes=READ).status_code == 404
    assert send(stranger, content, f"{key}-5").status_code in (403, 404, 409)
    assert custodian.ask("get", "/api/v1/mandates/", scopes=LEDGER).status_code == 403
    other = partner("NATION", "auditor-office")
    assert send(other, content, f"{key}-6").status_code == 403
    assert CustodianFile.objects.count() == before


def test_an_auditor_reads_every_transfer_of_a_month_and_the_statements(village, invested, stranger):
    auditor = partner("NATION", "national-audit")
    pool = village.funds[people.SHANGHAI]
    batches = auditor.ask("get", "/api/v1/ledger/batches/?limit=5", scopes=LEDGER).json()
    assert len(batches["results"]) == 5
    assert len(batches["results"][0]["digest"]) == 64
    at = f"/api/v1/funds/{pool.pk}/transfers/?month=2025-11"
    rows = streamed(auditor.ask("get", at, scopes=LEDGER))
    booked = Transfer.objects.filter(
        batch_id__in=pool.batches.filter(
            booked_on__gte=date(2025, 11, 1), booked_on__lt=date(2025, 12, 1)
        ).values("id")
    )
    assert len(rows) == booked.count() + 2
    assert rows[0][:2] == ["batch", "person"]
    assert rows[-1][1] == str(booked.count())
    assert ["1202", "1004", "6000000.00"] in [row[5:8] for row in rows]
    entry = AuditEntry.objects.filter(act="ledger.export").get()
    assert entry.actor == auditor.application.user

    said = auditor.ask("get", at.replace("transfers", "statements"), scopes=LEDGER).json()
    assert said["balances"] is True
    (entrusted,) = [row for row in said["balance"] if "ntrusted" in row["name"]]
    assert entrusted["now"] == "6000000.00"
    for path, status in (
        (at.replace("2025-11", "2025-13"), 422),
        (at.split("?")[0], 422),
        ("/api/v1/funds/999999/transfers/?month=2025-11", 404),
    ):
        assert auditor.ask("get", path, scopes=LEDGER).status_code == status
    assert auditor.ask("get", at, scopes=READ).status_code == 403
    sichuan = village.funds[people.SICHUAN]
    mine = partner("SH", "city-audit")
    other = f"/api/v1/funds/{sichuan.pk}/transfers/?month=2025-11"
    assert mine.ask("get", other, scopes=LEDGER).status_code == 404


def test_a_bank_reads_what_was_read_of_it(village, key):
    fund_books(village)
    bank = partner("SH", "pujiang-bank")
    (row,) = bank.ask("get", "/api/v1/bank-statements/", scopes=BANKS).json()["results"]
    statement = BankStatement.objects.get()
    assert row["closing"] == f"{statement.closing // 100}.{statement.closing % 100:02}"
    rows = streamed(bank.ask("get", f"/api/v1/bank-statements/{row['id']}/lines/", scopes=BANKS))
    assert [each[2] for each in rows[1:]] == ["600000.00", "1875.00", "-35.00"]
    assert rows[1][5].isdigit()
    far = partner("SC", "far-bank")
    assert far.ask("get", "/api/v1/bank-statements/", scopes=BANKS).json()["results"] == []
    at = f"/api/v1/bank-statements/{row['id']}/lines/"
    assert far.ask("get", at, scopes=BANKS).status_code == 404
