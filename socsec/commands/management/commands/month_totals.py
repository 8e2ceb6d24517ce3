"""manage.py month_totals: work the totals of months out anew, from the totals of all batches."""

from typing import Any

from django.core.management.base import BaseCommand

from funds.services import totals


class Command(BaseCommand):
    help = (
        "Work the ledger's totals of months out anew, where verify found that they differ. "
        "Nobody who reads or posts is held up; the scheduler adds up what is new each minute."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        totals.recompute()
        self.stdout.write("The totals of every month are worked out anew.")
