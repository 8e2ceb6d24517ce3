"""Celery tasks of enrollment: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task

from enrollment.services import receipts


@shared_task(name="enrollment.apply_credits")
def apply_credits() -> None:
    """Each hour: use what is left of receipts for the months assessed since."""
    receipts.apply_credits()
