"""What partners are told: from the audit to their address, once, in order, signed, and nowhere else."""

import doctest
import json
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from django.db import connection, transaction
from django.utils import timezone

from socsec.office import events, feeds, outbound, people
from socsec.office.errors import Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Delivery, PublicEvent, Role, Subscription, User
from socsec.office.services import audit, deliveries, subscriptions
from socsec.office.services import events as publishing

from .conftest import office, staff

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"
PERSON = {7: "7d4b0000-0000-4000-8000-000000000007", 8: "7d4b0000-0000-4000-8000-000000000008"}


class Listener(BaseHTTPRequestHandler):
    """A partner's server: keeps what it is told, answers as it was told to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        answer = self.server.answers.pop(0) if self.server.answers else 204
        time.sleep(self.server.slow)
        self.send_response(answer)
        if answer == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def listener():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.heard, server.answers, server.slow = [], [], 0
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}/told?of=events"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def known(monkeypatch):
    """Two people whom partners know, and two kinds of event of the tests' own."""
    monkeypatch.setattr(
        people, "_public_ids", lambda ids: {n: PERSON[n] for n in ids if n in PERSON}
    )
    monkeypatch.setattr(events, "_kinds", {})
    events.register(
        events.EventKind(
            "test.began",
            "test.do",
            "began",
            "people:read",
            "/x/",
            data=("month",),
            words={"month": "m"},
        ),
        events.EventKind("test.ended", "test.end", "ended", "contributions:read", "/x/"),
    )


def published(count):
    """Other tests' transactions hold the horizon back for a moment."""
    found, end = 0, time.monotonic() + 60
    while found < count and time.monotonic() < end:
        found += publishing.publish()
        time.sleep(0.05)
    return found


def act(name="test.do", person=7, region="110105", **detail):
    return audit.record(by=None, act=name, person_id=person, region=region, **detail)


@pytest.fixture
def partner(chaoyang):
    return User.objects.create(
        username="partner", kind=User.Kind.PARTNER, office=office("BJ", "110000")
    )


def subscribe(partner, url="http://127.0.0.1:9/", kinds=("test.began", "test.ended"), **more):
    more = {"region": "110000", "secret": SECRET, **more}
    return subscriptions.open_subscription(
        by=partner, partner=partner, kinds=kinds, url=url, **more
    )


def told(listener):
    return [json.loads(body) for _headers, body in listener.heard]


@pytest.mark.django_db
def test_an_act_is_told_once_with_public_numbers_only_and_signed(known, publish, partner, listener):
    wish = subscribe(partner, listener.url)
    entry = act(month="2026-03", wage=123)
    act(person=99)  # nobody whom partners know
    act("test.secret")  # no public event
    assert publish() == 1
    assert deliveries.deliver(wish.pk) == 1
    assert deliveries.deliver(wish.pk) == 0
    ((headers, body),) = listener.heard
    said = json.loads(body)
    assert said["subject"] == {"type": "person", "id": PERSON[7]}
    assert (said["kind"], said["sequence"], said["data"]) == ("test.began", 1, {"month": "2026-03"})
    assert str(entry.pk) not in said["subject"]["id"]
    assert b"wage" not in body
    stamp = headers["X-Timestamp"]
    assert headers["X-Signature"] == "v1=" + deliveries.sign(SECRET, int(stamp), body)
    assert headers["X-Event-Id"] == said["event_id"]
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.status) == ("delivered", 1, 204)


@pytest.mark.django_db
def test_a_secret_is_ciphertext_at_rest_and_both_sign_while_it_changes(
    known, publish, partner, listener
):
    wish = subscribe(partner, listener.url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM office_subscription")
        assert SECRET not in cursor.fetchone()[0]
    newer = SECRET[::-1]
    subscriptions.change(by=partner, subscription=wish, secret=newer)
    act()
    publish()
    deliveries.deliver(wish.pk)
    headers, body = listener.heard[0]
    at = int(headers["X-Timestamp"])
    assert headers["X-Signature"].split(", ") == [
        f"v1={deliveries.sign(newer, at, body)}",
        f"v1={deliveries.sign(SECRET, at, body)}",
    ]
    Subscription.objects.update(before_until=timezone.now() - timedelta(seconds=1))
    act()
    publish()
    deliveries.deliver(wish.pk)
    assert "," not in listener.heard[1][0]["X-Signature"]


@pytest.mark.django_db
def test_a_subscription_hears_of_its_kinds_and_region_and_of_nothing_else(known, publish, partner):
    subscribe(partner, kinds=["test.began"], region="110105")
    act()
    act("test.end")
    act(region="110000")
    act(region="310000")
    assert publish() == 4
    assert [row.event.kind for row in Delivery.objects.all()] == ["test.began"]
    partner.is_active = False
    partner.save()
    act()
    publish()
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_sequences_count_each_subject_without_a_gap(known, publish):
    for person in (7, 8, 7, 7):
        act(person=person)
    publish()
    act(person=8)
    publish()
    assert list(PublicEvent.objects.values_list("subject_id", "sequence")) == [
        (PERSON[7], 1),
        (PERSON[8], 1),
        (PERSON[7], 2),
        (PERSON[7], 3),
        (PERSON[8], 2),
    ]


@pytest.mark.django_db
def test_order_of_a_subject_is_kept_while_others_go_on(known, publish, partner, listener):
    wish = subscribe(partner, listener.url)
    for person in (7, 7, 8):
        act(person=person)
    publish()
    listener.answers = [500]
    assert deliveries.deliver(wish.pk) == 0  # the first is refused, and the address is spared
    assert deliveries.due() == []
    Subscription.objects.update(rest_until=None)
    assert deliveries.deliver(wish.pk) == 1  # of the other person
    assert [each["subject"]["id"] for each in told(listener)] == [PERSON[7], PERSON[8]]
    Delivery.objects.update(due_at=timezone.now())
    assert deliveries.deliver(wish.pk) == 2
    assert [each["sequence"] for each in told(listener)] == [1, 1, 1, 2]


@pytest.mark.django_db
def test_after_three_days_it_is_given_up_shown_to_staff_and_can_be_sent_anew(
    known, publish, partner, listener, chaoyang
):
    admin = staff("admin", Role.ADMINISTRATOR, at=office("BJ", "110000"))
    wish = subscribe(partner, listener.url)
    act()
    act()
    publish()
    first, second = Delivery.objects.order_by("event_id")
    Delivery.objects.filter(pk=first.pk).update(since=timezone.now() - timedelta(days=3))
    listener.answers = [503]
    deliveries.deliver(wish.pk)
    first.refresh_from_db()
    assert (first.state, first.status, first.error) == ("dead", 503, "answered 503")
    assert list(feeds.given_up(admin)) == [first]
    assert AuditEntry.objects.filter(act="event.give_up").count() == 1
    Subscription.objects.update(rest_until=None)
    assert deliveries.deliver(wish.pk) == 1  # what came later need not wait any more
    subscriptions.retry(by=admin, delivery=first)
    assert deliveries.deliver(wish.pk) == 1
    assert feeds.given_up(admin).count() == 0
    assert Delivery.objects.count() == 2
    with pytest.raises(Refused, match="not given up"):
        subscriptions.retry(by=admin, delivery=second)


def test_attempts_within_three_days_grow_apart():
    whole, attempts = timedelta(), 0
    while whole <= deliveries.GIVE_UP:
        attempts += 1
        whole += deliveries.wait(attempts)
    assert 15 <= attempts <= 30
    assert deliveries.LEASE.total_seconds() > outbound.WHOLE * 2


@pytest.mark.django_db
def test_a_replay_sends_anew_what_was_missed_in_the_same_rows(known, publish, partner, listener):
    act()
    publish()
    wish = subscribe(partner, listener.url)
    act()
    publish()
    deliveries.deliver(wish.pk)
    assert [each["sequence"] for each in told(listener)] == [2]
    start = timezone.now() - timedelta(hours=1)
    assert subscriptions.replay(by=partner, subscription=wish, since=start) == 2
    deliveries.deliver(wish.pk)
    assert [each["sequence"] for each in told(listener)] == [2, 1, 2]
    assert sorted(Delivery.objects.values_list("replays", flat=True)) == [0, 1]
    first = PublicEvent.objects.first().event_id
    assert subscriptions.replay(by=partner, subscription=wish, after=first) == 1
    with pytest.raises(Invalid, match="since when"):
        subscriptions.replay(by=partner, subscription=wish)


@pytest.mark.django_db
def test_a_dead_workers_delivery_is_taken_again_and_its_late_word_does_not_count(
    known, publish, partner, listener
):
    wish = subscribe(partner, listener.url)
    act()
    publish()
    lost = deliveries._take(wish.pk)
    assert deliveries._take(wish.pk) is None
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    again = deliveries._take(wish.pk)
    assert again.pk == lost.pk
    assert deliveries._close(lost, None, "no answer in time") is False
    assert Delivery.objects.get().token == again.token
    assert deliveries._close(again, 204, "") is True


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_event_once(known, partner, listener):
    wish = subscribe(partner, listener.url)
    with transaction.atomic():
        for number in range(12):
            act(person=7 + number % 2)
    assert published(12) == 12
    listener.slow = 0.02

    def work():
        deliveries.deliver(wish.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    deliveries.deliver(wish.pk)
    heard = told(listener)
    assert len(heard) == 12
    for subject in PERSON.values():
        mine = [each["sequence"] for each in heard if each["subject"]["id"] == subject]
        assert mine == sorted(mine) == list(range(1, 7))


@pytest.mark.django_db(transaction=True)
def test_an_act_under_way_is_told_after_it_has_ended_and_one_rolled_back_never(known):
    with transaction.atomic():
        act()
        transaction.set_rollback(True)
    with transaction.atomic():
        act(person=8)
        outcome = []
        other = threading.Thread(
            target=lambda: (outcome.append(publishing.publish()), connection.close())
        )
        other.start()
        other.join()
        assert outcome == [0]
    assert published(1) == 1
    assert publishing.publish() == 0
    assert PublicEvent.objects.get().subject_id == PERSON[8]


# ---------------------------------------------------------------- who may, and with what


@pytest.mark.django_db
def test_partners_manage_their_own_and_clerks_and_strangers_none(known, partner, intake):
    wish = subscribe(partner)
    rival = User.objects.create(
        username="rival", kind=User.Kind.PARTNER, office=office("BJ", "110000")
    )
    before = AuditEntry.objects.count()
    for attempt in (
        lambda: subscriptions.close(by=rival, subscription=wish),
        lambda: subscriptions.replay(by=rival, subscription=wish, since=timezone.now()),
        lambda: subscriptions.open_subscription(
            by=rival,
            partner=partner,
            kinds=["test.began"],
            region="110000",
            url="http://127.0.0.1/",
            secret=SECRET,
        ),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Denied):
        subscriptions.close(by=intake, subscription=wish)
    assert (AuditEntry.objects.count(), Subscription.objects.count()) == (before, 1)
    assert list(feeds.subscriptions(rival)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kinds": []}, "no_kind"),
        ({"kinds": ["test.nothing"]}, "unknown_kind"),
        ({"scopes": ["people:read"]}, "scope_missing"),
        ({"region": "310000"}, "outside_region"),
        ({"region": "000000"}, "outside_region"),
        ({"url": "ftp://partner.cn/"}, "address_not_allowed"),
        ({"url": "https://user:word@partner.cn/"}, "address_not_allowed"),
        ({"url": "https://10.0.0.1/"}, "address_not_allowed"),
        ({"url": "https://[::ffff:192.168.1.1]/"}, "address_not_allowed"),
        ({"url": "https://169.254.169.254/latest"}, "address_not_allowed"),
        ({"url": "https:///nowhere"}, "address_not_allowed"),
        ({"url": "https://partner.cn:99999/"}, "address_not_allowed"),
        ({"secret": "short"}, "secret_impossible"),
        ({"secret": "a" * 40}, "secret_weak"),
    ],
)
def test_what_cannot_be_subscribed_changes_nothing(known, partner, wrong, code):
    with pytest.raises(Invalid) as refusal:
        subscribe(partner, **{"url": "https://partner.cn/", **wrong})
    assert refusal.value.code == code
    assert not Subscription.objects.exists()


def test_an_office_sends_neither_in_the_open_nor_to_itself(settings):
    settings.WEBHOOK_LOOPBACK = False
    for url in ("http://partner.cn/", "https://127.0.0.1/", "https://[::1]/"):
        with pytest.raises(Invalid):
            outbound.check(url)
    assert not outbound.is_public(ip_address("127.0.0.1"))
    with pytest.raises(outbound.Unreachable, match="not allowed"):
        outbound.post("http://127.0.0.1/", b"", {})


def test_a_name_that_leads_into_a_private_network_is_refused_when_it_is_called(
    settings, monkeypatch
):
    """Rebinding: the name looked harmless when it was subscribed. One private address spoils all."""
    settings.WEBHOOK_LOOPBACK = False
    calls = []

    def resolved(host, port, **more):
        calls.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in ("93.184.216.34", "10.0.0.7")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with pytest.raises(outbound.Unreachable, match="private network"):
        outbound.post(outbound.check("https://partner.cn/x"), b"{}", {})
    assert calls == ["partner.cn"]


def test_the_connection_goes_to_the_address_that_was_looked_at(listener, monkeypatch):
    asked = []

    def resolved(host, port, **more):
        asked.append(host)
        where = "127.0.0.1" if len(asked) == 1 else "10.0.0.7"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    url = f"http://partner.example:{listener.server_port}/"
    assert outbound.post(url, b"{}", {}) == 204
    assert asked == ["partner.example"]
    assert listener.heard[0][0]["Host"] == f"partner.example:{listener.server_port}"


def test_redirects_are_not_followed_and_a_slow_answer_is_cut_off(listener, monkeypatch):
    listener.answers = [302]
    assert outbound.post(listener.url, b"{}", {}) == 302
    monkeypatch.setattr(outbound, "WHOLE", 0.2)
    listener.slow = 1
    began = time.monotonic()
    with pytest.raises(outbound.Unreachable, match="in time"):
        outbound.post(listener.url, b"{}", {})
    assert time.monotonic() - began < 0.9


@pytest.mark.django_db
def test_what_is_switched_off_or_closed_is_told_nothing(known, publish, partner, listener):
    wish = subscribe(partner, listener.url)
    act()
    publish()
    with pytest.raises(Invalid, match="why"):
        subscriptions.switch(by=partner, subscription=wish, active=False, reason=" ")
    subscriptions.switch(by=partner, subscription=wish, active=False, reason="works")
    assert deliveries.due() == []
    assert deliveries.deliver(wish.pk) == 0
    act()
    publish()
    assert Delivery.objects.count() == 1
    with pytest.raises(Refused, match="switched off"):
        subscriptions.replay(by=partner, subscription=wish, dead=True)
    subscriptions.close(by=partner, subscription=wish)
    assert Delivery.objects.get().state == "dead"
    with pytest.raises(Refused, match="closed"):
        subscriptions.change(by=partner, subscription=wish, kinds=["test.began"])
    assert listener.heard == []


def test_each_kind_is_documented_in_both_languages(client, db):
    for language in ("en", "zh-hans"):
        page = client.get("/api/v1/events/docs/", headers={"Accept-Language": language})
        assert page.status_code == 200
        for kind in events.all_kinds():
            assert kind.name in page.content.decode()
    assert {"coverage.started", "coverage.ended", "person.died"} <= {
        k.name for k in events.all_kinds()
    }


def test_a_kind_says_what_each_member_of_its_data_means(known):
    with pytest.raises(ValueError, match="needs words"):
        events.register(events.EventKind("x.y", "x", "x", "s", "/", data=("a",)))
    with pytest.raises(ValueError, match="twice"):
        events.register(events.EventKind("test.began", "other", "x", "people:read", "/"))


def test_the_examples_in_the_documentation_are_true(settings):
    settings.WEBHOOK_LOOPBACK = False
    for module in (outbound, deliveries):
        found = doctest.testmod(module)
        assert found.attempted
        assert not found.failed
