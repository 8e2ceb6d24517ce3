"""Jobs are handed in, worked once, and asked about.

The state is in PostgreSQL; Celery only carries numbers. A worker that dies leaves the job as it
was, since what it did and the job's state commit together; after a few tries it is given up.
"""

import io
import logging
from typing import IO
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from .. import jobs
from ..errors import NotFound, Problem, both
from ..models import Job, User

log = logging.getLogger(__name__)

MOST_TRIES = 3
# A file up to this size is read while its sender waits: it takes about a second.
AT_ONCE = 200 * 1024


@transaction.atomic
def hand_in(*, by: User, kind: str, file: IO[bytes], subject: str = "") -> Job:
    """Keep a file to be worked on. Small ones are worked right after the transaction, others by a worker."""
    file.seek(0)
    content = file.read()
    job = Job.objects.create(kind=jobs.get(kind).slug, owner=by, subject=subject, content=content)
    job.refresh_from_db(fields=["public_id", "made_at"])
    if len(content) <= AT_ONCE:
        transaction.on_commit(lambda: work(job.pk))
    else:
        transaction.on_commit(lambda: _send(job.pk))
    return job


def _send(job_id: int) -> None:
    """By name: the tasks stand above the services. A message that gets lost is only a delay."""
    try:
        current_app.send_task("office.work_job", [job_id])
    except OperationalError:
        log.warning("job %s waits for the next minute: no broker", job_id)


def work(job_id: int) -> Job | None:
    """Do a job, unless it is done or another worker is at it. Gives the job that was worked on."""
    tried = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
    if not tried.update(attempts=F("attempts") + 1, started_at=timezone.now()):
        return None
    try:
        with transaction.atomic():
            job = (
                Job.objects.select_for_update(skip_locked=True)
                .filter(pk=job_id, state=Job.State.QUEUED)
                .first()
            )
            if job is None:
                return None
            job.result = jobs.get(job.kind).work(job, io.BytesIO(job.content or b""))
            _end(job, Job.State.DONE)
    except Problem as problem:
        return _fail(job_id, {**both(lazy(problem.__str__, str)()), "code": problem.code})
    except Exception:
        log.exception("job %s failed", job_id)
        if not Job.objects.filter(pk=job_id, attempts__gte=MOST_TRIES).exists():
            return None
        said = both(_("The fault is ours. Hand it in again, or ask the office."))
        return _fail(job_id, {**said, "code": "our_fault"})
    return job


@transaction.atomic
def _fail(job_id: int, trouble: dict[str, str]) -> Job:
    job = Job.objects.select_for_update().get(pk=job_id)
    job.trouble = trouble
    _end(job, Job.State.FAILED)
    if told := jobs.get(job.kind).failed:
        told(job)
    return job


def _end(job: Job, state: str) -> None:
    job.state = state
    job.content = None
    job.finished_at = timezone.now()
    job.save()


def find(public_id: UUID | str, by: User) -> Job:
    """A job of this user's own; another's does not exist."""
    job = Job.objects.filter(public_id=public_id, owner=by).defer("content").first()
    if job is None:
        raise NotFound(_("There is no such job."), code="no_such_job")
    return job


def waiting() -> list[int]:
    """Jobs that nobody has done yet, the oldest first."""
    return list(
        Job.objects.filter(state=Job.State.QUEUED, attempts__lt=MOST_TRIES)
        .order_by("pk")
        .values_list("pk", flat=True)[:100]
    )
