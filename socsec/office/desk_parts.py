"""Small things that desk pages are made of, without Django's admin, so that anything may import them."""

from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Button:
    """A way to a verb. `main` for the one thing that this page is for; `stop` for what ends something."""

    label: Text
    url: str
    main: bool = False
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to where you are."""

    label: Text
    url: str = ""
