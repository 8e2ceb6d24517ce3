"""The desk's page of one person: apps hang buttons and panels into it from their ready().

The page itself is enrollment's, which knows nothing of the benefits above it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from .access import may
from .desk_parts import Button
from .models.user import User

Text = str | Promise


@dataclass(frozen=True, slots=True)
class FilePanel:
    """A part of the page: what `context` returns is given to `template` as `panel`; None hides it."""

    slug: str
    order: int
    label: Text
    act: str
    template: str
    context: Callable[[User, int], dict[str, Any] | None]


Buttons = Callable[[User, int], Iterable[Button]]

_panels: dict[str, FilePanel] = {}
_buttons: dict[str, Buttons] = {}


def panel(*new: FilePanel) -> None:
    for each in new:
        _panels[each.slug] = each


def buttons(slug: str, offer: Buttons) -> None:
    _buttons[slug] = offer


def panels_of(user: User, person_id: int) -> list[tuple[FilePanel, dict[str, Any]]]:
    """The panels that this user may see and that have something to show, in order."""
    shown = []
    for each in sorted(_panels.values(), key=lambda panel: panel.order):
        context = each.context(user, person_id) if may(user, each.act) else None
        if context is not None:
            shown.append((each, context))
    return shown


def buttons_of(user: User, person_id: int) -> list[Button]:
    return [button for offer in _buttons.values() for button in offer(user, person_id)]
