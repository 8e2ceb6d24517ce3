"""Rows of a query, a piece at a time: the books may be longer than memory."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

AT_ONCE = 500


def rows(sql: str, params: Sequence[Any] = ()) -> Iterator[tuple]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while piece := cursor.fetchmany(AT_ONCE):
            yield from piece
