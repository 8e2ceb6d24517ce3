"""How estimates are drawn: the parts of a pension, and pensions by the age at which they start."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import display, figures

from .asked import Forecast
from .common import Estimate

PARTS = {
    "basic": gettext_lazy("Basic"),
    "account": gettext_lazy("Account"),
    "transitional": gettext_lazy("Transitional"),
    "addition": gettext_lazy("Additions"),
}


def split_of(estimate: Estimate) -> list[tuple[Any, int]]:
    """The parts that there are, largest question first."""
    return [(PARTS[name], fen) for name, fen in estimate.parts.items() if fen]


def by_age(estimates: Sequence[Estimate], on: int, statutory: int) -> dict[str, Any]:
    """Bars and the same numbers as a table; `on` is the chosen month."""
    names = [name for name in PARTS if any(each.parts[name] > 0 for each in estimates)]
    chosen = next((i for i, each in enumerate(estimates) if each.start == on), None)
    base = estimates[chosen].monthly if chosen is not None else 0
    chart = figures.bar_chart(
        [display.age_short(each.age) for each in estimates],
        [
            figures.Series(PARTS[name], [max(each.parts[name], 0) for each in estimates])
            for name in names
        ],
        sublabels=[format_month(each.start) for each in estimates],
        on=chosen,
        open_bars=[each.open for each in estimates],
    )
    rows = []
    for each in estimates:
        age = display.age_short(each.age)
        if each.start == statutory:
            age = _("%(age)s (statutory)") % {"age": age}
        if not each.met:
            age = _("%(age)s, too few months") % {"age": age}
        rows.append(
            [
                age,
                format_month(each.start),
                *(yuan(each.parts[name]) for name in names),
                yuan(each.monthly),
                display.percent(each.replacement),
                display.change_plain(each.monthly - base) if base else "",
            ]
        )
    head = [
        _("Age at start"),
        _("Month"),
        *(PARTS[name] for name in names),
        _("Each month"),
        _("Of the last wage"),
        _("Difference"),
    ]
    return {"chart": chart, "head": head, "rows": rows, "on": chosen}


def drawn(found: Forecast) -> dict[str, Any]:
    """A forecast for a page: the chosen start in full, and all of them beside each other."""
    return {
        "forecast": found,
        "one": found.one,
        "when": found.when,
        "statutory": found.statutory,
        "split": split_of(found.one),
        "ages": by_age(found.all, found.one.start, found.when.statutory),
        "starts": [
            {
                "value": each.start,
                "label": display.month(each.start),
                "statutory": each.start == found.when.statutory,
                "on": each is found.one,
            }
            for each in found.all
        ],
        "unit": _("yuan a month"),
        "past": found.past,
        "replaces": display.percent(found.one.replacement),
        "grows": display.rate(found.asked.assumed.wages) if found.asked.assumed.wages else "",
    }
