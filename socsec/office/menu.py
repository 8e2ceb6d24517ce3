"""The desk's sidebar: apps hang their places into it from their ready(); each user sees what they may."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .access import may
from .models.user import User

Text = str | Promise


class Group(IntEnum):
    """The headings of the sidebar, in their order."""

    TODAY = 1
    PEOPLE = 2
    INSURANCE = 3
    COLLECTION = 4
    BENEFITS = 5
    MEDICAL = 6
    ASSISTANCE = 7
    FUNDS = 8
    RULES = 9
    SYSTEM = 10


HEADINGS: dict[Group, Text] = {
    Group.TODAY: _("Today"),
    Group.PEOPLE: _("People and families"),
    Group.INSURANCE: _("Insurance"),
    Group.COLLECTION: _("Collection"),
    Group.BENEFITS: _("Benefits"),
    Group.MEDICAL: _("Medical care"),
    Group.ASSISTANCE: _("Social assistance"),
    Group.FUNDS: _("Funds"),
    Group.RULES: _("Rules"),
    Group.SYSTEM: _("System"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the sidebar. `icon` is a Material Symbols name; `count` the number of things waiting."""

    slug: str
    group: Group
    order: int
    label: Text
    url_name: str
    icon: str
    act: str
    count: Callable[[User], int] | None = None


_places: dict[str, Place] = {}


def place(*new: Place) -> None:
    for each in new:
        if _places.get(each.slug, each) != each:
            raise ValueError(f"the place {each.slug} is taken")
        _places[each.slug] = each


def places(user: Any) -> list[Place]:
    """The places that this user may open, in order."""
    mine = [each for each in _places.values() if may(user, each.act)]
    return sorted(mine, key=lambda each: (each.group, each.order))
