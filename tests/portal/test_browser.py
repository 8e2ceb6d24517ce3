"""The pages in a real browser: axe finds nothing, nothing scrolls sideways, all works without scripts."""

from functools import cache
from pathlib import Path

import axe_playwright_python
import pytest

from pensions.models import PensionClaim
from pensions.services import claim as claims
from socsec.kernel.months import format_month
from socsec.office.services import messages as letters
from tests.portal.conftest import PASSWORD, cookie_of, last_code

pytestmark = pytest.mark.django_db(transaction=True)

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [("en-GB", 1280), ("zh-CN", 320)]


@cache
def axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def check(page, url: str) -> None:
    """Nothing that axe finds, and no sideways scrolling of the page."""
    page.evaluate(axe())
    found = page.evaluate("standards => axe.run(document, {runOnly: standards})", STANDARDS)
    wrong = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]]
    assert wrong == [], url
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1], f"{url} is {wide[0]} wide in {wide[1]}"


def walk(page, base: str, paths: list[str]) -> None:
    for path in paths:
        answer = page.goto(base + path)
        assert answer.status in (200, 404), path
        check(page, path)


@pytest.mark.parametrize(("locale", "width"), VIEWS)
def test_pages_for_everyone_are_accessible(visit, live_server, edition, locale, width):
    page = visit(locale=locale, viewport={"width": width, "height": 800})
    walk(
        page,
        live_server.url,
        [
            "/",
            "/sign-in/",
            "/estimate/",
            "/pay-more/",
            "/rules/",
            "/accessibility/",
            "/privacy/",
            "/nowhere/",
        ],
    )
    page.goto(live_server.url + "/sign-in/")
    page.locator("main button[type=submit]").click()
    check(page, "errors of signing in")


@pytest.mark.parametrize(("locale", "width"), VIEWS)
def test_pages_of_a_person_are_accessible(visit, live_server, shen, locale, width):
    letter = letters.notify(
        person_id=shen.person.pk, title="A letter", body="One.\n\nTwo.", by=None
    )
    page = visit(locale=locale, viewport={"width": width, "height": 800})
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie_of(shen.user), "url": live_server.url}]
    )
    walk(
        page,
        live_server.url,
        [
            "/",
            "/record/",
            "/record/months/",
            f"/record/{format_month(shen.first)}/",
            f"/record/{format_month(shen.first + 5)}/",
            "/cases/",
            "/letters/",
            f"/letters/{letter.pk}/",
            "/access-log/",
            "/benefits/",
            "/account/",
            "/my-estimate/",
            "/my-pay-more/",
            "/claim/",
        ],
    )


@pytest.mark.parametrize(("locale", "width"), VIEWS)
def test_a_claim_and_its_case_are_accessible_from_the_first_question_to_the_refusal(
    visit, live_server, shen, locale, width
):
    page = visit(locale=locale, viewport={"width": width, "height": 800})
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie_of(shen.user), "url": live_server.url}]
    )
    send = page.locator("main form button[type=submit]")
    page.goto(live_server.url + "/claim/")
    send.click()
    page.wait_for_url("**/claim/start/")
    send.click()
    check(page, "a choice that is missing")
    page.locator("label.opt").first.click()
    send.click()
    page.wait_for_url("**/claim/check/")
    check(page, "check your answers")
    page.locator("label.opt").click()
    send.click()
    page.wait_for_url("**/done/")
    check(page, "the confirmation")
    claim = PensionClaim.objects.get()
    case = f"/cases/{claim.case.number}/"
    walk(page, live_server.url, [case, f"{case}write/", f"{case}withdraw/", "/"])
    claims.withdraw(by=shen.user, claim=claim, text="for the test")
    walk(page, live_server.url, [case, "/cases/"])


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "dark"), ("zh-CN", "light")])
def test_the_stylebook_is_accessible_light_and_dark(visit, live_server, cast, locale, scheme):
    page = visit(locale=locale, color_scheme=scheme)
    page.context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": cookie_of(cast.staff["reviewer"]),
                "url": live_server.url,
            }
        ]
    )
    walk(page, live_server.url, ["/style/"])


def test_signing_in_and_claiming_work_without_javascript(visit, live_server, shen):
    page = visit(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page.goto(live_server.url + "/claim/")
    send = page.locator("main form button[type=submit]").first
    page.fill("#id_resident_id", shen.person.resident_id)
    page.fill("#id_password", PASSWORD)
    send.click()
    page.fill("#id_code", last_code())
    send.click()
    page.wait_for_url("**/claim/")
    send.click()
    page.locator("label.opt").first.click()
    send.click()
    page.locator("label.opt").click()
    send.click()
    assert page.locator(".ref").inner_text().startswith("YL")
    assert PensionClaim.objects.count() == 1
    page.goto(live_server.url + "/record/")
    page.get_by_role("button", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans-CN"
    assert page.url == live_server.url + "/record/"


def test_the_list_of_errors_takes_the_focus_and_leads_to_the_field(visit, live_server, edition):
    page = visit()
    page.goto(live_server.url + "/sign-in/")
    page.locator("main button[type=submit]").click()
    page.wait_for_function("document.activeElement.className === 'errsum'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'id_resident_id'")


def test_the_keyboard_reaches_the_content_at_once(visit, live_server, edition):
    page = visit()
    page.goto(live_server.url + "/privacy/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_large_text_makes_everything_larger(visit, live_server, edition):
    page = visit(viewport={"width": 320, "height": 800})
    page.goto(live_server.url + "/")
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="Large text").click()
    assert page.evaluate(size) == before * 1.25
    check(page, "large text")


def test_dark_follows_the_system_and_paper_is_always_light(visit, live_server, edition):
    ground = "getComputedStyle(document.body).backgroundColor"
    page = visit(color_scheme="dark")
    page.goto(live_server.url + "/privacy/")
    dark = page.evaluate(ground)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) != dark
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_before_paper_every_explanation_is_opened(visit, live_server, shen):
    page = visit()
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie_of(shen.user), "url": live_server.url}]
    )
    page.goto(live_server.url + "/my-estimate/")
    assert page.locator("details:not([open])").count() > 0
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0


def test_two_minutes_before_the_end_one_can_stay(visit, live_server, shen, settings):
    settings.PORTAL_SESSION_SECONDS = 121
    page = visit()
    page.context.add_cookies(
        [{"name": "sessionid", "value": cookie_of(shen.user), "url": live_server.url}]
    )
    page.goto(live_server.url + "/privacy/")
    bar = page.locator("#session")
    bar.wait_for(state="visible")
    settings.PORTAL_SESSION_SECONDS = 1200
    page.get_by_role("link", name="Stay signed in").click()
    bar.wait_for(state="hidden")
    assert page.url == live_server.url + "/privacy/"
