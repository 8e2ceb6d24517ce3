"""Celery tasks of assistance: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task
from django.utils import timezone

from .services import escalating, watching
from .services.care import beds


@shared_task(name="assistance.escalate")
def escalate() -> None:
    """Each night: put before the supervisors what is about to run out, and take back offers of beds
    that nobody answered."""
    escalating.escalate()
    beds.lapse(timezone.localdate())


@shared_task(name="assistance.review")
def review() -> None:
    """Each night: put the grants whose day of review has come into the queue."""
    watching.review()


@shared_task(name="assistance.match")
def match() -> None:
    """Each month: match the grants that run with our own books."""
    watching.match()
