"""manage.py load_policy: issue a policy edition from the files and the approved values.

The programmes of assistance and the steps of their procedures are brought up to their files too.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assistance.services import programmes
from socsec.office.errors import Problem
from socsec.office.models import PolicyEdition
from socsec.office.services import policy


class Command(BaseCommand):
    help = "Issue the policy edition of the files and every approved value, if anything changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--note", default="policy files", help="what changed")

    def handle(self, *args: Any, note: str, **options: Any) -> None:
        before = PolicyEdition.objects.count()
        try:
            edition = policy.issue(by=None, note=note)
            programmes.load()
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        state = "issued" if PolicyEdition.objects.count() > before else "in force, nothing changed"
        values = len(policy.of(edition).values())
        self.stdout.write(
            f"Policy edition {edition.number}: {state} ({values} values, {edition.digest[:12]})."
        )
