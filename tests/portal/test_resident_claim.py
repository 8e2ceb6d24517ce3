"""A resident claims in the portal: one question, the answers checked, one claim."""

from datetime import date

import pytest

from enrollment.models import Person
from funds.models import Scheme
from pensions.models import PensionClaim
from pensions.services import claim
from socsec.commands.chapters.other_schemes import other_schemes
from socsec.kernel.months import month
from socsec.office.models import Case, User
from tests import people

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def village():
    made = people.settle()
    other_schemes(made)
    return made


@pytest.fixture
def chi(client, village):
    """Chi has just turned sixty, and took her first claim back."""
    held = PensionClaim.objects.get(open=True)
    claim.withdraw(by=village.by("intake"), claim=held, text="改在网上申请")
    client.force_login(User.objects.get(username="portal-722"), backend=BACKEND)
    return client


def test_a_resident_is_led_past_the_question_of_work_and_claims(chi):
    assert chi.get("/claim/").url == "/claim/resident/"
    page = chi.get("/claim/resident/")
    options = page.context["form"].fields["start"].options
    assert [option.value for option in options] == [str(month(2026, 11) + n) for n in range(3)]
    assert "1,694.21" in page.text  # 1,555.00 and 19,350.00 ÷ 139
    assert chi.post("/claim/resident/", {"start": options[1].value}).url == "/claim/resident/check/"
    check = chi.get("/claim/resident/check/")
    assert "Kind of work" not in check.text
    assert "<title>Error: " in chi.post("/claim/resident/check/", {}).text
    done = chi.post("/claim/resident/check/", {"truth": "on"}, follow=True)
    made = PensionClaim.objects.get(open=True)
    assert made.case.spaced_number in done.text
    assert (made.scheme, made.category, made.start_month) == (
        Scheme.RESIDENTS,
        None,
        month(2026, 12),
    )
    assert made.case.channel == Case.Channel.PORTAL
    assert chi.get("/claim/resident/").url == f"/cases/{made.case.number}/"


def test_a_month_that_nobody_offered_leads_back(chi):
    assert chi.get("/claim/resident/check/").url == "/claim/resident/"
    page = chi.post("/claim/resident/", {"start": str(month(2030, 1))})
    assert "<title>Error: " in page.text
    assert not PensionClaim.objects.filter(open=True).exists()


def test_who_is_no_resident_or_draws_already_is_led_elsewhere(client, village):
    client.force_login(User.objects.get(username="portal-711"), backend=BACKEND)
    assert client.get("/claim/resident/").url == "/benefits/"
    client.force_login(village.portal["lin"], backend=BACKEND)
    assert client.get("/claim/resident/").url == "/claim/"
    assert client.get("/claim/").status_code == 200


def test_a_resident_below_sixty_reads_when_the_time_comes(chi):
    Person.objects.filter(name="池婶").update(born_on=date(1980, 3, 1))
    page = chi.get("/claim/resident/")
    assert "You reach the pension age in March 2040" in page.text


def test_nobody_claims_without_signing_in(client, village):
    assert client.get("/claim/resident/").status_code == 302
    assert not PensionClaim.objects.filter(person__name="林知秋").exists()


def test_a_civil_servant_reads_the_annuity_beside_the_pension_and_whose_money_an_entry_is(
    client, village
):
    client.force_login(User.objects.get(username="portal-733"), backend=BACKEND)
    page = client.get("/benefits/").text
    assert "Beside it an occupational annuity of" in page
    assert "1,108.08" in page
    account = client.get("/account/").text
    assert "Written-down part made real" in account
    assert "Employer&#x27;s part, written down only" in account
    client.force_login(User.objects.get(username="portal-711"), backend=BACKEND)
    assert "Own contribution" in client.get("/account/").text
    assert "Beside it" not in client.get("/benefits/").text
