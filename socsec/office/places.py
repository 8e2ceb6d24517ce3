"""Names of regions by their codes, for lists that hold the code alone."""

from django.utils.translation import get_language

from .models import Region

_names: dict[str, tuple[str, str]] = {}


def place(code: str) -> str:
    """What a region is called in the reader's language; a code that nobody knows is its own name.

    Regions are reference data and change with a release, so they are read once.
    """
    if code not in _names:
        known = Region.objects.values_list("code", "name_zh", "name_en")
        _names.update({each: (zh, en) for each, zh, en in known})
    zh, en = _names.get(code, (code, code))
    return zh if (get_language() or "").startswith("zh") else en
