"""Desk screens of the office: the start page and the sidebar; cases, runs, policy, users and the audit beside it."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from socsec.office import home, menu
from socsec.office.desk_parts import Button


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar in the shape that unfold draws. One line is lit: the nearest above the page."""
    mine = menu.places(request.user)
    index = reverse("admin:index")
    above = [link for each in mine if request.path.startswith(link := reverse(each.url_name))]
    here = max((link for link in above if link != index), key=len, default=index)
    waiting = menu.waiting(request.user, mine)
    found = []
    for group, places in groupby(mine, key=lambda place: place.group):
        items = []
        for place in places:
            link = reverse(place.url_name)
            items.append(
                {
                    "title": place.label,
                    "icon": place.icon,
                    "link": link,
                    "active": link == here and (link != index or request.path == index),
                    **({"badge": str(waiting[place.slug])} if waiting[place.slug] else {}),
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
