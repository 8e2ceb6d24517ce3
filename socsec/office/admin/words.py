"""What the frame of the desk says in English only; named here, so that it is translated with the rest."""

from django.utils.translation import gettext_noop

WORDS = [
    gettext_noop("Type to search"),
    gettext_noop("Filters"),
    gettext_noop("Apply Filters"),
    gettext_noop("Reset filters"),
    gettext_noop("Previous"),
    gettext_noop("Light"),
    gettext_noop("Dark"),
    gettext_noop("Expand row"),
    gettext_noop("Toggle password visibility"),
]
