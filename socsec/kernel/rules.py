"""The register of rules that can be asked by name: by the estimator, the API and `assess`.

A rule is a plain function of facts and parameters; the decorator gives it a name:

    @rule("pensions.employees.old_age", ("职工基本养老金", "Employees' old-age pension"),
          facts=OldAgeFacts, params=EmployeesParams, law="国发〔2005〕38号", on="claim_month")
    def old_age(f, p) -> OldAgePension: ...
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from socsec.kernel.document import Document, explain
from socsec.kernel.errors import KernelError, NoAnswer
from socsec.kernel.facts import FactError, Facts
from socsec.kernel.months import format_month, month_of
from socsec.kernel.params import Params
from socsec.kernel.policy import Policy
from socsec.kernel.regions import NATION
from socsec.kernel.sheet import Sheet
from socsec.kernel.units import Label

Function = TypeVar("Function", bound=Callable[[Any, Any], Sheet])

RULES: dict[str, Rule] = {}


class UnknownRule(KernelError):
    """There is no rule of that name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by name. `on` is the fact that says which month's law applies, if one does."""

    code: str
    label: Label
    facts: type[Facts]
    params: type[Params]
    law: str
    on: str
    help: Label
    function: Callable[[Any, Any], Sheet]


def rule(
    code: str,
    label: Label,
    *,
    facts: type[Facts],
    params: type[Params],
    law: str = "",
    on: str = "",
    help: Label = ("", ""),
) -> Callable[[Function], Function]:
    """Enter a rule into the register. The function stays as it is."""

    def enter(function: Function) -> Function:
        known = RULES.get(code)
        if known and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"two rules are called {code}")
        if on and on not in facts.specs():
            raise ValueError(f"the rule {code} has no fact {on}")
        RULES[code] = Rule(code, label, facts, params, law, on, help, function)
        return function

    return enter


def load(packages: Iterable[str]) -> None:
    """Import the `rules` room of each package, with all its modules, so that they register."""
    for package in packages:
        try:
            room = importlib.import_module(f"{package}.rules")
        except ModuleNotFoundError as missing:
            if missing.name != f"{package}.rules":
                raise
            continue
        for module in pkgutil.walk_packages(getattr(room, "__path__", []), f"{room.__name__}."):
            importlib.import_module(module.name)


def find(code: str) -> Rule:
    """The rule of that name. UnknownRule names those that there are."""
    try:
        return RULES[code]
    except KeyError:
        known = ", ".join(sorted(RULES)) or "none"
        raise UnknownRule(
            "unknown_rule",
            f"There is no rule {code[:80]}; there are {known}",
            f"没有 {code[:80]} 这条规则；有：{known}",
        ) from None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a rule made of the facts of one case, and on what."""

    rule: Rule
    facts: Facts
    params: Params
    sheet: Sheet
    document: Document
    on: int
    region: str
    edition: str

    def as_json(self) -> dict[str, Any]:
        """Everything in natural units, complete enough to be kept with a decision."""
        return {
            "rule": self.rule.code,
            "label": {"zh": self.rule.label[0], "en": self.rule.label[1]},
            "law": self.rule.law,
            "on": format_month(self.on),
            "region": self.region,
            "edition": self.edition,
            "facts": self.facts.as_json(),
            "result": self.sheet.as_json(),
            **self.document.as_json(),
        }


def assess(
    code: str,
    facts: Any,
    *,
    policy: Policy,
    on: int | None = None,
    region: str = NATION,
    today: date | None = None,
) -> Assessment:
    """Apply a rule to the facts of one case, given in natural units.

    The law is that of the month `on`, else of the month in the fact that the rule names, else of
    `today`. UnknownRule, FactError, or what `Policy.at` raises.
    """
    found = find(code)
    read = found.facts.read(facts)
    if on is None and found.on:
        on = getattr(read, found.on)
    if on is None:
        on = month_of(today or date.today())  # noqa: DTZ011 - the month is the office's own
    params = found.params.at(policy, region, on)
    try:
        sheet = found.function(read, params)
    except (NoAnswer, ZeroDivisionError) as none:
        raise FactError(
            "impossible_fact",
            "",
            f"The law has no answer for these facts: {none}",
            f"按这些事实，法规没有给出结果：{none}",
        ) from none
    return Assessment(
        found, read, params, sheet, explain(sheet, read, params), on, region, policy.digest
    )


def describe(found: Rule) -> dict[str, Any]:
    """A rule and the facts that it wants, for lists and documentation."""
    return {
        "rule": found.code,
        "label": {"zh": found.label[0], "en": found.label[1]},
        "help": {"zh": found.help[0], "en": found.help[1]},
        "law": found.law,
        "on": found.on,
        "facts": [
            {
                "name": spec.name,
                "label": {"zh": spec.label[0], "en": spec.label[1]},
                "help": {"zh": spec.help[0], "en": spec.help[1]},
                "unit": spec.unit.outside,
                "required": spec.required,
                "least": spec.natural(spec.least) if not spec.choices else None,
                "most": spec.natural(spec.most) if not spec.choices else None,
                "choices": [member.name for member in spec.choices] if spec.choices else None,
            }
            for spec in found.facts.specs().values()
        ],
    }
