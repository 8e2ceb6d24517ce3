"""People, coverage and contributions through the partner API."""

import pytest

from enrollment.models import Person
from socsec.office.models import AuditEntry

READ = ("people:read",)
LOOKUP = "/api/v1/people/lookup/"


def number(person):
    return Person.objects.get(pk=person.pk).resident_id


def test_a_person_is_found_by_identity_number_and_the_look_is_noted(mill, village):
    lin = village.souls["lin"]
    answer = mill.ask("post", LOOKUP, {"resident_id": number(lin)}, scopes=READ, purpose="benefit")
    assert answer.status_code == 200
    said = answer.json()
    assert said["name"] == "林知秋"
    assert said["born_on"] == "1988-03-14"
    assert number(lin) not in answer.content.decode()
    noted = AuditEntry.objects.get(act="person.read", person_id=lin.pk)
    assert (noted.reason, noted.actor.username) == ("benefit", "hudong-payroll")


def test_a_person_is_read_by_public_number_with_coverage_and_months(mill, village):
    lin = Person.objects.get(pk=village.souls["lin"].pk)
    base = f"/api/v1/people/{lin.public_id}/"
    assert mill.ask("get", base, scopes=READ, purpose="benefit").json()["name"] == "林知秋"
    spans = mill.ask("get", base + "coverage/", scopes=READ, purpose="benefit").json()["results"]
    assert [(s["branch"], s["category"], s["from"], s["until"]) for s in spans] == [
        ("pension", "employee", "2025-11-01", None)
    ]
    months = mill.ask(
        "get", base + "contributions/", scopes=("contributions:read",), purpose="benefit"
    )
    assert months.json() == {"results": []}


def test_people_of_another_region_do_not_exist(stranger, village):
    lin = Person.objects.get(pk=village.souls["lin"].pk)
    found = stranger.ask(
        "post", LOOKUP, {"resident_id": number(lin)}, scopes=READ, purpose="benefit"
    )
    read = stranger.ask("get", f"/api/v1/people/{lin.public_id}/", scopes=READ, purpose="benefit")
    for answer in (found, read):
        assert answer.status_code == 404
        assert answer.json()["code"] == "no_such_person"
    assert not AuditEntry.objects.filter(act="person.read").exists()


@pytest.mark.parametrize(
    ("scopes", "status"), [((), 401), (("declarations:write",), 403), (("payments:read",), 403)]
)
def test_without_the_scope_nothing_is_read(mill, village, scopes, status):
    body = {"resident_id": number(village.souls["lin"])}
    answer = mill.ask("post", LOOKUP, body, scopes=scopes, purpose="benefit")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not AuditEntry.objects.filter(act="person.read").exists()


def test_a_purpose_must_be_stated_and_be_one_of_the_law(mill, village):
    body = {"resident_id": number(village.souls["lin"])}
    for purpose in (None, "curiosity"):
        answer = mill.ask("post", LOOKUP, body, scopes=READ, purpose=purpose)
        assert (answer.status_code, answer.json()["code"]) == (422, "purpose_missing")


def test_a_wrong_check_digit_is_told_in_the_partners_language(mill, village):
    right = number(village.souls["lin"])
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    english = mill.ask("post", LOOKUP, {"resident_id": wrong}, scopes=READ, purpose="benefit")
    chinese = mill.ask(
        "post", LOOKUP, {"resident_id": wrong}, scopes=READ, purpose="benefit", language="zh-CN"
    )
    assert english.status_code == chinese.status_code == 422
    assert english.json()["code"] == chinese.json()["code"]
    assert english.json()["title"].isascii()
    assert not chinese.json()["title"].isascii()


def test_a_partner_that_is_switched_off_gets_nowhere(mill, village):
    token = mill.token("people:read")
    user = mill.application.user
    user.is_active = False
    user.save()
    answer = mill.client.post(
        LOOKUP,
        {"resident_id": number(village.souls["lin"])},
        headers={"Authorization": f"Bearer {token}", "X-Purpose": "benefit"},
        content_type="application/json",
    )
    assert answer.status_code == 401


def test_an_insured_person_cannot_use_the_api_with_a_portal_session(client, village):
    client.force_login(village.portal["lin"], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(LOOKUP, {"resident_id": "x"}, content_type="application/json")
    assert answer.status_code == 401
