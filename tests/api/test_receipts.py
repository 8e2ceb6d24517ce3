"""Receipts through the API: each payment once, of anybody, none dropped."""

import pytest

from enrollment.models import Person, Remittance, UnmatchedReceipt
from enrollment.services.assessment import contributions
from enrollment.services.collection import demand
from funds.models import Branch
from socsec.kernel.months import month
from tests import people

PATH, UNMATCHED, NOTES = "/api/v1/receipts/", "/api/v1/receipts/unmatched/", "/api/v1/demand-notes/"
WRITE, READ = ("receipts:write",), ("receipts:read",)


@pytest.fixture
def owing(village):
    """The mill owes for November 2025."""
    people.declare(village, month(2025, 11))
    for key in ("lin", "ma"):
        contributions.assess(
            by=village.by("assessor"),
            person=village.souls[key],
            month=month(2025, 11),
            branch=Branch.PENSION,
        )
    return village.employers["mill"]


def body(payer, **more):
    return {
        "reference": "API-1",
        "payer": payer,
        "amount": "1000.00",
        "received_on": "2025-12-10",
    } | more


def test_a_payment_is_booked_once_however_often_it_arrives(mill, owing, key):
    first = mill.ask("post", PATH, body(owing.credit_code), scopes=WRITE, key=key)
    assert first.status_code == 201, first.content
    assert first.json()["state"] == "booked"
    assert first.json()["parts"] == [{"branch": "pension", "amount": "1000.00", "credit": "0.00"}]
    again = mill.ask("post", PATH, body(owing.credit_code), scopes=WRITE, key=key)
    assert again.json() == first.json()
    mill.ask("post", PATH, body(owing.credit_code), scopes=WRITE, key="another key")
    assert Remittance.objects.count() == 1
    found = mill.ask("get", f"{PATH}?reference=API-1", scopes=READ)
    assert found.json() == first.json()


def test_a_payment_of_somebody_unknown_is_kept(mill, owing, key):
    answer = mill.ask("post", PATH, body("11010519491231002X"), scopes=WRITE, key=key)
    assert (answer.status_code, answer.json()["state"]) == (201, "unmatched")
    (listed,) = mill.ask("get", UNMATCHED, scopes=READ).json()["results"]
    assert (listed["reference"], listed["why"]) == ("API-1", "unknown")
    assert "1949" not in listed["payer_masked"]
    assert UnmatchedReceipt.objects.get().payer_number == "11010519491231002X"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-1.00"},
        {"amount": "1.005"},
        {"amount": 12.5},
        {"received_on": "2999-01-01"},
        {"received_on": "yesterday"},
        {"branch": "lottery"},
        {"reference": ""},
    ],
)
def test_bad_input_changes_nothing(mill, owing, key, wrong):
    answer = mill.ask("post", PATH, body(owing.credit_code, **wrong), scopes=WRITE, key=key)
    assert answer.status_code == 422, answer.content
    assert not Remittance.objects.exists()
    assert not UnmatchedReceipt.objects.exists()


def test_without_the_scope_or_a_key_nothing_is_done(mill, owing, key):
    assert mill.ask("post", PATH, body("x"), scopes=READ, key=key).status_code == 403
    assert mill.ask("post", PATH, body("x"), key=key).status_code == 401
    assert mill.ask("post", PATH, body("x"), scopes=WRITE).status_code == 422
    assert mill.ask("get", UNMATCHED, scopes=WRITE).status_code == 403
    assert mill.ask("get", f"{PATH}?reference=nope", scopes=READ).status_code == 404
    assert not Remittance.objects.exists()


def test_demand_notes_are_listed_with_their_lines(mill, owing, village):
    note = demand.draw(by=village.by("accountant"), payer=owing)
    (listed,) = mill.ask("get", NOTES, scopes=READ).json()["results"]
    assert listed["number"] == note.number
    assert listed["employer"] == owing.credit_code
    assert [line["branch"] for line in listed["lines"]] == ["pension"]
    assert mill.ask("get", f"{NOTES}?employer=nobody", scopes=READ).json()["results"] == []
    assert Person.objects.exists()
