"""Apply a rule to facts from a file: `manage.py assess RULE [--on YYYY-MM] [--region CODE] [FILE]`.

`--policy FILE` lists policy values, as the policy files write them and each with its `code`, that
take the place of those in force: what would come out if this were law.

Reads one JSON object of facts, or a list of them, in natural units (yuan and rates as decimal
text, months as 2026-03) and writes the assessment sheet of each as JSON. It needs the policy
files only: no database and no server.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from socsec.kernel.errors import KernelError
from socsec.kernel.months import parse_month
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION, known
from socsec.kernel.rules import RULES, assess, describe, find, load

REFUSED = 2  # the exit code for facts, rules and files that cannot be used


class Command(BaseCommand):
    help = "Apply a rule to the facts of one case or of a list of cases, given as JSON."
    requires_system_checks: list[str] = []  # checks look at the database; a rule does not

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser that takes FILE after the options too: plain argparse fills it too early."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign,assignment]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rule", nargs="?", help="name of the rule; --list shows them")
        parser.add_argument("file", nargs="?", default="-", help="JSON file, or - to read stdin")
        parser.add_argument("--on", help="month whose law applies, such as 2026-03")
        parser.add_argument("--region", default=NATION, help="six digits of the pooling region")
        parser.add_argument(
            "--policy", help="YAML file with policy values that shall hold besides, to try them"
        )
        parser.add_argument("--list", action="store_true", help="list rules and their facts")

    def handle(self, *args: Any, **options: Any) -> None:
        load(own_packages())
        try:
            if options["list"]:
                self.list_rules(options["rule"])
                return
            if not options["rule"]:
                raise CommandError(_("Name a rule, or give --list."), returncode=REFUSED)
            found = find(options["rule"])
            on = parse_month(options["on"]) if options["on"] else None
            region = read_region(options["region"])
            data = read_json(options["file"])
            policy = Policy.files()
            if options["policy"]:
                policy = policy.trying(read_text(options["policy"]))
            if isinstance(data, list):
                out: Any = []
                for number, facts in enumerate(data, start=1):
                    try:
                        result = assess(found.code, facts, policy=policy, on=on, region=region)
                    except KernelError as error:
                        message = _("Case %(number)s: %(message)s")
                        raise refused(error, message, number=number) from error
                    out.append(result.as_json())
            else:
                out = assess(found.code, data, policy=policy, on=on, region=region).as_json()
        except KernelError as error:
            raise refused(error) from error
        self.stdout.write(json.dumps(out, ensure_ascii=False, indent=2))

    def list_rules(self, only: str | None) -> None:
        language = get_language() or "en"
        spoken = "zh" if language.startswith("zh") else "en"
        for code in [find(only).code] if only else sorted(RULES):
            rule = describe(RULES[code])
            self.stdout.write(f"{code}  {rule['label'][spoken]}  {rule['law']}".rstrip())
            for fact in rule["facts"]:
                bounds = " | ".join(fact["choices"] or [f"{fact['least']} … {fact['most']}"])
                needed = "" if fact["required"] else _(" (may be left out)")
                self.stdout.write(f"  {fact['name']}  [{fact['unit']}: {bounds}]{needed}")
                meaning = ". ".join(filter(None, (fact["label"][spoken], fact["help"][spoken])))
                self.stdout.write(f"      {meaning}")
            self.stdout.write("")


def own_packages() -> list[str]:
    """The apps of this project, which are where rules can be."""
    return [c.name for c in apps.get_app_configs() if Path(c.path).parent == settings.BASE_DIR]


def read_region(code: str) -> str:
    """A region's six digits, or a CommandError."""
    if not known(code):
        raise CommandError(
            _("--region %(code)s: there is no such region; it is six digits, such as 110000.")
            % {"code": code},
            returncode=REFUSED,
        )
    return code


def read_json(file: str) -> Any:
    """The JSON in a file or on stdin. Numbers with a point stay exact decimals; a name that
    stands twice in one object is refused, since one of the two would be lost."""
    name = said_name(file)
    text = read_text(file)
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        message = _("%(file)s is not JSON that can be used: %(why)s")
        raise CommandError(message % {"file": name, "why": error}, returncode=REFUSED) from error


def said_name(file: str) -> str:
    return _("standard input") if file == "-" else file


def read_text(file: str) -> str:
    """The text of a file or of stdin, or a CommandError."""
    name = said_name(file)
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        message = _("%(file)s cannot be read: %(why)s")
        values = {"file": name, "why": error.strerror or error}
        raise CommandError(message % values, returncode=REFUSED) from error
    except UnicodeDecodeError as error:
        message = _("%(file)s is not UTF-8 text: byte %(place)s is wrong. Save it as UTF-8.")
        raise CommandError(
            message % {"file": name, "place": error.start + 1}, returncode=REFUSED
        ) from error


def refused(error: KernelError, frame: str = "%(message)s", **values: Any) -> CommandError:
    """The end of the command, with the kernel's sentence in the language of the command."""
    message = error.in_language(get_language() or "en")
    return CommandError(frame % {"message": message, **values}, returncode=REFUSED)


def _no_constant(name: str) -> Any:
    raise ValueError(_("%(name)s is not a number that facts can have") % {"name": name})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise ValueError(_("%(name)s stands twice in one object") % {"name": name})
        out[name] = value
    return out
