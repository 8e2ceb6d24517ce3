"""`manage.py import_legacy FILE --scheme rural_pension --region 510104 --by NAME`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from enrollment.models import LegacyScheme
from enrollment.services.residents import legacy
from socsec.kernel.money import yuan
from socsec.office.errors import Problem
from socsec.office.models import User


class Command(BaseCommand):
    help = (
        "Reads records of an older residents' scheme and shows the reconciliation. Nothing is carried"
        " over until a second person approves, on the desk or with --carry --checker NAME."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--scheme", required=True, choices=LegacyScheme.values)
        parser.add_argument("--region", required=True)
        parser.add_argument("--by", required=True, help="user name of who reads the file")
        parser.add_argument("--carry", action="store_true", help="carry over what matched")
        parser.add_argument("--checker", default="", help="user name of who approves")
        parser.add_argument("--dry-run", action="store_true", help="show the report, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: there is no such file")
        try:
            with transaction.atomic(), path.open("rb") as file:
                done = legacy.read(
                    by=self._user(options["by"]),
                    scheme=options["scheme"],
                    region=options["region"],
                    file=file,
                    name=path.name,
                )
                if options["carry"] and done.state == "read":
                    done = legacy.carry(by=self._user(options["checker"]), legacy=done)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        report = done.report
        self.stdout.write(f"{done.name}: {done.get_state_display()}")
        for state, (count, amount) in report["states"].items():
            if count:
                self.stdout.write(f"  {state:<10}{count:>8,}{yuan(amount):>18}")
        self.stdout.write(f"  {'together':<10}{report['rows']:>8,}{yuan(report['balance']):>18}")
        self.stdout.write(
            f"  years {report['years']:,}, held already {report['years_held']:,},"
            f" carried {report['years_carried']:,}; balances carried {yuan(report['carried'])}"
        )
        if not report["closes"]:
            raise CommandError("the reconciliation does not close")
        if options["dry_run"]:
            self.stdout.write("dry run: nothing was kept")

    def _user(self, name: str) -> User:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"there is no user {name or '(no name given)'}")
        return user
