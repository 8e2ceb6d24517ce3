"""Kinds of public event: which acts of the audit partners may hear of, and under which name.

The audit is the outbox: an act and its entry commit together, so an event is told if, and only if,
the act happened. Apps register from their ready(); `services.events` publishes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils.functional import Promise

from .models.audit import AuditEntry

Text = str | Promise

PERSON = "person"


def always(entry: AuditEntry) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class EventKind:
    """A sort of public event.

    `name` is "noun.happened" and never changes. It is told of entries with this `act` for which
    `when` holds. `scope` is the API scope that a partner needs for it, and `read_at` where the
    partner reads what became of it. `data` names members of the entry's detail that are told
    besides: months, branches, dates; nothing that says more about a person than that it happened.
    """

    name: str
    act: str
    label: Text
    scope: str
    read_at: str
    when: Callable[[AuditEntry], bool] = always
    data: tuple[str, ...] = ()
    subject: str = PERSON
    words: dict[str, Text] = field(default_factory=dict)  # what each member of `data` means


_kinds: dict[str, EventKind] = {}


def register(*new: EventKind) -> None:
    """Called from an app's ready(). A name belongs to one kind for good."""
    for kind in new:
        known = _kinds.get(kind.name)
        if known is not None and (known.act, known.scope) != (kind.act, kind.scope):
            raise ValueError(f"event kind {kind.name} is registered twice")
        if set(kind.words) != set(kind.data):
            raise ValueError(f"{kind.name}: every member of its data needs words, and no other")
        _kinds[kind.name] = kind


def get(name: str) -> EventKind:
    """The kind, or KeyError."""
    return _kinds[name]


def known(name: str) -> bool:
    return name in _kinds


def all_kinds() -> list[EventKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def within(scopes: Iterable[str]) -> list[str]:
    """The names of the kinds that somebody with these scopes may hear of."""
    held = set(scopes)
    return [kind.name for kind in all_kinds() if kind.scope in held]


def by_act() -> dict[str, list[EventKind]]:
    found: dict[str, list[EventKind]] = {}
    for kind in all_kinds():
        found.setdefault(kind.act, []).append(kind)
    return found
