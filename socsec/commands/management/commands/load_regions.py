"""manage.py load_regions: take over regions from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from socsec.office.services import regions


class Command(BaseCommand):
    help = (
        "Add the regions of a CSV file (code, name_zh, name_en); by default those that come along."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=regions.FILE)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            count = regions.load(path=file)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except (KeyError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} is not a file of regions: {error}") from error
        self.stdout.write(f"{count} regions are in place.")
