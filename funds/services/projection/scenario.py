"""Scenarios: what somebody changes of the assumptions, lever by lever, each within its bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from funds.params import ProjectionParams
from socsec.kernel.arith import ONE
from socsec.kernel.errors import KernelError
from socsec.kernel.units import UNITS, Unit
from socsec.office.errors import Invalid, from_kernel, say

HUNDREDTH = ONE // 100


@dataclass(frozen=True)
class Lever:
    """One assumption that a scenario may change: kernel numbers, both bounds included.

    `plain` is what holds where a scenario says nothing; None: as the policy says. `step` is by how
    much a sensitivity moves it up and down; nought: it is not asked for.
    """

    name: str
    label: str | Promise
    help: str | Promise
    unit: Unit
    least: int
    most: int
    plain: int | None
    step: int = 0

    def say(self, value: int, language: str) -> str:
        return self.unit.say(value, language)


_RATE, _MONTHS, _FLAG = UNITS["rate"], UNITS["months"], UNITS["bool"]

LEVERS = {
    lever.name: lever
    for lever in (
        Lever(
            "delayed",
            _("Pensionable age rises as decided in 2024"),
            _("Without it everybody retires at the ages from before 2025."),
            _FLAG,
            0,
            1,
            1,
        ),
        Lever(
            "later",
            _("Pensionable age rises further, months"),
            _("Once the rise decided in 2024 is over, at the same pace."),
            _MONTHS,
            0,
            120,
            0,
            12,
        ),
        Lever(
            "rate",
            _("Contribution rate, change"),
            _("Added to the rate in force, from next year on: 0.01 is a percentage point."),
            _RATE,
            -10 * HUNDREDTH,
            10 * HUNDREDTH,
            0,
            HUNDREDTH,
        ),
        Lever(
            "index_share",
            _("Indexation"),
            _("The part of the growth of wages by which pensions rise: 0.6 is three fifths."),
            _RATE,
            0,
            ONE + ONE // 2,
            None,
            10 * HUNDREDTH,
        ),
        Lever(
            "fertility",
            _("Fertility"),
            _("Against the medium variant of the United Nations: 1.2 is a fifth more."),
            _RATE,
            0,
            3 * ONE,
            ONE,
            20 * HUNDREDTH,
        ),
        Lever(
            "mortality",
            _("Mortality"),
            _("Against the medium variant: 0.9 means a tenth fewer deaths at each age."),
            _RATE,
            ONE // 10,
            5 * ONE,
            ONE,
            10 * HUNDREDTH,
        ),
        Lever(
            "growth",
            _("Growth of wages, change"),
            _("Added to each year's growth: 0.01 is a percentage point."),
            _RATE,
            -5 * HUNDREDTH,
            5 * HUNDREDTH,
            0,
            HUNDREDTH // 2,
        ),
        Lever(
            "returns",
            _("Return on the reserve, change"),
            _("Added to each year's return."),
            _RATE,
            -5 * HUNDREDTH,
            10 * HUNDREDTH,
            0,
            HUNDREDTH // 2,
        ),
        Lever(
            "density",
            _("Density of contributions"),
            _("The part of the year for which contributors pay."),
            _RATE,
            ONE // 10,
            ONE,
            None,
            5 * HUNDREDTH,
        ),
        Lever(
            "subsidy",
            _("Subsidy to the employees' scheme"),
            _("Against the assumption: 0 is none, 1 as assumed."),
            _RATE,
            0,
            5 * ONE,
            ONE,
            20 * HUNDREDTH,
        ),
    )
}


@dataclass(frozen=True)
class Scenario:
    """What is changed: a lever's name and its number. What is not named is as the policy says."""

    changed: Mapping[str, int]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Scenario":
        """From natural units; what says nothing new is left out. `Invalid` names the lever.

        >>> Scenario.read({"later": 36, "fertility": "1", "growth": "-0.005"}).changed
        {'later': 36, 'growth': -5000}
        """
        changed = {}
        for name, written in said.items():
            if name not in LEVERS:
                raise Invalid(
                    say(_("There is no assumption “%(name)s”."), name=name[:40]),
                    code="unknown_lever",
                    field="scenario",
                )
            if written in ("", None):
                continue
            lever = LEVERS[name]
            try:
                value = int(lever.unit.read(written))
            except KernelError as error:
                raise from_kernel(error, field=name) from error
            if not lever.least <= value <= lever.most:
                raise Invalid(
                    _bounds(lever),
                    code="beyond_bounds",
                    field=name,
                )
            if value != lever.plain:
                changed[name] = value
        return cls(changed)

    def neighbours(self, assumed: ProjectionParams) -> list[tuple[Lever, "Scenario"]]:
        """This scenario with one lever moved by its step, up and down, as far as its bounds allow."""
        found = []
        for lever in LEVERS.values():
            here = self.value(lever.name, assumed)
            for value in (here - lever.step, here + lever.step) if lever.step else ():
                if lever.least <= value <= lever.most:
                    changed = {k: v for k, v in self.changed.items() if k != lever.name}
                    if value != lever.plain:
                        changed[lever.name] = value
                    found.append((lever, Scenario(changed)))
        return found

    def natural(self) -> dict[str, Any]:
        """As `read` takes it, for keeping."""
        return {
            name: LEVERS[name].unit.natural(bool(value) if name == "delayed" else value)
            for name, value in self.changed.items()
        }

    def value(self, name: str, assumed: ProjectionParams) -> int:
        """What holds for a lever under these assumptions."""
        plain = LEVERS[name].plain
        if plain is None:
            plain = getattr(assumed, name)
        return self.changed.get(name, plain)


def _bounds(lever: Lever) -> str | Promise:
    """Why a number cannot be: a death rate below nought, for one, is none."""
    return say(
        _("“%(lever)s” lies between %(least)s and %(most)s."),
        lever=lever.label,
        least=lever.unit.natural(lever.least),
        most=lever.unit.natural(lever.most),
    )


AS_ASSUMED = Scenario({})
