"""The pages of the portal: language, large text, headers, errors, and whose data they show."""

import pytest
from django.test import Client
from django.urls import reverse

from socsec.kernel.months import format_month
from socsec.office.models import CaseNote, Notice, User
from socsec.office.services import audit
from socsec.office.services import messages as letters
from tests.portal.conftest import PASSWORD, this_month

PUBLIC = [
    "/",
    "/find-care/",
    "/sign-in/",
    "/estimate/",
    "/needs/",
    "/rules/",
    "/accessibility/",
    "/privacy/",
]
OWN = [
    "/record/",
    "/record/months/",
    "/cases/",
    "/letters/",
    "/access-log/",
    "/benefits/",
    "/account/",
    "/my-estimate/",
    "/my-needs/",
    "/assistance/",
    "/claim/",
    "/delegates/",
    "/delegates/new/",
    "/details/",
    "/details/bank/",
    "/life/",
    "/coverage/",
    "/coverage/own/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("zh-CN,zh;q=0.9", "zh-Hans-CN"), ("en-GB", "en"), ("fr, de;q=0.5", "en"), ("", "en")],
)
def test_a_page_speaks_the_language_of_the_browser_and_english_otherwise(
    client, edition, path, accepted, lang
):
    page = client.get(path, headers={"accept-language": accepted})
    assert page.status_code == 200
    assert f'<html lang="{lang}"' in page.text
    assert page.text.count("<h1") == 1
    assert page.text.count("<main") == 1


@pytest.mark.django_db
def test_one_click_changes_the_language_and_it_stays(client, edition):
    answer = client.post("/language/", {"language": "zh-hans", "next": "/privacy/"})
    assert (answer.status_code, answer.url) == (302, "/privacy/")
    assert 'lang="zh-Hans-CN"' in client.get("/privacy/", headers={"accept-language": "en"}).text
    client.post("/language/", {"language": "tlh", "next": "/"})
    assert 'lang="zh-Hans-CN"' in client.get("/privacy/").text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wanted", ["https://example.net/", "//example.net/", "javascript:alert(1)"]
)
@pytest.mark.parametrize("path", ["/language/", "/text-size/"])
def test_a_switch_never_leads_elsewhere(client, path, wanted):
    answer = client.post(path, {"language": "en", "text": "large", "next": wanted})
    assert answer.url == "/"


@pytest.mark.django_db
def test_large_text_is_one_click_and_one_click_back(client, edition):
    client.post("/text-size/", {"text": "large", "next": "/"})
    assert 'data-text="large"' in client.get("/privacy/").text
    client.post("/text-size/", {"text": "normal", "next": "/"})
    assert 'data-text="large"' not in client.get("/privacy/").text


@pytest.mark.django_db
def test_pages_let_nothing_run_or_load_but_what_the_project_serves(client, edition, in_portal):
    for path in ["/privacy/", "/record/"]:
        page = in_portal.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert in_portal.get("/record/").headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in Client().get("/privacy/").headers


@pytest.mark.django_db
def test_a_page_of_ones_own_asks_strangers_to_sign_in_and_staff_are_strangers(client, cast):
    for user in (None, cast.staff["reviewer"]):
        if user:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for path in OWN:
            answer = client.get(path)
            assert (answer.status_code, answer.url) == (302, f"/sign-in/?next={path}")
        assert "Hello" not in client.get("/").text


@pytest.mark.django_db
def test_every_page_of_ones_own_has_one_heading_and_says_when_one_is_signed_out(in_portal):
    for path in ["/", *OWN]:
        page = in_portal.get(path)
        assert page.status_code == 200, path
        assert page.text.count("<h1") == 1, path
        assert "You are signed in until" in page.text, path


@pytest.mark.django_db
def test_a_session_ends_after_rest_and_every_page_makes_it_longer(in_portal, settings):
    settings.PORTAL_SESSION_SECONDS = 600
    in_portal.get("/")
    assert 590 <= in_portal.session.get_expiry_age() <= 600
    assert in_portal.get("/stay/").json() == {"seconds": 600}
    assert Client().get("/stay/").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("accepted", ["en", "zh"])
def test_an_unknown_address_is_answered_by_a_page_of_ours(client, accepted):
    page = client.get("/nowhere/", headers={"accept-language": accepted})
    assert page.status_code == 404
    assert "<h1" in page.text
    assert 'href="/"' in page.text


@pytest.mark.django_db
def test_a_fault_of_ours_says_that_it_is_ours(client, edition, monkeypatch):
    def broken(request):
        raise RuntimeError("a fault")

    monkeypatch.setattr("socsec.office.my.start_parts", broken)
    client.raise_request_exception = False
    page = client.get("/")
    assert page.status_code == 500
    assert "The fault is ours" in page.text
    assert "RuntimeError" not in page.text


@pytest.mark.django_db
def test_a_form_without_its_token_changes_nothing_and_says_what_to_do():
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/language/", {"language": "zh-hans"})
    assert page.status_code == 403
    assert "send it once more" in page.text


@pytest.mark.django_db
def test_the_stylebook_is_for_staff(client, cast, shen):
    assert client.get("/style/").status_code == 404
    client.force_login(shen.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/style/").status_code == 404
    client.force_login(cast.staff["reviewer"], backend="django.contrib.auth.backends.ModelBackend")
    for language in ("en", "zh-hans"):
        page = client.get("/style/", headers={"accept-language": language})
        assert page.status_code == 200


# whose data


@pytest.mark.django_db
def test_the_record_shows_every_month_and_explains_what_is_not_settled(in_portal, shen):
    page = in_portal.get("/record/")
    my = page.context["grid"]
    states = {box.month: box.state for row in my.rows for box in row.boxes}
    assert states[shen.first] == "paid"
    assert states[shen.first + 4] == "part"
    assert states[shen.first + 5] == "owed"
    assert states[this_month()] == "proc"
    assert [states[shen.first - n] for n in (1, 2, 3)] == ["miss"] * 3
    assert [(gap.state, gap.open) for gap in page.context["gaps"]] == [
        ("proc", 0),
        ("owed", 216_000),
        ("part", 116_000),
        ("miss", 0),
    ]
    assert "You pay nothing" in page.text  # the employer owes, not he


@pytest.mark.django_db
def test_the_table_of_a_year_adds_up_to_what_was_paid(in_portal, shen):
    year = shen.first // 12
    page = in_portal.get(f"/record/months/?year={year}")
    rows = [row["record"] for row in page.context["rows"]]
    assert page.context["totals"]["paid"] == sum(row.paid for row in rows)
    assert all(row.month // 12 == year for row in rows)
    for odd in ("1800", "99999", "x", "²０２６"):
        assert in_portal.get("/record/months/", {"year": odd}).status_code == 200


@pytest.mark.django_db
def test_a_month_shows_its_working_and_the_payments_it_came_from(in_portal, shen):
    page = in_portal.get(f"/record/{format_month(shen.first)}/")
    assert "¥720.00" in page.text  # 8 % of 9,000.00
    assert "sheet__title" in page.text
    assert [row.amount for row, _reference, _entry in page.context["payments"]] == [216_000]
    for wrong in ("2026-13", "1800-01", "abc", "9999-12"):
        assert in_portal.get(f"/record/{wrong}/").status_code == 404


@pytest.mark.django_db
def test_the_account_shows_balance_years_and_every_entry(in_portal):
    page = in_portal.get("/account/")
    # 140,000.00 brought along, four months of 720.00, and a third of 1,000.00: 143,213.33
    assert page.context["balance"] == 140_000_00 + 4 * 720_00 + 333_33
    assert "¥143,213.33" in page.text


@pytest.mark.django_db
def test_the_log_names_who_looked_and_why(in_portal, shen):
    reviewer = shen.cast.staff["reviewer"]
    audit.read(by=reviewer, person_id=shen.person.pk, reason="checking a claim", region="110105")
    page = in_portal.get("/access-log/")
    first = page.context["entries"][0]
    assert (first["who"], first["reason"]) == (reviewer.get_full_name(), "checking a claim")
    assert str(first["act"]) == "opened your file"


@pytest.mark.django_db
def test_long_lists_cost_no_query_for_each_row(in_portal, shen, django_assert_max_num_queries):
    for number in range(40):
        audit.read(
            by=shen.cast.staff["reviewer"],
            person_id=shen.person.pk,
            reason=f"reason {number}",
            region="110105",
        )
        letters.notify(person_id=shen.person.pk, title=f"Letter {number}", body="Text", by=None)
    for path in ("/access-log/", "/letters/"):
        with django_assert_max_num_queries(10):  # one of them: under which numbers one is known
            assert in_portal.get(path).status_code == 200
    for path in ("/record/", "/record/months/"):
        # Three of them for what a gap still costs: whose it is, and the policy of the day, twice.
        with django_assert_max_num_queries(25):
            assert in_portal.get(path).status_code == 200
    with django_assert_max_num_queries(14):
        assert in_portal.get("/account/").status_code == 200


@pytest.mark.django_db
def test_a_letter_is_marked_as_read_once_it_is_opened(in_portal, shen):
    letter = letters.notify(
        person_id=shen.person.pk, title="A letter", body="First.\n\nSecond.", by=None
    )
    assert "new" in in_portal.get("/letters/").text
    page = in_portal.get(f"/letters/{letter.pk}/")
    assert "<p>Second.</p>" in page.text
    assert Notice.objects.get(pk=letter.pk).read_at is not None


@pytest.mark.django_db
def test_what_belongs_to_somebody_else_does_not_exist(in_portal, shen, client):
    other = shen.cast.person("别人", shen.person.born_on, phone="13900002087")
    shen.cast.account(other, "bieren")
    letter = letters.notify(person_id=other.pk, title="Private", body="Private", by=None)
    claimed = Client()
    claimed.force_login(
        User.objects.get(username="bieren"), backend="django.contrib.auth.backends.ModelBackend"
    )
    case = _claim(claimed)
    for path in (
        f"/letters/{letter.pk}/",
        f"/cases/{case}/",
        f"/cases/{case}/write/",
        f"/cases/{case}/withdraw/",
        f"/claim/{case}/done/",
    ):
        assert in_portal.get(path).status_code == 404, path
        assert claimed.get(path).status_code == 200, path
    assert in_portal.post(f"/cases/{case}/withdraw/", {"sure": "yes"}).status_code == 404
    assert in_portal.post(f"/cases/{case}/write/", {"text": "mine"}).status_code == 404
    assert not CaseNote.objects.exists()
    assert "别人" not in in_portal.get("/").text


def _claim(client: Client) -> str:
    client.post("/claim/", {"category": "0"})
    options = client.get("/claim/start/").context["form"].fields["start"].options
    client.post("/claim/start/", {"start": options[0].value})
    return client.post("/claim/check/", {"truth": "on"}).url.split("/")[2]


@pytest.mark.django_db
def test_a_message_stays_with_its_case(in_portal, shen):
    case = _claim(in_portal)
    assert in_portal.post(f"/cases/{case}/write/", {"text": "  "}).status_code == 200
    in_portal.post(f"/cases/{case}/write/", {"text": "I was born earlier."})
    assert "I was born earlier." in in_portal.get(f"/cases/{case}/").text
    assert CaseNote.objects.get().by == shen.user


@pytest.mark.django_db
def test_the_password_of_the_cast_is_never_on_a_page(in_portal):
    assert PASSWORD not in in_portal.get(reverse("home")).text
