"""Jobs: handed in, worked once whatever happens, and told to nobody but their owner."""

import io

import pytest
from django.core.management import call_command

from socsec.office import jobs
from socsec.office.errors import Invalid
from socsec.office.jobs import JobKind
from socsec.office.models import Job
from socsec.office.services import jobs as services

READ = ("jobs:read",)


def read(job, file):
    text = file.read().decode()
    if text == "bad":
        raise Invalid("This file is bad.", code="bad_file", fix="Send a better one.")
    if text == "crash":
        raise RuntimeError("a fault of ours")
    return {"length": len(text)}


def outcome(job):
    yield {"row": 2, "outcome": "waiting"}
    yield {"row": 3, "outcome": "returned", "code": "empty", "message": "=1+1"}


@pytest.fixture
def kind(monkeypatch):
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))
    return jobs.register(JobKind(slug="count", label="Count", work=read, rows=outcome))


@pytest.fixture
def hand_in(mill, kind, django_capture_on_commit_callbacks):
    def make(content: bytes) -> Job:
        with django_capture_on_commit_callbacks(execute=True):
            job = services.hand_in(by=mill.application.user, kind="count", file=io.BytesIO(content))
        return Job.objects.get(pk=job.pk)

    return make


def test_a_small_file_is_worked_at_once_and_not_kept(mill, hand_in):
    job = hand_in(b"hello")
    assert (job.state, job.result, job.content) == ("done", {"length": 5}, None)
    told = mill.ask("get", f"/api/v1/jobs/{job.public_id}/", scopes=READ).json()
    assert (told["state"], told["result"], told["trouble"]) == ("done", {"length": 5}, None)
    rows = b"".join(mill.ask("get", told["rows"], scopes=READ).streaming_content).decode()
    assert rows.splitlines() == [
        "row,outcome,code,message",
        "2,waiting,,",
        "3,returned,empty,'=1+1",
    ]


def test_a_large_file_waits_for_a_worker(mill, hand_in):
    job = hand_in(b"x" * (services.AT_ONCE + 1))
    path = f"/api/v1/jobs/{job.public_id}/"
    waiting = mill.ask("get", path, scopes=READ)
    assert (waiting.json()["state"], waiting.headers["Retry-After"]) == ("queued", "1")
    assert mill.ask("get", f"{path}rows/", scopes=READ).status_code == 409
    assert services.waiting() == [job.pk]
    services.work(job.pk)
    assert mill.ask("get", path, scopes=READ).json()["result"] == {"length": services.AT_ONCE + 1}
    assert services.work(job.pk) is None  # handed out twice


def test_a_refusal_is_told_in_the_language_of_whoever_asks(mill, hand_in):
    job = hand_in(b"bad")
    told = mill.ask("get", f"/api/v1/jobs/{job.public_id}/", scopes=READ).json()
    assert told["state"] == "failed"
    assert told["trouble"] == {
        "code": "bad_file",
        "message": "This file is bad. Send a better one.",
    }


def test_a_fault_of_ours_is_tried_again_and_then_given_up(hand_in):
    job = hand_in(b"crash")
    assert (job.state, job.attempts) == ("queued", 1)
    for _turn in range(services.MOST_TRIES - 1):
        services.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.trouble["code"], job.content) == ("failed", "our_fault", None)
    assert services.waiting() == []


def test_a_job_of_another_partner_does_not_exist(stranger, hand_in):
    path = f"/api/v1/jobs/{hand_in(b'hello').public_id}/"
    assert stranger.ask("get", path, scopes=READ).status_code == 404
    assert stranger.ask("get", f"{path}rows/", scopes=READ).status_code == 404
    assert stranger.ask("get", path, scopes=("people:read",)).status_code == 403
    assert stranger.ask("get", path).status_code == 401


def test_the_file_is_encrypted_while_it_waits(hand_in):
    job = hand_in(b"secret" * services.AT_ONCE)
    raw = Job.objects.extra(select={"raw": "content"}).values_list("raw", flat=True).get(pk=job.pk)
    assert b"secret" not in bytes(raw)
    call_command("rotate_keys", verbosity=0)
    assert Job.objects.get(pk=job.pk).content.startswith(b"secret")
