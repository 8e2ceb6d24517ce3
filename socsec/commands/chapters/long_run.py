"""How long the money lasts: the nation under three scenarios, one of them on the public page."""

from typing import Any

from funds.services import projection
from socsec.commands.village import Village

SCENARIOS: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("按现行政策和假设", {}, 20),
    ("按2025年以前的退休年龄", {"delayed": False}, 0),
    ("再延迟三年退休", {"later": 36}, 0),
)


def how_long_it_lasts(village: Village) -> None:
    """The nation to 2100: as assumed, at the ages from before 2025, and three years later still"""
    maker = village.by("nation-accountant")
    asked = [
        projection.ask(by=maker, name=name, scenario=scenario, draws=draws)
        for name, scenario, draws in SCENARIOS
    ]
    for each in asked:
        projection.work(each.pk)
    projection.publish(by=village.by("nation-reviewer"), projection=asked[0].pk)
