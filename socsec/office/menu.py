"""The desk's sidebar: apps hang their places into it from their ready(); each user sees what they may."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
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
    PROVIDERS = 7
    ASSISTANCE = 8
    CARE = 9
    FUNDS = 10
    BANKS = 11
    BALANCE = 12
    OVERSIGHT = 13
    RULES = 14
    SYSTEM = 15


HEADINGS: dict[Group, Text] = {
    Group.TODAY: _("Today"),
    Group.PEOPLE: _("People and families"),
    Group.INSURANCE: _("Insurance"),
    Group.COLLECTION: _("Collection"),
    Group.BENEFITS: _("Benefits"),
    Group.MEDICAL: _("Medical care"),
    Group.PROVIDERS: _("Hospitals and pharmacies"),
    Group.ASSISTANCE: _("Social assistance"),
    Group.CARE: _("Care"),
    Group.FUNDS: _("Funds"),
    Group.BANKS: _("Banks"),
    Group.BALANCE: _("Balance and reserves"),
    Group.OVERSIGHT: _("Fund safety"),
    Group.RULES: _("Rules"),
    Group.SYSTEM: _("System"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the sidebar. `icon` is a Material Symbols name; `waiting` the rows that wait."""

    slug: str
    group: Group
    order: int
    label: Text
    url_name: str
    icon: str
    act: str
    waiting: Callable[[User], QuerySet] | None = None


_places: dict[str, Place] = {}


def place(*new: Place) -> None:
    for each in new:
        if _places.get(each.slug, each) != each:
            raise ValueError(f"the place {each.slug} is taken")
        beside = next(
            (p for p in _places.values() if (p.group, p.order) == (each.group, each.order)), each
        )
        if beside != each:
            raise ValueError(f"{each.slug} would stand where {beside.slug} stands")
        _places[each.slug] = each


def places(user: Any) -> list[Place]:
    """The places that this user may open, in order."""
    mine = [each for each in _places.values() if may(user, each.act)]
    return sorted(mine, key=lambda each: (each.group, each.order))


def waiting(user: User, places: Iterable[Place]) -> Counter[str]:
    """How many rows wait in each place, by its slug; one statement for all places, none for none."""
    counts: list[str] = []
    params: list[Any] = []
    for each in places:
        if each.waiting is None:
            continue
        try:
            rows = each.waiting(user).order_by().values("pk")
            sql, given = rows.query.sql_with_params()
        except EmptyResultSet:  # such as the rows of somebody without a region
            continue
        counts.append(f"select %s, count(*) from ({sql}) waiting")  # noqa: S608
        params += [each.slug, *given]
    found: Counter[str] = Counter()
    if counts:
        with connection.cursor() as cursor:
            cursor.execute(" union all ".join(counts), params)
            for slug, count in cursor.fetchall():
                found[slug] = count
    return found
