"""The benchmarks run, and what they set side by side is the same work. No seconds are asserted."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from benchmarks import world
from benchmarks.__main__ import MASS, differences, name

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 300


@pytest.fixture
def measure(db):
    """Runs the benchmarks on an empty, migrated database beside that of the tests."""
    template = os.environ.get("TEST_DATABASE_TEMPLATE")
    name = f"bench_{os.getpid()}"
    url = urlsplit(os.environ["DATABASE_URL"])
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            f"create database {name}"
            + (f" template {template} strategy file_copy" if template else "")
        )
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "DJANGO_SETTINGS_MODULE": "socsec.settings.test",
    }

    def python(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )

    try:
        if not template:  # a server that the tests did not start: nobody migrated a copy there
            done = python("manage.py", "migrate", "--verbosity", "0")
            assert done.returncode == 0, done.stderr
        yield lambda *arguments: python("-m", "benchmarks", *arguments)
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"drop database {name} with (force)")


def test_they_run_and_both_sides_write_the_same_rows(measure):
    done = measure(f"--people={PEOPLE}", "--rounds=1", "--sample=20", "--calls=3", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(differences(found)) == []
    for kind in MASS:
        sides = found[name(kind)][str(PEOPLE)]
        for rows in kind.WRITES:
            count, amount, _all = sides["ours"]["written"][rows.model]
            assert sides["plain"]["written"][rows.model] == [count, amount, _all]
            assert int(count) > PEOPLE // getattr(kind, "SHARE", 2), rows.model
            assert int(amount) != 0, rows.model
        # of 20 people: in five branches a person has four rows, or two who pays alone
        rows = range(40, 81) if name(kind) == "five_branches" else (20,)
        assert sides["orm"]["rows"] in rows
    assert found["pension_payroll"][str(PEOPLE)]["ours"]["rows"] == PEOPLE
    assert found["assess"]["calls"] == 3
    # 31 regions, two schemes, 79 years; shared out alike they go the way of the whole
    assert found["projection"]["rows"] == 31 * 2 * 79
    assert found["projection"]["apart"] < 1e-9
    # of 300 rows six are bad, whatever is in the others
    assert (found["uploads"]["rows"], found["uploads"]["bad"]) == (PEOPLE, 6)
    assert found["uploads"]["good"] == PEOPLE - 6
    # every person has ten bills, and each number of hospitals settled at least one each
    settled = found["settlements"]
    assert [each["settled"] for each in settled["at"].values()] == [32, 32, 32]
    assert settled["bills"] >= PEOPLE * 10 + 96
    assert (settled["lost"], settled["wrong"]) == (0, 0)
    assert found["recompute"]["rows"] == PEOPLE // 8
    posted, plain = found["posting"]["ours"], found["posting"]["plain"]
    assert posted["rows"] == posted["written"][0] == PEOPLE
    assert posted["written"] == plain["written"]
    assert found["arithmetic"]["people"] == PEOPLE
    assert (found["means"]["people"], found["needs"]["calls"]) == (PEOPLE, 3)
    assert 0 < found["means"]["eligible"] < PEOPLE

    other = copy.deepcopy(found)
    other["contributions"][str(PEOPLE)]["plain"]["written"]["funds.Transfer"][1] = "1"
    (said,) = differences(other)
    assert "Monthly contributions" in said
    assert "funds.Transfer" in said


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("postgres://me@host:5432/mine", "postgres://me@host:5432/other"),
        ("postgres://me@host/mine?sslmode=require", "postgres://me@host/other?sslmode=require"),
        ("postgres:///mine?host=/tmp/data/run", "postgres:///other?host=/tmp/data/run"),
    ],
)
def test_another_database_of_the_same_server_is_addressed_whatever_its_options(url, other):
    assert world.renamed(url, "other") == other
