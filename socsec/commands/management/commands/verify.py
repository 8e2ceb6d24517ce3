"""`manage.py verify`: asks every question that the apps registered about their data, and changes nothing.

manage.py verify                       every question; ends with 1 if anything is wrong
manage.py verify --only funds.seals    one of them (may be given again)
manage.py verify --anchor              seals, asks, then prints the head of the ledger's chain
manage.py verify --expect 12:5f0c…     also proves that a head kept earlier is still in the chain
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from funds.services import seal
from socsec.office import oversight
from socsec.office.oversight import Finding, Question


class Command(BaseCommand):
    help = "Ask every question about the data that the apps registered. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only", action="append", metavar="QUESTION", help="ask this question only"
        )
        parser.add_argument(
            "--anchor",
            action="store_true",
            help="seal the ledger first, and print the head of its chain to keep outside",
        )
        parser.add_argument(
            "--expect", metavar="ANCHOR", help="a head kept earlier that must still be in the chain"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = {question.code for question in oversight.questions()}
        if unknown := set(options["only"] or ()) - known:
            raise CommandError(
                f"no such question: {', '.join(sorted(unknown))}; "
                f"there are {', '.join(sorted(known))}",
                returncode=2,
            )
        if options["anchor"]:
            seal.seal()
        console = Console(file=cast(TextIO, self.stdout), no_color=options["no_color"])
        with as_it_stands():
            found = list(ask(console, options["only"], options["expect"]))
            head = seal.anchor()
        if options["anchor"]:
            self.stdout.write(head)
        if found:
            raise CommandError(
                _("Not as promised: %(count)s") % {"count": len(found)}, returncode=1
            )


def ask(console: Console, only: list[str] | None, expected: str | None) -> Iterator[Finding]:
    """Prints a line for each question and yields what is wrong."""
    table = Table(title=_("What the house promises"), title_justify="left")
    table.add_column(_("Question"), no_wrap=True)
    table.add_column(_("Promise"))
    table.add_column(_("Findings"), justify="right")
    every: list[Finding] = []
    for question in oversight.questions():
        if only and question.code not in only:
            continue
        findings = answers(question)
        mark = f"[red]{len(findings)}[/red]" if findings else "[green]✓[/green]"
        table.add_row(question.code, escape(str(question.label)), mark)
        every += findings
    if expected and not seal.holds(expected):
        every.append(
            Finding("anchor", f"anchor {expected}", _("This head is no longer part of the chain."))
        )
    console.print(table)
    for finding in every:
        console.print(f"[red]✗[/red] {escape(finding.subject)}: {escape(str(finding.message))}")
    yield from every


def answers(question: Question) -> list[Finding]:
    """The findings; a question that cannot be asked is one, and does not keep others from theirs."""
    try:
        with transaction.atomic():
            return list(question.ask())
    except Exception as error:
        message = _("The question could not be asked: %(error)s") % {"error": error}
        return [Finding("not_asked", question.code, message)]


@contextmanager
def as_it_stands() -> Iterator[None]:
    """One picture of the data for all questions, though others go on writing, and no way to write."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        # Nothing was written; inside another transaction this lets it write again.
        transaction.set_rollback(True)
