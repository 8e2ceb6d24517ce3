"""Pay more, get more: from the own record, and from answers without signing in."""

import pytest
from django.core.cache import cache

from socsec.office.models import AuditEntry
from tests import papers

from .test_estimate import SAID

pytestmark = pytest.mark.django_db
ANSWERS = {name: value for name, value in SAID.items() if name != "goes_on"}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def test_without_signing_in_it_is_worked_out_from_answers_and_nothing_is_kept(client, edition):
    before = AuditEntry.objects.count()
    page = client.post("/pay-more/", ANSWERS)
    assert page.status_code == 200
    amounts = [row[1] for row in page.context["years"]["rows"]]
    assert len(set(amounts)) == len(amounts) >= 5
    assert page.text.count('role="img"') == 2
    assert "sheet__title" in page.text
    assert AuditEntry.objects.count() == before
    assert "sessionid" not in client.cookies


def test_who_pays_alone_pays_the_whole_of_it(client, edition):
    """Eight per cent with an employer, twenty per cent alone, of 10,000 yuan."""
    paid = {}
    for alone in ("", "on"):
        page = client.post("/pay-more/", {**ANSWERS, "base": "10000", "alone": alone})
        paid[alone] = page.context["now"].paid
        assert page.context["now"].base == 10_000_00
    months = page.context["payer"].left
    assert paid == {"": months * 800_00, "on": months * 2_000_00}


def test_a_choice_shows_its_own_sheet(client, edition):
    first = client.post("/pay-more/", ANSWERS)
    other = client.post("/pay-more/", {**ANSWERS, "show": "y0"})
    assert first.context["one"].monthly == first.context["now"].estimate.monthly
    assert other.context["one"].months < first.context["one"].months
    assert client.post("/pay-more/", {**ANSWERS, "show": "z9"}).status_code == 200


def test_what_is_missing_is_said_by_its_field(client, edition):
    page = client.post("/pay-more/", {**ANSWERS, "index": ""})
    assert page.status_code == 422
    assert page.context["form"].errors["index"]
    assert "one" not in page.context


def test_the_own_record_goes_on_in_each_way(in_portal):
    page = in_portal.get("/my-pay-more/")
    assert page.status_code == 200
    assert page.context["payer"].base == 9_000_00
    assert "9,000.00" in page.text
    assert "sheet__title" in page.text


def test_the_own_forecast_takes_assumptions_and_is_printed(in_portal):
    plain = in_portal.get("/my-estimate/").context["one"]
    page = in_portal.get("/my-estimate/", {"wages": "4", "interest": "3"})
    assert page.context["one"].monthly > plain.monthly
    assert page.context["replaces"].endswith("%")
    paper = in_portal.get("/my-estimate/paper/", {"wages": "4"})
    assert paper["Content-Type"] == "application/pdf"
    assert "4%" in papers.text(paper.content)
    assert "Error: " in in_portal.get("/my-estimate/", {"wages": "abc"}).text


@pytest.mark.parametrize("page", ["/my-pay-more/", "/my-estimate/paper/"])
def test_who_is_not_signed_in_must_sign_in_first(client, edition, page):
    assert client.get(page).url.startswith("/sign-in/")
