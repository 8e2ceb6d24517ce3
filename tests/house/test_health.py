"""`/healthz` says what answers, and names what does not."""

from unittest import mock

import pytest
from django.db import OperationalError, connection

from socsec.celery import Pulse, app
from socsec.office import pulse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def silence():
    """No pulse from a test before."""
    pulse.client().flushdb()
    yield
    pulse.client().flushdb()


def test_all_is_well_when_postgresql_redis_and_a_worker_answer(client):
    pulse.beat("worker", "celery@one")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "postgresql": "ok", "redis": "ok", "worker": "ok"}
    assert "no-store" in answer["Cache-Control"]


def test_a_silent_worker_is_named(client):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "failing",
        "postgresql": "ok",
        "redis": "ok",
        "worker": "silent for 20 seconds",
    }


def test_a_redis_that_does_not_answer_is_named(client, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["redis"] == "does not answer"
    assert answer.json()["postgresql"] == "ok"


def test_a_database_that_does_not_answer_is_named_and_nothing_of_it_told(client):
    pulse.beat("worker", "celery@one")
    away = OperationalError("connection to server at 10.0.0.7 failed: password")
    with mock.patch.object(connection, "cursor", side_effect=away):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["postgresql"] == "does not answer"
    assert b"10.0.0.7" not in answer.content


def test_a_pulse_fades_and_an_orderly_end_is_told_at_once():
    pulse.beat("worker", "celery@one")
    assert 0 < pulse.client().ttl(pulse.key("worker")) <= pulse.SILENCE
    pulse.beat("worker", "celery@two")
    pulse.end("worker", "celery@one")
    assert not pulse.alive("worker", "celery@one")
    assert pulse.alive("worker")
    pulse.end("worker", "celery@two")
    assert not pulse.alive("worker")


def test_a_worker_beats_from_its_own_loop_until_it_stops():
    repeated = mock.Mock()
    worker = mock.Mock(hostname="celery@three")
    worker.timer.call_repeatedly.return_value = repeated
    step = Pulse(worker)
    step.start(worker)
    (every, call), options = worker.timer.call_repeatedly.call_args
    assert every < pulse.SILENCE
    assert pulse.alive("worker", "celery@three")
    pulse.client().flushdb()
    call(*options["args"])
    assert pulse.alive("worker", "celery@three")
    step.stop(worker)
    repeated.cancel.assert_called_once()
    assert not pulse.alive("worker")
    assert Pulse in app.steps["worker"]


def test_a_pulse_that_cannot_be_written_stops_nobody(settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
    pulse.beat("worker", "celery@one")
    pulse.end("worker", "celery@one")


def test_the_scheduler_beats_when_it_ticks():
    from django_celery_beat.schedulers import DatabaseScheduler

    from socsec.beat import Scheduler

    scheduler = Scheduler.__new__(Scheduler)
    with mock.patch.object(DatabaseScheduler, "tick", return_value=300.0):
        assert scheduler.tick() == pulse.EVERY
    assert pulse.alive("beat")


def test_only_reading_is_answered(client):
    assert client.post("/healthz").status_code == 405
