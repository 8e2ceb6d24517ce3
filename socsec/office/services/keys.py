"""Rotating the keys of encrypted columns: everything an old key holds is written anew.

Put the new key in front of FIELD_KEYS, restart everything, rotate, then drop the old key. It may
be stopped and begun again at any time: rows under the new key are left alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extras import execute_values

from ..fields import EncryptedBytesField, EncryptedField, current_prefix, decrypt, encrypt, ring
from ..models import User
from . import audit

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """An encrypted column, and the columns of its table's key."""

    table: str
    name: str
    key: tuple[str, ...]
    binary: bool


def columns() -> list[Column]:
    """Every encrypted column of every app."""
    found = []
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedField | EncryptedBytesField):
                key = tuple(str(part.column) for part in model._meta.pk_fields)
                binary = isinstance(field, EncryptedBytesField)
                found.append(Column(model._meta.db_table, str(field.column), key, binary))
    return sorted(found, key=lambda column: (column.table, column.name))


def outdated(column: Column) -> int:
    """How many rows of a column an old key holds."""
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT count(*) FROM {table} WHERE {old}")
        cursor.execute(_fill(statement, column), _current(column))
        return int(cursor.fetchone()[0])


def rotate(
    *, by: User | None, on_batch: Callable[[Column, int], None] | None = None
) -> dict[str, int]:
    """Write everything under the first key. Returns rows by column; calls back after each batch.

    A row that no key opens stops it with `Unreadable`: nothing of that batch is changed.
    """
    done: dict[str, int] = {}
    for column in columns():
        for count in _batches(column):
            name = f"{column.table}.{column.name}"
            done[name] = done.get(name, 0) + count
            if on_batch is not None:
                on_batch(column, count)
    with transaction.atomic():
        audit.record(by=by, act="keys.rotate", rows=done)
    return done


def _batches(column: Column) -> Iterator[int]:
    find = sql.SQL(
        "SELECT {key}, {name} FROM {table} WHERE {old} {onward} ORDER BY {key} LIMIT {batch} FOR UPDATE"
    )
    write = sql.SQL(
        "UPDATE {table} AS t SET {name} = v.sealed FROM (VALUES %s) AS v ({key}, sealed) WHERE {same}"
    )
    renew = _renew_bytes if column.binary else _renew_text
    last: tuple[Any, ...] | None = None
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            # Onwards from the last key, so that no batch walks over what is done.
            cursor.execute(
                _fill(find, column, onward=last is not None), [*_current(column), *(last or ())]
            )
            rows = cursor.fetchall()
            if not rows:
                return
            execute_values(
                cursor.cursor,
                _fill(write, column),
                [(*row[:-1], renew(row[-1])) for row in rows],
                page_size=BATCH,
            )
        last = rows[-1][:-1]
        yield len(rows)


def _renew_text(sealed: str) -> str:
    return encrypt(decrypt(sealed))


def _renew_bytes(sealed: memoryview) -> bytes:
    return ring().encrypt(ring().decrypt(bytes(sealed)))


def _current(column: Column) -> list[Any]:
    return [ring().current if column.binary else current_prefix()]


def _fill(statement: sql.SQL, column: Column, *, onward: bool = False) -> sql.Composed:
    name = sql.Identifier(column.name)
    if column.binary:
        old = sql.SQL("length({0}) > 0 AND substring({0} FROM 1 FOR 6) <> %s").format(name)
    else:
        old = sql.SQL("{0} <> '' AND left({0}, 8) <> %s").format(name)
    key = [sql.Identifier(part) for part in column.key]
    return statement.format(
        table=sql.Identifier(column.table),
        name=name,
        key=sql.SQL(", ").join(key),
        old=old,
        onward=sql.SQL("AND ({0}) > ({1})").format(
            sql.SQL(", ").join(key), sql.SQL(", ").join(sql.Placeholder() for _part in key)
        )
        if onward
        else sql.SQL(""),
        batch=sql.Literal(BATCH),
        same=sql.SQL(" AND ").join(sql.SQL("t.{0} = v.{0}").format(part) for part in key),
    )
