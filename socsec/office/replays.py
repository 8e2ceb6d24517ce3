"""Stored decisions, worked out again: apps register what they keep, `manage.py replay` asks them all.

A decision keeps its facts and its policy edition. Worked out again from these and nothing else, it
comes to the same fen, however much law and code have changed since; if not, somebody must know.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Outcome:
    """One stored decision, worked out again. `differences` name each number that came out otherwise."""

    subject: str
    differences: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True)
class Replayer:
    """What works a sort of decision out again: so many of them at random, or all (None)."""

    slug: str
    label: Text
    outcomes: Callable[[int | None], Iterable[Outcome]]


_replayers: dict[str, Replayer] = {}


def register(replayer: Replayer) -> None:
    """Called from an app's ready(); the slug is "app.what"."""
    _replayers[replayer.slug] = replayer


def replayers() -> list[Replayer]:
    return [_replayers[slug] for slug in sorted(_replayers)]


def run(sample: int | None, only: Iterable[str] = ()) -> Iterator[tuple[Replayer, Outcome]]:
    """Work out `sample` decisions of each sort again, or all of them."""
    wanted = set(only)
    for replayer in replayers():
        if not wanted or replayer.slug in wanted:
            for outcome in replayer.outcomes(sample):
                yield replayer, outcome
