"""The published cases in tests/cases, read and run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from socsec.kernel.arith import Rounding
from socsec.kernel.months import parse_month
from socsec.kernel.params import Params
from socsec.kernel.policy import Policy, Value
from socsec.kernel.regions import NATION
from socsec.kernel.rules import find, load
from socsec.kernel.sheet import Sheet

FOLDER = Path(__file__).parent / "cases"
POLICY = Policy.files()

load(["pensions", "assistance", "funds"])


def read(app: str, name: str) -> list[dict[str, Any]]:
    """The cases of one file of an app."""
    return yaml.safe_load((FOLDER / app / f"{name}.yaml").read_text(encoding="utf-8"))


def row(case: dict[str, Any]) -> dict[str, int]:
    """The facts of a case in whole numbers of the kernel, those left out included."""
    facts = find(case["rule"]).facts.read(case["facts"])
    return {name: getattr(facts, name) for name in facts.specs()}


def expected(case: dict[str, Any]) -> dict[str, Any]:
    """What our rule must say: what was published, but for the lines under `ours`."""
    return {**case["published"], **case.get("ours", {})}


def natural(sheet: Sheet, path: str) -> Any:
    """One line of a sheet in natural units; `basic.amount` is the line amount of the part basic."""
    *parts, last = path.split(".")
    for part in parts:
        sheet = getattr(sheet, part)
    return type(sheet).specs()[last].unit.natural(getattr(sheet, last))


class WithSettings(Policy):
    """The policy of the files, but for the settings that one case names (a page's own rounding)."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(POLICY.parameters.values(), POLICY.values())
        self.settings = settings

    def at(self, code: str, region: str, on: Any) -> Value:
        found = POLICY.at(code, region, on)
        if code not in self.settings:
            return found
        written = self.settings[code]
        assert found.parameter.unit == "rounding", code
        return replace(found, value=int(Rounding.read(written)), written=written)


def policy_of(case: dict[str, Any]) -> Policy:
    """The policy that a case is worked out with."""
    return WithSettings(case["settings"]) if "settings" in case else POLICY


class PolicyOfCases(Policy):
    """A policy whose regions are cases: each has its own place and month.

    This puts cases of many provinces and years into one statement, through the same join of
    parameters that a run over several provinces makes.
    """

    def __init__(self, cases: list[dict[str, Any]]) -> None:
        self.cases = cases
        self.parameters = POLICY.parameters

    def key(self, place: int) -> str:
        return f"{place:06}"

    def at(self, code: str, region: str, on: Any) -> Value:
        case = self.cases[int(region)]
        return policy_of(case).at(code, case.get("region", NATION), parse_month(case["month"]))


def params_of(case: dict[str, Any]) -> Params:
    """The parameters in force at the place and in the month of a case."""
    found = find(case["rule"]).params
    return found.at(policy_of(case), case.get("region", NATION), parse_month(case["month"]))
