"""Claiming a pension in the portal: two questions, the answers checked, one claim."""

import pytest

from pensions.models import PensionClaim
from pensions.services import claim as claims
from socsec.office.models import Case
from tests.portal.conftest import birth_of_who_retires, this_month

pytestmark = pytest.mark.django_db


def answer_all(client, start=None):
    client.post("/claim/", {"category": "0"})
    options = client.get("/claim/start/").context["form"].fields["start"].options
    value = str(start) if start else options[0].value
    client.post("/claim/start/", {"start": value})
    return options


def test_two_answers_make_a_claim_that_can_be_followed(in_portal, shen):
    answer_all(in_portal, this_month() + 2)
    page = in_portal.get("/claim/check/")
    assert "your statutory age" in page.text
    assert shen.person.masked_id in page.text
    assert shen.person.resident_id not in page.text
    done = in_portal.post("/claim/check/", {"truth": "on"}, follow=True)
    claim = PensionClaim.objects.get()
    assert claim.case.spaced_number in done.text
    assert (claim.start_month, claim.category, claim.flexible) == (this_month() + 2, 0, False)
    assert claim.case.channel == Case.Channel.PORTAL
    case = in_portal.get(f"/cases/{claim.case.number}/")
    assert "working days left for us to answer" in case.text
    assert "Pension claim" in in_portal.get("/").text
    # The page with the number can be opened again.
    assert in_portal.get(f"/claim/{claim.case.number}/done/").status_code == 200


def test_a_month_before_the_statutory_one_is_flexible_retirement(in_portal):
    answer_all(in_portal, this_month() + 1)
    in_portal.post("/claim/check/", {"truth": "on"})
    assert PensionClaim.objects.get().flexible is True


def test_pressing_twice_makes_one_claim(in_portal):
    answer_all(in_portal)
    first = in_portal.post("/claim/check/", {"truth": "on"})
    second = in_portal.post("/claim/check/", {"truth": "on"})
    assert PensionClaim.objects.count() == Case.objects.count() == 1
    assert first.url.endswith("/done/")
    assert second.status_code == 302


def test_nothing_is_claimed_before_the_truth_is_confirmed(in_portal):
    answer_all(in_portal)
    page = in_portal.post("/claim/check/", {})
    assert "<title>Error: " in page.text
    assert not Case.objects.exists()


def test_the_pages_cannot_be_taken_out_of_order(in_portal):
    assert in_portal.get("/claim/start/").url == "/claim/"
    assert in_portal.get("/claim/check/").url == "/claim/"
    assert in_portal.post("/claim/check/", {"truth": "on"}).url == "/claim/"
    assert not Case.objects.exists()


def test_changing_an_answer_leads_back_to_the_check_with_the_others_kept(in_portal):
    answer_all(in_portal)
    assert in_portal.post("/claim/", {"category": "0"}).url == "/claim/check/"
    assert in_portal.get("/claim/").context["form"]["category"].value() == 0
    # Another kind of work has other months, so the month is asked again.
    assert in_portal.post("/claim/", {"category": "3"}).url == "/claim/start/"


@pytest.mark.parametrize("start", ["0", "24000", "999999", "abc", ""])
def test_a_month_that_nobody_offered_is_refused(in_portal, start):
    in_portal.post("/claim/", {"category": "0"})
    page = in_portal.post("/claim/start/", {"start": start})
    assert page.status_code == 200
    assert page.context["form"].errors


@pytest.mark.parametrize("category", ["1", "2", "9", "", "x"])
def test_a_man_is_not_offered_the_work_of_a_woman(in_portal, category):
    page = in_portal.post("/claim/", {"category": category})
    assert page.context["form"].errors


def test_who_has_not_decided_sees_the_comparison(in_portal):
    in_portal.post("/claim/", {"category": "0"})
    assert in_portal.post("/claim/start/", {"start": "undecided"}).url == "/my-estimate/"


def test_too_early_is_a_page_with_the_next_date_and_not_an_error(client, cast):
    young = cast.person("年轻人", birth_of_who_retires(60))
    cast.earlier(young, 24228, 24230, 800_000)  # January to March 2019
    client.force_login(
        cast.account(young, "young"), backend="django.contrib.auth.backends.ModelBackend"
    )
    client.post("/claim/", {"category": "0"})
    page = client.get("/claim/start/")
    assert page.status_code == 200
    assert "You reach the pension age in" in page.text
    assert "You can claim from" in page.text


def test_the_choices_name_what_each_comes_to(in_portal):
    options = answer_all(in_portal)
    amounts = [option.side for option in options[:-1]]
    assert all("," in amount for amount in amounts)
    assert sorted(amounts) == amounts  # later is more
    assert options[-1].after_or


def test_withdrawing_closes_claim_and_case_and_leaves_the_way_open_for_another(in_portal, shen):
    answer_all(in_portal)
    number = in_portal.post("/claim/check/", {"truth": "on"}).url.split("/")[2]
    assert in_portal.get("/claim/").url == f"/cases/{number}/"
    in_portal.post(f"/cases/{number}/withdraw/", {"sure": "no"})
    assert Case.objects.get().is_open
    in_portal.post(f"/cases/{number}/withdraw/", {"sure": "yes"})
    assert (Case.objects.get().state, PensionClaim.objects.get().open) == ("withdrawn", False)
    assert in_portal.get(f"/cases/{number}/withdraw/").url == f"/cases/{number}/"
    answer_all(in_portal)
    in_portal.post("/claim/check/", {"truth": "on"})
    assert PensionClaim.objects.filter(open=True).count() == 1


def test_a_refused_claim_shows_its_reasons_its_sheet_and_the_way_to_disagree(client, cast):
    young = cast.person("年轻人", birth_of_who_retires(9))
    cast.earlier(young, 24228, 24230, 800_000)
    user = cast.account(young, "young")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    claim = claims.open_claim(
        by=user, person=young, start_month=this_month() + 9, category=0, channel="portal"
    )
    claims.assess(by=cast.staff["assessor"], claim=claim)
    claims.refuse(by=cast.staff["reviewer"], claim=claim)
    page = client.get(f"/cases/{claim.case.number}/")
    assert "Why we refused" in page.text
    assert "Qualifying period met" in page.text
    assert "administrative reconsideration until" in page.text
    line = "conditions.vested"
    write = client.get(f"/cases/{claim.case.number}/write/?line={line}")
    assert "You disagree with the line “Qualifying period met”" in write.text
    client.post(f"/cases/{claim.case.number}/write/?line={line}", {"text": "I worked in 1999."})
    note = claim.case.notes.get()
    assert note.text == "Disagrees with the line “Qualifying period met”: I worked in 1999."
    # A code that is none of the sheet's is not repeated on the page.
    odd = client.get(f"/cases/{claim.case.number}/write/?line=<script>")
    assert "&lt;script&gt;" not in odd.text
    assert "<script>" not in odd.text.replace('<script src="', "")
