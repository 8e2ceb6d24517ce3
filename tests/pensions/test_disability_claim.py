"""The disability allowance: from the counter to the payroll, its last month, and the pension after it."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from enrollment.models import Person
from enrollment.services.living import life
from pensions import queries
from pensions.models import (
    Award,
    AwardState,
    Category,
    DisabilityClaim,
    EndReason,
    PensionPayment,
)
from pensions.services import award as awards
from pensions.services import disability
from pensions.services.replay import replay
from socsec.kernel.months import month
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Role, User
from socsec.office.services import users

from .conftest import BEIJING, START, findings, staff, traces

pytestmark = pytest.mark.django_db
EARLY = month(2026, 3)  # four months before Zhang's pensionable age


@pytest.fixture
def claimed_for(intake):
    def make(who, start=EARLY, **more):
        said = {
            "by": intake,
            "person": who,
            "start_month": start,
            "category": Category.MALE_60,
            "document": "沪劳鉴〔2026〕18号",
            "channel": "counter",
            **more,
        }
        return disability.open_claim(**said)

    return make


@pytest.fixture
def awarded(claimed_for, assessor, reviewer):
    def make(who, **more):
        made = claimed_for(who, **more)
        disability.assess(by=assessor, claim=made)
        return disability.award(by=reviewer, claim=made)

    return make


def test_near_the_age_it_is_the_whole_pension_up_to_the_month_before_it(
    zhang, awarded, drive, granted
):
    """Zhang reaches 60 years and 4 months in July 2026: March to June are paid, and no more."""
    made = awarded(zhang)
    assert (made.from_month, made.last_month) == (EARLY, START - 1)
    assert made.basic > 0
    assert made.account > 0
    assert replay(made).same
    for paid in range(EARLY, START):
        assert drive("pension_payroll", paid).total == made.monthly
    assert findings() == []
    later = granted(zhang)
    made.refresh_from_db()
    assert (made.state, made.end_reason, made.until_month) == (
        AwardState.ENDED,
        EndReason.EXPIRED,
        START - 1,
    )
    assert drive("pension_payroll", START).total == later.monthly
    assert findings() == []


def test_a_short_record_is_paid_for_its_months_and_ends_by_itself(
    shanghai, enroll, carry, open_account, bank, awarded, drive
):
    """4 years and 2 months: 12 months of the basic pension. (Below five years: twelve months.)"""
    young = enroll(name="李四", born=date(1985, 3, 8))
    carry(young, month(2021, 11), month(2025, 12), 6_000_00)
    open_account(young, 20_000_00, month(2025, 12))
    bank(young)
    made = awarded(young, start=month(2025, 12) + 1)
    assert made.last_month == month(2026, 12)
    assert (made.account, made.transitional) == (0, 0)
    assert made.monthly == made.basic
    Award.objects.filter(pk=made.pk).update(last_month=month(2026, 2))
    for paid in (month(2026, 1), month(2026, 2)):
        drive("pension_payroll", paid)
    assert awards.end_run_out() == 1
    assert awards.end_run_out() == 0
    made.refresh_from_db()
    assert (made.state, made.until_month) == (AwardState.ENDED, month(2026, 2))
    assert PensionPayment.objects.count() == 2
    assert findings("pensions.overpaid", "pensions.too_young", "pensions.accounts") == []


def test_what_is_owed_is_paid_before_it_ends_and_never_a_month_beyond(zhang, awarded, drive):
    made = awarded(zhang)
    assert awards.end_run_out() == 0
    assert drive("pension_payroll", START + 1).total == 4 * made.monthly
    assert awards.end_run_out() == 1
    assert findings() == []


def test_claims_that_cannot_be_are_refused_and_change_nothing(
    zhang, claimed_for, awarded, assessor, reviewer, intake, refuses
):
    said = {
        "by": intake,
        "person": zhang,
        "start_month": EARLY,
        "category": Category.MALE_60,
        "document": "沪劳鉴〔2026〕18号",
        "channel": "counter",
    }

    def no(problem, code, **changed):
        refuses(problem, code, disability.open_claim, **{**said, **changed})

    no(Invalid, "no_document", document=" ")
    no(Invalid, "wrong_category", category=Category.FEMALE_50)
    no(Invalid, "impossible_start", start_month=month(2030, 1))
    no(NotFound, "outside_region", by=staff(Role.INTAKE, region=BEIJING))
    no(Denied, "not_permitted", by=reviewer)
    late = claimed_for(zhang, start=START)
    assert claimed_for(zhang).pk == late.pk
    disability.assess(by=assessor, claim=late)
    refuses(Refused, "not_entitled", disability.award, by=reviewer, claim=late)
    disability.refuse(by=reviewer, claim=late)
    case = Case.objects.get(pk=late.pk)
    assert {"before_age", "entitled"} >= {reason["code"] for reason in case.reasons}
    assert not Award.objects.exists()
    awarded(zhang)
    no(Refused, "in_payment")
    person = Person.objects.get(pk=zhang.pk)
    life.record_death(by=intake, person=person, died_on=date(2026, 4, 1), document="证明")
    no(Refused, "dead")


def test_books_that_changed_stop_the_award(zhang, claimed_for, carry, assessor, reviewer, refuses):
    made = claimed_for(zhang)
    disability.assess(by=assessor, claim=made)
    carry(zhang, month(2005, 1), month(2005, 12), 6_000_00)
    refuses(Conflict, "facts_changed", disability.award, by=reviewer, claim=made)
    disability.send_back(by=reviewer, claim=made, text="账簿已变")
    disability.withdraw(by=assessor, claim=made, text="本人撤回")
    assert not DisabilityClaim.objects.get().open


def test_the_desk_takes_it_from_the_person_to_the_award(zhang, client, reviewer):
    backend = "django.contrib.auth.backends.ModelBackend"
    client.force_login(staff(Role.INTAKE), backend=backend)
    url = reverse("admin:pensions_disability_open", args=[zhang.pk])
    said = {
        "category": str(int(Category.MALE_60)),
        "start_month_month": 3,
        "start_month_year": 2026,
        "document": "沪劳鉴〔2026〕18号",
    }
    assert client.post(url, {**said, "document": ""}).status_code == 422
    assert client.post(url, said).status_code == 302
    made = DisabilityClaim.objects.get()
    assess = reverse("admin:pensions_disability_verb", args=[made.pk, "assess"])
    assert client.post(assess).status_code == 403
    client.force_login(staff(Role.ASSESSOR), backend=backend)
    assert client.post(assess).status_code == 302
    client.force_login(staff(Role.REVIEWER, region=BEIJING), backend=backend)
    award = reverse("admin:pensions_disability_verb", args=[made.pk, "award"])
    assert client.get(award).status_code == 404
    client.force_login(reviewer, backend=backend)
    assert client.post(award).status_code == 302
    case = client.get(reverse("admin:office_case_change", args=[made.pk])).content.decode()
    assert "up to 2026-06" in case
    assert queries.award_in_payment(zhang.pk) is not None


def test_it_is_claimed_at_the_portal_with_the_appraisal_once(zhang, assessor, client):
    users.create_insured(
        username="zhang", password="a word that is long enough", person_id=zhang.pk, by=None
    )
    client.force_login(
        User.objects.get(username="zhang"), backend="django.contrib.auth.backends.ModelBackend"
    )
    url = reverse("disability")
    said = {
        "start_month_month": "3",
        "start_month_year": "2026",
        "category": "0",
        "document": "沪劳鉴〔2026〕18号",
    }
    for wrong in ({}, {"file": ContentFile(b"no picture", "a.pdf")}, {"category": "2"}):
        before = traces()
        answer = client.post(
            url, {**said, "file": ContentFile(b"%PDF-1.7 x", "a.pdf"), **wrong} if wrong else said
        )
        assert answer.status_code == 422
        assert traces() == before
    sent = client.post(url, {**said, "file": ContentFile(b"%PDF-1.7 x", "鉴定.pdf")})
    made = DisabilityClaim.objects.get()
    assert sent.url == f"/cases/{made.case.number}/"
    assert (made.start_month, made.document) == (EARLY, "沪劳鉴〔2026〕18号")
    assert made.case.documents.get().name == "鉴定.pdf"
    # Asking again leads there; taken back, it may be claimed anew.
    assert client.get(url).url == sent.url
    client.post(f"/cases/{made.case.number}/withdraw/", {"sure": "yes"})
    made.refresh_from_db()
    assert not made.open
    assert client.get(url).status_code == 200
    client.logout()
    assert client.get(url).status_code == 302
