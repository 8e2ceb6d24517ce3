"""What Celery does: it carries numbers; PostgreSQL knows what is to be done."""

import logging

from celery import shared_task

from . import queries, replays
from .services import codes, deliveries, drafting, events, jobs, messages, seals, work

logger = logging.getLogger(__name__)
NIGHTLY = 2_000  # decisions of each sort

# Seconds a worker gives to a run before it looks at other tasks.
TURN = 20


@shared_task(name="office.work_run")
def work_run(run_id: int) -> None:
    """Take part in a run for a while, then queue up again behind other work.

    Handed out twice or lost, it does no harm.
    """
    seen = work.work(run_id, seconds=TURN)
    if seen.active and seen.waiting:
        work_run.delay(run_id)


@shared_task(name="office.work_runs")
def work_runs() -> None:
    """Each minute: a hand for every run that has work, so that a lost task is only a delay."""
    for run_id in queries.working_runs():
        work_run.delay(run_id)


@shared_task(name="office.draft_runs")
def draft_runs() -> None:
    """Each day: draft what the calendar brings, for people to preview and approve."""
    drafting.draft_due()


@shared_task(name="office.seal")
def seal() -> None:
    """Each minute: seal what the audit has gathered."""
    seals.seal_all()


@shared_task(name="office.deliver")
def deliver(message_id: int) -> None:
    """Send one text message."""
    messages.deliver(message_id=message_id)


@shared_task(name="office.deliver_all")
def deliver_all() -> None:
    """Each minute: send what is still waiting, and try again what failed for a passing reason."""
    for message_id in queries.messages_to_send():
        messages.deliver(message_id=message_id)


@shared_task(name="office.forget_codes")
def forget_codes() -> None:
    """Each day: one-time codes that nobody can use any more."""
    codes.forget_old()


@shared_task(name="office.publish_events")
def publish_events() -> None:
    """Every few seconds: publish what happened, and a hand for each partner that is to be told."""
    events.publish()
    for subscription_id in deliveries.due():
        deliver_events.delay(subscription_id)


@shared_task(name="office.deliver_events")
def deliver_events(subscription_id: int) -> None:
    """Tell one partner for a while, then queue up again behind other work."""
    deliveries.deliver(subscription_id, seconds=TURN)
    if subscription_id in deliveries.due():
        deliver_events.delay(subscription_id)


@shared_task(name="office.replay")
def replay() -> None:
    """Each night: a large sample of stored decisions, worked out again; what differs is an error."""
    for replayer, outcome in replays.run(NIGHTLY):
        if not outcome.same:
            logger.error(
                "%s %s: %s", replayer.slug, outcome.subject, "; ".join(outcome.differences)
            )


@shared_task(name="office.work_job")
def work_job(job_id: int) -> None:
    """Do one job. Handed out twice or lost, it does no harm."""
    jobs.work(job_id)


@shared_task(name="office.work_jobs")
def work_jobs() -> None:
    """Each minute: jobs whose message got lost."""
    for job_id in jobs.waiting():
        work_job.delay(job_id)
