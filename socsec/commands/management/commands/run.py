"""manage.py run: draft, preview, approve, execute and reverse mass jobs, with a live bar."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from socsec.kernel.errors import KernelError
from socsec.kernel.money import parse_yuan, yuan
from socsec.kernel.months import format_month, parse_month
from socsec.office import runs
from socsec.office.errors import Problem
from socsec.office.models import Run, RunChunk, User
from socsec.office.services import run as service
from socsec.office.services import work


class Command(BaseCommand):
    help = "Handle runs: list, draft, preview, approve, execute, resume, reverse, abandon."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the newest runs")
        verbs.add_parser("kinds", help="the kinds of run there are")

        draft = verbs.add_parser("draft", help="draft a run and print its number")
        draft.add_argument("kind")
        draft.add_argument("--month", required=True, help="such as 2026-03")
        draft.add_argument("--region", required=True, help="six digits")
        draft.add_argument("--params", default="{}", help="settings of the kind, as JSON")
        for verb, text in (
            ("preview", "work out what it would do"),
            ("approve", "approve the preview; the maker cannot"),
            ("execute", "do it, or go on doing it, here and now"),
            ("resume", "let a stopped run go on"),
            ("reverse", "undo a posted run"),
            ("abandon", "give up a run that is not posted"),
        ):
            one = verbs.add_parser(verb, help=text)
            one.add_argument("run", type=int)
            if verb == "approve":
                one.add_argument("--total", required=True, help="the preview's total, in yuan")
            if verb in ("reverse", "abandon"):
                one.add_argument("--reason", required=True)
        for verb in ("draft", "preview", "approve", "resume", "reverse", "abandon"):
            verbs.choices[verb].add_argument("--by", required=True, help="user name of who acts")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        self.console = Console(file=self.stdout)  # type: ignore[arg-type]
        try:
            getattr(self, f"do_{verb}")(**options)
        except Problem as problem:
            raise CommandError(str(problem)) from problem
        except KernelError as error:
            raise CommandError(str(error)) from error

    def do_list(self, **options: Any) -> None:
        table = Table("run", "kind", "month", "region", "state", "rows", "yuan")
        for run in Run.objects.defer("preview")[:20]:
            table.add_row(
                *map(str, (run.pk, run.kind, format_month(run.month), run.region_id)),
                str(run.get_state_display()),
                f"{run.count:,}",
                yuan(run.total),
            )
        self.console.print(table)

    def do_kinds(self, **options: Any) -> None:
        for kind in runs.all_kinds():
            self.stdout.write(f"{kind.slug}: {kind.label}")

    def do_draft(
        self, *, kind: str, month: str, region: str, params: str, by: str, **_o: Any
    ) -> None:
        try:
            settings = json.loads(params)
        except json.JSONDecodeError as error:
            raise CommandError(f"--params is not JSON: {error}") from error
        run = service.draft(
            kind=kind, month=parse_month(month), region=region, params=settings, by=user(by)
        )
        self.stdout.write(f"Run {run.pk} is drafted.")

    def do_preview(self, *, run: int, by: str, **_o: Any) -> None:
        seen = service.preview(run_id=run, by=user(by))
        self.stdout.write(
            f"Run {seen.pk} would write {seen.count:,} rows, {yuan(seen.total)} yuan."
        )

    def do_approve(self, *, run: int, by: str, total: str, **_o: Any) -> None:
        service.approve(run_id=run, by=user(by), total=parse_yuan(total.replace(",", "")))
        self.stdout.write(f"Run {run} is approved.")

    def do_resume(self, *, run: int, by: str, **_o: Any) -> None:
        service.resume(run_id=run, by=user(by))
        self.do_execute(run=run)

    def do_reverse(self, *, run: int, by: str, reason: str, **_o: Any) -> None:
        service.reverse(run_id=run, by=user(by), reason=reason)
        self.do_execute(run=run)

    def do_abandon(self, *, run: int, by: str, reason: str, **_o: Any) -> None:
        if service.abandon(run_id=run, by=user(by), reason=reason).state in Run.WORKING:
            self.do_execute(run=run)
        else:
            self.stdout.write(f"Run {run} is abandoned.")

    def do_execute(self, *, run: int, **_o: Any) -> None:
        if not Run.objects.filter(pk=run).exists():
            raise CommandError(f"There is no run {run}.")
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task(f"run {run}", total=None)

            def on_chunk(chunk: RunChunk) -> None:
                # Other workers may be at it too, so the bar shows the run and not our share.
                seen = work.progress(run)
                bar.update(
                    task,
                    completed=seen.done,
                    total=seen.chunks,
                    description=f"run {run}: {seen.count:,} rows",
                )

            ended = work.work_through(run, on_chunk=on_chunk)
            bar.update(task, completed=ended.done, total=ended.chunks or 1)
        if ended.state == Run.State.FAILED:
            raise CommandError(f"Run {run} stopped: {ended.error}")
        label = Run.State(ended.state).label
        self.stdout.write(f"Run {run}: {label}, {ended.count:,} rows, {yuan(ended.total)} yuan.")


def user(name: str) -> User:
    try:
        return User.objects.select_related("office").get(username=name)
    except User.DoesNotExist:
        raise CommandError(f"There is no user {name}.") from None
