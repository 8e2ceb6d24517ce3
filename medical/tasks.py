"""Celery tasks of medical: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task

from medical.services.settling import posting


@shared_task(name="medical.post_bills")
def post_bills() -> None:
    """Each night: what the funds owe providers for the bills of the day that is over."""
    posting.post_all()
