"""`manage.py demo`: builds the village of invented people, once. For one's own machine, never for an office."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from socsec.commands import village
from socsec.commands.chapters import CHAPTERS


def sign_ins() -> Iterator[tuple[str, str, str]]:
    """Who, name, password of each account that a visitor may try."""
    return village.sign_ins()


class Command(BaseCommand):
    help = "Build the village of invented people, who have lived twelve months. Done once, it does nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "DEMO", False):
            raise CommandError("This is an office: it takes no invented people.")
        if village.is_there():
            return
        village.build(lambda said: self.stdout.write(f"  {said}"), CHAPTERS)
