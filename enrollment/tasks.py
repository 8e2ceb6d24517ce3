"""Celery tasks of enrollment: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task

from enrollment.services.collection import agreements, receipts, refunds
from enrollment.services.living import proofs, status
from enrollment.services.online import paying
from enrollment.services.people import gaps
from enrollment.services.residents import refunds as resident_refunds
from enrollment.services.residents import twice


@shared_task(name="enrollment.apply_credits")
def apply_credits() -> None:
    """Each hour: use what is left of receipts for the months assessed since."""
    receipts.apply_credits()


@shared_task(name="enrollment.proofs_of_life")
def proofs_of_life() -> None:
    """Each night: match what registers said before, remind, and make tasks of what was missed."""
    status.match_again()
    proofs.refresh()


@shared_task(name="enrollment.ask_gateway")
def ask_gateway() -> None:
    """Each minute: ask the bank after online payments that it has not answered."""
    paying.ask_all()


@shared_task(name="enrollment.refresh_gaps")
def refresh_gaps() -> None:
    """Each night: bring the lists of full coverage in step with the facts, and count the month anew."""
    gaps.refresh()
    gaps.count()


@shared_task(name="enrollment.review_collection")
def review_collection() -> None:
    """Each hour: which agreements are kept or broken, what became of refunds at the bank."""
    agreements.review()
    refunds.pull()
    resident_refunds.pull()


@shared_task(name="enrollment.match_residents")
def match_residents() -> None:
    """Each night: look for residents of this year who are insured in another way as well."""
    twice.find_all()
