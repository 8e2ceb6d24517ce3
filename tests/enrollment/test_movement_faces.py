"""A movement at the desk, in the portal and through the API: the same verbs, each for its own people."""

import pytest

from enrollment.models import Movement, MovementState, Person
from enrollment.services import movements
from funds.models import Branch
from socsec.commands.chapters.movements import NEW, OLD, _ask, _mover, _step
from socsec.office.models import AuditEntry
from tests.api.conftest import partner
from tests.people import settle

BACKEND = "django.contrib.auth.backends.ModelBackend"
READ, WRITE = ("movements:read", "people:read"), ("movements:write",)


@pytest.fixture
def village(db):
    from datetime import date

    made = settle()
    made.souls["mover"] = _mover(made, "许望舒", date(1992, 4, 9), 52, "13900000052")
    return made


def sign_in(client, user):
    client.force_login(user, backend=BACKEND)
    return client


def test_the_desk_receives_a_request_and_each_office_sees_only_its_own_verbs(client, village):
    who = village.souls["mover"]
    sign_in(client, village.by("intake"))
    form = client.get("/admin/enrollment/movement/ask/")
    assert form.status_code == 200
    answer = client.post(
        "/admin/enrollment/movement/ask/",
        {
            "resident_id": who.resident_id,
            "branch": "1",
            "to_region": "310000",
            "household_region": "510104",
            "keep": "2",
        },
    )
    movement = Movement.objects.get()
    page = f"/admin/enrollment/movement/{movement.pk}/change/"
    assert (answer.status_code, answer.url) == (302, page)
    verb = f"/admin/enrollment/movement/{movement.pk}/do/"
    case = movement.steps.get().case
    sign_in(client, village.by("assessor"))
    assert "do/propose/" in client.get(page).content.decode()
    shown = client.get(f"/admin/office/case/{case.pk}/change/").content.decode()
    assert "do/propose/" in shown
    assert client.post(verb + "propose/").status_code == 302
    sign_in(client, village.by("sc-reviewer"))
    seen = client.get(page).content.decode()
    assert "许望舒" in seen
    assert "do/confirm/" not in seen
    assert client.post(verb + "confirm/").status_code == 422
    sign_in(client, village.by("reviewer"))
    assert client.post(verb + "confirm/").status_code == 302
    movement.refresh_from_db()
    assert movement.state == MovementState.ACCEPTED
    sign_in(client, village.by("newcomer"))
    assert client.get(page).status_code in (302, 403, 404)
    sign_in(client, village.by("intake"))
    nobody = client.post(
        "/admin/enrollment/movement/ask/",
        {"resident_id": "110105194912310020", "branch": "1"},
    )
    assert nobody.status_code == 422


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_person_asks_in_three_questions_follows_and_withdraws(client, village, language):
    from socsec.office.services import users

    who = village.souls["mover"]
    user = users.User.objects.get(person_id=who.pk)
    sign_in(client, user)
    client.cookies["django_language"] = language
    assert client.get("/movements/").status_code == 200
    assert client.get("/movements/check/").url == "/movements/where/"
    assert client.post("/movements/where/", {"to_region": ""}).status_code == 200
    assert client.post("/movements/where/", {"to_region": "310000"}).url == "/movements/home/"
    home = client.post("/movements/home/", {"household_region": "510104", "branch": "1"})
    assert home.url == "/movements/check/"
    assert client.get("/movements/check/").status_code == 200
    assert client.post("/movements/check/", {"keep": "2"}).status_code == 200
    assert not Movement.objects.exists()
    done = client.post("/movements/check/", {"keep": "2", "truth": "on"})
    movement = Movement.objects.get()
    assert done.url == f"/movements/{movement.public_id}/done/"
    assert (movement.from_region, movement.person_id) == ("510104", who.pk)
    assert client.post("/movements/check/", {"keep": "2", "truth": "on"}).status_code == 302
    page = client.get(f"/movements/{movement.public_id}/")
    assert page.status_code == 200
    assert client.get(f"/movements/{movement.public_id}/done/").status_code == 200
    sign_in(client, village.portal["lin"])
    assert client.get(f"/movements/{movement.public_id}/").status_code == 404
    assert client.get(f"/movements/{movement.public_id}/done/").status_code == 404
    sign_in(client, user)
    case = movement.steps.get().case
    gone = client.post(f"/cases/{case.number}/withdraw/", {"sure": "yes", "text": "I stay"})
    assert gone.status_code == 302
    movement.refresh_from_db()
    assert movement.state == MovementState.WITHDRAWN
    client.logout()
    assert "sign-in" in client.get("/movements/").url


def test_partners_of_either_side_follow_a_movement_and_others_do_not(village):
    key = "a key of one request"
    who = village.souls["mover"]
    new, old, nation = partner("SH", "sh-1"), partner("SC", "sc-1"), partner("NATION", "na-1")
    body = {
        "resident_id": who.resident_id,
        "branch": "pension",
        "from_region": "510000",
        "to_region": "310000",
        "household_region": "510104",
    }
    made = new.ask("post", "/api/v1/movements/", body, scopes=WRITE, key=key)
    assert made.status_code == 201, made.content
    again = new.ask("post", "/api/v1/movements/", body, scopes=WRITE, key=key)
    assert again.json() == made.json()
    twice = old.ask("post", "/api/v1/movements/", body, scopes=WRITE, key=key)
    assert (twice.status_code, twice.json()["code"]) == (409, "movement_under_way")
    where = f"/api/v1/movements/{made.json()['id']}/"
    movement = Movement.objects.get()
    _step(village, movement, NEW)
    _step(village, movement, OLD)
    for side in (new, old, nation):
        said = side.ask("get", where, scopes=READ, purpose="enrolment").json()
        assert (said["state"], said["months_attested"]) == ("attested", 67)
        assert [each["step"] for each in said["steps"]] == ["accept", "attest", "take"]
        months = side.ask("get", where + "months/", scopes=READ, purpose="enrolment").json()
        assert (len(months["results"]), months["results"][0]["month"]) == (67, "2019-03")
        assert len(side.ask("get", "/api/v1/movements/", scopes=READ).json()["results"]) == 1
        paper = side.ask("get", where + "certificate/", scopes=READ, purpose="enrolment")
        assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert AuditEntry.objects.filter(
        act="person.read", person_id=who.pk, reason="enrolment"
    ).exists()
    movement.from_region = "440100"
    movement.save(update_fields=["from_region"])
    gone = old.ask("get", where, scopes=READ, purpose="enrolment")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_movement")
    assert old.ask("get", where, scopes=("people:read",), purpose="enrolment").status_code == 403
    assert new.ask("get", where, scopes=READ).json()["code"] == "purpose_missing"
    public = Person.objects.get(pk=who.pk).public_id
    mine = old.ask("get", f"/api/v1/people/{public}/movements/", scopes=READ, purpose="enrolment")
    assert mine.status_code in (200, 404)


def test_events_tell_partners_how_far_a_movement_is(village, publish):
    movement = _ask(village, village.souls["mover"])
    for side in (NEW, OLD, NEW):
        _step(village, movement, side)
    publish()
    from socsec.office.models import PublicEvent

    told = PublicEvent.objects.filter(kind__startswith="movement.")
    assert [each.kind for each in told] == [
        "movement.requested",
        "movement.accepted",
        "movement.attested",
        "movement.done",
    ]
    assert told[0].data == {"branch": 1, "from_region": "510000", "to_region": "310000"}
    assert movements.pool(Branch.PENSION, "510104") == "510000"
