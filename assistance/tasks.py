"""Celery tasks of assistance: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task

from .services import escalating, watching


@shared_task(name="assistance.escalate")
def escalate() -> None:
    """Each night: put before the supervisors what is about to run out."""
    escalating.escalate()


@shared_task(name="assistance.review")
def review() -> None:
    """Each night: put the grants whose day of review has come into the queue."""
    watching.review()


@shared_task(name="assistance.match")
def match() -> None:
    """Each month: match the grants that run with our own books."""
    watching.match()
