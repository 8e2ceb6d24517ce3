"""Care paid in cash at the desk and the portal: received, worked through by clicking, kept from others."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.urls import reverse

from funds.models import PaymentBatch
from medical.models import Invoice, Reimbursement
from medical.services import reimbursing
from socsec.office import person_file
from socsec.office.models import Case, Role
from tests.desk.test_walk import sign_in
from tests.medical.clerks import SICHUAN
from tests.medical.clerks import clerk as member

from .test_reimbursing import (
    DAY,
    LIST,
    account,
    bill,
    catalogue,
    claim,
    clerk,
    fund,
    hands,
    hospital,
    village,
)

__all__ = [
    "account",
    "bill",
    "catalogue",
    "claim",
    "clerk",
    "fund",
    "hands",
    "hospital",
    "village",
]
PNG = b"\x89PNG\r\n\x1a\n photo"
QUEUE = reverse("admin:medical_reimbursement_changelist")


def boxes(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


CARE = {
    "cause": "emergency",
    "care": "21",
    "provider_name": "杭州示范医院",
    "place": "330100",
    **boxes("from_date", DAY),
    **boxes("until", DAY + timedelta(days=4)),
}
INVOICE = {
    "code": "33010024",
    "number": "0012345678",
    "amount": "20,000.00",
    **boxes("issued_on", DAY),
}


def verb(held, slug):
    return reverse("admin:medical_reimbursement_verb", args=[held.pk, slug])


def test_a_claim_goes_through_the_desk_by_clicking(
    client,
    village,
    hands,
    catalogue,
    fund,
    account,
    django_assert_max_num_queries,
):
    intake, assessor, reviewer, accountant = hands
    lin = village.souls["lin"]
    url = reverse("admin:medical_reimbursement_receive", args=[lin.pk])
    sign_in(client, intake)
    offered = person_file.buttons_of(intake, lin.pk, dead=False)
    assert url in {button.url for _noun, button in offered}
    assert client.post(url, {**CARE, **INVOICE, "amount": "0"}).status_code == 422
    assert not Reimbursement.objects.exists()
    assert client.post(url, {**CARE, **INVOICE}).status_code == 302
    held = Reimbursement.objects.get()
    page = reverse("admin:office_case_change", args=[held.pk])
    text = client.get(page).text
    assert "0012345678" in text
    assert verb(held, "assess") not in text
    sign_in(client, assessor)
    assert verb(held, "assess") in client.get(page).text
    assert client.post(verb(held, "lines"), {"text": "x"}).status_code == 422
    assert client.post(verb(held, "lines"), {"text": LIST}).status_code == 302
    assert "没有的药" in client.get(verb(held, "lines")).text
    assert client.post(verb(held, "assess"), {}).status_code == 422  # the level is missing
    said = {**CARE, "level": "3", "provider_code": "H33010000001"}
    assert client.post(verb(held, "complete"), said).status_code == 302
    strike = reverse("admin:medical_reimbursement_strike", args=[held.pk, 2])
    assert strike in client.get(page).text
    assert client.post(strike, {"refusal": "not_shown"}).status_code == 302
    restore = reverse("admin:medical_reimbursement_restore", args=[held.pk, 2])
    assert restore in client.get(page).text
    assert client.post(restore).status_code == 302
    assert client.post(strike, {"refusal": "not_shown"}).status_code == 302
    assert client.post(verb(held, "assess"), {"text": "相符"}).status_code == 302
    sign_in(client, reviewer)
    # (18,000.00 − 1,500.00) × 85 % = 14,025.00
    assert "14,025.00" in client.get(verb(held, "grant")).text
    assert client.post(verb(held, "grant")).status_code == 302
    with django_assert_max_num_queries(60):
        text = client.get(page).text
    for each in ("The papers do not show it.", "owed to the person", "Assessment sheet"):
        assert each in text, each
    sign_in(client, accountant)
    order = reverse("admin:medical_reimbursement_order")
    with django_assert_max_num_queries(25):
        text = client.get(QUEUE).text
    assert order in text
    assert "14,025.00" in text
    assert "14,025.00" in client.get(order).text
    assert client.post(order).status_code == 302
    assert PaymentBatch.objects.get().total == 14_025_00
    assert client.post(order).status_code == 422
    # Nobody else's desk has it.
    sign_in(client, member(Role.ASSESSOR, Role.REVIEWER, region=SICHUAN))
    assert "杭州示范医院" not in client.get(QUEUE).text
    for each in (page, verb(held, "assess"), strike, url):
        assert client.get(each).status_code in (302, 404), each
    assert client.get(verb(held, "nothing")).status_code == 404


def test_invoices_that_look_alike_are_shown_to_the_assessor_and_named_across_offices(
    client,
    claim,
    hands,
    village,
):
    first = claim()
    paper = reimbursing.Paper(number="0012345678", code="7", issued_on=DAY, amount=20_000_00)
    twin = claim(invoice=paper, who="chen")
    sign_in(client, hands[1])
    page = reverse("admin:office_case_change", args=[twin.pk])
    assert reverse("admin:office_case_change", args=[first.pk]) in client.get(page).text
    assert client.post(verb(twin, "assess"), {}).status_code == 422
    Reimbursement.objects.filter(pk=first.pk).update(region=SICHUAN)
    assert "in a case of another office" in client.get(page).text


def test_a_person_hands_a_claim_in_at_the_portal_with_photos(
    client,
    village,
    catalogue,
):
    first, second = reverse("reimbursement"), reverse("reimbursement_invoice")
    sign_in(client, village.portal["lin"])
    assert first in client.get(reverse("medical_cover")).text
    assert client.get(second).status_code == 302  # the care comes first
    assert client.post(first, {**CARE, "care": ""}).status_code == 422
    assert client.post(first, CARE).status_code == 302
    assert "杭州示范医院" in client.get(first).text  # what was said is kept
    assert "杭州示范医院" in client.get(second).text

    def photos(*names, content=PNG):
        return {name: ContentFile(content, f"{name}.png") for name in names}

    papers = ("file", "cost_list")
    for wrong in (
        {**photos(*papers), "truth": ""},
        {**photos("file"), "truth": "on"},
        {**photos(*papers, content=b"no picture"), "truth": "on"},
        {**photos(*papers), "truth": "on", "amount": "0"},
    ):
        assert client.post(second, {**INVOICE, **wrong}).status_code == 422
    assert not Case.objects.filter(kind=reimbursing.KIND).exists()
    sent = client.post(second, {**INVOICE, **photos(*papers), "truth": "on"})
    held = Reimbursement.objects.get()
    third = reverse("reimbursement_more", args=[held.case.number])
    assert sent.url == third
    assert held.level is None
    assert held.case.documents.count() == 1  # the same picture twice is one paper
    assert client.post(third, {**INVOICE, **photos("file")}).status_code == 422  # the same invoice
    other = {**INVOICE, "number": "2", **photos("file")}
    assert client.post(third, other).status_code == 302
    assert Invoice.objects.count() == 2
    assert "0012345678" in client.get(third).text
    # Nobody else sees it, and once it is looked at no invoice is added.
    sign_in(client, village.portal["chen"])
    assert client.get(third).status_code == 404
    sign_in(client, village.portal["lin"])
    Case.objects.filter(pk=held.pk).update(state=Case.State.RECEIVED)
    withdraw = reverse("case_withdraw", args=[held.case.number])
    assert client.post(withdraw, {"sure": "yes"}).status_code == 302
    assert client.get(third).url == reverse("case", args=[held.case.number])
    assert not Invoice.objects.filter(live=True).exists()
