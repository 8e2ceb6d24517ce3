"""Requests for changes: old and new side by side, with papers, decided by two who are not the asker."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from enrollment import queries
from enrollment.models import BankAccount, ChangeRequest, IdentityDocument, Person, PersonIdentifier
from enrollment.services.people import changes, registration
from enrollment.services.people.changes import Upload
from socsec.kernel.ids import make_resident_id
from socsec.office.errors import Conflict, Denied, Invalid, NotFound, Refused
from socsec.office.models import Case, Notice, Role, User
from socsec.office.services import case as cases
from socsec.office.services import users

from .conftest import CHAOYANG, SHANGHAI

PDF = Upload("page.pdf", b"%PDF-1.4 the page of the register")
BORN = date(1990, 5, 1)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def li(enroll, edition):
    return enroll("李芳", born=BORN, phone="13800138000")


def ask(by, person, what, channel="counter", **more):
    new = more.pop("new")
    more.setdefault("uploads", [PDF])
    return changes.ask(by=by, person=person, what=what, new=new, channel=channel, **more)


def decide(request, assessor, reviewer):
    changes.examine(by=assessor, request=request)
    return changes.grant(by=reviewer, request=request)


def fresh(person):
    return Person.objects.get(pk=person.pk)


def test_a_name_changes_once_two_have_looked_and_the_old_one_stays_in_the_history(
    li, intake, assessor, reviewer
):
    request = ask(intake, li, "name", new={"name": "李 芳菲"}, from_=date(2026, 3, 1))
    assert (request.old, request.new) == ({"name": "李芳"}, {"name": "李 芳菲"})
    assert fresh(li).name == "李芳"
    changes.examine(by=assessor, request=request)
    assert fresh(li).name == "李芳"
    changes.grant(by=reviewer, request=request)
    assert fresh(li).name == "李 芳菲"
    rows = [(f.value, f.since, f.case_id) for f in queries.facts_of(li.pk)]
    assert rows == [("李芳", None, None), ("李 芳菲", date(2026, 3, 1), request.pk)]
    assert Notice.objects.get(person_id=li.pk).case_id == request.pk


def test_whoever_examined_does_not_decide_and_intake_does_neither(li, intake, assessor, staff):
    request = ask(intake, li, "name", new={"name": "李芳菲"})
    with pytest.raises(Denied):
        changes.examine(by=intake, request=request)
    changes.examine(by=assessor, request=request)
    with pytest.raises(Denied):
        changes.grant(by=assessor, request=request)
    with pytest.raises(NotFound):
        changes.grant(by=staff(Role.REVIEWER, region=SHANGHAI), request=request)
    assert fresh(li).name == "李芳"
    assert request.case.state != Case.State.GRANTED


def test_a_refusal_says_why_and_changes_nothing(li, intake, assessor, reviewer):
    request = ask(intake, li, "name", new={"name": "李芳菲"})
    changes.examine(by=assessor, request=request)
    with pytest.raises(Invalid):
        changes.refuse(by=reviewer, request=request, reason="bad mood")
    changes.refuse(by=reviewer, request=request, reason="not_proven")
    case = Case.objects.get(pk=request.pk)
    assert (case.state, case.reasons[0]["code"]) == ("refused", "not_proven")
    assert fresh(li).name == "李芳"


def test_a_corrected_number_brings_birth_date_and_sex_and_lets_the_wrong_number_go(
    li, intake, assessor, reviewer, enroll
):
    old = li.resident_id
    right = make_resident_id("110105", date(1991, 5, 1), 33)  # a man, a year younger
    with pytest.raises(Refused) as refused:
        ask(intake, li, "born_on", new={"born_on": "1991-05-01"})
    assert refused.value.code == "number_says_otherwise"
    request = ask(intake, li, "resident_id", new={"number": right}, correction=True)
    decide(request, assessor, reviewer)
    person = fresh(li)
    assert (person.resident_id, person.born_on, person.sex) == (right, date(1991, 5, 1), 1)
    assert queries.by_resident_id(old) is None
    assert queries.by_resident_id(right) == person
    kept = IdentityDocument.objects.get(person=li, ended_on__isnull=False)
    assert (kept.number, kept.end_reason) == (old, "corrected")


def test_a_changed_number_goes_on_finding_the_person(li, intake, assessor, reviewer):
    old, new = li.resident_id, make_resident_id("110105", BORN, 900)
    request = ask(intake, li, "resident_id", new={"number": new}, from_=date(2026, 1, 5))
    decide(request, assessor, reviewer)
    assert queries.by_resident_id(old) == queries.by_resident_id(new) == li
    assert PersonIdentifier.objects.filter(person=li).count() == 2


def test_the_number_of_another_person_is_refused_at_once(li, intake, enroll):
    other = enroll("王芳", born=BORN)
    with pytest.raises(Conflict) as refused:
        ask(intake, li, "resident_id", new={"number": other.resident_id}, correction=True)
    assert refused.value.code == "already_enrolled"
    assert not ChangeRequest.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("what", "new", "more", "error", "code"),
    [
        ("name", {"name": "李芳菲"}, {"uploads": []}, Invalid, "no_document"),
        ("name", {"name": " "}, {}, Invalid, "name_missing"),
        ("name", {"name": "李芳"}, {}, Invalid, "nothing_new"),
        ("name", {"name": "李菲"}, {"from_": date(2999, 1, 1)}, Invalid, "in_the_future"),
        ("sex", {"sex": "3"}, {}, Invalid, "no_sex"),
        ("sex", {"sex": "1"}, {}, Refused, "number_says_otherwise"),
        ("born_on", {"born_on": "yesterday"}, {}, Invalid, "no_date"),
        ("phone", {"phone": "12"}, {}, Invalid, "length"),
        ("bank", {"purpose": "benefit", "account": "1", "bank": "B"}, {}, Invalid, "length"),
        (
            "bank",
            {"purpose": "benefit", "account": "622848001234", "bank": "B", "holder": "王芳"},
            {},
            Refused,
            "not_own_account",
        ),
        ("registration", {"kind": "9", "region": CHAOYANG}, {}, Invalid, "no_kind"),
        ("registration", {"kind": "1", "region": "999999"}, {}, Invalid, "no_region"),
        ("shoe_size", {"shoe_size": "42"}, {}, Invalid, "no_what"),
        ("name", {"name": "李菲"}, {"uploads": [Upload("a.exe", b"MZ")]}, Invalid, None),
        ("name", {"name": "李菲"}, {"uploads": [Upload("a.pdf", b"")]}, Invalid, "empty"),
        (
            "name",
            {"name": "李菲"},
            {"uploads": [Upload("a.pdf", b"%PDF-" + b"0" * (10 * 2**20))]},
            Invalid,
            "too_large",
        ),
    ],
)
def test_what_cannot_be_or_is_not_proven_is_refused_and_opens_no_case(
    li, intake, what, new, more, error, code
):
    with pytest.raises(error) as refused:
        ask(intake, li, what, new=new, **more)
    assert refused.value.code == (code or "unknown_file_type")
    assert not Case.objects.exists()
    assert not ChangeRequest.objects.exists()


def test_one_request_of_a_kind_is_open_at_a_time_and_another_follows_its_withdrawal(li, intake):
    first = ask(intake, li, "name", new={"name": "李芳菲"})
    with pytest.raises(Conflict) as refused:
        ask(intake, li, "name", new={"name": "李菲"})
    assert refused.value.code == "request_open"
    cases.withdraw(case_id=first.pk, by=intake, text="a slip")
    assert ask(intake, li, "name", new={"name": "李菲"}).pk != first.pk


def test_a_file_that_changed_meanwhile_is_not_changed_again_by_a_stale_request(
    li, intake, assessor, reviewer
):
    request = ask(intake, li, "registration", new={"kind": "1", "region": CHAOYANG})
    changes.examine(by=assessor, request=request)
    registration.register(by=intake, person=li, kind=2, region=CHAOYANG, from_=date(2020, 1, 1))
    with pytest.raises(Conflict) as refused:
        changes.grant(by=reviewer, request=request)
    assert refused.value.code == "file_changed"
    assert Case.objects.get(pk=request.pk).state == Case.State.ASSESSED
    assert [row.kind for row in queries.registrations(li.pk)] == [2]


def test_account_phone_and_address_change_by_request(li, intake, assessor, reviewer):
    said = {
        "bank": {"purpose": "benefit", "account": "622848001234", "bank": "农业银行"},
        "phone": {"phone": "139 0013 9000"},
        "address": {"address": "柳巷 3 号"},
    }
    for what, new in said.items():
        decide(ask(intake, li, what, new=new, uploads=[]), assessor, reviewer)
    assert BankAccount.objects.get(person=li, closed_on__isnull=True).last_four == "1234"
    assert fresh(li).phone == "13900139000"
    assert queries.address_of(li.pk) == "柳巷 3 号"
    with connection.cursor() as cursor:
        cursor.execute("select before || after from enrollment_changerequest")
        kept = "".join(row[0] for row in cursor.fetchall())
    assert not any(number in kept for number in ("622848001234", "13900139000", "柳巷"))


# in the portal


@pytest.fixture
def at_portal(client, li):
    user = users.create_insured(
        username="li.fang", password="a word that is long enough", person_id=li.pk, by=None
    )
    client.force_login(user, backend=BACKEND)
    return client


def test_a_question_a_check_with_the_paper_and_a_case(at_portal, li, assessor, reviewer):
    assert "138****8000" in at_portal.get("/details/").text
    answer = at_portal.post("/details/name/", {"name": "李芳菲", "how": "wrong"})
    assert answer.url == "/details/name/check/"
    assert "李芳菲" not in str(dict(at_portal.session))
    page = at_portal.get(answer.url)
    assert "李芳菲" in page.text
    assert "on file: 李芳" in page.text
    assert at_portal.post(answer.url, {}).status_code == 200
    assert not Case.objects.exists()
    wrong = SimpleUploadedFile("a.pdf", b"no pdf at all")
    assert "neither a PDF" in at_portal.post(answer.url, {"file": wrong}).text
    assert not Case.objects.exists()
    done = at_portal.post(answer.url, {"file": SimpleUploadedFile("a.pdf", PDF.content)})
    assert Case.objects.get().spaced_number in at_portal.get(done.url).text
    request = ChangeRequest.objects.get()
    assert (request.correction, request.case.documents.count()) == (True, 1)
    assert "Being changed" in at_portal.get("/details/").text
    decide(request, assessor, reviewer)
    assert "李芳菲" in at_portal.get("/details/").text


def test_papers_and_requests_of_others_are_closed(at_portal, li, intake, enroll, staff, client):
    other = ask(intake, enroll("别人", born=BORN), "name", new={"name": "别的"})
    assert at_portal.get(f"/requests/{other.case.number}/").status_code == 404
    assert at_portal.get(f"/cases/{other.case.number}/").status_code == 404
    assert at_portal.get("/details/shoe_size/").status_code == 404
    paper = f"/admin/office/case/document/{other.case.documents.get().pk}/"
    assert at_portal.get(paper).status_code in (302, 403, 404)
    User.objects.filter(pk=intake.pk).update(is_staff=True)
    elsewhere = staff(Role.REVIEWER, region=SHANGHAI)
    User.objects.filter(pk=elsewhere.pk).update(is_staff=True)
    client.force_login(elsewhere, backend=BACKEND)
    assert client.get(paper).status_code == 404
    client.force_login(intake, backend=BACKEND)
    assert client.get(paper).status_code == 200


def test_the_desk_takes_a_request_and_shows_old_and_new_beside_each_other(
    client, li, intake, assessor, reviewer
):
    def sign_in(clerk):
        User.objects.filter(pk=clerk.pk).update(is_staff=True)
        client.force_login(clerk, backend=BACKEND)

    sign_in(intake)
    base = f"/admin/enrollment/person/{li.pk}/change-of/"
    assert client.post(base, {"what": "name"}).url == f"{base}name/"
    file = SimpleUploadedFile("a.pdf", PDF.content)
    client.post(f"{base}name/", {"name": "李芳菲", "correction": "on", "file": file})
    request = ChangeRequest.objects.get()
    case = f"/admin/office/case/{request.pk}/change/"
    verb = f"/admin/enrollment/person/changes/{request.pk}/"
    page = client.get(case).text
    assert "李芳菲" in page
    assert "Papers examined" not in page
    assert client.get(f"{verb}grant/").status_code == 403
    sign_in(assessor)
    assert client.post(f"{verb}examine/").status_code == 302
    sign_in(reviewer)
    assert "Agree and change" in client.get(case).text
    assert client.post(f"{verb}grant/").status_code == 302
    assert fresh(li).name == "李芳菲"
    assert client.get("/admin/enrollment/changerequest/").status_code == 200
