"""The arithmetic of one rule alone, over columns: exact whole numbers beside floating point.

The rule is the employees' old-age pension of one place. Beside it stands openfisca-core, where a
Python that has it is named; it is no dependency, so it runs in a process of its own.
"""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.world import clock
from pensions.params import PensionParams
from pensions.rules.employees.old_age import OldAgeFacts, old_age
from socsec.kernel.arith import ONE
from socsec.kernel.months import month
from socsec.kernel.policy import Policy

LABEL = "The arithmetic of a pension, over columns"
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
    if openfisca:
        theirs, other = _openfisca(openfisca, facts, law)
        apart = np.abs(theirs - amounts)
        found |= {"openfisca": other, "differ": int((apart > 0).sum()), "most": int(apart.max())}
    return found


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
