"""Bills at the desk: found, read with their working, and taken back by two; nobody else sees them."""

from datetime import date

import pytest
from django.urls import reverse

from medical.models import BillReversal, Care, Encounter, Settlement
from medical.services import bill_paper, reversing, settling
from medical.services.settling.sheets import sheets
from socsec.office import certificates
from socsec.office.errors import Conflict, Denied, Invalid, NotFound
from socsec.office.models import AuditEntry, Certificate, Role
from socsec.office.services import certificates as checking
from tests import papers
from tests.desk.test_walk import sign_in
from tests.medical.clerks import SICHUAN
from tests.medical.clerks import clerk as member

from .hospital import YEAR, catalogue, clerk, hospital, village  # noqa: F401
from .test_settling import visit  # noqa: F401 - fixture

LIST = reverse("admin:medical_encounter_changelist")
PROPOSED, DONE, REJECTED = BillReversal.State.values


def page_of(encounter):
    return reverse("admin:medical_encounter_change", args=[encounter.pk])


@pytest.fixture
def settled(clerk, visit):  # noqa: F811
    stay = visit(20_000)
    settling.settle(by=clerk, encounter=stay)
    return stay


def test_bills_are_found_by_person_provider_and_number(
    client,
    village,  # noqa: F811
    clerk,  # noqa: F811
    settled,
    visit,  # noqa: F811
    django_assert_max_num_queries,
):
    other = visit(50, care=Care.OUTPATIENT, who="chen", number="门-77")
    sign_in(client, clerk)
    lin, chen = (village.souls[name] for name in ("lin", "chen"))
    for words, there, absent in (
        ("林知秋", settled, other),
        (lin.resident_id, settled, other),
        ("浦东示范", settled, None),
        ("H31011500001", other, None),
        ("门-77", other, settled),
        (chen.name, other, settled),
        ("110101199003070134", None, settled),  # nobody's number
    ):
        text = client.get(LIST, {"q": words}).content.decode()
        assert there is None or page_of(there) in text, words
        assert absent is None or page_of(absent) not in text, words
    text = client.get(LIST, {"state__exact": "discharged"}).content.decode()
    assert page_of(other) in text
    assert page_of(settled) not in text
    with django_assert_max_num_queries(21):
        assert "20,000.00" in client.get(LIST).content.decode()


def test_the_page_shows_the_working_the_payers_the_lines_and_who_looked(
    client,
    clerk,  # noqa: F811
    settled,
    django_assert_max_num_queries,
):
    sign_in(client, clerk)
    with django_assert_max_num_queries(50):
        text = client.get(page_of(settled)).content.decode()
    # Shanghai, working, third level: (20,000.00 − 1,500.00) × 85 % = 15,725.00
    for each in ("Assessment sheet", "15,725.00", "4,275.00", "1,500.00", "in the night after"):
        assert each in text, each
    assert AuditEntry.objects.filter(act="bill.read", person_id=settled.person_id).count() == 1


def test_the_sheet_says_what_the_books_say_after_an_earlier_bill_came_late(clerk, visit):  # noqa: F811
    later = visit(3_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 20))
    settling.settle(by=clerk, encounter=later)
    early = visit(3_000, care=Care.OUTPATIENT, day=date(YEAR, 1, 10))
    settling.settle(by=clerk, encounter=early)
    for each in (early, later):
        (sheet,) = sheets(each)
        booked = sum(Settlement.objects.filter(encounter=each).values_list("fund_pay", flat=True))
        assert sheet.document.line("fund_pay").value == f"{booked / 100:.2f}"
    settling.reverse(by=clerk, encounter=early, reason="误结算")
    assert sheets(early) == []


def test_a_settlement_is_taken_back_by_two(client, village, clerk, settled):  # noqa: F811
    reviewer = village.by("reviewer")
    url = reverse("admin:medical_encounter_propose", args=[settled.pk])
    assert sign_in(client, reviewer).get(url).status_code == 403
    sign_in(client, clerk)
    assert url in client.get(page_of(settled)).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "费用重复"}).status_code == 302
    asked = BillReversal.objects.get()
    assert (asked.state, asked.maker) == (PROPOSED, clerk)
    assert Encounter.objects.get().state == Encounter.State.SETTLED
    page = reverse("admin:medical_billreversal_change", args=[asked.pk])
    assert page in client.get(page_of(settled)).content.decode()
    approve = reverse("admin:medical_billreversal_approve", args=[asked.pk])
    assert client.get(approve).status_code == 403  # who proposed it
    sign_in(client, reviewer)
    assert approve in client.get(page).content.decode()
    assert client.post(approve).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.checker) == (DONE, reviewer)
    assert Encounter.objects.get().state == Encounter.State.DISCHARGED
    assert sum(Settlement.objects.values_list("total", flat=True)) == 0


def test_what_must_not_be_taken_back_stays(village, clerk, settled):  # noqa: F811
    reviewer = village.by("reviewer")
    with pytest.raises(Invalid):
        reversing.propose(by=clerk, encounter=settled, reason=" ")
    with pytest.raises(Denied):
        reversing.propose(by=reviewer, encounter=settled, reason="更正")
    asked = reversing.propose(by=clerk, encounter=settled, reason="更正")
    with pytest.raises(Conflict) as caught:
        reversing.propose(by=clerk, encounter=settled, reason="更正")
    assert caught.value.code == "proposed_already"
    both = member(Role.ASSESSOR, Role.REVIEWER)
    BillReversal.objects.update(maker=both)
    with pytest.raises(Denied) as eyes:
        reversing.approve(by=both, reversal=asked)
    assert eyes.value.code == "four_eyes"
    with pytest.raises(Invalid):
        reversing.reject(by=reviewer, reversal=asked, answer="")
    reversing.reject(by=reviewer, reversal=asked, answer="账目无误")
    with pytest.raises(Conflict):
        reversing.approve(by=reviewer, reversal=asked)
    again = reversing.propose(by=clerk, encounter=settled, reason="更正")
    settling.reverse(by=clerk, encounter=settled, reason="医院自行撤销")  # its provider was faster
    with pytest.raises(Conflict):
        reversing.approve(by=reviewer, reversal=again)
    assert set(BillReversal.objects.values_list("state", flat=True)) == {REJECTED, PROPOSED}
    with pytest.raises(Conflict):
        reversing.propose(by=clerk, encounter=settled, reason="更正")  # nothing is settled


def test_a_clerk_of_another_office_sees_nothing(client, clerk, settled):  # noqa: F811
    stranger = member(Role.ASSESSOR, Role.REVIEWER, region=SICHUAN)
    asked = reversing.propose(by=clerk, encounter=settled, reason="更正")
    with pytest.raises(NotFound):
        reversing.propose(by=stranger, encounter=settled, reason="更正")
    with pytest.raises(NotFound):
        reversing.approve(by=stranger, reversal=asked)
    sign_in(client, stranger)
    assert settled.number not in client.get(LIST).content.decode()
    reversals = client.get(reverse("admin:medical_billreversal_changelist")).content.decode()
    assert "更正" not in reversals
    for url in (
        page_of(settled),
        reverse("admin:medical_encounter_propose", args=[settled.pk]),
        reverse("admin:medical_billreversal_approve", args=[asked.pk]),
    ):
        assert client.get(url).status_code in (302, 404), url
    assert not AuditEntry.objects.filter(act="bill.read").exists()


def test_the_home_office_reads_the_bills_of_its_own_insured_elsewhere(client, settled):
    Encounter.objects.update(home="510104")
    sign_in(client, member(Role.ASSESSOR, region=SICHUAN))
    assert page_of(settled) in client.get(LIST).content.decode()
    text = client.get(page_of(settled)).content.decode()
    assert reverse("admin:medical_encounter_propose", args=[settled.pk]) not in text


def test_the_sheet_is_printed_at_desk_and_portal_and_anyone_checks_it(
    client,
    village,  # noqa: F811
    clerk,  # noqa: F811
    settled,
):
    url = reverse("admin:medical_encounter_print", args=[settled.pk])
    sign_in(client, clerk)
    assert url in client.get(page_of(settled)).content.decode()
    assert client.post(url).status_code == 302
    row = Certificate.objects.get(kind=bill_paper.SLUG)
    printed = certificates.pdf(row.issued, "en")
    said = papers.text(printed)
    # (20,000.00 − 1,500.00) × 85 % = 15,725.00; the rest is the person's
    for each in ("15,725.00", "4,275.00", "浦东示范医院", row.issued.code):
        assert each in said, each
    assert printed == certificates.pdf(row.issued, "en")
    assert "医疗费用结算单" in papers.text(certificates.pdf(row.issued, "zh-hans"))
    # The person gets the same paper in the portal; nobody else does.
    mine = reverse("medical_bill_paper", args=[settled.public_id])
    sign_in(client, village.portal["chen"])
    assert client.post(mine).status_code == 404
    sign_in(client, village.portal["lin"])
    assert client.get(mine).status_code == 405
    answer = client.post(mine, follow=True)
    assert answer.status_code == 200
    assert Certificate.objects.filter(
        kind=bill_paper.SLUG, issued_by=village.portal["lin"]
    ).exists()
    # Once the bill is taken back the paper holds no longer; settled to the same again, it is true.
    known = {"serial": row.issued.serial, "code": row.issued.code}
    assert checking.check(**known).verdict == checking.Verdict.TRUE
    settling.reverse(by=clerk, encounter=settled, reason="更正")
    assert checking.check(**known).verdict == checking.Verdict.REVOKED
    settling.settle(by=clerk, encounter=settled)
    assert checking.check(**known).verdict == checking.Verdict.TRUE


def test_what_is_not_settled_has_no_paper(clerk, settled):  # noqa: F811
    settling.reverse(by=clerk, encounter=settled, reason="更正")
    settled.refresh_from_db()
    with pytest.raises(Conflict):
        bill_paper.issue(by=clerk, encounter=settled)
    assert not Certificate.objects.exists()
