"""What apps hang into the portal: sections of its navigation, and parts of its home and start page.

Each app registers from its ready(); the shell knows none of them by name. The order of the home
page is fixed: what the person must do, what we are doing, their money, everything else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Section:
    """A place in the main navigation. `starts` are the addresses that belong to it."""

    order: int
    url_name: str
    label: Text
    icon: str
    starts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Todo:
    """Something the person must or may do, with the last day for it."""

    title: Text
    url: str
    why: Text = ""
    button: Text = ""
    due: date | None = None
    main: bool = False


@dataclass(frozen=True)
class Money:
    """One amount of the person's own: the next payment, or an estimate (`open`: not final)."""

    title: Text
    fen: int
    unit: Text = ""
    note: Text = ""
    url: str = ""
    link: Text = ""
    open: bool = False


@dataclass(frozen=True)
class Tile:
    """A way to everything else."""

    order: int
    url_name: str
    icon: str
    label: Text
    hint: Text = ""


Provide = Callable[[HttpRequest], Iterable[Any]]
Context = Callable[[HttpRequest], dict[str, Any]]

_sections: list[Section] = []
_tiles: list[Tile] = []
_todos: list[Provide] = []
_moneys: list[Provide] = []
_start: list[tuple[str, Context]] = []
_withdrawals: dict[str, Callable[..., Any]] = {}


def section(*new: Section) -> None:
    """Add to the navigation; four at most fit on a phone."""
    _sections.extend(each for each in new if each not in _sections)
    _sections.sort(key=lambda each: each.order)


def tile(*new: Tile) -> None:
    _tiles.extend(each for each in new if each not in _tiles)
    _tiles.sort(key=lambda each: each.order)


def home(*, todo: Provide | None = None, money: Provide | None = None) -> None:
    """Add to the home page: callables that get the request of a signed-in person."""
    if todo and todo not in _todos:
        _todos.append(todo)
    if money and money not in _moneys:
        _moneys.append(money)


def start(template: str, context: Context) -> None:
    """Add a part to the start page, seen without signing in."""
    if template not in [name for name, _context in _start]:
        _start.append((template, context))


def withdrawal(kind: str, act: Callable[..., Any]) -> None:
    """How cases of a kind are taken back, where more than the case itself is to be closed.

    `act` gets the keywords case_id, by and text."""
    _withdrawals[kind] = act


def withdrawal_of(kind: str) -> Callable[..., Any] | None:
    return _withdrawals.get(kind)


def sections(request: HttpRequest) -> list[dict[str, Any]]:
    """The navigation as the templates draw it."""
    drawn = []
    for each in _sections:
        url = reverse(each.url_name)
        places = (url, *each.starts) if url != "/" else each.starts
        current = request.path == url or request.path.startswith(places or ("\0",))
        drawn.append({"url": url, "label": each.label, "icon": each.icon, "current": current})
    return drawn


def tiles() -> list[dict[str, Any]]:
    return [
        {"url": reverse(t.url_name), "icon": t.icon, "label": t.label, "hint": t.hint}
        for t in _tiles
    ]


def todos(request: HttpRequest) -> list[Todo]:
    """Soonest deadline first; what has none comes last."""
    found = [todo for provide in _todos for todo in provide(request)]
    return sorted(found, key=lambda todo: todo.due or date.max)


def moneys(request: HttpRequest) -> list[Money]:
    """What is settled before what is estimated."""
    found = [money for provide in _moneys for money in provide(request)]
    return sorted(found, key=lambda money: money.open)


def start_parts(request: HttpRequest) -> tuple[list[str], dict[str, Any]]:
    """The templates of the start page's parts, and one context for them all."""
    context: dict[str, Any] = {}
    for _template, of in _start:
        context |= of(request)
    return [template for template, _of in _start], context
