"""A kind of run for the tests: pays each number from 1 to n as many fen as the number says, times 100.

Importable by a worker in a process of its own, so that it can be killed for real.
"""

import os
import time
from pathlib import Path

from django.db import connection

from socsec.office import runs
from socsec.office.errors import Invalid, Refused

TABLE = """CREATE TABLE IF NOT EXISTS test_counted (
    person_id bigint, run_id bigint, amount bigint NOT NULL, reverses boolean NOT NULL,
    PRIMARY KEY (person_id, run_id, reverses))"""


def halt(run, place):
    """Where HALT names this place: tell the test by writing a file, then wait to be killed."""
    if os.environ.get("HALT") == place:
        Path(run.params["halt"]).touch()
        time.sleep(120)


class Counting(runs.RunKind):
    """`people` are paid in parts of `size`."""

    slug = "counting"
    label = "Counting"

    def check(self, params):
        if not isinstance(params.get("people", 0), int):
            raise Invalid("people", code="bad_people", field="people")
        return params

    def preview(self, run):
        people = run.params.get("people", 0)
        with connection.cursor() as cursor:
            # Written to find out, and undone by the framework.
            cursor.execute("INSERT INTO test_counted VALUES (-1, %s, 1, false)", [run.pk])
        return runs.Preview(people, sum(range(1, people + 1)) * 100)

    def chunks(self, run):
        people, size = run.params.get("people", 0), run.params.get("size", 10)
        if run.params.get("broken_chunks"):
            raise RuntimeError("cannot cut")
        return [
            {"low": low, "high": min(low + size - 1, people)} for low in range(1, people + 1, size)
        ]

    def execute(self, chunk):
        low, high = chunk.spec["low"], chunk.spec["high"]
        if (
            chunk.run.params.get("bad_part") == chunk.number
            and not Path(chunk.run.params["mended"]).exists()
        ):
            raise Refused("This part cannot be paid.", code="bad_part")
        middle = (low + high) // 2
        self.pay(chunk, low, middle)
        if chunk.number == 2:
            halt(chunk.run, "execute")
        self.pay(chunk, middle + 1, high)
        extra = chunk.run.params.get("extra", 0) if chunk.number == 1 else 0
        return runs.Counts(high - low + 1, sum(range(low, high + 1)) * 100 + extra)

    def pay(self, chunk, low, high):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO test_counted SELECT n, %s, n * 100, false FROM generate_series(%s, %s) n",
                [chunk.run_id, low, high],
            )

    def post(self, run):
        halt(run, "post")
        if run.params.get("post_fails"):
            raise Refused("The fund has no money.", code="no_money")

    def unpost(self, run):
        if run.params.get("too_late"):
            raise Refused("The bank has paid already.", code="too_late")

    def reverse(self, chunk):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO test_counted SELECT person_id, run_id, -amount, true FROM test_counted"
                " WHERE run_id = %s AND NOT reverses AND person_id BETWEEN %s AND %s",
                [chunk.run_id, chunk.spec["low"], chunk.spec["high"]],
            )
        if chunk.number == 2:
            halt(chunk.run, "reverse")


class Loose(Counting):
    slug = "loose"
    label = "Loose counting"
    strict = False


def register():
    runs.register(Counting())
    runs.register(Loose())


def paid(run_id):
    """Rows, net fen, and distinct people that a run has written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(amount), 0), count(DISTINCT person_id)"
            " FROM test_counted WHERE run_id = %s",
            [run_id],
        )
        return tuple(int(n) for n in cursor.fetchone())
