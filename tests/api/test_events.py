"""The feed of changes and the subscriptions, as a partner asks for them."""

import pytest

from enrollment.models import Category, Person
from enrollment.services import cover
from funds.models import Branch
from socsec.office.models import PublicEvent, Subscription

from .conftest import people

READ = ("events:read", "people:read")
WRITE = ("subscriptions:write", "people:read")
WISH = {
    "kinds": ["coverage.started", "person.died"],
    "region": "310000",
    "url": "https://partner.example.cn/told",
    "secret": "0123456789abcdefghijklmnopqrstuvwxyz",
}


@pytest.fixture
def published(village, publish):
    publish()
    return village


def feed(partner, query="", scopes=READ):
    return partner.ask("get", f"/api/v1/events/{query}", scopes=scopes)


def test_the_feed_tells_what_changed_of_the_partners_region_and_scopes_only(
    mill, stranger, published
):
    said = feed(mill, "?limit=1000").json()["results"]
    lin = str(Person.objects.get(name="林知秋").public_id)
    he = str(Person.objects.get(name="何春梅").public_id)
    assert [e["kind"] for e in said if e["subject"]["id"] == lin] == [
        "person.registered",
        "person.changed",
        "coverage.started",
    ]
    assert all(each["region"].startswith("31") for each in said)
    assert he not in {each["subject"]["id"] for each in said}
    assert he in {each["subject"]["id"] for each in feed(stranger).json()["results"]}
    assert feed(mill, scopes=("events:read",)).json()["results"] == []  # no scope for any kind


def test_reading_on_from_the_last_event_misses_nothing_and_repeats_nothing(
    mill, published, publish
):
    seen, query = [], "?limit=3"
    while True:
        page = feed(mill, query).json()
        seen += [each["event_id"] for each in page["results"]]
        if not page["next"]:
            break
        query = "?" + page["next"].split("?", 1)[1]
    assert len(seen) == len(set(seen)) > 10
    assert feed(mill, f"?after={seen[-1]}").json()["results"] == []
    cover.start(
        by=published.by("intake"),
        person=published.souls["zhao"],
        branch=Branch.PENSION,
        category=Category.OWN_ACCOUNT,
        region=people.PUDONG,
        from_=PublicEvent.objects.first().occurred_at.date(),
        base=8_000_00,
    )
    publish()
    (new,) = feed(mill, f"?after={seen[-1]}").json()["results"]
    assert (new["kind"], new["data"]["branch"]) == ("coverage.started", Branch.PENSION)
    since = new["published_at"].replace("+", "%2B")
    assert new in feed(mill, f"?updated_since={since}").json()["results"]


@pytest.mark.parametrize(
    "query",
    [
        "?kind=nothing.such",
        "?after=00000000-0000-0000-0000-000000000000",
        "?after=x",
        "?updated_since=y",
    ],
)
def test_what_cannot_be_asked_is_told(mill, village, query):
    answer = feed(mill, query)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_without_the_scope_nothing_is_read_or_subscribed(mill, village, key):
    assert mill.ask("get", "/api/v1/events/").status_code == 401
    assert feed(mill, scopes=("people:read",)).status_code == 403
    answer = mill.ask("post", "/api/v1/subscriptions/", WISH, scopes=("events:read",), key=key)
    assert answer.status_code == 403
    assert not Subscription.objects.exists()


def test_a_subscription_is_opened_once_changed_and_closed(mill, stranger, published, key):
    made = mill.ask("post", "/api/v1/subscriptions/", WISH, scopes=WRITE, key=key)
    assert made.status_code == 201, made.content
    assert WISH["secret"] not in made.content.decode()
    again = mill.ask("post", "/api/v1/subscriptions/", WISH, scopes=WRITE, key=key)
    assert again.json() == made.json()
    assert Subscription.objects.count() == 1
    where = f"/api/v1/subscriptions/{made.json()['id']}/"
    for method, path in (("get", where), ("delete", where), ("get", where + "deliveries/")):
        body = {} if method == "delete" else None
        answer = stranger.ask(method, path, body, scopes=(*READ, "subscriptions:write"))
        assert (answer.status_code, answer.json()["code"]) == (404, "no_subscription")
    changed = mill.ask("patch", where, {"kinds": ["person.died"], "active": False}, scopes=WRITE)
    assert (changed.json()["kinds"], changed.json()["active"]) == (["person.died"], False)
    refused = mill.ask("patch", where, {"kinds": ["contribution.assessed"]}, scopes=WRITE)
    assert (refused.status_code, refused.json()["code"]) == (422, "scope_missing")
    assert mill.ask("delete", where, {}, scopes=WRITE).status_code == 204
    assert mill.ask("get", where, scopes=READ).status_code == 404


def test_a_partner_replays_what_it_missed(mill, stranger, published, key):
    made = mill.ask("post", "/api/v1/subscriptions/", WISH, scopes=WRITE, key=key).json()
    where = f"/api/v1/subscriptions/{made['id']}/"
    body = {"since": "2020-01-01T00:00:00+08:00"}
    answer = mill.ask("post", where + "replay/", body, scopes=WRITE, key=key + "2")
    assert (answer.status_code, answer.json()) == (202, {"events": 5})
    rows = mill.ask("get", where + "deliveries/?state=waiting", scopes=READ).json()["results"]
    assert {row["kind"] for row in rows} == {"coverage.started"}
    assert mill.ask("get", where, scopes=READ).json()["waiting"] == 5
    nothing = mill.ask("post", where + "replay/", {}, scopes=WRITE, key=key + "3")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "replay_from_where")
    foreign = stranger.ask("post", where + "replay/", body, scopes=WRITE, key=key + "4")
    assert foreign.status_code == 404


def test_the_kinds_are_listed_for_anyone(client, db):
    said = client.get("/api/v1/events/kinds/").json()["results"]
    assert {"kind", "label", "subject", "scope", "read_at", "data"} == set(said[0])
