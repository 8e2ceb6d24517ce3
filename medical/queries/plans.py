"""Benefit plans as they stand: what a region's scheme pays in a year, and how sure each value is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from medical.models import Level, Standing
from medical.params import EmployeesPlan, ResidentsPlan
from medical.rules.words import PER_STANDING, Away, Disease
from socsec.kernel.policy import Parameter, Policy, PolicyError, Value
from socsec.office.models import PolicyValue

SCHEMES = {"employees": EmployeesPlan, "residents": ResidentsPlan}
# Tables by standing and level, by standing and segment, and by single words of the rules.
BY_WHO = frozenset(
    {
        "inpatient_deductible",
        "next_stay",
        "inpatient_ratio",
        "outpatient_deductible",
        "outpatient_ratio",
        "second_ratio",
        "outpatient_cap",
        "two_ratio",
        "negotiated_ratio",
    }
)
BY_WORD: dict[str, Any] = {
    "two_cap": Disease,
    "away_first": Away,
    "away_factor": Away,
    "away_points": Away,
}


@dataclass(frozen=True)
class PlanLine:
    """One value of a plan; `value` is None where none is on file, `before` that of the year before.

    `drafts` are values that wait for a second person.
    """

    name: str
    parameter: Parameter
    value: Value | None
    before: Value | None
    drafts: list[PolicyValue]

    @property
    def changed(self) -> bool:
        return self.value is not None and (
            self.before is None or self.before.value != self.value.value
        )


def plan(policy: Policy, scheme: str, region: str, year: int) -> Iterator[PlanLine]:
    """Every value of a plan on the last day of a year, in the order of the plan."""
    codes = SCHEMES[scheme].codes()
    drafts: dict[str, list[PolicyValue]] = {}
    waiting = PolicyValue.objects.filter(state=PolicyValue.State.DRAFT, code__in=codes.values())
    for each in waiting.select_related("region"):
        drafts.setdefault(each.code, []).append(each)
    for name, code in codes.items():
        yield PlanLine(
            name,
            policy.parameter(code),
            _at(policy, code, region, year),
            _at(policy, code, region, year - 1),
            drafts.get(code, []),
        )


def steps(line: PlanLine, language: str) -> list[tuple[str, str]]:
    """The steps of a table with their keys in words; empty for a single value."""
    written = line.value.written if line.value else None
    if not isinstance(written, dict):
        return []
    return [(_key(line.name, int(key), language), str(each)) for key, each in written.items()]


def _key(name: str, key: int, language: str) -> str:
    if name in BY_WHO and key >= PER_STANDING:
        standing, level = divmod(key, PER_STANDING)
        return f"{Standing(standing).label} · {Level(level).label}"
    if name in BY_WORD and any(key == int(each) for each in BY_WORD[name]):
        return str(BY_WORD[name](key).label[0 if language.startswith("zh") else 1])
    return str(key)


def _at(policy: Policy, code: str, region: str, year: int) -> Value | None:
    try:
        return policy.at(code, region, date(year, 12, 1))
    except PolicyError:
        return None
