"""Overpayments, corrections and adjustments on the pages of the desk and of the portal."""

import pytest
from django.urls import reverse

from enrollment.models import BankAccount
from funds.models import PaymentOrder
from pensions.models import Benefit, Correction, Overpayment
from pensions.services import overpaid
from socsec.kernel.months import month
from socsec.office.models import Role
from socsec.office.services import users

from .conftest import BEIJING, START, findings, staff

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def owes(zhang, granted, drive):
    """Zhang San was paid 100 yuan too much for each of two months."""
    made = granted(zhang)
    for paid in (START, START + 1):
        drive("pension_payroll", paid)
    parts = {name: getattr(made, name) for name in ("account", "transitional", "addition")}
    Benefit.objects.create(
        person_id=zhang.pk,
        award_id=made.pk,
        from_month=START,
        version=1,
        basic=made.basic - 100_00,
        **parts,
    )
    return overpaid.find(award=made)


@pytest.fixture
def at_home(client, owes):
    def sign_in(person_id):
        user = users.create_insured(
            username=f"portal{person_id}", password="a long one 12", person_id=person_id, by=None
        )
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


def test_the_person_reads_how_much_and_chooses(owes, at_home):
    page = at_home(owes.person_id)
    shown = page.get(reverse("benefits")).content.decode()
    assert "¥200.00" in shown
    url = reverse("repayment", args=[owes.pk])
    assert "over 12 months" in page.get(url).content.decode()
    assert page.post(url, {"plan": "instalments", "count": "40"}).status_code == 422
    assert page.post(url, {"plan": ""}).status_code == 422
    assert page.post(url, {"plan": "instalments", "count": "３"}).status_code == 302
    assert [row.amount for row in owes.instalments.all()] == [66_67, 66_67, 66_66]
    assert findings() == []


def test_nobody_else_sees_or_agrees(owes, at_home, enroll):
    other = enroll(name="李四")
    url = reverse("repayment", args=[owes.pk])
    page = at_home(other.pk)
    assert page.get(url).status_code == 404
    assert page.post(url, {"plan": "once"}).status_code == 404
    assert Overpayment.objects.get().plan == ""


def test_the_desk_lists_receives_and_writes_off(owes, client):
    clerk = staff(Role.ASSESSOR)
    client.force_login(clerk, backend=BACKEND)
    assert "张三" in client.get(reverse("admin:pensions_overpayment_changelist")).content.decode()
    page = client.get(reverse("admin:pensions_overpayment_change", args=[owes.pk]))
    assert "200.00" in page.content.decode()
    said = {"plan": "instalments", "count": "2"}
    agree = reverse("admin:pensions_overpayment_verb", args=[owes.pk, "agree"])
    assert client.post(agree, said).status_code == 302
    receive = reverse("admin:pensions_overpayment_verb", args=[owes.pk, "receive"])
    assert client.get(receive).status_code == 403
    client.force_login(staff(Role.ACCOUNTANT), backend=BACKEND)
    today = owes.found_on
    paid = {
        "amount": "120.00",
        "reference": "B77",
        "on_day": today.day,
        "on_month": today.month,
        "on_year": today.year,
    }
    assert client.post(receive, paid).status_code == 302
    owes.refresh_from_db()
    assert owes.remaining == 80_00
    client.force_login(staff(Role.ASSESSOR, region=BEIJING), backend=BACKEND)
    page = client.get(reverse("admin:pensions_overpayment_change", args=[owes.pk]))
    assert page.status_code in (302, 404)
    assert client.get(agree).status_code == 404


def test_a_correction_goes_from_the_award_to_the_case_and_shows_both_sheets(
    owes, client, carry, assessor, reviewer
):
    award = owes.award
    carry(award.person, month(2004, 1), month(2005, 12), 6_000_00)
    client.force_login(assessor, backend=BACKEND)
    page = client.get(reverse("admin:pensions_award_change", args=[award.pk]))
    assert reverse("admin:pensions_correction_open", args=[award.pk]) in page.content.decode()
    opened = reverse("admin:pensions_correction_open", args=[award.pk])
    assert client.post(opened, {"cause": "wages", "reason": "补录"}).status_code == 302
    made = Correction.objects.get()
    url = reverse("admin:pensions_correction_verb", args=[made.pk, "assess"])
    assert client.post(url).status_code == 302
    case = reverse("admin:office_case_change", args=[made.pk])
    shown = client.get(case).content.decode()
    assert "Month by month" in shown
    assert "The sheet before the correction" in shown
    post = reverse("admin:pensions_correction_verb", args=[made.pk, "post"])
    assert client.get(post).status_code == 403
    client.force_login(staff(Role.REVIEWER, region=BEIJING), backend=BACKEND)
    assert client.get(post).status_code == 404
    client.force_login(reviewer, backend=BACKEND)
    assert "After the correction" in client.get(post).content.decode()
    assert client.post(post).status_code == 302
    made.refresh_from_db()
    assert made.posted_at is not None
    assert findings() == []


def test_a_new_bank_account_is_shown_and_counts_from_the_next_payroll(owes, at_home, bank, drive):
    page = at_home(owes.person_id)
    before = BankAccount.objects.get(person_id=owes.person_id)
    assert before.last_four in page.get(reverse("benefits")).content.decode()
    after = bank(owes.person)
    assert after.last_four != before.last_four
    shown = page.get(reverse("benefits")).content.decode()
    assert f"ending {after.last_four}" in shown
    drive("pension_payroll", START + 2)
    orders = PaymentOrder.objects.filter(person_id=owes.person_id).order_by("month")
    assert [order.last_four for order in orders] == [before.last_four] * 2 + [after.last_four]
