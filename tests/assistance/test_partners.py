"""Registers, schools and hospitals through the API: questions and answers, recognition, reports."""

import uuid

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assistance.models import Application, Circumstance, Matching
from assistance.services import answers, applying, deciding, matching
from socsec.office.errors import Conflict, Invalid, NotFound
from socsec.office.models import Case, Office, PublicEvent
from tests.api.conftest import partner
from tests.assistance.conftest import CHAOYANG
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db
AT = "/api/v1/assistance/matchings/"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def bureau(intake):
    """A system of Chaoyang: its tax bureau, its schools."""
    return partner(Office.objects.get(region=CHAOYANG).code, "cy-partner")


@pytest.fixture
def elsewhere():
    return partner(staff(region="310115").office.code, "pd-partner")


@pytest.fixture
def asked(applied, intake, assessor):
    application = applied()
    for member in application.members.all():
        applying.authorise(by=intake, application=application, person_id=member.person_id)
    matching.ask(by=assessor, application=application)
    return application


def key():
    return uuid.uuid4().hex


def test_a_register_pulls_its_questions_and_answers_them_once(bureau, elsewhere, asked, head):
    def pull(who, register="tax"):
        return who.ask("get", f"{AT}?register={register}", scopes=["matchings:read"])

    rows = pull(bureau).json()["results"]
    assert len(rows) == 3
    mine = next(row for row in rows if row["name"] == head.name)
    assert mine["resident_id"] == head.resident_id
    assert pull(elsewhere).json()["results"] == []
    assert pull(bureau, "weather").status_code == 422
    body = {"register": "tax", "answers": [{"id": mine["id"], "earned": "3000.00"}]}

    def send(who, body, token=None):
        return who.ask(
            "post", f"{AT}answers/", body, scopes=["matchings:write"], key=token or key()
        )

    assert send(elsewhere, body).status_code == 404
    wrong = {"register": "tax", "answers": [{"id": mine["id"], "earned": "-1"}]}
    assert send(bureau, wrong).status_code == 422
    assert send(bureau, {**body, "register": "banks"}).status_code == 404
    assert not Matching.objects.filter(source="tax", answered_at__isnull=False).exists()
    token = key()
    assert send(bureau, body, token).json() == {"answered": 1}
    assert send(bureau, body, token).headers["Idempotency-Replayed"] == "true"
    again = send(bureau, body)
    assert (again.status_code, again.json()["code"]) == (409, "answered_already")
    row = Matching.objects.get(source="tax", person=head)
    assert (row.earned, row.transfers) == (3000_00, None)
    assert len(pull(bureau).json()["results"]) == 2


def test_who_no_longer_authorises_is_not_shown(bureau, asked):
    asked.members.update(authorised_on="2020-01-01", authorised_until="2021-01-01")
    page = bureau.ask("get", f"{AT}?register=tax", scopes=["matchings:read"])
    assert page.json()["results"] == []


def test_a_file_of_answers_is_taken_whole_or_not_at_all(asked, assessor):
    rows = list(Matching.objects.filter(source="banks"))
    text = "id,money,note\n" + "".join(f"{row.public_id},1200.50,\n" for row in rows)
    found = answers.read(("\ufeff" + text).encode())
    twice = [*found, found[0]]
    with pytest.raises(Conflict):
        answers.take(by=assessor, source="banks", answers=twice)
    assert not Matching.objects.filter(source="banks", answered_at__isnull=False).exists()
    assert answers.take(by=assessor, source="banks", answers=found) == 3
    assert set(Matching.objects.filter(source="banks").values_list("money", flat=True)) == {1200_50}
    for wrong in (b"id,money\nx,1\n", b"id,money\n" + str(rows[0].public_id).encode() + b",-1\n"):
        with pytest.raises(Invalid):
            answers.read(wrong)
    with pytest.raises(NotFound):
        answers.take(by=assessor, source="tax", answers=found)


def test_a_file_at_the_desk_is_refused_with_a_reason_for_each_row(
    asked, assessor, reviewer, client
):
    client.force_login(assessor, backend="django.contrib.auth.backends.ModelBackend")
    at = reverse("admin:assistance_answers")
    rows = list(Matching.objects.filter(source="banks").order_by("pk"))

    def send(*lines):
        text = "\ufeffid,money,note\n" + "".join(f"{line}\n" for line in lines)
        file = SimpleUploadedFile("answers.csv", text.encode(), "text/csv")
        return client.post(at, {"source": "banks", "file": file})

    good = [f"{row.public_id},1200.50," for row in rows]
    for wrong in ([*good, "nobody,1,"], [f"{rows[0].public_id},-1,", *good[1:]], [*good, good[0]]):
        page = send(*wrong)
        assert page.status_code == 422
        assert len(page.context["faults"]) == 1
        assert not Matching.objects.filter(source="banks", answered_at__isnull=False).exists()
    page = send("x,1,", good[0], f"{rows[1].public_id},much,")
    assert [number for number, _why in page.context["faults"]] == [1, 3]
    assert send(*good).status_code == 302
    assert Matching.objects.filter(source="banks", money=1200_50).count() == 3
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    assert send(*good).status_code == 403


def test_a_refusal_is_told_as_an_event(applied, looked_into, assessor, reviewer, publish):
    application = looked_into(applied(), wage=30_000_00)
    deciding.assess(by=assessor, application=application)
    deciding.refuse(by=reviewer, application=application)
    publish()
    event = PublicEvent.objects.get(kind="assistance.refused")
    assert event.data["programme"] == "dibao"


def test_recognition_and_grants_are_read_with_a_purpose_and_told_as_events(
    bureau, elsewhere, granted, head, publish
):
    made = granted()
    at = f"/api/v1/people/{head.public_id}"

    def read(who, what, scope, **more):
        return who.ask("get", f"{at}/{what}/", scopes=[scope], **more)

    why = {"purpose": "medical"}
    assert read(bureau, "recognitions", "recognitions:read").status_code == 422
    found = read(bureau, "recognitions", "recognitions:read", **why).json()["results"]
    assert [(row["standing"], row["until"]) for row in found] == [("dibao", None)]
    assert read(elsewhere, "recognitions", "recognitions:read", **why).status_code == 404
    rows = read(bureau, "assistance", "assistance:read", **why).json()["results"]
    assert [(row["programme"], row["amount"]) for row in rows] == [("dibao", "2872.50")]
    assert rows[0]["id"] == str(made.public_id)
    publish()
    event = PublicEvent.objects.get(kind="assistance.granted")
    assert (event.region, event.data) == (CHAOYANG, {"programme": "dibao"})


def test_a_hospital_applies_on_a_patients_behalf_and_a_school_reports_a_change(
    bureau, elsewhere, granted, head, home
):
    at = f"/api/v1/people/{head.public_id}/assistance/"
    why = {"scopes": ["assistance:write"], "purpose": "assistance"}
    body = {
        "programme": "urgent",
        "stated": {"need": "5000"},
        "event": "车祸",
        "event_on": home.opened_on.isoformat(),
    }
    for wrong in (
        {"programme": "nothing"},
        {**body, "stated": {"need": -1}},
        {**body, "event": ""},
    ):
        assert bureau.ask("post", at, wrong, key=key(), **why).status_code in (404, 422)
    assert elsewhere.ask("post", at, body, key=key(), **why).status_code == 404
    assert not Application.objects.exists()
    made = bureau.ask("post", at, body, key=key(), **why)
    assert (made.status_code, made.json()["state"]) == (201, "received")
    assert Case.objects.get().channel == Case.Channel.API
    grant = granted()
    at = f"/api/v1/assistance/grants/{grant.public_id}/reports/"
    body = {"what": "work", "happened_on": "2025-01-05", "text": "儿子上班了"}
    assert elsewhere.ask("post", at, body, key=key(), **why).status_code == 404
    assert bureau.ask("post", at, {**body, "what": "review"}, key=key(), **why).status_code == 422
    token = key()
    for _twice in range(2):
        said = bureau.ask("post", at, body, key=token, **why)
        assert (said.status_code, said.json()["settled"]) == (201, False)
    assert Circumstance.objects.get().text == "儿子上班了"
