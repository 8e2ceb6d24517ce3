"""For whom somebody at the portal acts: looked up for every page, noted, and refused when in doubt."""

from datetime import date

import pytest
from django.test import Client

from socsec.office import access, people
from socsec.office.access import DELEGATED, OWN_ACTS
from socsec.office.models import AuditEntry, Notice, User
from socsec.office.people import Mandate, Scope

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ME, MOTHER, STRANGER = 71, 72, 73


@pytest.fixture
def given(monkeypatch):
    """The mandates that are in force, by the person they are for."""
    held: dict[int, Mandate] = {}
    monkeypatch.setattr(people, "_mandates", lambda person_id: held if person_id == ME else {})
    return held


@pytest.fixture
def me():
    return User.objects.create(username="me", kind=User.Kind.INSURED, person_id=ME)


@pytest.fixture
def at_portal(client, me):
    client.force_login(me, backend=BACKEND)
    return client


def mandate(*scopes, person_id=MOTHER):
    return Mandate(person_id, "陆阿珍", frozenset({Scope.SEE, *scopes}), date(2099, 1, 1))


def test_nobody_acts_for_another_without_a_mandate(me, given):
    assert access.may(me, "person.read", person_id=ME)
    assert not access.may(me, "person.read", person_id=MOTHER)
    assert not access.may(me, "person.read", person_id=None)
    given[MOTHER] = mandate()
    assert access.may(me, "person.read", person_id=MOTHER)
    assert not access.may(me, "person.read", person_id=STRANGER)


def test_a_mandate_allows_what_its_scopes_say_and_nothing_else(me, given):
    given[MOTHER] = mandate()
    allowed = {act for act in OWN_ACTS if access.may(me, act, person_id=MOTHER)}
    assert allowed == DELEGATED[Scope.SEE]
    given[MOTHER] = mandate(Scope.CLAIM)
    assert access.may(me, "case.receive", person_id=MOTHER)
    assert not access.may(me, "mandate.grant", person_id=MOTHER)


def test_what_may_be_delegated_is_what_one_may_do_oneself():
    assert set(DELEGATED) == set(Scope)
    for acts in DELEGATED.values():
        assert acts <= OWN_ACTS
        assert not acts & {"mandate.grant", "mandate.end"}


def test_a_look_up_that_fails_opens_nothing(me, monkeypatch):
    def broken(person_id):
        raise RuntimeError("the registry does not answer")

    monkeypatch.setattr(people, "_mandates", broken)
    with pytest.raises(RuntimeError):
        access.may(me, "person.read", person_id=MOTHER)


def test_the_pages_are_those_of_whom_one_acts_for_and_every_use_is_noted(at_portal, given):
    Notice.objects.create(person_id=MOTHER, title_en="To mother", title_zh="x", body_en="x")
    assert "To mother" not in at_portal.get("/letters/").text
    assert not AuditEntry.objects.filter(act="mandate.use").exists()
    given[MOTHER] = mandate()
    at_portal.post("/acting/", {"person": str(MOTHER)})
    assert "To mother" in at_portal.get("/letters/").text
    used = AuditEntry.objects.filter(act="mandate.use", person_id=MOTHER)
    assert [entry.detail["page"] for entry in used] == ["letters"]
    at_portal.post("/acting/", {"person": str(ME)})
    assert "To mother" not in at_portal.get("/letters/").text
    assert used.count() == 1


def test_one_cannot_choose_whom_one_has_no_mandate_for(at_portal, given):
    given[MOTHER] = mandate()
    assert at_portal.post("/acting/", {"person": str(STRANGER)}).status_code == 403
    assert "acting_for" not in at_portal.session


def test_a_mandate_that_has_ended_shuts_the_next_page(at_portal, given):
    given[MOTHER] = mandate()
    at_portal.post("/acting/", {"person": str(MOTHER)})
    given.clear()
    page = at_portal.get("/letters/")
    assert page.status_code == 403
    assert "back on your own pages" in page.text
    assert at_portal.get("/letters/").status_code == 200


def test_a_page_outside_the_scopes_is_refused_and_changes_nothing(at_portal, given):
    given[MOTHER] = mandate()
    at_portal.post("/acting/", {"person": str(MOTHER)})
    assert at_portal.get("/cases/X/withdraw/").status_code == 403


def test_choosing_somebody_else_forgets_answers_and_voids_forms_in_other_windows(me, given):
    given[MOTHER] = mandate()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(me, backend=BACKEND)
    session = strict.session
    session["pension_claim"] = {"category": 1}
    session.save()
    strict.get("/letters/")
    old = strict.cookies["csrftoken"].value
    done = strict.post("/acting/", {"person": str(MOTHER), "csrfmiddlewaretoken": old})
    assert done.status_code == 302
    assert "pension_claim" not in strict.session
    late = strict.post("/acting/", {"person": str(ME), "csrfmiddlewaretoken": old})
    assert late.status_code == 403


@pytest.mark.parametrize(
    ("page", "then"),
    [
        ("/letters/", "/letters/"),
        ("/letters/17/", "/"),  # a letter of one's own is nobody else's
        ("https://elsewhere.example/", "/"),
        ("", "/"),
    ],
)
def test_the_choice_leads_back_to_the_page_where_it_was_made(at_portal, given, page, then):
    given[MOTHER] = mandate()
    answer = at_portal.post("/acting/", {"person": str(MOTHER), "next": page})
    assert answer.url == then
