"""Wage declarations through the API: all or none, once however often they arrive."""

import pytest

from enrollment.models import Person, WageDeclaration
from socsec.office.models import AuditEntry, IdempotencyKey
from tests import people

PATH = "/api/v1/declarations/"
WRITE = ("declarations:write",)


@pytest.fixture
def body(village):
    def row(key, wage):
        return {
            "resident_id": Person.objects.get(pk=village.souls[key].pk).resident_id,
            "wage": wage,
        }

    return {
        "employer": village.employers["mill"].credit_code,
        "month": "2025-11",
        "wages": [row("lin", "12000.00"), row("ma", "5200")],
    }


def nothing_changed():
    return (
        not WageDeclaration.objects.exists()
        and not AuditEntry.objects.filter(act="wage.declare").exists()
    )


def test_a_declaration_is_taken_down(mill, body, key):
    answer = mill.ask("post", PATH, body, scopes=WRITE, key=key)
    assert answer.status_code == 201, answer.content
    assert answer.json()["new"] == 2
    assert set(WageDeclaration.objects.values_list("wage", flat=True)) == {12_000_00, 5_200_00}


def test_the_same_request_again_gives_the_same_answer_and_changes_nothing(mill, body, key):
    first = mill.ask("post", PATH, body, scopes=WRITE, key=key)
    again = mill.ask("post", PATH, body, scopes=WRITE, key=key)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert AuditEntry.objects.filter(act="wage.declare").count() == 1


def test_a_key_belongs_to_one_request(mill, body, key):
    mill.ask("post", PATH, body, scopes=WRITE, key=key)
    other = {**body, "month": "2025-12"}
    answer = mill.ask("post", PATH, other, scopes=WRITE, key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert set(WageDeclaration.objects.values_list("month", flat=True)) == {people.FIRST}


def test_without_a_key_nothing_is_taken(mill, body):
    answer = mill.ask("post", PATH, body, scopes=WRITE)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_missing")
    assert nothing_changed()


@pytest.mark.parametrize("wage", ["-1", "NaN", "1000000000000", "12.345", "", "Infinity"])
def test_one_bad_wage_refuses_the_whole_and_names_its_row(mill, body, key, wage):
    body["wages"][1]["wage"] = wage
    answer = mill.ask("post", PATH, body, scopes=WRITE, key=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/wages/1")
    assert nothing_changed()
    assert not IdempotencyKey.objects.exists()


def test_someone_who_is_not_on_the_staff_list_is_named(mill, body, key, village):
    who = Person.objects.get(pk=village.souls["he"].pk)
    body["wages"].append({"resident_id": who.resident_id, "wage": "100"})
    answer = mill.ask("post", PATH, body, scopes=WRITE, key=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/wages/2")
    assert nothing_changed()


def test_an_employer_of_another_region_does_not_exist(stranger, body, key):
    answer = stranger.ask("post", PATH, body, scopes=WRITE, key=key)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_employer")
    assert nothing_changed()


@pytest.mark.parametrize("sent", ["not json", "[]", "{", '"text"', "null"])
def test_what_is_no_declaration_is_a_problem_and_changes_nothing(mill, key, sent):
    answer = mill.ask("post", PATH, sent, scopes=WRITE, key=key, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert nothing_changed()


def test_what_was_declared_and_assessed_is_listed_in_pages(mill, village, body, key):
    people.declare(village, people.FIRST)
    people.contributions(village, people.FIRST, people.SHANGHAI, "assessor", "reviewer")
    query = {"employer": body["employer"], "month": "2025-11"}
    listed = mill.ask("get", PATH, query, scopes=("contributions:read",), content_type="")
    assert len(listed.json()["results"]) == 5
    seen, path, asked = [], "/api/v1/contributions/", {**query, "limit": 2}
    while path:
        page = mill.ask("get", path, asked, scopes=("contributions:read",), content_type="").json()
        assert len(page["results"]) <= 2
        seen += [row["person"] for row in page["results"]]
        path, asked = page["next"], None
    assert len(seen) == len(set(seen)) == 5
