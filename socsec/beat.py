"""The clock that sends what is due: Celery's scheduler over the database, with a pulse."""

import socket
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

from socsec.office import pulse


class Scheduler(DatabaseScheduler):
    """Ticks every few seconds, and says so each time."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait = super().tick(*args, **kwargs)
        pulse.beat("beat", socket.gethostname())
        return min(wait, pulse.EVERY)
