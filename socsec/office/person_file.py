"""The desk's page of one person: apps hang buttons and panels into it from their ready().

The page itself is enrollment's, which knows nothing of the benefits above it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


class Noun(IntEnum):
    """What a verb is about: the headings under which the verbs of a file stand, in their order."""

    BENEFITS = 1
    INSURANCE = 2
    CONTRIBUTIONS = 3
    PERSON = 4
    FAMILY = 5
    PAPERS = 6


HEADINGS: dict[Noun, Text] = {
    Noun.BENEFITS: _("Benefits"),
    Noun.INSURANCE: _("Insurance"),
    Noun.CONTRIBUTIONS: _("Contributions"),
    Noun.PERSON: _("Personal details"),
    Noun.FAMILY: _("Family and delegates"),
    Noun.PAPERS: _("Papers and cards"),
}

Buttons = Callable[[User, int], Iterable[Button]]
Verbs = list[tuple[Noun, Button]]

_panels: dict[str, FilePanel] = {}
_buttons: dict[str, tuple[Buttons, Noun, bool]] = {}


def panel(*new: FilePanel) -> None:
    for each in new:
        _panels[each.slug] = each


def buttons(
    slug: str, offer: Buttons, noun: Noun = Noun.BENEFITS, *, after_death: bool = False
) -> None:
    """Hang verbs under a noun; those of the dead must say so, the others are for the living."""
    _buttons[slug] = (offer, noun, after_death)


def panels_of(user: User, person_id: int) -> list[tuple[FilePanel, dict[str, Any]]]:
    """The panels that this user may see and that have something to show, in order."""
    shown = []
    for each in sorted(_panels.values(), key=lambda panel: panel.order):
        context = each.context(user, person_id) if may(user, each.act) else None
        if context is not None:
            shown.append((each, context))
    return shown


def buttons_of(user: User, person_id: int, *, dead: bool) -> Verbs:
    """The verbs that the apps offer this user, each with its noun."""
    return [
        (noun, button)
        for offer, noun, after_death in _buttons.values()
        if after_death or not dead
        for button in offer(user, person_id)
    ]


def grouped(verbs: Verbs) -> list[tuple[Text, list[Button]]]:
    """Verbs under the headings of their nouns, what ends something last."""
    return [
        (heading, found)
        for noun, heading in HEADINGS.items()
        if (found := sorted((b for of, b in verbs if of == noun), key=lambda button: button.stop))
    ]
