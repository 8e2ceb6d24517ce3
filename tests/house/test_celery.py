"""What the clock sends exists, and nothing that wants to be sent is forgotten."""

import inspect

import pytest
from django.conf import settings

from socsec.celery import app
from socsec.settings.base import broker

app.loader.import_default_modules()
OURS = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_each_task_on_the_schedule_exists():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(OURS)


def test_each_task_that_needs_no_number_is_on_the_schedule():
    alone = {name for name, task in OURS.items() if not inspect.signature(task.run).parameters}
    assert alone == {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_a_task_that_no_worker_takes_does_not_pile_up():
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] > 0


@pytest.mark.parametrize(
    ("redis", "celery"),
    [
        ("redis://:word@cache:6379/0", "redis://:word@cache:6379/0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
    ],
)
def test_celery_meets_the_same_redis_as_the_cache(redis, celery):
    assert broker(redis) == celery
