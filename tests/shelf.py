"""What hundreds of tests begin with is made once in a process; later tests lay a copy of its rows.

A copy holds every row of each table that the making wrote to. It is laid only where the making
itself would have begun: in a database without users, audit entries and policy. Triggers rest while
a copy is laid, since what they would add is among the rows already.
"""

import functools
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
T = TypeVar("T")

WRITTEN = """
    SELECT relid::regclass::text FROM pg_stat_xact_user_tables
    WHERE schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0"""
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"""


@dataclass(frozen=True)
class Copy:
    """Rows by table and its columns, and what the making gave back."""

    rows: dict[tuple[str, str], bytes]
    given: bytes


def kept(make: Callable[P, T]) -> Callable[P, T]:
    """`make`, whose rows are copied at the first call with these arguments, and laid afterwards."""
    copies: dict[bytes, Copy] = {}

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        key = pickle.dumps((args, kwargs))
        with transaction.atomic(), connection.cursor() as cursor:
            if not _begins(cursor):
                return make(*args, **kwargs)
            if key not in copies:
                given = make(*args, **kwargs)
                copies[key] = Copy(_rows(cursor), pickle.dumps(given))
                return given
            _lay(cursor, copies[key].rows)
        return pickle.loads(copies[key].given)

    return made


def _begins(cursor) -> bool:
    cursor.execute(
        """SELECT current_setting('is_superuser') = 'on'
            AND NOT EXISTS (SELECT FROM office_user) AND NOT EXISTS (SELECT FROM office_policyedition)
            AND NOT EXISTS (SELECT FROM office_auditentry)"""
    )
    return cursor.fetchone()[0]


def _rows(cursor) -> dict[tuple[str, str], bytes]:
    rows = {}
    cursor.execute(WRITTEN)
    for (table,) in cursor.fetchall():
        cursor.execute(COLUMNS, [table])
        columns = cursor.fetchone()[0]
        copied = io.BytesIO()
        cursor.copy_expert(
            f"COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT binary)", copied
        )
        rows[table, columns] = copied.getvalue()
    return rows


def _lay(cursor, rows: dict[tuple[str, str], bytes]) -> None:
    cursor.execute("SET LOCAL session_replication_role = replica")
    for (table, columns), copied in rows.items():
        cursor.execute(f"DELETE FROM {table}")
        cursor.copy_expert(
            f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)", io.BytesIO(copied)
        )
    cursor.execute("SET LOCAL session_replication_role = origin")
