"""Celery tasks of pensions: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task

from pensions.services import account, award, overpaid, returns
from pensions.services.agencies import annuity
from pensions.services.residents import accounts as residents


@shared_task(name="pensions.credit_accounts")
def credit_accounts() -> None:
    """Every few minutes: carry to individual accounts what was received."""
    account.credit_pending()
    residents.credit_pending()
    annuity.note_pending()


@shared_task(name="pensions.pull_returns")
def pull_returns() -> None:
    """Every few minutes: make a task of each payment that the bank sent back."""
    returns.pull()


@shared_task(name="pensions.pull_deaths")
def pull_deaths() -> None:
    """Each day: end the awards of those who have died."""
    award.pull_deaths()


@shared_task(name="pensions.find_overpayments")
def find_overpayments() -> None:
    """Each day: record what was paid beyond what is due."""
    overpaid.find_all()


@shared_task(name="pensions.end_run_out")
def end_run_out() -> None:
    """Each day: end allowances whose last month is paid."""
    award.end_run_out()
    annuity.end_used_up()
