"""The registry through the partner API: people, papers, changes, life events, a person as of a day."""

import base64

import pytest

from enrollment.models import ChangeRequest, LifeEvent, Person
from enrollment.services.people import identifiers
from socsec.kernel.ids import make_resident_id
from socsec.office.models import Case
from tests.people import PUDONG

READ, WRITE = ("people:read",), ("people:write",)
LIFE = ("life:read", "life:write")


def at(person, tail=""):
    return f"/api/v1/people/{Person.objects.get(pk=person.pk).public_id}/{tail}"


def test_a_person_without_a_number_is_registered_once_however_often_it_is_sent(mill, village, key):
    said = {
        "name": "Marie Dupont",
        "region": PUDONG,
        "sex": "female",
        "born_on": "1985-07-01",
        "documents": [{"kind": "passport", "number": "12AB34567", "country": "FRA"}],
    }
    count = Person.objects.count()
    for _n in range(2):
        answer = mill.ask("post", "/api/v1/people/", said, scopes=WRITE, key=key)
        assert answer.status_code == 201, answer.content
    assert Person.objects.count() == count + 1
    assert answer.json()["resident_id_masked"] == ""
    person = Person.objects.get(name="Marie Dupont")
    papers = mill.ask("get", at(person, "documents/"), scopes=READ, purpose="benefit").json()
    assert [p["number_masked"] for p in papers["results"]] == ["12*****67"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"region": "510104"}, 404, "outside_region"),
        ({"sex": None}, 422, "invalid"),
        ({"documents": []}, 422, "no_document"),
        ({"resident_id": "11010519491231002"}, 422, "length"),
    ],
)
def test_a_person_who_cannot_be_is_refused(mill, village, key, change, status, code):
    said = {
        "name": "Marie Dupont",
        "region": PUDONG,
        "sex": "female",
        "born_on": "1985-07-01",
        "documents": [{"kind": "passport", "number": "12AB34567", "country": "FRA"}],
    }
    count = Person.objects.count()
    answer = mill.ask("post", "/api/v1/people/", said | change, scopes=WRITE, key=key)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Person.objects.count() == count


def test_a_person_is_read_as_of_a_day(mill, village):
    lin = village.souls["lin"]
    said = mill.ask("get", at(lin) + "?as_of=2025-11-01", scopes=READ, purpose="benefit").json()
    assert (said["name"], said["coverage"][0]["branch"]) == ("林知秋", "pension")
    before = mill.ask("get", at(lin) + "?as_of=2025-10-31", scopes=READ, purpose="benefit").json()
    assert before["coverage"] == []
    for query, status in (
        ("?as_of=1900-01-01", 404),
        ("?as_of=2025-13-01", 422),
        ("?as_of=2025-11-01&known_at=yesterday", 422),
        ("?as_of=2025-11-01&known_at=2000-01-01T00:00:00", 404),
    ):
        answer = mill.ask("get", at(lin) + query, scopes=READ, purpose="benefit")
        assert answer.status_code == status, query


def test_a_change_is_asked_for_and_waits_for_two_officers(mill, village, key):
    lin = village.souls["lin"]
    paper = base64.b64encode(b"%PDF-1.4 x").decode()
    said = {
        "what": "name",
        "new": {"name": "林知夏"},
        "correction": True,
        "papers": [{"name": "a.pdf", "content": paper}],
    }
    answer = mill.ask("post", at(lin, "changes/"), said, scopes=WRITE, key=key, purpose="enrolment")
    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == Case.State.RECEIVED
    assert Person.objects.get(pk=lin.pk).name == "林知秋"
    assert ChangeRequest.objects.get().case.documents.count() == 1
    said["papers"] = [{"name": "a.pdf", "content": "no base64!"}]
    wrong = mill.ask(
        "post", at(lin, "changes/"), said, scopes=WRITE, key=key + "2", purpose="enrolment"
    )
    assert wrong.json()["code"] == "not_base64"
    assert ChangeRequest.objects.count() == 1


def test_a_death_is_reported_once_and_read_in_the_feed(mill, stranger, village, key):
    gao = village.souls["gao"]
    said = {"kind": "death", "happened_on": "2026-03-10", "document": "civil affairs 7"}
    for _n in range(2):
        answer = mill.ask(
            "post", at(gao, "life-events/"), said, scopes=LIFE, key=key, purpose="benefit"
        )
        assert answer.status_code == 201, answer.content
    assert Person.objects.get(pk=gao.pk).died_on.isoformat() == "2026-03-10"
    assert LifeEvent.objects.count() == 1
    feed = mill.ask("get", "/api/v1/life-events/?after=0", scopes=LIFE).json()["results"]
    assert [(e["kind"], e["takes_back"]) for e in feed] == [("death", None)]
    after = mill.ask("get", f"/api/v1/life-events/?after={feed[0]['number']}", scopes=LIFE)
    assert after.json()["results"] == []
    assert stranger.ask("get", "/api/v1/life-events/", scopes=LIFE).json()["results"] == []
    wrong = mill.ask("get", "/api/v1/life-events/?after=x", scopes=LIFE)
    assert wrong.status_code == 422


def test_a_birth_registers_a_child(mill, village, key):
    lin = village.souls["lin"]
    said = {
        "kind": "birth",
        "happened_on": "2026-09-10",
        "document": "birth certificate",
        "child_name": "林小满",
        "sex": "female",
    }
    answer = mill.ask(
        "post", at(lin, "life-events/"), said, scopes=LIFE, key=key, purpose="enrolment"
    )
    assert answer.status_code == 201, answer.content
    child = Person.objects.get(name="林小满")
    assert answer.json()["person"] == str(child.public_id)
    number = make_resident_id(PUDONG, child.born_on, 12)
    identifiers.add(
        by=village.by("intake"),
        person=child,
        document=identifiers.Given("resident_id", number),
    )
    assert Person.objects.get(pk=child.pk).resident_id == number


@pytest.mark.parametrize("tail", ["documents/", "delegates/", "life-events/", "?as_of=2026-01-01"])
def test_people_of_another_region_do_not_exist_and_scopes_are_needed(mill, stranger, village, tail):
    lin = village.souls["lin"]
    answer = stranger.ask("get", at(lin, tail), scopes=READ + LIFE, purpose="benefit")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_person")
    assert mill.ask("get", at(lin, tail), purpose="benefit").status_code == 401
    scopes = ("payments:read",)
    assert mill.ask("get", at(lin, tail), scopes=scopes, purpose="benefit").status_code == 403
