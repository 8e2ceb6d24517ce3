"""Papers by API: issued once, read with a purpose, checked by whoever holds one."""

import pytest

from socsec.office.models import AuditEntry, Certificate
from tests import papers

pytestmark = pytest.mark.django_db
WRITE, READ = ("certificates:write",), ("certificates:read",)
PATH = "/api/v1/certificates/"


def issue(partner, whom, key, **more):
    body = {"person": str(whom.public_id), "kind": "coverage", **more}
    return partner.ask("post", PATH, body, scopes=WRITE, key=key, purpose="enrolment")


@pytest.fixture
def lin(village):
    return village.souls["lin"]


def test_a_partner_has_a_certificate_issued_once_reads_it_and_opens_it(mill, lin, key):
    made = issue(mill, lin, key)
    assert made.status_code == 201, made.content
    assert issue(mill, lin, key).json() == made.json()
    assert Certificate.objects.count() == 1
    serial = made.json()["serial"]
    there = mill.ask("get", f"{PATH}{serial}/", scopes=READ, purpose="enrolment")
    assert there.json() == made.json()
    pdf = mill.ask("get", f"{PATH}{serial}/pdf/", scopes=READ, purpose="enrolment")
    assert pdf["Content-Type"] == "application/pdf"
    assert made.json()["code"] in papers.text(pdf.content)
    assert AuditEntry.objects.filter(act="person.read", person_id=lin.pk).count() == 3


def test_a_paper_is_checked_by_number_and_code(mill, stranger, lin, key):
    made = issue(mill, lin, key).json()
    asked = {"serial": made["serial"], "code": made["code"]}
    seen = stranger.ask("post", f"{PATH}check/", asked, scopes=READ)
    assert seen.json()["verdict"] == "true"
    assert lin.resident_id not in seen.content.decode()
    altered = {**asked, "fingerprint": "00000000"}
    said = stranger.ask("post", f"{PATH}check/", altered, scopes=READ)
    assert said.json()["verdict"] == "altered"
    wrong = stranger.ask("post", f"{PATH}check/", {**asked, "code": "x"}, scopes=READ)
    assert (wrong.status_code, wrong.json()["code"]) == (404, "no_such_paper")


def test_people_and_papers_of_another_region_do_not_exist(mill, stranger, lin, key):
    assert issue(stranger, lin, key).status_code == 404
    assert not Certificate.objects.exists()
    serial = issue(mill, lin, f"{key}2").json()["serial"]
    for path in (f"{PATH}{serial}/", f"{PATH}{serial}/pdf/", f"{PATH}CB202699999999/"):
        assert stranger.ask("get", path, scopes=READ, purpose="audit").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "friendship"}, "/kind"),
        ({"kind": "contributions"}, "/first_month"),
        ({"kind": "contributions", "first_month": "2026-03"}, "/last_month"),
        ({"kind": "contributions", "first_month": "2026-13", "last_month": "x"}, "/first_month"),
        ({"person": "nobody"}, "/person"),
    ],
)
def test_what_cannot_be_issued_is_named_and_nothing_is_written(mill, lin, key, change, pointer):
    answer = issue(mill, lin, key, **change)
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    assert not Certificate.objects.exists()


def test_without_scope_key_or_purpose_nothing_happens(mill, lin, key):
    body = {"person": str(lin.public_id), "kind": "coverage"}
    for headers in (
        {"scopes": READ, "key": key, "purpose": "enrolment"},
        {"scopes": WRITE, "purpose": "enrolment"},
        {"scopes": WRITE, "key": key},
        {},
    ):
        assert mill.ask("post", PATH, body, **headers).status_code in (401, 403, 422)
    assert not Certificate.objects.exists()


def test_a_statement_that_was_never_made_is_not_there(mill, lin):
    path = f"/api/v1/people/{lin.public_id}/statements/2025/"
    asked = mill.ask("get", path, scopes=("contributions:read",), purpose="audit")
    assert (asked.status_code, asked.json()["code"]) == (404, "no_statement")
