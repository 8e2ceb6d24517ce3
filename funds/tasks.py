"""Celery tasks of funds: each carries an id, PostgreSQL knows the rest."""

from celery import shared_task

from funds.services import anchors, bank, cash, investment, projection, seal, supervision, totals


@shared_task(name="funds.seal")
def seal_ledger() -> None:
    """Chain the batches posted since the last time. Every minute."""
    seal.seal()


@shared_task(name="funds.totals")
def sum_up() -> None:
    """Add the batches posted since the last time to the totals of their month. Every minute."""
    totals.sum_up()


@shared_task(name="funds.reconcile")
def compare_days() -> None:
    """Compare yesterday's books with banks, treasury and tax office. Each night."""
    bank.compare_all()


@shared_task(name="funds.month_end")
def empty_income_accounts() -> None:
    """Leave every income account empty at the end of the month before. On each first of the month."""
    cash.month_end()


@shared_task(name="funds.investments")
def compare_investments() -> None:
    """Compare every mandate with its limits as they are in force. Each night."""
    investment.compare_all()


@shared_task(name="funds.supervise")
def look_for_wrong() -> None:
    """Ask every rule of supervision. Each night."""
    supervision.look()


@shared_task(name="funds.project")
def project(projection_id: int) -> None:
    """Work out one projection. Handed out twice or lost, it does no harm."""
    projection.work(projection_id)


@shared_task(name="funds.projections")
def work_projections() -> None:
    """Each minute: projections whose message got lost or whose worker died."""
    for projection_id in projection.waiting():
        project.delay(projection_id)


@shared_task(name="funds.anchor")
def anchor_books() -> None:
    """Write the heads of the chains into a signed file outside the database. Once a day."""
    anchors.anchor()
