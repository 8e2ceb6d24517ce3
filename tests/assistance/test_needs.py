"""What can I get: tried with the books and a few answers, applied for at once, and nobody else's."""

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistance.models import Application, Grant, Matching
from assistance.services import applying, matching, needs
from assistance.services.needs import Outcome, Said, Situation
from enrollment.services.people import person as people
from socsec.kernel.ids import make_resident_id
from socsec.office.errors import Denied
from socsec.office.models import AuditEntry, Case
from socsec.office.services import users
from tests.assistance.conftest import BEIJING, CHAOYANG

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "a word that is long enough"

VISITOR = {"region": BEIJING, "age": "80", "members": "2", "others": "1", "situations": ["ill"]}
NUMBERS = {
    "ask": "1",
    "earned": "3000",
    "transfers": "",
    "business": "",
    "money": "10000",
    "severe": "1",
}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def sign_in(client):
    def into(person):
        made = users.create_insured(
            username=f"portal-{person.pk}", password=PASSWORD, person_id=person.pk, by=None
        )
        client.force_login(made, backend=BACKEND)
        return made

    return into


def outcomes(results):
    return {each.programme.slug: each.outcome for each in results}


def test_a_visitor_is_told_amounts_and_nothing_is_kept(client, purse):
    assert "Which of these hold for you?" in client.get("/needs/").text
    second = client.post("/needs/", VISITOR)
    assert "How many of you are severely ill" in second.text
    before = AuditEntry.objects.count()
    page = client.post("/needs/", {**VISITOR, **NUMBERS})
    found = {each.programme.slug: each for each in page.context["results"]}
    # 3,000 − 1,160 left out for work = 1,840, less 1,450 for the ill member = 390;
    # 1,450 × 2 − 390 = 2,510; 35 % of 1,450 for the ill, 25 % for the old: 507.50 + 362.50
    assert found["dibao"].amount == 2510_00 + 507_50 + 362_50
    # 80 years, and 300 besides if the guarantee is granted
    assert found["elderly"].amount == 100_00 + 300_00
    assert str(found["elderly"].if_granted) == "Minimum living guarantee"
    assert "urgent" in {each.programme.slug for each in page.context["aside"]}
    assert (AuditEntry.objects.count(), Case.objects.count()) == (before, 0)
    assert "sessionid" not in client.cookies
    assert "Sign in and apply" in page.text


def test_answers_that_cannot_be_come_back_with_the_page(client, purse):
    page = client.post("/needs/", {**VISITOR, **NUMBERS, "earned": "-1"})
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    page = client.post("/needs/", {**VISITOR, "members": "0"})
    assert (page.status_code, page.context["form"].errors.keys()) == (422, {"members"})


def test_what_is_known_is_not_asked_and_several_are_applied_for_at_once(client, head, sign_in):
    sign_in(head)
    first = client.get("/my-needs/").text
    assert "How old are you" not in first
    assert "苏秀英" in first
    asked = {"situations": ["ill", "sudden"], "ask": "1", "severe": "1", "aid_needed": "5000"}
    today = timezone.localdate()
    asked |= {
        "event": "火灾",
        "event_on_day": str(today.day),
        "event_on_month": str(today.month),
        "event_on_year": str(today.year),
    }
    page = client.post("/my-needs/", asked)
    found = {each.programme.slug: each for each in page.context["results"]}
    # no income: 1,450 × 3, 507.50 for the ill, 362.50 for the pupil
    assert found["dibao"].amount == 4350_00 + 507_50 + 362_50
    assert found["urgent"].amount == 5000_00
    send = {**asked, "programmes": ["dibao", "urgent"], "apply": "1", "key": page.context["key"]}
    assert client.post("/my-needs/", send).url == "/assistance/"
    assert client.post("/my-needs/", send).url == "/assistance/"
    made = {each.programme.slug: each for each in Application.objects.all()}
    assert set(made) == {"dibao", "urgent"}
    assert made["dibao"].stated == {"hardship": True, "severe": 1}
    assert (made["urgent"].stated, made["urgent"].event) == ({"need": "5000.00"}, "火灾")
    assert {each.case.channel for each in made.values()} == {Case.Channel.PORTAL}
    page = client.post("/my-needs/", asked)
    assert outcomes(page.context["results"])["dibao"] == Outcome.APPLIED


def test_nothing_ticked_is_said_and_nothing_is_made(client, head, sign_in):
    sign_in(head)
    page = client.post("/my-needs/", {"ask": "1", "apply": "1", "key": "k"})
    assert (page.status_code, Application.objects.count()) == (422, 0)
    assert "Choose at least one." in page.text


def test_each_adult_authorises_for_themselves_and_objects_to_what_is_said_of_them(
    client, applied, home, head, sign_in, assessor, intake
):
    application = applied()
    wife = home.members.get(person__name="苏秀英").person
    user = sign_in(wife)
    with pytest.raises(Denied):
        applying.authorise(by=user, application=application, person_id=head.pk)
    assert "Allow us to ask registers about you" in client.get("/assistance/").text
    client.post("/assistance/authorise/")
    assert list(
        application.members.filter(authorised_on__isnull=False).values_list("person_id", flat=True)
    ) == [wife.pk]
    for member in application.members.exclude(person=wife):
        applying.authorise(by=intake, application=application, person_id=member.person_id)
    matching.ask(by=assessor, application=application)
    row = Matching.objects.get(person=wife, source="tax")
    address = f"/assistance/answers/{row.pk}/object/"
    assert client.post(address, {"text": "不对"}).status_code == 404
    matching.answer(by=assessor, matching_id=row.pk, earned=9000_00)
    page = client.get(f"/assistance/{application.case.number}/").text
    assert "9,000.00" in page
    assert "Letters, papers, messages" not in page
    assert client.post(address, {"text": ""}).status_code == 422
    client.post(address, {"text": "上月已经离职"})
    row.refresh_from_db()
    assert row.objection == "上月已经离职"
    # what is said of another member is not theirs to see or to object to
    other = Matching.objects.get(person=head, source="insurance")
    assert client.get(f"/assistance/answers/{other.pk}/object/").status_code == 404


def test_a_grant_shows_its_working_and_what_else_would_be_due(client, granted, head, sign_in):
    made = granted(findings={"others": 1, "severe": 1})
    type(head).objects.filter(pk=head.pk).update(born_on=date(1940, 5, 2))
    sign_in(head)
    page = client.get("/assistance/").text
    assert "By what we know you may get this as well" in page
    assert "Allowances for the elderly" in page
    page = client.get(f"/assistance/grants/{made.pk}/").text
    assert "Assessment of the minimum living guarantee" in page
    assert "3,380.00" in page  # 2,872.50 and 35 % of 1,450 for the ill
    client.post("/assistance/others/", {"programmes": ["elderly", "urgent"]})
    assert Application.objects.exclude(pk=made.application_id).get().programme.slug == "elderly"
    assert "Your assistance" in client.get("/").text


def test_a_stranger_sees_none_of_it(client, granted, head, intake, sign_in):
    made = granted()
    stranger = people.enroll(
        by=intake,
        name="外人",
        resident_id=make_resident_id("110105", date(1990, 1, 1), 911),
        region=CHAOYANG,
    )
    assert client.get("/assistance/").status_code == 302
    assert client.post("/my-needs/", {"apply": "1"}).status_code == 302
    sign_in(stranger)
    assert client.get(f"/assistance/grants/{made.pk}/").status_code == 404
    assert client.get(f"/assistance/{made.application.case.number}/").status_code == 404
    assert "于大山" not in client.get("/assistance/").text


def test_the_number_of_queries_does_not_grow_with_the_household(head, home):
    said = Said(frozenset(Situation.values), {"severe": 1, "money": "5000"})

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            needs.find(needs.known(head), said)
        return len(seen)

    queries()
    with_three = queries()
    home.members.exclude(person=head).delete()
    assert with_three == queries() <= 25


def test_a_place_without_a_standard_says_so(purse):
    found = needs.find(
        needs.stranger("540000"), Said(facts={"members": 1, "persons": 1, "age": "30y"})
    )
    assert outcomes(found)["dibao"] == Outcome.OPEN
    assert outcomes(found)["elderly"] == Outcome.ASIDE  # nobody of 30 is asked about it
    said = next(each for each in found if each.programme.slug == "dibao").why
    assert [str(each) for each in said] == ["What it comes to there is not on file yet."]
    assert not Grant.objects.exists()
