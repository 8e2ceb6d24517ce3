"""The kinds of case, registered by the apps that handle them: the office knows none by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class CaseKind:
    """A sort of application.

    `prefix` begins its case numbers: one to four capital letters ("YL" for 养老). `days` is the
    statutory period in working days: a number, or the code of the policy parameter that holds it.
    `law` is where the period stands. `url` gives the address of a case's page, where its app
    shows it and from where it is decided.
    """

    slug: str
    prefix: str
    label: str | Promise
    days: int | str
    law: str
    url: Callable[[Any], str]


_kinds: dict[str, CaseKind] = {}


def register(kind: CaseKind) -> CaseKind:
    """Called from an app's ready(). Two kinds cannot share a slug or a prefix."""
    known = _kinds.get(kind.slug)
    if known is not None and known != kind:
        raise ValueError(f"case kind {kind.slug} is registered twice")
    if any(other.prefix == kind.prefix and other.slug != kind.slug for other in _kinds.values()):
        raise ValueError(f"case number prefix {kind.prefix} is taken")
    if not (kind.prefix.isascii() and kind.prefix.isupper() and len(kind.prefix) <= 4):
        raise ValueError(f"a prefix is one to four capital letters, not {kind.prefix!r}")
    _kinds[kind.slug] = kind
    return kind


def get(slug: str) -> CaseKind:
    """The kind, or KeyError: a case of an unknown kind is a mistake of ours."""
    return _kinds[slug]


def all_kinds() -> list[CaseKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.slug)


def choices() -> list[tuple[str, str | Promise]]:
    """Slug and label of each, for filters."""
    return [(kind.slug, kind.label) for kind in all_kinds()]
