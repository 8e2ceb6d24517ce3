"""The pages load in a real browser, from the project alone, and the tests would notice otherwise."""

import pytest

from conftest import EXPECTED, LOCAL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("locale", "lang"), [("en-GB", "en"), ("zh-CN", "zh"), ("fr", "en")])
def test_the_start_page_speaks_the_language_of_the_browser(visit, live_server, locale, lang):
    page = visit(locale=locale)
    page.goto(live_server.url)
    assert page.locator("html").get_attribute("lang").startswith(lang)
    assert page.locator("h1").first.is_visible()


def test_the_page_of_an_unknown_address_is_one_of_ours(page, live_server):
    answer = page.goto(f"{live_server.url}/no/such/page")
    assert answer.status == 404
    assert page.locator("h1").first.is_visible()


def test_the_desk_runs_under_a_policy_that_refuses_scripts_inside_the_page(
    page, live_server, django_user_model
):
    django_user_model.objects.create_superuser("desk", password="a long word for tests")
    answer = page.goto(f"{live_server.url}/admin/")
    assert "script-src 'self' 'unsafe-eval';" in answer.headers["content-security-policy"]
    page.get_by_label("User name").fill("desk")
    page.get_by_label("Password").fill("a long word for tests")
    page.locator("button[type=submit]").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    page.goto(f"{live_server.url}/admin/office/user/")
    assert page.get_by_text("desk").first.is_visible()


def test_the_description_of_the_api_is_drawn_from_our_own_files(page, live_server):
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.get_by_text("/api/v1/").first.wait_for()


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://localhost:8081/static/a.css", True),
        ("http://127.0.0.1:8081/", True),
        ("data:image/png;base64,AAAA", True),
        ("https://fonts.example.net/a.woff2", False),
        ("http://localhost.example.net/", False),
    ],
)
def test_a_request_to_elsewhere_is_told_from_one_to_ourselves(url, ours):
    assert bool(LOCAL.match(url)) == ours


def test_a_refusal_by_the_server_is_expected_and_a_fault_of_it_is_not():
    said = "Failed to load resource: the server responded with a status of {} (…)"
    assert EXPECTED.search(said.format(404))
    assert not EXPECTED.search(said.format(500))
