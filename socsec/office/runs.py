"""The kinds of run, registered by the apps whose work they do.

A kind says what a run would do (`preview`), how it is cut (`chunks`), how one piece is done
(`execute`), what follows when all pieces are done (`post`), and how to undo both (`unpost`,
`reverse`). Everything else, who may, in which order, what happens when a worker dies, is
`services.run`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import Invalid
from .models.run import Run, RunChunk


@dataclass(frozen=True, slots=True)
class Counts:
    """What a chunk has written: rows (heads), fen, and a fingerprint of the rows."""

    count: int
    total: int
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do. `count` rows and `total` fen are what the checker approves.

    `figures` are further totals by name, in fen ({"employer_share": 123}); `regions` maps a region
    to [rows, fen]; `changes` are lines of winners and losers against the month before; `samples`
    are assessment sheets as JSON; `held` counts what is left out, with a reason each; `spread` is
    how a rise falls among people (`spread.measure`).
    """

    count: int
    total: int
    figures: dict[str, int] = field(default_factory=dict)
    regions: dict[str, list[int]] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    spread: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "total": self.total,
            "figures": self.figures,
            "regions": self.regions,
            "changes": self.changes,
            "samples": self.samples,
            "held": self.held,
            "spread": self.spread,
        }


@dataclass(frozen=True, slots=True)
class Due:
    """A run that the calendar brings: for which month and region, with which settings."""

    month: int
    region: str
    params: dict[str, Any] = field(default_factory=dict)


class RunKind:
    """A sort of mass job. Subclass it, give it a slug and a label, and register an instance.

    With `strict` the run posts only if its chunks add up to exactly what was approved; else it
    stops, and a person decides. Leave it on for everything that pays.
    """

    slug: str
    label: str | Promise
    strict = True
    # Further ways to draft it at the desk, by name: what it is called then, and its settings.
    variants: ClassVar[Mapping[str, tuple[str | Promise, dict[str, Any]]]] = {}

    def named(self, params: dict[str, Any]) -> str | Promise:
        """What a run with these settings is called."""
        for label, settings in self.variants.values():
            if settings == params:
                return label
        return self.label

    def figure(self, name: str) -> str | Promise:
        """What a figure of the preview is called, where the desk has no word of its own for it."""
        return name

    def check(self, params: dict[str, Any]) -> dict[str, Any]:
        """The settings of a run as they shall be kept, or `Invalid`. Most kinds have none."""
        if params:
            raise Invalid(
                _("This kind of run has no settings."), code="unknown_setting", field="params"
            )
        return {}

    def due(self, today: date) -> Iterable[Due]:
        """What the clock drafts on that day, drafted already or not. Most kinds wait for a person."""
        return ()

    def check_due(self, run: Run) -> None:
        """A `Problem` where a run that is due has nothing to rest on yet; `run` is not saved.

        It is asked again the day after. A person who drafts it is told the same by the preview.
        """

    def preview(self, run: Run) -> Preview:
        """Work out what the run would do, writing nothing of it (what supervision finds is kept)."""
        raise TypeError(f"{type(self).__name__} has no preview")

    def check_approval(self, run: Run) -> None:
        """A `Problem` where what was previewed must not be approved yet: something looks wrong."""

    def chunks(self, run: Run) -> Iterable[dict[str, Any]]:
        """The parts of the run, as small JSON objects: regions, ranges of person numbers.

        Asked once, when execution starts. No parts means that nobody is paid.
        """
        raise TypeError(f"{type(self).__name__} has no chunks")

    def execute(self, chunk: RunChunk) -> Counts:
        """Do one part, in the transaction that also marks it as done. Never commit in here."""
        raise TypeError(f"{type(self).__name__} has no execute")

    def post(self, run: Run) -> None:
        """Make the whole visible, once every part is done: in one transaction with the state."""

    def unpost(self, run: Run) -> None:
        """Undo `post`, before the parts are reversed; raise `Refused` where it is too late."""

    def reverse(self, chunk: RunChunk) -> None:
        """Post the exact opposite of one part, in the transaction that marks it as reversed."""
        raise TypeError(f"{type(self).__name__} has no reverse")


_kinds: dict[str, RunKind] = {}


def register(kind: RunKind) -> RunKind:
    """Called from an app's ready()."""
    known = _kinds.get(kind.slug)
    if known is not None and type(known) is not type(kind):
        raise ValueError(f"run kind {kind.slug} is registered twice")
    _kinds[kind.slug] = kind
    return kind


def get(slug: str) -> RunKind:
    """The kind, or `Invalid` for a slug that nobody registered."""
    try:
        return _kinds[slug]
    except KeyError:
        raise Invalid(
            _("There is no such kind of run."), code="unknown_run_kind", field="kind"
        ) from None


def all_kinds() -> list[RunKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.slug)


def choices() -> list[tuple[str, str | Promise]]:
    """Slug and label of each, for filters."""
    return [(kind.slug, kind.label) for kind in all_kinds()]


def drafts() -> list[tuple[str, str | Promise]]:
    """What may be drafted at the desk: each kind, and each of its variants."""
    return [
        each
        for kind in all_kinds()
        for each in (
            (kind.slug, kind.label),
            *((f"{kind.slug}:{name}", label) for name, (label, _p) in kind.variants.items()),
        )
    ]


def drafted(choice: str) -> tuple[str, dict[str, Any]]:
    """The slug and the settings behind one of `drafts`; `Invalid` for another."""
    slug, _colon, name = choice.partition(":")
    kind = get(slug)
    if not name:
        return slug, {}
    if name not in kind.variants:
        raise Invalid(_("There is no such kind of run."), code="unknown_run_kind", field="kind")
    return slug, dict(kind.variants[name][1])
