"""The desk's start page: apps hang tiles into it from their ready(). (The portal's is in `shell`.)"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from .access import may
from .models.user import User

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Figure:
    """What a tile shows: a number as text, what it means, where it leads.

    `tone` is "", "amber" or "red": whether someone must act.
    """

    value: str
    note: Text = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number on the start page, for users who may do `act`."""

    slug: str
    order: int
    label: Text
    act: str
    figure: Callable[[User], Figure | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A list or a chart on the start page: a template and what it needs.

    Where `context` gives an address as `all`, the panel's head links it.
    """

    slug: str
    order: int
    label: Text
    act: str
    template: str
    context: Callable[[User], dict[str, Any] | None]
    aside: bool = False  # in the narrow column


@dataclass(frozen=True, slots=True)
class Way:
    """A button beside the greeting: where the day's work begins, for users who may do `act`."""

    slug: str
    order: int
    label: Text
    act: str
    url_name: str
    main: bool = False


_ways: dict[str, Way] = {}
_tiles: dict[str, Tile] = {}
_panels: dict[str, Panel] = {}


def tile(new: Tile) -> None:
    _tiles[new.slug] = new


def panel(new: Panel) -> None:
    _panels[new.slug] = new


def tiles(user: User) -> list[tuple[Tile, Figure]]:
    """The tiles that this user may see and that have something to show, in order."""
    shown = []
    for each in sorted(_tiles.values(), key=lambda tile: tile.order):
        figure = each.figure(user) if may(user, each.act) else None
        if figure is not None:
            shown.append((each, figure))
    return shown


def way(new: Way) -> None:
    _ways[new.slug] = new


def ways(user: User) -> list[Way]:
    """The buttons that this user may press, in order."""
    return [way for way in sorted(_ways.values(), key=lambda way: way.order) if may(user, way.act)]


def panels(user: User) -> list[tuple[Panel, dict[str, Any]]]:
    """The same for panels."""
    shown = []
    for each in sorted(_panels.values(), key=lambda panel: panel.order):
        context = each.context(user) if may(user, each.act) else None
        if context is not None:
            shown.append((each, context))
    return shown
