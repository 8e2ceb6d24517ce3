"""The Celery application: carries ids of work, never the work itself, whose state is in PostgreSQL."""

import os
from typing import Any

from celery import Celery, bootsteps

from socsec.office import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socsec.settings.local")

app = Celery("socsec")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    ["socsec.office", "funds", "enrollment", "pensions", "medical", "assistance"]
)


class Pulse(bootsteps.StartStopStep):
    """Says every few seconds that this worker's loop turns; one that hangs falls silent."""

    requires = {"celery.worker.components:Timer"}

    def start(self, worker: Any) -> None:
        self.repeated = worker.timer.call_repeatedly(
            pulse.EVERY, pulse.beat, args=("worker", worker.hostname), priority=10
        )
        pulse.beat("worker", worker.hostname)

    def stop(self, worker: Any) -> None:
        self.repeated.cancel()
        pulse.end("worker", worker.hostname)


app.steps["worker"].add(Pulse)
