"""Desk screens of the office: the start page and the sidebar; cases, runs, policy, users and the audit beside it."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from socsec.office import home, menu
from socsec.office.desk_parts import Button


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar in the shape that unfold draws."""
    found = []
    for group, places in groupby(menu.places(request.user), key=lambda place: place.group):
        items = []
        for place in places:
            waiting = place.count(request.user) if place.count else 0
            items.append(
                {
                    "title": place.label,
                    "icon": place.icon,
                    "link": reverse(place.url_name),
                    **({"badge": str(waiting)} if waiting else {}),
                }
            )
        found.append({"title": menu.HEADINGS[group], "separator": True, "items": items})
    return found


def start(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the start page shows, all of it hung in by the apps: buttons, tiles, panels in two columns."""
    panels = home.panels(request.user)
    context["today"] = timezone.localdate()
    context["desk_buttons"] = [
        Button(way.label, reverse(way.url_name), main=way.main) for way in home.ways(request.user)
    ]
    context["tiles"] = home.tiles(request.user)
    context["panels"] = [each for each in panels if not each[0].aside]
    context["aside"] = [each for each in panels if each[0].aside]
    return context
