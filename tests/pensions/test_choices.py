"""Flexible retirement: told in writing in time, chosen once, withdrawn, and asked of an early claim.

Zhang San, born in March 1966, reaches the statutory age of 60 years and 4 months in July 2026.
"""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from pensions.models import Category, ChoiceKind, RetirementChoice
from pensions.services import choices, claim
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Role
from socsec.office.services import users
from tests.api.conftest import partner

from .conftest import BEIJING, START, staff

pytestmark = pytest.mark.django_db
EARLY = month(2026, 5)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    def turn(day):
        monkeypatch.setattr(timezone, "localdate", lambda *of: of[0].date() if of else day)

    turn(date(2026, 2, 10))
    return turn


@pytest.fixture
def told(intake):
    def make(who, start=EARLY, on=date(2026, 1, 30), by=None, **more):
        return {
            "by": by or intake,
            "person": who,
            "category": Category.MALE_60,
            "start_month": start,
            "told_on": on,
            "document": "弹性提前退休告知书",
            **more,
        }

    return make


def test_a_notice_of_three_months_and_an_agreement_of_one_are_in_time_to_the_day(
    zhang, told, refuses
):
    """May: by 1 February. Later than July: agreed by 1 June, up to three years."""
    refuses(Invalid, "told_too_late", choices.choose, **told(zhang, on=date(2026, 2, 2)))
    made = choices.choose(**told(zhang, on=date(2026, 2, 1)))
    assert (made.kind, made.start_month) == (ChoiceKind.EARLY, EARLY)
    refuses(Refused, "chosen_already", choices.choose, **told(zhang, start=EARLY + 1))
    made.delete()
    late = choices.choose(**told(zhang, start=START + 36, on=date(2026, 2, 10)))
    assert late.kind == ChoiceKind.LATE


def test_an_agreement_after_the_statutory_age_is_near_comes_too_late(zhang, told, today, refuses):
    today(date(2026, 6, 20))
    refuses(
        Invalid, "told_too_late", choices.choose, **told(zhang, START + 12, on=date(2026, 6, 2))
    )
    assert choices.choose(**told(zhang, START + 12, on=date(2026, 6, 1))).kind == ChoiceKind.LATE


def test_months_that_cannot_be_chosen_are_refused(zhang, told, refuses):
    for start, code in (
        (month(2026, 2), "impossible_start"),  # before 60
        (START + 37, "impossible_start"),
        (START, "statutory_month"),
    ):
        refuses(Invalid, code, choices.choose, **told(zhang, start))
    refuses(Invalid, "in_the_future", choices.choose, **told(zhang, on=date(2026, 2, 11)))
    refuses(Invalid, "empty", choices.choose, **told(zhang, document=" "))
    elsewhere = staff(Role.INTAKE, region=BEIJING)
    refuses(NotFound, "outside_region", choices.choose, **told(zhang, by=elsewhere))


def test_an_early_pension_waits_for_its_notice(zhang, told, claimed, assessor, refuses):
    made = claimed(zhang, start=EARLY, flexible=True)
    refuses(Refused, "no_notice", claim.assess, by=assessor, claim=made)
    choices.choose(**told(zhang))
    claim.assess(by=assessor, claim=made)
    made.refresh_from_db()
    assert made.gathered["flexible"] is True


def test_a_choice_is_withdrawn_before_its_month_and_an_agreement_at_any_time(
    zhang, told, intake, today, refuses
):
    made = choices.choose(**told(zhang))
    say = {"by": intake, "choice": made, "text": "改变主意"}
    today(date(2026, 5, 1))
    refuses(Refused, "month_has_come", choices.withdraw, **say)
    today(date(2026, 4, 30))
    choices.withdraw(**say)
    refuses(Conflict, "withdrawn_already", choices.withdraw, **say)
    late = choices.choose(**told(zhang, START + 12))
    today(date(2027, 1, 5))
    choices.withdraw(by=intake, choice=late, text="协商一致终止")
    assert choices.standing(zhang.pk) is None
    acts = AuditEntry.objects.filter(person_id=zhang.pk, act__startswith="retirement.")
    assert acts.count() == 4


def test_it_is_recorded_and_withdrawn_at_the_desk(zhang, client, intake):
    client.force_login(intake, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:pensions_choice", args=[zhang.pk])
    said = {
        "category": "0",
        "start_month_month": "5",
        "start_month_year": "2026",
        "told_on_day": "2",
        "told_on_month": "2",
        "told_on_year": "2026",
        "document": "告知书",
    }
    late = client.post(url, said)
    assert late.status_code == 422
    assert "2026-02-01" in late.text
    assert client.post(url, {**said, "told_on_day": "1"}).status_code == 302
    made = RetirementChoice.objects.get()
    undo = reverse("admin:pensions_choice_withdraw", args=[made.pk])
    file = client.get(reverse("admin:enrollment_person_change", args=[zhang.pk]))
    assert file.status_code in (200, 302)
    assert client.post(undo, {"text": "改变主意"}).status_code == 302
    made.refresh_from_db()
    assert made.withdrawn_why == "改变主意"
    other = staff(Role.INTAKE, region=BEIJING)
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 404
    assert client.get(undo).status_code == 404


def test_it_is_recorded_and_taken_back_at_the_portal_by_the_person_alone(zhang, client):
    user = users.create_insured(
        username="zhang", password="a word that is long enough", person_id=zhang.pk, by=None
    )
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("choice")
    assert "2026" in client.get(url).text
    said = {
        "category": "0",
        "start_month_month": "5",
        "start_month_year": "2026",
        "told_on_day": "2",
        "told_on_month": "2",
        "told_on_year": "2026",
        "document": "告知书",
    }
    assert client.post(url, said).status_code == 422
    assert client.post(url, {**said, "told_on_day": "1"}).status_code == 302
    assert "告知书" in client.get(url).text
    assert client.post(url, {"text": " "}).status_code == 422
    assert client.post(url, {"text": "改变主意"}).status_code == 302
    assert choices.standing(zhang.pk) is None
    client.logout()
    assert client.get(url).status_code == 302


def test_a_partner_records_it_and_takes_it_back(zhang, intake):
    here = partner("P310000", "street-office")
    staff(Role.INTAKE, region=BEIJING)
    away = partner(f"P{BEIJING}", "elsewhere")
    path = f"/api/v1/people/{zhang.public_id}/retirement-choice/"
    write = {"scopes": ("claims:write",), "purpose": "benefit"}
    read = {"scopes": ("claims:read",), "purpose": "benefit"}
    said = {
        "work": "male_60",
        "start_month": "2026-05",
        "told_on": "2026-02-02",
        "document": "弹性提前退休告知书",
    }
    assert here.ask("get", path, **read).status_code == 404
    late = here.ask("post", path, said, key="a" * 20, **write)
    assert (late.status_code, late.json()["code"]) == (422, "told_too_late")
    said["told_on"] = "2026-02-01"
    assert away.ask("post", path, said, key="b" * 20, **write).status_code == 404
    made = here.ask("post", path, said, key="c" * 20, **write)
    assert (made.status_code, made.json()["kind"]) == (201, "early")
    assert here.ask("get", path, **read).json()["start_month"] == "2026-05"
    back = here.ask("post", f"{path}withdraw/", {"reason": "改变主意"}, key="d" * 20, **write)
    assert back.status_code == 201
    assert choices.standing(zhang.pk) is None
