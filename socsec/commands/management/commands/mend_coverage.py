"""`manage.py mend_coverage [--write]`: employees' coverage that outlived the last job ends with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from enrollment.services.cover import mending


class Command(BaseCommand):
    help = (
        "Lists every employee's coverage that goes on without a job, as `verify` does, and with"
        " --write ends it on the last day of the last job. What a clerk has to look at is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--write", action="store_true", help="end them, with an audit entry each"
        )

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        ended = left = 0
        for each in mending.orphans():
            done = mending.end_with_the_job(by=None, orphan=each) if write else None
            ended += done is not None
            left += done is None
            said = (
                f"ended on {each.worked_until}" if done else f"last job until {each.worked_until}"
            )
            self.stdout.write(
                f"coverage {each.coverage.pk} of person {each.coverage.person_id}: {said}"
            )
        self.stdout.write(f"{ended} ended, {left} left.")
