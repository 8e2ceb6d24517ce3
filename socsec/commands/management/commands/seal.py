"""manage.py seal: seal the audit now, or begin a new chain after a restore."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from socsec.office.errors import Problem
from socsec.office.services import seals


class Command(BaseCommand):
    help = (
        "Seal the audit entries of every finished transaction. The scheduler does it each minute."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-chain",
            metavar="REASON",
            help="after a restore, before anyone works: close the old chain and begin a new one",
        )

    def handle(self, *args: Any, new_chain: str | None, **options: Any) -> None:
        try:
            if new_chain is not None:
                first = seals.begin_chain(by=None, reason=new_chain)
                self.stdout.write(f"Chain {first.chain} begins with seal {first.number}.")
                return
            self.stdout.write(f"{seals.seal_all()} blocks sealed.")
        except Problem as problem:
            raise CommandError(str(problem)) from problem
