"""Celery tasks of assistance: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task

from .services import escalating


@shared_task(name="assistance.escalate")
def escalate() -> None:
    """Each night: put before the supervisors what is about to run out."""
    escalating.escalate()
