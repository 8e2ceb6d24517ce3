"""`manage.py replay`: works stored decisions out again, from their facts and their policy edition.

manage.py replay                       200 of each sort, chosen at random
manage.py replay --sample 1000         so many of each sort
manage.py replay --all                 every one
manage.py replay --only pensions.awards

It changes nothing, and ends with 1 if any decision comes to another fen.
"""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from socsec.office import replays

SAMPLE = 200


class Command(BaseCommand):
    help = "Work stored decisions out again and name those that differ. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        many = parser.add_mutually_exclusive_group()
        many.add_argument("--sample", type=int, default=SAMPLE, metavar="N")
        many.add_argument("--all", action="store_true", help="every decision")
        parser.add_argument("--only", action="append", default=[], metavar="SORT")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {replayer.slug for replayer in replays.replayers()}
        if unknown := set(options["only"]) - known:
            raise CommandError(
                f"no such sort: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}",
                returncode=2,
            )
        if options["sample"] < 1:
            raise CommandError("--sample: at least 1", returncode=2)
        sample = None if options["all"] else options["sample"]
        seen: Counter[str] = Counter()
        differing: Counter[str] = Counter()
        for replayer, outcome in replays.run(sample, options["only"]):
            seen[replayer.slug] += 1
            if not outcome.same:
                differing[replayer.slug] += 1
                self.stdout.write(f"{replayer.slug} {outcome.subject}")
                self.stdout.writelines(f"    {each}" for each in outcome.differences)
        for slug in sorted(set(options["only"]) or known):
            self.stdout.write(
                _("%(sort)s: %(seen)s worked out again, %(differing)s differ")
                % {"sort": slug, "seen": seen[slug], "differing": differing[slug]}
            )
        if differing:
            raise CommandError(
                _("Decisions that come to another fen: %(count)s")
                % {"count": sum(differing.values())},
                returncode=1,
            )
