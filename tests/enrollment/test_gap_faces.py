"""Full coverage at the desk, in the portal, and through the API."""

import pytest

from enrollment.models import CoverageGap, GapContact
from enrollment.services.people import gaps
from socsec.office.models import AuditEntry
from tests.api.conftest import partner
from tests.people import settle

BACKEND = "django.contrib.auth.backends.ModelBackend"
AT = "/admin/enrollment/gapcontact/"


@pytest.fixture
def village(db):
    made = settle()
    gaps.refresh()
    gaps.count()
    return made


def sign_in(client, user):
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_work_list_shows_the_offices_own_people_and_a_contact_is_written_down(
    client, village, language
):
    wang = village.souls["wang"]
    sign_in(client, village.by("sc-intake"))
    client.cookies["django_language"] = language
    page = client.get(AT + "gaps/?branch=2&reason=6&whose=nobody").content.decode()
    assert "王桂兰" in page
    assert "林知秋" not in client.get(AT + "gaps/").content.decode()
    one = f"{AT}gaps/{wang.pk}/2/"
    assert client.get(one).status_code == 200
    sent = client.post(one + "contact/", {"way": "visit", "outcome": "unreached"})
    assert sent.status_code == 422
    assert not GapContact.objects.exists()
    assert client.post(one + "contact/", {"way": "visit", "outcome": "will"}).url == one
    assert GapContact.objects.get().person_id == wang.pk
    sign_in(client, village.by("intake"))
    assert client.get(one).status_code == 404
    assert client.post(one + "contact/", {"way": "visit", "outcome": "will"}).status_code == 404
    assert GapContact.objects.count() == 1


def test_a_colleague_takes_it_over(client, village):
    wang = village.souls["wang"]
    one = f"{AT}gaps/{wang.pk}/2/"
    sign_in(client, village.by("sc-reviewer"))
    clerk = village.by("sc-intake")
    assert client.post(one + "assign/", {"clerk": str(village.by("intake").pk)}).status_code == 422
    assert client.post(one + "assign/", {"clerk": str(clerk.pk)}).status_code == 302
    assert CoverageGap.objects.get(person_id=wang.pk, branch=2).clerk_id == clerk.pk
    assert "whose=mine" in sign_in(client, clerk).get("/admin/").content.decode()


def test_the_file_is_noted_and_holds_no_formula_and_no_number_in_clear(client, village):
    from enrollment.models import Person

    Person.objects.filter(pk=village.souls["wang"].pk).update(name="=1+1")
    answer = sign_in(client, village.by("sc-intake")).get(AT + "gaps/file/?branch=2")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    assert "'=1+1" in text
    assert village.souls["wang"].resident_id not in text
    noted = AuditEntry.objects.get(act="gap.file")
    assert noted.detail["rows"] == text.count("\n") - 1


def test_rates_are_drawn_with_their_numbers_and_stay_within_the_region(client, village):
    sign_in(client, village.by("reviewer"))
    page = client.get(AT + "rates/?branch=1").content.decode()
    assert 'role="img"' in page
    assert "<table" in page
    assert client.get(AT + "rates/?region=510000").status_code == 404
    text = b"".join(client.get(AT + "rates/file/?branch=1").streaming_content).decode()
    assert ",7,5,71.4%" in text  # five of seven in Shanghai are insured: 71.42…


def test_a_person_is_told_what_is_missing(client, village):
    page = sign_in(client, village.portal["wang"]).get("/").content.decode()
    assert "not insured" in page


def test_partners_read_rates_of_their_own_region(village):
    mine = partner("SH", "sh-rates")
    said = mine.ask(
        "get", "/api/v1/coverage/rates/?by=band&branch=pension", scopes=("people:read",)
    )
    assert said.status_code == 200
    assert sum(row["people"] for row in said.json()["results"]) == 7
    foreign = mine.ask("get", "/api/v1/coverage/rates/?region=510000", scopes=("people:read",))
    assert foreign.status_code == 404
    assert (
        mine.ask("get", "/api/v1/coverage/rates/?by=name", scopes=("people:read",)).status_code
        == 422
    )
    assert mine.ask("get", "/api/v1/coverage/rates/").status_code == 401
