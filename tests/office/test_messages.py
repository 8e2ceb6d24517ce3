"""Telling people, and proving their telephone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from socsec.office import queries, sms, tasks
from socsec.office.errors import Denied, Invalid, NotFound, Refused, say
from socsec.office.models import AuditEntry, Notice, OneTimeCode, OutboxMessage, User
from socsec.office.services import codes, messages

PHONE = "13800138000"


class Carrier:
    """A carrier of text messages that does what the test says."""

    keeps = False
    sent: list = []
    fails: list = []

    def deliver(self, to, body):
        if Carrier.fails:
            raise Carrier.fails.pop(0)
        Carrier.sent.append((to, body))


@pytest.fixture
def carrier(settings):
    settings.SMS_BACKEND = "tests.office.test_messages.Carrier"
    Carrier.sent, Carrier.fails = [], []
    return Carrier


@pytest.mark.django_db
def test_a_notice_is_kept_in_both_languages(insured):
    notice = messages.notify(person_id=70, title=_("Open"), body=say("%(n)s", n=3), by=None)
    notice.refresh_from_db()
    assert (notice.title_en, notice.body_en, notice.body_zh) == ("Open", "3", "3")
    with translation.override("zh-hans"):
        assert notice.title == notice.title_zh
    assert list(queries.notices_of(70)) == [notice]
    assert AuditEntry.objects.get(act="notice.send").person_id == 70


@pytest.mark.django_db
def test_a_notice_is_read_by_its_person_and_by_nobody_else(insured, intake):
    notice = messages.notify(person_id=70, title="t", body="b", by=None)
    other = messages.notify(person_id=71, title="t", body="b", by=None)
    before = AuditEntry.objects.count()
    for user, number in ((insured, other.pk), (intake, notice.pk), (insured, 0)):
        with pytest.raises(NotFound):
            messages.mark_read(notice_id=number, by=user)
    assert AuditEntry.objects.count() == before
    assert messages.mark_read(notice_id=notice.pk, by=insured).read_at is not None
    messages.mark_read(notice_id=notice.pk, by=insured)
    assert AuditEntry.objects.filter(act="notice.read").count() == 1


@pytest.mark.django_db
def test_without_a_carrier_messages_stay_here_to_be_read():
    message = messages.text(to=PHONE, body="Hello", purpose="test")
    message.refresh_from_db()
    assert (message.state, message.to, message.body) == ("kept", PHONE, "Hello")
    assert PHONE not in message.to_masked
    sms.LocalOutbox().deliver(PHONE, "Hello")
    assert messages.deliver(message_id=message.pk) is None


@pytest.mark.django_db
@pytest.mark.parametrize("empty", [{"to": " "}, {"body": " "}])
def test_an_empty_message_is_refused(empty):
    with pytest.raises(Invalid):
        messages.text(**{"to": PHONE, "body": "Hello", "purpose": "test", **empty})
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_a_message_leaves_after_the_commit_and_its_text_is_forgotten(
    carrier, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        message = messages.text(to=PHONE, body="Hello", purpose="test")
        assert carrier.sent == []
    assert carrier.sent == [(PHONE, "Hello")]
    message.refresh_from_db()
    assert (message.state, message.body) == ("sent", "")
    tasks.deliver_all()
    tasks.deliver(message.pk)
    assert len(carrier.sent) == 1


@pytest.mark.django_db
def test_a_passing_fault_is_tried_again_and_a_lasting_one_is_not(carrier):
    message = messages.text(to=PHONE, body="Hello", purpose="test")
    carrier.fails = [ConnectionError("down")]
    tasks.deliver_all()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("queued", 1, "ConnectionError")
    tasks.deliver_all()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 2)

    gone = messages.text(to=PHONE, body="Hello", purpose="test")
    carrier.fails = [sms.Undeliverable("no such number")]
    tasks.deliver_all()
    gone.refresh_from_db()
    assert (gone.state, gone.error) == ("failed", "no such number")

    never = messages.text(to=PHONE, body="Hello", purpose="test")
    carrier.fails = [ConnectionError()] * messages.ATTEMPTS
    for _attempt in range(messages.ATTEMPTS + 1):
        tasks.deliver_all()
    never.refresh_from_db()
    assert (never.state, never.attempts) == ("failed", messages.ATTEMPTS)


@pytest.fixture
def code(insured):
    """Send a code and read it from the outbox."""

    def send(purpose="sign-in"):
        codes.issue(user=insured, purpose=purpose, to=PHONE)
        return re.search(r"\d{6}", OutboxMessage.objects.first().body).group()

    return send


def wrong(digits):
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def check_fails(user, digits, code, purpose="sign-in"):
    with pytest.raises(Invalid) as caught:
        codes.check(user=user, purpose=purpose, digits=digits)
    assert caught.value.code == code


def later(monkeypatch, **span):
    moment = timezone.now() + timedelta(**span)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.mark.django_db
def test_a_code_is_good_once(code, insured):
    digits = code()
    codes.check(user=insured, purpose="sign-in", digits=f" {digits[:3]} {digits[3:]} ")
    check_fails(insured, digits, "code_expired")


@pytest.mark.django_db
def test_a_code_is_stored_as_a_fingerprint_that_differs_each_time(code, insured, settings):
    digits = code()
    row = OneTimeCode.objects.get()
    assert digits not in row.digest
    assert len(row.digest) == 64
    settings.SECRET_KEY = "another secret"
    check_fails(insured, digits, "code_wrong")


@pytest.mark.django_db
def test_a_code_is_for_one_user_and_one_purpose(code, insured, intake):
    digits = code()
    check_fails(intake, digits, "code_expired")
    check_fails(insured, digits, "code_expired", purpose="change phone")
    codes.check(user=insured, purpose="sign-in", digits=digits)


@pytest.mark.django_db
def test_a_code_ends_after_five_minutes(code, insured, monkeypatch):
    digits = code()
    later(monkeypatch, minutes=5, seconds=1)
    check_fails(insured, digits, "code_expired")


@pytest.mark.django_db
def test_after_five_wrong_guesses_the_right_code_is_refused_too(code, insured):
    digits = code()
    for _guess in range(codes.GUESSES):
        check_fails(insured, wrong(digits), "code_wrong")
    check_fails(insured, digits, "code_spent")


@pytest.mark.django_db(transaction=True)
def test_wrong_guesses_are_counted_although_they_are_refused(code, insured):
    digits = code()
    check_fails(insured, wrong(digits), "code_wrong")
    assert OneTimeCode.objects.get().attempts == 1


@pytest.mark.django_db
def test_a_new_code_voids_the_old_one(code, insured, monkeypatch):
    old = code()
    later(monkeypatch, minutes=1, seconds=1)
    new = code()
    if old != new:
        check_fails(insured, old, "code_wrong")
    codes.check(user=insured, purpose="sign-in", digits=new)


@pytest.mark.django_db
def test_codes_are_not_sent_too_often(code, insured, monkeypatch):
    code()
    before = OutboxMessage.objects.count()
    with pytest.raises(Refused) as caught:
        codes.issue(user=insured, purpose="sign-in", to=PHONE)
    assert (caught.value.code, OutboxMessage.objects.count()) == ("code_too_soon", before)
    for n in range(1, codes.A_DAY):
        later(monkeypatch, minutes=1, seconds=n)
        code()
    later(monkeypatch, minutes=2)
    with pytest.raises(Refused) as caught:
        codes.issue(user=insured, purpose="sign-in", to=PHONE)
    assert caught.value.code == "code_too_many"


@pytest.mark.django_db
def test_old_codes_are_forgotten(code, insured, monkeypatch):
    code()
    tasks.forget_codes()
    assert OneTimeCode.objects.count() == 1
    later(monkeypatch, days=1, seconds=1)
    tasks.forget_codes()
    assert not OneTimeCode.objects.exists()


@pytest.mark.django_db
def test_a_person_cannot_read_notices_after_being_switched_off(insured):
    notice = messages.notify(person_id=70, title="t", body="b", by=None)
    User.objects.filter(pk=insured.pk).update(is_active=False)
    insured.refresh_from_db()
    with pytest.raises(Denied):
        messages.mark_read(notice_id=notice.pk, by=insured)
    assert Notice.objects.get().read_at is None
