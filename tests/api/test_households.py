"""Households, papers, delegates and duplicates as partner registers report them."""

from datetime import date

import pytest
from django.utils import timezone

from enrollment.models import (
    DuplicatePair,
    Household,
    HouseholdMember,
    LifeEvent,
    Mandate,
    Person,
    PersonLink,
)
from enrollment.services.people import households, merging
from enrollment.services.people import person as registry
from socsec.kernel.ids import make_resident_id
from tests.people import PUDONG, SICHUAN

READ, WRITE = ("people:read",), ("people:write",)


@pytest.fixture
def family(village):
    """Four adults of Pudong whom no household holds yet."""
    return [
        registry.enroll(
            by=village.by("intake"),
            name=name,
            resident_id=make_resident_id(PUDONG, date(1980 + n, 5, 1), 700 + n),
            region=PUDONG,
        )
        for n, name in enumerate(("沈一舟", "沈二舟", "沈三舟", "沈四舟"))
    ]


@pytest.fixture
def send(mill):
    """One POST with a key of its own, however often it is called."""
    keys = iter(range(10_000))

    def post(path, body, side=mill, scopes=WRITE, key=None):
        key = key or f"key-{next(keys)}"
        return side.ask("post", path, body, scopes=scopes, key=key, purpose="enrolment")

    return post


def uid(person):
    return str(Person.objects.values_list("public_id", flat=True).get(pk=person.pk))


def at(person, tail):
    return f"/api/v1/people/{uid(person)}/{tail}"


def here(made):
    """Who belongs to it as the answer says, with their roles."""
    assert made.status_code == 201, made.content
    return {(each["person"], each["role"]) for each in made.json()["members"]}


def test_a_household_is_formed_joined_led_split_merged_and_left(mill, send, family):
    one, two, three, four = family
    form = {"head": uid(one), "region": PUDONG, "opened_on": "2026-01-01"}
    for _n in range(2):
        made = send("/api/v1/households/", form, key="the same key")
        assert here(made) == {(uid(one), "head")}
    assert Household.objects.filter(members__person=one).count() == 1
    at_home = f"/api/v1/households/{made.json()['number']}/"
    for person, role in ((two, "spouse"), (three, "child")):
        said = {"person": uid(person), "role": role, "since": "2026-02-01"}
        joined = send(at_home + "members/", said)
    assert here(joined) == {(uid(one), "head"), (uid(two), "spouse"), (uid(three), "child")}
    read = mill.ask("get", at(two, "household/"), scopes=READ, purpose="enrolment").json()
    assert (read["number"], len(read["members"])) == (made.json()["number"], 3)
    led = send(
        at_home + "head/", {"head": uid(two), "role_of_former": "spouse", "since": "2026-03-01"}
    )
    assert (uid(two), "head") in here(led)
    split = send(at_home + "split/", {"head": uid(three), "region": PUDONG, "since": "2026-04-01"})
    assert here(split) == {(uid(three), "head")}
    assert split.json()["number"] != made.json()["number"]
    merged = send(
        f"/api/v1/households/{split.json()['number']}/merge/",
        {
            "into": made.json()["number"],
            "members": [{"person": uid(three), "role": "child"}],
            "since": "2026-05-01",
        },
    )
    assert (uid(three), "child") in here(merged)
    left = send(at(three, "household/"), {"last_day": "2026-06-30"})
    assert here(left) == {(uid(two), "head"), (uid(one), "spouse")}
    gone = mill.ask("get", at(three, "household/"), scopes=READ, purpose="enrolment")
    assert (gone.status_code, gone.json()["code"]) == (404, "in_no_household")
    assert (
        mill.ask("get", at(four, "household/"), scopes=READ, purpose="enrolment").status_code == 404
    )


def test_what_cannot_be_of_a_household_changes_none(mill, stranger, send, village, family):
    one, two, *_rest = family
    home = households.form(
        by=village.by("intake"), head=one, region=PUDONG, opened_on=date(2026, 1, 1)
    )
    households.join(
        by=village.by("intake"), household=home, person=two, role="spouse", from_=date(2026, 1, 2)
    )
    before = list(HouseholdMember.objects.order_by("pk").values())
    here = f"/api/v1/households/{home.pk}/"
    for path, body, side, code in (
        ("/api/v1/households/", {"head": uid(one), "region": PUDONG, "opened_on": "2026-02-01"}, mill, "in_a_household"),
        ("/api/v1/households/", {"head": uid(one), "region": SICHUAN, "opened_on": "2026-02-01"}, mill, "outside_region"),
        (here + "members/", {"person": uid(two), "role": "head", "since": "2026-02-01"}, mill, "invalid"),
        (here + "members/", {"person": uid(two), "role": "child", "since": "2026-02-01"}, stranger, "no_household"),
        (here + "head/", {"head": uid(one), "role_of_former": "spouse", "since": "2026-02-01"}, mill, "already_head"),
        (at(one, "household/"), {"last_day": "2026-03-01"}, mill, "head_leaves"),
        (at(one, "household/"), {"last_day": "2026-03-01"}, stranger, "no_such_person"),
    ):  # fmt: skip
        answer = send(path, body, side)
        assert answer.json()["code"] == code, (path, body)
    assert send(here + "head/", {}, scopes=READ).status_code == 403
    assert list(HouseholdMember.objects.order_by("pk").values()) == before


def test_papers_are_added_and_renewed_and_a_wrong_one_is_not(mill, stranger, send, village, family):
    who = family[0]
    passport = {"kind": "passport", "number": "E12345678", "country": "CHN"}
    assert send(at(who, "documents/"), passport).status_code == 201
    for said, code in (
        (passport | {"number": "E12345679"}, "kind_there"),
        ({"kind": "resident_id", "number": who.resident_id}, "number_there"),
        ({"kind": "travel_permit", "number": "X1", "renews": True}, "no_document"),
        (passport | {"number": "E12345679", "renews": True}, "missing"),
    ):
        assert send(at(who, "documents/"), said).json()["code"] == code
    assert send(at(who, "documents/"), passport, stranger).json()["code"] == "no_such_person"
    assert who.identity_documents.filter(kind="passport").count() == 1
    new = passport | {"number": "E98765432", "renews": True, "valid_from": "2026-03-01"}
    assert send(at(who, "documents/"), new).status_code == 201
    found = mill.ask("get", at(who, "documents/"), scopes=READ, purpose="enrolment").json()
    held = [(d["ended_on"], d["end_reason"]) for d in found["results"] if d["kind"] == "passport"]
    assert held == [("2026-03-01", "changed"), (None, "")]


def test_a_guardian_is_reported_and_ended_with_a_reason(mill, stranger, send, family):
    ward, guardian, *_rest = family
    said = {
        "resident_id": guardian.resident_id,
        "name": guardian.name,
        "kind": "guardian",
        "scopes": ["see", "claim"],
        "until": f"{timezone.localdate().year + 2}-01-31",
        "document": "浦东新区人民法院（2026）民特1号",
    }
    for wrong, side, code in (
        ({"name": "另一人"}, mill, "no_such_delegate"),
        ({"until": "2020-01-01"}, mill, "ended_before"),
        ({"scopes": ["fly"]}, mill, "invalid"),
        ({}, stranger, "no_such_person"),
    ):
        assert send(at(ward, "delegates/"), said | wrong, side).json()["code"] == code
    assert not Mandate.objects.filter(person=ward).exists()
    made = send(at(ward, "delegates/"), said)
    assert (made.status_code, made.json()["delegate"]) == (201, uid(guardian))
    end = at(ward, f"delegates/{made.json()['number']}/end/")
    assert send(end, {"reason": "x"}, stranger).status_code == 404
    other = at(guardian, f"delegates/{made.json()['number']}/end/")
    assert send(other, {"reason": "x"}).json()["code"] == "no_mandate"
    assert send(end, {"reason": "判决撤销"}).status_code == 201
    assert send(end, {"reason": "判决撤销"}).json()["code"] == "ended_already"
    read = mill.ask("get", at(ward, "delegates/"), scopes=READ, purpose="enrolment")
    assert read.json()["results"] == []


def test_a_change_is_followed_and_an_event_is_taken_back_by_another_hand(
    mill, stranger, send, village, family
):
    who = family[0]
    said = {"what": "address", "new": {"address": "浦东新区某路1号"}, "since": "2026-03-01"}
    asked = send(at(who, "changes/"), said)
    assert asked.status_code == 201, asked.content
    found = mill.ask("get", at(who, "changes/"), scopes=READ, purpose="enrolment").json()
    assert [(c["case"], c["what"], c["state"]) for c in found["results"]] == [
        (asked.json()["case"], "address", "received")
    ]
    life = ("life:write",)
    event = send(
        at(who, "life-events/"),
        {"kind": "prison", "happened_on": "2026-02-01", "document": "judgment 3"},
        scopes=life,
    ).json()
    back = f"/api/v1/life-events/{event['number']}/withdraw/"
    assert send(back, {"reason": "another person"}, scopes=life).json()["code"] == "four_eyes"
    assert send(back, {"reason": "x"}, stranger, life).json()["code"] == "no_event"
    assert LifeEvent.objects.filter(person=who).count() == 1

    other = _court()
    done = send(back, {"reason": "another person"}, other, life)
    assert (done.status_code, done.json()["takes_back"]) == (201, event["number"])
    assert send(back, {"reason": "again"}, other, life).json()["code"] == "withdrawn_already"


def _court():
    from tests.api.conftest import partner

    return partner("SH", "pudong-court")


def test_duplicates_are_read_told_apart_and_a_merge_waits_for_an_officer(
    mill, stranger, send, village, family
):
    one, two, three, four = family
    DuplicatePair.objects.all().delete()
    for a, b in ((one, two), (three, four)):
        DuplicatePair.objects.create(
            person_id=a.pk, other_id=b.pk, reason=3, region=PUDONG, other_region=PUDONG
        )
    listed = mill.ask("get", "/api/v1/duplicates/?state=open", scopes=READ).json()["results"]
    assert [(p["person"], p["other"], p["reason"]) for p in listed] == [
        (uid(one), uid(two), "near_name"),
        (uid(three), uid(four), "near_name"),
    ]
    assert stranger.ask("get", "/api/v1/duplicates/", scopes=READ).json()["results"] == []
    apart = {"person": uid(two), "other": uid(one), "note": "sisters"}
    assert send("/api/v1/duplicates/", apart, stranger).json()["code"] == "no_pair"
    assert send("/api/v1/duplicates/", apart).json()["state"] == "distinct"
    assert send("/api/v1/duplicates/", apart).json()["code"] == "decided_already"
    same = {"survivor": uid(three), "absorbed": uid(four), "reason": "the same passport"}
    assert send("/api/v1/merges/", same, stranger).json()["code"] == "no_such_person"
    assert not PersonLink.objects.exists()
    made = send("/api/v1/merges/", same)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    assert send("/api/v1/merges/", same).json()["code"] == "proposed_already"
    merging.approve(by=village.by("reviewer"), link=PersonLink.objects.get())
    states = [m["state"] for m in mill.ask("get", "/api/v1/merges/", scopes=READ).json()["results"]]
    assert states == ["active"]
    assert stranger.ask("get", "/api/v1/merges/", scopes=READ).json()["results"] == []
