"""The arithmetic of one rule alone, over columns: exact whole numbers beside floating point.

The rule is the employees' old-age pension of one place, over columns and as the statement that mass
runs hand to PostgreSQL. Beside it stands openfisca-core, by a Python that has it or in an environment
made for it: it is no requirement of ours, so it runs in a process of its own.
"""

import subprocess
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction

from benchmarks.world import clock
from pensions.params import PensionParams
from pensions.rules.employees.old_age import OldAgeFacts, old_age
from socsec.kernel.arith import ONE
from socsec.kernel.months import month
from socsec.kernel.policy import Policy
from socsec.kernel.sqlexpr import compile as compile_rule

LABEL = "The arithmetic of a pension, over columns"
NAME = "arithmetic"
MAKE = "make"  # said instead of a Python that has openfisca-core
PINNED = "openfisca-core==46.0.1"
TABLE = "benchmark_facts"
REGION, ON = "610100", month(2025, 11)
SCRIPT = Path(__file__).with_name("with_openfisca.py")
BY_HAND = 200  # cases that are worked out one by one, to see that the columns say the same
# In natural units, as others reckon.
UNITS = {"average_index": ONE, "account_balance": 100}


def measured(people: int, openfisca: str = "") -> dict[str, Any]:
    """Seconds for so many people, best of three, and how many of openfisca's amounts differ."""
    law = PensionParams.at(Policy.files(), REGION, ON)
    facts = _facts(people)
    seconds = []
    for _ in range(3):
        with clock() as taken:
            sheet = old_age(OldAgeFacts.columns(facts), law)
        seconds += taken
    amounts = np.array(sheet.amount.list())
    one_by_one = [
        old_age(OldAgeFacts(**{name: int(of[n]) for name, of in facts.items()}), law).amount
        for n in range(min(people, BY_HAND))
    ]
    if one_by_one != amounts[: len(one_by_one)].tolist():
        raise RuntimeError("columns and single cases differ")
    found: dict[str, Any] = {"people": people, "seconds": min(seconds)}
    total, found["statement"] = _statement(facts, law)
    if total != int(amounts.sum()):
        raise RuntimeError("columns and the statement differ")
    if openfisca:
        with environment() if openfisca == MAKE else nullcontext(openfisca) as python:
            theirs, other = _openfisca(python, facts, law)
        apart = np.abs(theirs - amounts)
        found |= {"openfisca": other, "differ": int((apart > 0).sum()), "most": int(apart.max())}
    return found


@contextmanager
def environment() -> Iterator[str]:
    """A Python with openfisca-core beside nothing of ours, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", PINNED], check=True)
        yield python


def _statement(facts: dict[str, np.ndarray], law: PensionParams) -> tuple[int, float]:
    """The same as one statement over a table of these facts: the sum in fen, and the seconds."""
    names = ", ".join(facts)
    rule = compile_rule(
        {"amount": old_age(OldAgeFacts.sql(names=facts, checked=True), law).amount},
        f"select {names} from {TABLE}",
    )
    seconds, total = [], 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""create temporary table {TABLE} on commit drop as
                select * from unnest({", ".join(["%s::bigint[]"] * len(facts))}) as t({names})""",
            [column.tolist() for column in facts.values()],
        )
        cursor.execute(f"analyze {TABLE}; set local jit = off")
        for _ in range(3):
            with clock() as taken:
                cursor.execute(f"select sum(amount)::bigint from ({rule}) r")
                (total,) = cursor.fetchone()
            seconds += taken
    return int(total), min(seconds)


def _facts(people: int) -> dict[str, np.ndarray]:
    number = np.arange(people)
    return {
        "months_paid": 180 + number % 300,
        "months_deemed": number % 60,
        "average_index": 400_000 + number * 7_919 % 2_600_000,
        "account_balance": 1_000_00 + number * 104_729 % 60_000_000,
        "age": 50 * 12 + number % 180,
    }


def _openfisca(
    python: str, facts: dict[str, np.ndarray], law: PensionParams
) -> tuple[np.ndarray, float]:
    """Their amounts in fen, and their seconds."""
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder) / "facts.npz", Path(folder) / "amounts.npy"
        np.savez(
            given,
            **{name: column / UNITS.get(name, 1) for name, column in facts.items()},
            base=law.announced_base / 100,
            accrual_rate=law.accrual_rate / ONE,
            general_rate=law.general_rate / ONE,
            divisors=np.array([law.divisors.at(age) / 10 for age in range(40, 72)]),
        )
        done = subprocess.run(
            [python, str(SCRIPT), str(given), str(answer)],
            capture_output=True,
            text=True,
            check=True,
        )
        return np.load(answer), float(done.stdout)
