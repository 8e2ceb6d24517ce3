"""What a run has gathered, kept for as long as its statement needs it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def gathered(table: str, select: str, values: Sequence[Any], *checks: str) -> Iterator[None]:
    """The rows of a SELECT in a table of this transaction, gone after the block.

    `checks` are conditions that each row must meet (`Facts.in_bounds()`), or nothing is done at
    all: IntegrityError. A rule may then take its facts as `checked`, and its statement is several
    times faster than one that looks at each fact again wherever it stands.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"create temporary table {table} on commit drop as {select}", list(values))
        if checks:
            added = ", ".join(f"add check ({check})" for check in checks)
            cursor.execute(f"alter table {table} {added}")
        yield
        cursor.execute(f"drop table {table}")
