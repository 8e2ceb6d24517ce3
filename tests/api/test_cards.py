"""Cards by API: the producer, the bank and the hospital."""

import pytest
from django.core.cache import cache

from enrollment.models import Card
from enrollment.services.people import cards, electronic_card
from socsec.office.models import AuditEntry, User

pytestmark = pytest.mark.django_db
WRITE = ("cards:write",)


@pytest.fixture
def lin(village):
    return village.souls["lin"]


def ask_for(partner, person, key):
    path = f"/api/v1/people/{person.public_id}/card/"
    return partner.ask("post", path, {}, scopes=WRITE, key=key, purpose="enrolment")


def tell(partner, card, event, key, **more):
    path = f"/api/v1/cards/{card}/events/"
    return partner.ask("post", path, {"event": event, **more}, scopes=WRITE, key=key)


def test_a_card_is_asked_for_made_handed_over_and_used(mill, lin, key):
    made = ask_for(mill, lin, key)
    assert made.status_code == 201, made.content
    assert ask_for(mill, lin, key).json() == made.json()
    card = made.json()["id"]

    queue = mill.ask("get", "/api/v1/cards/to-make/", scopes=("cards:produce",)).json()["results"]
    assert [(each["id"], each["resident_id"]) for each in queue] == [(card, lin.resident_id)]
    assert AuditEntry.objects.filter(act="person.read", person_id=lin.pk, reason="card").exists()

    steps = [
        ("produced", {"number": "A12345678", "bank": "工商银行", "account": "62220200000000018"}),
        ("issued", {}),
        ("activated", {"use_for": ["contribution"]}),
        ("lost", {}),
        ("found", {}),
        ("lost", {}),
    ]
    for number, (event, more) in enumerate(steps):
        answer = tell(mill, card, event, f"{key}{number}", **more)
        assert answer.status_code == 201, answer.content
        assert "62220200000000018" not in answer.content.decode()
    new = tell(mill, card, "replaced", f"{key}r").json()
    assert new["id"] != card
    assert new["state"] == "requested"
    read = mill.ask(
        "get", f"/api/v1/people/{lin.public_id}/card/", scopes=("cards:read",), purpose="audit"
    )
    assert read.json()["id"] == new["id"]


def test_a_step_that_cannot_follow_is_refused_and_changes_nothing(mill, lin, key):
    card = ask_for(mill, lin, key).json()["id"]
    answer = tell(mill, card, "activated", f"{key}1")
    assert (answer.status_code, answer.json()["code"]) == (409, "card_step")
    assert tell(mill, card, "produced", f"{key}2", number="?").status_code == 422
    assert tell(mill, card, "melted", f"{key}3").status_code == 422
    assert tell(mill, card, "cancelled", f"{key}4").status_code == 422
    assert Card.objects.get().state == "requested"


def test_cards_of_another_region_do_not_exist(mill, stranger, lin, key):
    card = ask_for(mill, lin, key).json()["id"]
    assert tell(stranger, card, "cancelled", key, reason="x").status_code == 404
    assert ask_for(stranger, lin, f"{key}x").status_code == 404
    queue = stranger.ask("get", "/api/v1/cards/to-make/", scopes=("cards:produce",))
    assert queue.json()["results"] == []
    assert Card.objects.get().state == "requested"


@pytest.mark.parametrize(
    ("path", "method", "scopes"),
    [
        ("/api/v1/cards/to-make/", "get", ("cards:read", "cards:write", "cards:check")),
        ("/api/v1/cards/check/", "post", ("cards:read", "cards:write", "cards:produce")),
    ],
)
def test_each_door_needs_its_own_scope(mill, path, method, scopes):
    body = {} if method == "post" else None
    assert mill.ask(method, path, body, scopes=scopes).status_code == 403
    assert mill.ask(method, path, body).status_code == 401


def test_a_hospital_anywhere_learns_who_stands_before_it_once(mill, stranger, lin, key, village):
    cache.clear()
    card = ask_for(mill, lin, key).json()["id"]
    for number, (event, more) in enumerate(
        [("produced", {"number": "A12345678"}), ("issued", {}), ("activated", {})]
    ):
        tell(mill, card, event, f"{key}{number}", **more)
    me = User.objects.get(person_id=lin.pk)
    token = electronic_card.token(by=me, card=cards.current(lin.pk))
    seen = stranger.ask("post", "/api/v1/cards/check/", {"token": token}, scopes=("cards:check",))
    said = seen.json()
    assert (said["name"], said["person"]) == ("林知秋", str(lin.public_id))
    assert [each["branch"] for each in said["insured"]] == ["pension"]
    assert lin.resident_id not in seen.content.decode()
    again = stranger.ask("post", "/api/v1/cards/check/", {"token": token}, scopes=("cards:check",))
    assert (again.status_code, again.json()["code"]) == (422, "code_used")


def test_partners_are_told_what_happens_to_a_card(mill, lin, key, publish):
    card = ask_for(mill, lin, key).json()["id"]
    tell(mill, card, "produced", f"{key}1", number="A12345678")
    publish()
    told = mill.ask("get", "/api/v1/events/", scopes=("events:read", "cards:read")).json()[
        "results"
    ]
    assert [each["kind"] for each in told if each["kind"].startswith("card.")] == [
        "card.requested",
        "card.produced",
    ]
