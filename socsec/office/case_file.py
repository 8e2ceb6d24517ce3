"""The desk's page of one case: the app of a kind hangs its own verbs and panels into it.

The page, the clock, notes, documents and history are the office's; what is assessed and decided,
and how, only the app that registered the kind knows.
"""

from collections.abc import Callable, Iterable
from typing import Any

from .desk_parts import Button
from .models.case import Case
from .models.user import User

Buttons = Callable[[User, Case], Iterable[Button]]
Panel = tuple[str, dict[str, Any]]  # a template and what it is given as `panel`
Panels = Callable[[User, Case], Iterable[Panel]]

_buttons: dict[str, Buttons] = {}
_panels: dict[str, Panels] = {}


def hang(kind: str, *, buttons: Buttons | None = None, panels: Panels | None = None) -> None:
    """Called from an app's ready() for each kind of case it registers."""
    if buttons:
        _buttons[kind] = buttons
    if panels:
        _panels[kind] = panels


def buttons_of(user: User, case: Case) -> list[Button]:
    return list(_buttons[case.kind](user, case)) if case.kind in _buttons else []


def panels_of(user: User, case: Case) -> list[Panel]:
    return list(_panels[case.kind](user, case)) if case.kind in _panels else []
