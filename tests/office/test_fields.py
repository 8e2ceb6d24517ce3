"""Hidden numbers: ciphertext at rest, found through the blind index, and moved from key to key."""

import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from socsec.office import fields
from socsec.office.fields import Unreadable, blind_index, decrypt, encrypt
from socsec.office.models import AuditEntry, OutboxMessage
from socsec.office.services import case as cases
from socsec.office.services import keys

OLD = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NEW = base64.b64encode(bytes(range(32))).decode()


@given(st.text())
def test_what_goes_in_comes_out(text):
    assert decrypt(encrypt(text)) == text


def test_the_same_number_never_looks_the_same():
    assert len({encrypt("11010519491231002X") for _ in range(20)}) == 20


def test_a_changed_ciphertext_is_refused_and_not_guessed():
    raw = bytearray(base64.b64decode(encrypt("13800138000")))
    for place in (0, 7, 20, len(raw) - 1):
        broken = bytearray(raw)
        broken[place] ^= 1
        with pytest.raises(Unreadable):
            decrypt(base64.b64encode(broken).decode())
    for nonsense in ("", "no base64!", "AAAA"):
        with pytest.raises(Unreadable):
            decrypt(nonsense)


def test_it_is_plain_aes_gcm_that_others_can_read_with_the_key():
    raw = base64.b64decode(encrypt("13800138000"))
    key = AESGCM(base64.b64decode(OLD))
    assert key.decrypt(raw[6:18], raw[18:], None) == b"13800138000"


def test_every_key_of_the_list_reads_and_the_first_writes(settings):
    sealed = encrypt("secret")
    settings.FIELD_KEYS = [NEW, OLD]
    assert decrypt(sealed) == "secret"
    assert not fields.is_current(sealed)
    renewed = fields.rotate(sealed)
    assert fields.is_current(renewed)
    assert fields.rotate(renewed) == renewed
    settings.FIELD_KEYS = [NEW]
    assert decrypt(renewed) == "secret"
    with pytest.raises(Unreadable):
        decrypt(sealed)


@pytest.mark.parametrize("bad", [[], ["short"], [base64.b64encode(os.urandom(16)).decode()]])
def test_keys_that_are_none_are_refused(settings, bad):
    settings.FIELD_KEYS = bad
    with pytest.raises((ImproperlyConfigured, ValueError)):
        encrypt("x")


def test_the_blind_index_is_the_same_for_the_same_number_and_purpose_only(settings):
    one = blind_index("11010519491231002X", "resident_id")
    assert one == blind_index(" 110105 19491231 002x", "resident_id")
    assert one == blind_index("１１０１０５１９４９１２３１００２Ｘ", "resident_id")
    assert one != blind_index("11010519491231002X", "bank_account")
    assert one != blind_index("110105194912310011", "resident_id")
    assert len(one) == 22
    settings.BLIND_KEY = "another"
    assert one != blind_index("11010519491231002X", "resident_id")
    settings.BLIND_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        blind_index("1", "resident_id")


def raw(table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_a_column_is_ciphertext_at_rest_and_plain_in_python():
    OutboxMessage.objects.create(to="13800138000", to_masked="138****8000", body="", purpose="x")
    assert "13800138000" not in raw("office_outboxmessage", '"to"')[0]
    assert raw("office_outboxmessage", "body") == [""]
    message = OutboxMessage.objects.get()
    assert (message.to, message.body) == ("13800138000", "")
    assert list(OutboxMessage.objects.values_list("to", flat=True)) == ["13800138000"]


@pytest.mark.django_db
@pytest.mark.parametrize("look_up", ["to", "to__startswith", "to__in", "to__gt", "to__icontains"])
def test_a_hidden_column_cannot_be_searched_by_mistake(look_up):
    with pytest.raises(FieldError):
        OutboxMessage.objects.filter(**{look_up: "1"}).exists()
    assert not OutboxMessage.objects.filter(to__isnull=True).exists()


@pytest.mark.django_db
def test_rotation_writes_everything_under_the_new_key_and_loses_nothing(
    settings, monkeypatch, claim_kind, intake, capsys
):
    monkeypatch.setattr(keys, "BATCH", 3)
    for n in range(8):
        OutboxMessage.objects.create(
            to=f"1380013800{n}", to_masked="1", body=f"text {n}", purpose="x"
        )
    case = cases.open_case(
        kind="test_claim", person_id=7, subject="x", region="110105", by=intake, channel="counter"
    )
    paper = cases.attach(case_id=case.pk, by=intake, name="a.pdf", content=b"%PDF-1 paper")
    before = raw("office_outboxmessage", "body")

    settings.FIELD_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="older key is dropped"):
        call_command("rotate_keys", "--check")
    assert "office_outboxmessage.body: 8" in capsys.readouterr().out
    call_command("rotate_keys")
    assert "17 values are under the newest key" in capsys.readouterr().out
    assert AuditEntry.objects.get(act="keys.rotate").detail["rows"] == {
        "office_casedocument.content": 1,
        "office_outboxmessage.body": 8,
        "office_outboxmessage.to": 8,
    }
    assert not set(raw("office_outboxmessage", "body")) & set(before)

    settings.FIELD_KEYS = [NEW]
    call_command("rotate_keys", "--check")
    assert sorted(m.body for m in OutboxMessage.objects.all()) == [f"text {n}" for n in range(8)]
    paper.refresh_from_db()
    assert paper.content == b"%PDF-1 paper"
    after = raw("office_outboxmessage", "body")
    keys.rotate(by=None)
    assert raw("office_outboxmessage", "body") == after


@pytest.mark.django_db
def test_rotation_stops_at_what_no_key_opens_and_says_so(settings):
    OutboxMessage.objects.create(to="13800138000", to_masked="1", body="", purpose="x")
    before = raw("office_outboxmessage", '"to"')
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match="FIELD_KEYS"):
        call_command("rotate_keys")
    assert raw("office_outboxmessage", '"to"') == before


@pytest.mark.django_db
def test_every_encrypted_column_of_every_app_takes_part_in_rotation():
    """Asked of the database: each column can be updated by its key, whatever guards its table."""
    for column in keys.columns():
        assert column.key, column
        assert keys.outdated(column) == 0
    assert {"office_casedocument", "office_outboxmessage"} <= {c.table for c in keys.columns()}


@pytest.mark.django_db
def test_rotation_reaches_guarded_payment_orders_by_their_composite_key(settings, monkeypatch):
    from funds.models import PaymentOrder

    monkeypatch.setattr(keys, "BATCH", 2)
    for seq in range(1, 6):
        PaymentOrder.objects.create(
            person_id=7,
            batch_id=1,
            seq=seq,
            region="110105",
            payee="张三",
            bank="工商银行",
            account=f"622202020000000000{seq}",
            last_four="0000",
            amount=100,
            month=24315,
            attempt=1,
            source="test",
        )
    settings.FIELD_KEYS = [NEW, OLD]
    assert keys.rotate(by=None)["funds_paymentorder.account"] == 5
    settings.FIELD_KEYS = [NEW]
    accounts = PaymentOrder.objects.order_by("seq").values_list("account", flat=True)
    assert list(accounts) == [f"622202020000000000{seq}" for seq in range(1, 6)]
