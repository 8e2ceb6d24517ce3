"""manage.py rotate_keys: write every encrypted column under the newest key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from socsec.office.fields import Unreadable
from socsec.office.services import keys


class Command(BaseCommand):
    help = "Encrypt anew, under the first of FIELD_KEYS, whatever an older key still holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only count; exit 1 if any is left"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        left = {column: keys.outdated(column) for column in keys.columns()}
        if check:
            for column, count in left.items():
                self.stdout.write(f"{column.table}.{column.name}: {count} under an older key")
            if any(left.values()):
                raise CommandError("Run rotate_keys before an older key is dropped.", returncode=1)
            return
        console = Console(file=self.stdout, force_terminal=None)  # type: ignore[arg-type]
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        ) as bars:
            tasks = {
                column: bars.add_task(f"{column.table}.{column.name}", total=count)
                for column, count in left.items()
                if count
            }
            try:
                done = keys.rotate(
                    by=None, on_batch=lambda column, count: bars.advance(tasks[column], count)
                )
            except Unreadable as error:
                raise CommandError(
                    f"{error}. Put the key that wrote it into FIELD_KEYS and run again."
                ) from error
        self.stdout.write(f"{sum(done.values())} values are under the newest key.")
