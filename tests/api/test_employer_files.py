"""Partners hand in spreadsheets: 202 and a job, rows that wait, the outcome of each row."""

import pytest
from django.utils.http import urlencode

from enrollment.models import Person, Upload, WageDeclaration
from enrollment.services.employers import uploads
from socsec.office.models import Job
from socsec.office.spreadsheets import XLSX

PATH = "/api/v1/declarations/files/"
WRITE, READ = ("declarations:write",), ("jobs:read",)


@pytest.fixture
def file(village):
    def row(key, wage):
        return f"{Person.objects.get(pk=village.souls[key].pk).resident_id},{wage}"

    lines = ["ID number,Wage", row("lin", "12000.00"), row("ma", "=1"), "1101,7"]
    return "\n".join(lines).replace("=1", "x").encode()


@pytest.fixture
def send(mill, village, key, django_capture_on_commit_callbacks):
    def make(content, partner=mill, employer="mill", key=key, content_type="text/csv", **asked):
        asked = {
            "employer": village.employers[employer].credit_code,
            "kind": "wages",
            "month": "2025-11",
        } | asked
        with django_capture_on_commit_callbacks(execute=True):
            return partner.ask(
                "post",
                f"{PATH}?{urlencode(asked)}",
                content,
                scopes=WRITE,
                key=key,
                content_type=content_type,
            )

    return make


def test_a_file_becomes_a_job_and_each_row_has_its_outcome(mill, village, send, file):
    answer = send(file, heads="5")
    assert answer.status_code == 202, answer.content
    told = mill.ask("get", answer.headers["Location"], scopes=READ).json()
    assert told["state"] == "done"
    assert told["result"] | {"message": ""} == {
        "kind": "wages",
        "employer": village.employers["mill"].credit_code,
        "month": "2025-11",
        "state": "waiting",
        "good": 1,
        "bad": 2,
        "total": "12000.00",
        "message": "",
    }
    assert not WageDeclaration.objects.exists()
    lines = b"".join(mill.ask("get", told["rows"], scopes=READ).streaming_content).decode()
    outcome = [line.split(",")[:3] for line in lines.splitlines()[1:]]
    assert outcome == [
        ["2", "waiting", ""],
        ["3", "returned", "not_a_number"],
        ["4", "returned", "length"],
    ]
    uploads.approve(by=village.by("intake"), upload=Upload.objects.get())
    told = mill.ask("get", answer.headers["Location"], scopes=READ).json()
    assert told["result"]["state"] == "taken"
    assert WageDeclaration.objects.get().wage == 12_000_00


def test_the_same_request_and_the_same_file_are_recognised(send, file):
    first, again = send(file), send(file)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = send(file, key="another")
    assert (other.status_code, other.json()["code"]) == (409, "same_file")
    assert send(file, month="2025-12").json()["code"] == "idempotency_key_reused"
    assert Upload.objects.count() == Job.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": "pets"}, "no_kind"),
        ({"month": "2025-13"}, "no_such_month"),
        ({"month": "2199-01"}, "in_the_future"),
        ({"heads": "-1"}, "not_whole"),
        ({"key": ""}, "idempotency_key_missing"),
    ],
)
def test_what_is_not_said_rightly_is_a_problem_and_keeps_nothing(send, file, said, code):
    answer = send(file, **said)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Upload.objects.exists()
    assert not Job.objects.exists()


def test_what_is_no_spreadsheet_fails_the_job_and_says_why(mill, send):
    answer = send(b"%PDF-1.7 no", content_type=XLSX)
    told = mill.ask("get", answer.headers["Location"], scopes=READ, language="zh-hans").json()
    assert (told["state"], told["trouble"]["code"]) == ("failed", "not_a_spreadsheet")
    assert Upload.objects.get().state == "failed"


def test_a_file_that_is_too_large_is_refused(send, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 100)
    answer = send(b"x" * 101)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_too_large")
    assert not Job.objects.exists()


def test_an_employer_of_another_region_does_not_exist(stranger, send, file):
    answer = send(file, partner=stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_employer")
    assert not Upload.objects.exists()


def test_a_partner_may_not_approve(mill, village, send, file):
    send(file)
    from socsec.office.errors import Denied

    with pytest.raises(Denied):
        uploads.approve(by=mill.application.user, upload=Upload.objects.get())


def test_an_employer_is_read_as_of_a_day_by_partners_of_its_region_alone(mill, stranger, village):
    code = village.employers["mill"].credit_code
    path, read = f"/api/v1/employers/{code}/", ("contributions:read",)
    told = mill.ask("get", path, scopes=read).json()
    assert (told["name"], told["people"], told["owed"]) == ("柳湾机械厂", 5, {})
    assert told["undeclared"][0] == "2025-11"
    before = mill.ask("get", f"{path}?on=2024-01-01", scopes=read).json()
    assert (before["people"], before["rests"]) == (0, False)
    assert mill.ask("get", f"{path}?on=soon", scopes=read).status_code == 422
    assert stranger.ask("get", path, scopes=read).status_code == 404
    assert mill.ask("get", path, scopes=("people:read",)).status_code == 403
