"""The letter of a decision: the result, the working, why not, and how to disagree; in both languages."""

import pytest
from django.urls import reverse
from django.utils import timezone

from assistance.models import Application
from assistance.services import deciding, letter_paper
from socsec.kernel.months import format_month
from socsec.office.models import AuditEntry, Role
from tests import papers
from tests.pensions.conftest import staff

pytestmark = pytest.mark.django_db


def test_a_letter_says_the_amount_from_when_and_how_to_disagree(granted):
    grant = granted()
    application = Application.objects.get(pk=grant.application_id)
    printed = letter_paper.write(application, "en")
    said = papers.text(printed)
    assert "2,872.50" in said
    assert format_month(grant.from_month) in said
    assert "Within 60 days" in said
    assert "Assessment of the minimum living guarantee" in said
    assert printed == letter_paper.write(application, "en")
    chinese = papers.text(letter_paper.write(application, "zh-hans"))
    assert "于大山" in chinese
    assert "2,872.50" in chinese


def test_a_refusal_says_which_condition_is_not_met(
    look, applied, looked_into, assessor, reviewer, intake
):
    application = looked_into(applied(), wage=9000_00)
    url = reverse("admin:assistance_letter", args=[application.pk])
    assert look(intake, url).status_code == 404  # nothing is decided yet
    with pytest.raises(LookupError):
        letter_paper.write(application, "en")
    deciding.assess(by=assessor, application=application)
    application = deciding.refuse(by=reviewer, application=application)
    page = look(intake, url)
    assert page["Content-Type"] == "application/pdf"
    said = papers.text(page.content)
    assert "Income below it, property within the limits" in said
    assert AuditEntry.objects.filter(act="person.read", person_id=application.person_id).exists()
    assert look(staff(Role.INTAKE, region="310115"), url).status_code == 404
    assert timezone.localdate().strftime("%Y") in said
