"""Papers that prove insurance: issued as the record stands, checked by anyone, altered by nobody."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from enrollment.services.assessment import contributions
from enrollment.services.collection import receipts
from enrollment.services.record import certificates as papers
from socsec.office import certificates as kinds
from socsec.office import oversight
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import AuditEntry, Certificate, Role, User
from socsec.office.services import certificates, users
from socsec.office.services.certificates import Verdict
from tests import papers as reading

from .conftest import MARCH, PENSION, SHANGHAI

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def li(enroll, found, employ, assessor, accountant):
    """Insured since January 2026; March is assessed and paid: 24 % of 10,000.00 is 2,400.00."""
    who, firm = enroll("李芳"), found()
    employ(who, firm, wage=1_000_000)
    contributions.assess(by=assessor, person=who, month=MARCH, branch=PENSION)
    receipts.receive(
        by=accountant,
        branch=PENSION,
        amount=240_000,
        received_on=date(2026, 3, 20),
        reference="R-3",
        employer=firm,
    )
    return who


@pytest.fixture
def paper(intake, li):
    return papers.issue_coverage(by=intake, person=li)


def told(issued, **changes):
    return certificates.check(serial=issued.serial, code=issued.code, **changes)


def test_a_certificate_of_coverage_states_branches_and_months(paper, li):
    issued = paper.issued
    assert issued.facts["spans"][0]["from"] == "2026-01-01"
    assert issued.facts["months"] == [{"branch": 1, "months_paid": 1, "months_deemed": 0}]
    assert issued.valid_until == issued.issued_on + timedelta(days=90)
    assert AuditEntry.objects.filter(act="certificate.issue", person_id=li.pk).count() == 1


def test_a_certificate_of_contributions_states_each_month_to_the_fen(intake, li):
    made = papers.issue_contributions(by=intake, person=li, first_month=MARCH - 2, last_month=MARCH)
    rows = made.facts["branches"][0]["rows"]
    # 10,000.00: 16 % is 1,600.00, 8 % is 800.00, together 2,400.00 and all paid
    assert [row[:6] for row in rows] == [[MARCH, "paid", 1_000_000, 160_000, 80_000, 240_000]]
    said = reading.text(kinds.pdf(made.issued, "zh-hans"))
    assert "2,400.00" in said
    assert li.resident_id in said


def test_the_same_facts_on_the_same_day_are_one_paper_and_new_facts_another(
    intake, li, paper, assessor
):
    assert papers.issue_coverage(by=intake, person=li) == paper
    assert Certificate.objects.count() == 1
    certificates.revoke(by=_reviewer(intake), certificate=paper, reason="a test")
    assert papers.issue_coverage(by=intake, person=li) != paper


def _reviewer(other: User) -> User:
    from socsec.office.models import RoleGrant

    user = User.objects.create(username="rev", office=other.office, kind=User.Kind.STAFF)
    RoleGrant.objects.create(user=user, role=Role.REVIEWER, since=date(2020, 1, 1))
    return user


def test_the_pdf_is_the_same_whenever_it_is_drawn_and_says_what_the_page_says(paper):
    first = kinds.pdf(paper.issued, "zh-hans")
    again = kinds.pdf(Certificate.objects.get().issued, "zh-hans")
    assert first == again
    said = reading.text(first)
    for part in (paper.issued.printed_serial, paper.issued.code, paper.issued.mark, "参保证明"):
        assert part in said
    assert "Certificate of coverage" in reading.text(kinds.pdf(paper.issued, "en"))


def test_nobody_without_the_act_issues_and_another_region_does_not_exist(li, accountant, staff):
    with pytest.raises(Denied):
        papers.issue_coverage(by=accountant, person=li)
    with pytest.raises(NotFound):
        papers.issue_coverage(by=staff(Role.INTAKE, region=SHANGHAI), person=li)
    stranger = users.create_insured(
        username="stranger", password="x" * 20, person_id=li.pk + 1, by=None
    )
    with pytest.raises(Denied):
        papers.issue_coverage(by=stranger, person=li)
    assert not Certificate.objects.exists()


def test_what_cannot_be_certified_is_refused_and_nothing_is_written(intake, enroll, li):
    with pytest.raises(Refused):
        papers.issue_coverage(by=intake, person=enroll("新人"))
    with pytest.raises(Refused):
        papers.issue_contributions(
            by=intake, person=li, first_month=MARCH - 9, last_month=MARCH - 5
        )
    with pytest.raises(Invalid):
        papers.issue_contributions(by=intake, person=li, first_month=MARCH, last_month=MARCH - 1)
    with pytest.raises(Invalid):
        papers.issue_contributions(by=intake, person=li, first_month=22_000, last_month=MARCH)
    assert not Certificate.objects.exists()


def test_number_and_code_together_say_that_a_paper_is_true(paper, li):
    issued = paper.issued
    found = certificates.check(
        serial=issued.printed_serial.lower(), code=f" {issued.code.lower()} ", mark=issued.mark
    )
    assert found.verdict is Verdict.TRUE
    shown = " ".join(str(part) for line in found.lines for part in line)
    assert "李*" in shown
    assert li.resident_id not in shown
    assert AuditEntry.objects.filter(act="certificate.check", person_id=li.pk).count() == 1


def test_letters_that_are_misread_are_read_as_what_they_stand_for(paper):
    code = paper.issued.code.replace("1", "I").replace("0", "O")
    assert certificates.check(serial=paper.issued.serial, code=code).verdict is Verdict.TRUE


def test_whoever_does_not_know_both_learns_nothing_of_what_exists(paper):
    issued = paper.issued
    answers = set()
    for serial, code in [
        (issued.serial, "0000000000"),
        ("CB202699999999", issued.code),
        (issued.serial.replace("CB", "JF"), issued.code),
        ("XX202600000001", issued.code),
        ("nonsense", issued.code),
        (issued.serial, ""),
        ("CB2026ABCDEFGH", issued.code),
    ]:
        with pytest.raises(NotFound) as refused:
            certificates.check(serial=serial, code=code)
        answers.add((refused.value.code, str(refused.value)))
    assert len(answers) == 1
    assert not AuditEntry.objects.filter(act="certificate.check").exists()


def test_an_altered_an_expired_and_a_revoked_paper_are_told_apart(paper, intake):
    assert told(paper.issued, mark="00000000").verdict is Verdict.ALTERED
    late = paper.valid_until + timedelta(days=1)
    assert told(paper.issued, on=late).verdict is Verdict.EXPIRED
    certificates.revoke(by=_reviewer(intake), certificate=paper, reason="wrong person")
    assert told(paper.issued, mark=paper.issued.mark).verdict is Verdict.REVOKED
    with pytest.raises(Conflict):
        certificates.revoke(by=User.objects.get(username="rev"), certificate=paper, reason="again")


def test_a_paper_is_revoked_with_a_reason_by_a_reviewer_alone(paper, intake):
    with pytest.raises(Denied):
        certificates.revoke(by=intake, certificate=paper, reason="mine")
    with pytest.raises(Invalid):
        certificates.revoke(by=_reviewer(intake), certificate=paper, reason=" ")
    paper.refresh_from_db()
    assert paper.revoked_on is None


@pytest.mark.parametrize(
    "change", ["facts = '{}'", "digest = 'x'", "issued_on = '2020-01-01'", "valid_until = null"]
)
def test_the_database_refuses_to_change_what_a_paper_states(paper, change):
    from django.db import connection

    for statement in (f"update office_certificate set {change}", "delete from office_certificate"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_record_that_other_hands_changed_is_noticed_by_the_page_and_by_verify(paper):
    from django.db import connection

    code = paper.issued.code
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table office_certificate disable trigger office_certificate_stays")
        cursor.execute("update office_certificate set facts = jsonb_set(facts, '{born}', '\"x\"')")
        cursor.execute("alter table office_certificate enable trigger office_certificate_stays")
    found = certificates.check(serial=paper.issued.serial, code=code)
    assert found.verdict is Verdict.BROKEN
    assert found.lines == []
    wrong = [f.code for _question, all_ in oversight.run() for f in all_]
    assert "certificate_changed" in wrong


def test_keys_can_be_rotated_though_papers_never_change(paper, settings):
    from socsec.office.services import keys

    settings.FIELD_KEYS = ["YWFhYWJiYmJjY2NjZGRkZGVlZWVmZmZmZ2dnZ2hoaGg=", *settings.FIELD_KEYS]
    keys.rotate(by=None)
    assert Certificate.objects.get().number


@pytest.mark.parametrize("number", [0, 1, 17, 999_999, 2**40 - 1])
def test_a_hidden_number_is_read_back_and_says_nothing(number):
    hidden = kinds.hide(number, "a")
    assert kinds.unhide(hidden, "a") == number
    assert kinds.unhide(hidden, "b") != number
    assert kinds.unhide("nope", "a") is None


# The page


def test_the_page_answers_to_what_the_qr_code_holds(client, paper):
    page = client.get(paper.issued.url.split("8000")[1], headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "This paper is true" in page.text
    assert "Name</dt><dd>李*" in page.text
    assert page["Referrer-Policy"] == "no-referrer"


def test_the_page_asks_and_a_wrong_code_is_told_without_a_word_of_the_paper(client, paper):
    assert client.get(reverse("verify")).status_code == 200
    page = client.post(
        reverse("verify"),
        {"n": paper.issued.serial, "c": "AAAA-AAAA-AA"},
        headers={"accept-language": "en"},
    )
    assert page.status_code == 404
    assert "No paper of ours" in page.text
    assert "李" not in page.text
    assert client.post(reverse("verify"), {"n": "", "c": ""}).status_code == 422


def test_only_so_many_tries_a_minute_are_answered(client, paper):
    from django.core.cache import cache

    cache.clear()
    statuses = [
        client.get(reverse("verify"), {"n": paper.issued.serial, "c": "WRONG"}).status_code
        for _ in range(12)
    ]
    assert statuses[:10] == [404] * 10
    assert statuses[10:] == [429] * 2
    cache.clear()


# The portal


@pytest.fixture
def at_home(client, li):
    user = users.create_insured(username="li.fang", password="x" * 20, person_id=li.pk, by=None)
    client.force_login(user, backend=BACKEND)
    return client


def test_a_person_gets_a_certificate_in_the_portal_and_opens_it(at_home, li):
    page = at_home.post(reverse("paper_new"), {"kind": "coverage"}, follow=True)
    made = Certificate.objects.get(person_id=li.pk)
    assert page.status_code == 200
    assert made.issued.code in page.text
    pdf = at_home.get(reverse("paper_pdf", args=[made.issued.serial]))
    assert pdf["Content-Type"] == "application/pdf"
    assert made.issued.printed_serial in reading.text(pdf.content)
    assert made.issued.printed_serial in at_home.get(reverse("papers")).text


def test_months_are_asked_for_and_what_is_wrong_stands_by_its_field(at_home, li):
    assert at_home.post(reverse("paper_new"), {"kind": "contributions"}).url == reverse(
        "paper_months"
    )
    names = re.findall(
        r'name="((?:first|last)_month_?\w*)"', at_home.get(reverse("paper_months")).text
    )
    data = dict(zip(names, ["3", "2026", "1", "2026"], strict=True))
    page = at_home.post(reverse("paper_months"), data, headers={"accept-language": "en"})
    assert page.status_code == 422
    assert "before the first" in page.text
    data = dict(zip(names, ["1", "2026", "3", "2026"], strict=True))
    assert at_home.post(reverse("paper_months"), data).status_code == 302
    assert Certificate.objects.get().kind == "contributions"


def test_somebody_else_finds_no_such_paper(client, at_home, paper, enroll):
    other = users.create_insured(
        username="other", password="x" * 20, person_id=enroll("旁人").pk, by=None
    )
    client.force_login(other, backend=BACKEND)
    for name in ("paper", "paper_pdf"):
        assert client.get(reverse(name, args=[paper.issued.serial])).status_code == 404
    client.logout()
    assert client.get(reverse("papers")).status_code == 302


# The desk


def test_the_desk_issues_prints_and_revokes_and_other_regions_see_nothing(
    client, li, intake, staff
):
    client.force_login(_desk(intake), backend=BACKEND)
    done = client.post(reverse("admin:enrollment_certify", args=[li.pk, "coverage"]))
    made = Certificate.objects.get()
    assert done.url == reverse("admin:office_certificate_change", args=[made.pk])
    assert client.get(done.url).status_code == 200
    pdf = client.get(reverse("admin:office_certificate_pdf", args=[made.pk]))
    assert pdf["Content-Type"] == "application/pdf"
    assert AuditEntry.objects.filter(act="certificate.print", person_id=li.pk).exists()
    assert client.get(reverse("admin:office_certificate_changelist")).status_code == 200

    client.force_login(_desk(_reviewer(intake)), backend=BACKEND)
    client.post(reverse("admin:office_certificate_revoke", args=[made.pk]), {"text": "wrong"})
    made.refresh_from_db()
    assert made.revoke_reason == "wrong"

    client.force_login(_desk(staff(Role.REVIEWER, region=SHANGHAI)), backend=BACKEND)
    for name in ("pdf", "revoke"):
        assert (
            client.get(reverse(f"admin:office_certificate_{name}", args=[made.pk])).status_code
            == 404
        )
    assert (
        client.get(reverse("admin:enrollment_certify", args=[li.pk, "coverage"])).status_code == 404
    )
    assert made.name not in client.get(reverse("admin:office_certificate_changelist")).text


def _desk(user: User) -> User:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)


def test_today_is_the_day_of_issue(paper):
    assert paper.issued_on == timezone.localdate()
