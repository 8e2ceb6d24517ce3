"""How the desk looks: unfold's frame in our colours, our parts inside it."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _


def _css(name: str) -> Any:
    return lambda request: static(f"css/{name}.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Social insurance"),
    "SITE_HEADER": _("Social insurance"),
    "SITE_SUBHEADER": _("Desk"),
    "SITE_URL": "/",
    "SITE_ICON": lambda request: static("img/favicon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "socsec.office.admin.start",
    "BORDER_RADIUS": "6px",
    "SCRIPTS": [lambda request: static("js/desk.js")],
    "STYLES": [
        _css(name)
        for name in ("tokens", "parts", "forms", "sheet", "months", "charts", "desk", "dark")
    ],
    "COLORS": {
        "base": {
            "50": "#FAF8F3",
            "100": "#F2EEE6",
            "200": "#DDD7CB",
            "300": "#C6BEAF",
            "400": "#A49C8E",
            "500": "#6B6A63",
            "600": "#5F6865",
            "700": "#46504D",
            "800": "#2C3836",
            "900": "#182120",
            "950": "#101716",
        },
        "primary": {
            "50": "#E1EFEC",
            "100": "#CFE5E0",
            "200": "#A9D2CB",
            "300": "#84D6CB",
            "400": "#5CC2B6",
            "500": "#1F7F77",
            "600": "#0B5B57",
            "700": "#07423F",
            "800": "#053532",
            "900": "#042A28",
            "950": "#021B1A",
        },
        "font": {
            "subtle-light": "#5F6865",
            "subtle-dark": "#96A39F",
            "default-light": "#46504D",
            "default-dark": "#BBC6C3",
            "important-light": "#1B2422",
            "important-dark": "#EDF2F0",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": "socsec.office.admin.navigation",
    },
}
