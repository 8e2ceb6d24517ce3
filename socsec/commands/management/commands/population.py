"""manage.py population --people N: an invented population, the same each time."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from socsec.commands.population import populate
from socsec.kernel.errors import KernelError
from socsec.kernel.months import format_month, month_of, parse_month


class Command(BaseCommand):
    help = "Make an invented population with employers, coverage, accounts and declared wages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, required=True, help="how many")
        parser.add_argument(
            "--month",
            action="append",
            help="a month to declare wages for, such as 2026-03; may be given again; "
            "without it, the month before this one",
        )
        parser.add_argument(
            "--workers", type=int, default=os.cpu_count() or 1, help="processes, one per core"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number, other people")

    def handle(
        self,
        *args: Any,
        people: int,
        month: list[str] | None,
        seed: int,
        workers: int,
        **options: Any,
    ) -> None:
        if not 1 <= people <= 10_000_000:
            raise CommandError("--people is between 1 and 10,000,000", returncode=2)
        try:
            months = [parse_month(text) for text in month or []]
        except KernelError as error:
            raise CommandError(str(error), returncode=2) from error
        months = months or [month_of(timezone.localdate()) - 1]
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(file=self.stdout),  # type: ignore[arg-type]
        ) as bar:
            task = bar.add_task("people", total=people)
            made = populate(
                people,
                months,
                seed=seed,
                workers=max(1, workers),
                progress=lambda size: bar.advance(task, size),
            )
        said = ", ".join(format_month(month) for month in made.months)
        self.stdout.write(
            f"people {made.first} to {made.last}, "
            f"employers {made.first_employer} to {made.last_employer}, wages for {said}"
        )
