"""Databases to measure in: prepared once for a number of people, copied for every measurement."""

import io
import os
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction

from benchmarks.base import MONTH
from enrollment.models import Person

WORKERS = os.cpu_count() or 1
PATIENCE = 120  # seconds that a copy waits for the database to be left alone
SMALL = 20_000  # people that one process makes as fast as several


class Unfit(Exception):
    """The database that was given is not one to measure in."""


@contextmanager
def database(name: str, template: str) -> Iterator[str]:
    """A copy of a database that nobody is connected to; gone afterwards."""
    quoted, source = (connection.ops.quote_name(each) for each in (name, template))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"drop database if exists {quoted}")
        # By files: the other way writes it all to the log, and a checkpoint would fall due meanwhile.
        for left in range(PATIENCE, -1, -1):
            try:
                cursor.execute(f"create database {quoted} template {source} strategy file_copy")
                break
            except OperationalError:
                # After a large copy PostgreSQL tidies up by itself, and then it is connected.
                if not left:
                    raise
                time.sleep(1)
    try:
        yield name
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"drop database {quoted} with (force)")


def inside(name: str, act: Callable[..., Any], *arguments: Any) -> Any:
    """Let a process of its own do `act` on the database `name`, and give what it returns."""
    connections.close_all()
    ours, theirs = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_run, args=(theirs, name, act, arguments))
    process.start()
    theirs.close()
    try:
        done, answer = ours.recv()
    except EOFError:
        done, answer = False, f"the process ended by itself ({process.exitcode})"
    process.join()
    if not done:
        raise RuntimeError(answer)
    return answer


def _run(answer: Connection, name: str, act: Callable[..., Any], arguments: tuple) -> None:
    try:
        use(name)
        answer.send((True, act(*arguments)))
    except BaseException:
        answer.send((False, traceback.format_exc()))
    finally:
        connections.close_all()


def use(name: str) -> None:
    """From now on, here and in processes started from here, the database is `name`."""
    os.environ["DATABASE_URL"] = renamed(os.environ["DATABASE_URL"], name)
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def renamed(url: str, name: str) -> str:
    """The address of another database of the same server. What follows `?` may hold slashes."""
    before, mark, options = url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}{mark}{options}"


def empty() -> None:
    """Refuse a database with people in it: what is measured is of no use to them."""
    if Person.objects.exists():
        raise Unfit("there are people in this database; benchmarks want an empty, migrated one")


def prepare(people: int, *steps: Callable[[], None]) -> None:
    """Put so many people into the database, and whatever the measurements need besides."""
    call_command(
        "population",
        people=people,
        month=[MONTH],
        workers=WORKERS if people > SMALL else 1,
        stdout=io.StringIO(),
    )
    for step in steps:
        with transaction.atomic():
            step()
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def peak() -> int:
    """The most memory that this process ever held, in bytes (Linux)."""
    for text in Path("/proc/self/status").read_text().splitlines():
        if text.startswith("VmHWM"):
            return int(text.split()[1]) * 1024
    return 0


def forget_peak() -> int:
    """Begin to count the most memory anew (Linux): what was made before is not of what follows."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


@contextmanager
def clock() -> Iterator[list[float]]:
    """Seconds that the block took, put into the list that it yields."""
    taken: list[float] = []
    begun = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - begun)
