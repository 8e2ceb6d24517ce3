"""A person disagrees with a pension: asked in the portal, looked at by others, made good."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from pensions.models import Category, Correction, PensionClaim
from pensions.services import claim as claims
from pensions.services import correction, disability
from pensions.services.replay import replay
from socsec.kernel.months import month
from socsec.office.models import Appeal, Case, Role, User
from socsec.office.services import users

from .conftest import START, findings, staff

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 the book of 1999"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def insured(who, name):
    return signed_in(
        users.create_insured(
            username=name, password="a word that is long enough", person_id=who.pk, by=None
        )
    )


@pytest.fixture
def second(db):
    return signed_in(staff(Role.ASSESSOR)), signed_in(staff(Role.REVIEWER))


def ask(client, source, pk, **said):
    return client.post(f"/appeals/{source}/{pk}/", {"grounds": "I worked in 1999.", **said})


def verb(client, case_id, slug, **said):
    return client.post(reverse("admin:office_appeal_verb", args=[case_id, slug]), said)


@pytest.fixture
def refused_claim(shanghai, enroll, carry, assessor, reviewer, claimed):
    """Li Si claims with six years of contributions."""
    young = enroll(name="李四", born=date(1966, 3, 8))
    carry(young, month(2020, 1), month(2025, 12), 6_000_00)
    made = claimed(young)
    claims.assess(by=assessor, claim=made)
    claims.refuse(by=reviewer, claim=made)
    return young, made


def test_a_refusal_is_contested_line_by_line_and_decided_anew(
    refused_claim, second, assessor, intake
):
    young, made = refused_claim
    phone = insured(young, "lisi")
    page = phone.get(f"/cases/{made.case.number}/")
    assert f"/appeals/pension_claim/{made.pk}/?line=" in page.text
    assert "Pension claim" in phone.get("/appeals/").text
    form = phone.get(f"/appeals/pension_claim/{made.pk}/?line=conditions.vested")
    assert "Qualifying period met" in form.text
    said = {"line": "conditions.vested", "grounds": "I worked in 1999."}
    empty = ContentFile(b"no picture", "book.pdf")
    refused = phone.post(f"/appeals/pension_claim/{made.pk}/", {**said, "file": empty})
    assert refused.status_code == 422
    assert not Appeal.objects.exists()
    sent = phone.post(
        f"/appeals/pension_claim/{made.pk}/", {**said, "file": ContentFile(PDF, "book.pdf")}
    )
    held = Appeal.objects.get()
    assert held.case.documents.get().name == "book.pdf"
    assert sent.url == f"/cases/{held.case.number}/"
    # Its page says what was asked; asking again leads there.
    assert "I worked in 1999." in phone.get(sent.url).text
    assert ask(phone, "pension_claim", made.pk).url == sent.url
    one, other = second
    shown = one.get(reverse("admin:office_case_change", args=[held.pk]))
    assert "Qualifying period met" in shown.text
    # Who assessed the claim is offered nothing, and the service refuses as well.
    own = signed_in(assessor)
    assert "Write down what you found" not in own.get(shown.request["PATH_INFO"]).text
    again = verb(own, held.pk, "propose", outcome="anew", findings="x")
    assert again.status_code == 422
    assert verb(one, held.pk, "propose", outcome="anew", findings="Book found.").status_code == 302
    assert verb(one, held.pk, "decide").status_code in (403, 404)
    assert verb(other, held.pk, "decide").status_code == 302
    new = PensionClaim.objects.get(open=True)
    held.refresh_from_db()
    assert held.carried == new.case.number
    assert (new.person, new.start_month, new.category) == (young, START, Category.MALE_60)
    assert new.case.state == Case.State.RECEIVED
    assert f"We go on under {new.case.number}." in phone.get(sent.url).text
    claims.assess(by=assessor, claim=new)


def test_a_pension_is_corrected_and_a_correction_taken_back(
    zhang, granted, carry, second, intake, assessor, reviewer, drive
):
    award = granted(zhang)
    drive("pension_payroll", START)
    phone = insured(zhang, "zhang")
    ask(phone, "pension_claim", award.claim_id)
    one, other = second
    held = Appeal.objects.get()
    verb(one, held.pk, "propose", outcome="corrected", findings="Two years are missing.")
    verb(other, held.pk, "decide")
    made = Correction.objects.get()
    assert made.reason == "Two years are missing."
    carry(zhang, month(2004, 1), month(2005, 12), 6_000_00)
    before = award.monthly
    correction.assess(by=assessor, correction=made)
    correction.post(by=reviewer, correction=made)
    award.refresh_from_db()
    assert award.monthly > before
    # The person disagrees with the correction, too.
    ask(phone, correction.KIND, made.pk)
    held = Appeal.objects.get(source=correction.KIND)
    verb(one, held.pk, "propose", outcome="undone", findings="Those years are another's.")
    verb(other, held.pk, "decide")
    award.refresh_from_db()
    made.refresh_from_db()
    assert (award.monthly, made.reversed_at is not None) == (before, True)
    # What is undone cannot be undone again, and is on the list no more.
    assert "Correction of a pension" not in phone.get("/appeals/").text
    assert findings("pensions.awards", "office.four_eyes") == []


def test_an_allowance_is_corrected_after_a_review(
    zhang, carry, second, intake, assessor, reviewer, drive
):
    """Two years found later make the allowance higher; its last month stays that before the age."""
    early = month(2026, 3)
    made = disability.open_claim(
        by=intake,
        person=zhang,
        start_month=early,
        category=Category.MALE_60,
        document="沪劳鉴〔2026〕18号",
        channel="counter",
    )
    disability.assess(by=assessor, claim=made)
    award = disability.award(by=reviewer, claim=made)
    drive("pension_payroll", early)
    phone = insured(zhang, "zhang")
    ask(phone, disability.KIND, made.pk)
    one, other = second
    held = Appeal.objects.get()
    verb(one, held.pk, "propose", outcome="corrected", findings="Two years are missing.")
    verb(other, held.pk, "decide")
    opened = Correction.objects.get()
    carry(zhang, month(2004, 1), month(2005, 12), 6_000_00)
    before, last = award.monthly, award.last_month
    correction.assess(by=assessor, correction=opened)
    correction.post(by=reviewer, correction=opened)
    award.refresh_from_db()
    assert award.monthly > before
    assert (award.last_month, award.owed_from, replay(award).same) == (last, early, True)
    assert drive("pension_payroll", early + 1).total == 2 * award.monthly - before
    correction.reverse(by=staff(Role.REVIEWER), correction=opened, reason="别人的年份")
    award.refresh_from_db()
    assert (award.monthly, award.last_month) == (before, last)
    assert findings() == []


def test_nobody_contests_what_is_another_s(refused_claim, zhang, second):
    _young, made = refused_claim
    stranger = insured(zhang, "zhang")
    assert stranger.get(f"/appeals/pension_claim/{made.pk}/").status_code == 404
    assert ask(stranger, "pension_claim", made.pk).status_code == 404
    assert stranger.get("/appeals/nothing/1/").status_code == 404
    assert "Pension claim" not in stranger.get("/appeals/").text
    assert Client().get(f"/appeals/pension_claim/{made.pk}/").status_code == 302
    assert not Appeal.objects.exists()


def test_the_counter_receives_it_and_the_person_takes_it_back(refused_claim, intake):
    young, made = refused_claim
    desk = signed_in(intake)
    case = desk.get(reverse("admin:office_case_change", args=[made.pk]))
    url = reverse("admin:office_appeal_open", args=["pension_claim", made.pk])
    assert url in case.text
    assert desk.post(url, {"line": "", "grounds": ""}).status_code == 422
    assert desk.post(url, {"line": "", "grounds": "I worked in 1999."}).status_code == 302
    held = Appeal.objects.get()
    phone = insured(young, "lisi")
    phone.post(f"/cases/{held.case.number}/withdraw/", {"sure": "yes"})
    held.refresh_from_db()
    assert (held.open, held.case.state) == (False, "withdrawn")
    elsewhere = signed_in(staff(Role.INTAKE, region="110000"))
    assert elsewhere.get(url).status_code == 404
