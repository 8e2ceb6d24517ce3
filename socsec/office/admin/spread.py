"""How the desk shows the spread of a rise (`socsec.office.spread`): cards, a chart, a table a group."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from socsec.kernel.money import yuan
from socsec.office import display
from socsec.office.errors import pick
from socsec.office.figures import Series, bar_chart

CHARTED = range(2, 13)  # so many groups stand beside each other in one chart


def shown(spread: Mapping[str, Any]) -> dict[str, Any] | None:
    """What `admin/office/_spread.html` draws; None where nothing was measured."""
    if not spread:
        return None
    whole = spread["whole"]
    against = pick(spread["against"]) if spread["against"] and whole["known"] else ""
    return {
        "whole": whole,
        "mean": whole["increase"] // whole["count"],
        "rate": _rate(whole),
        "median": spread["median"],
        "against": against,
        "distribution": _distribution(spread["distribution"], against),
        "groups": [_group(each, against) for each in spread["groups"]],
    }


def _rate(numbers: Mapping[str, Any]) -> str:
    before = numbers["before"]
    return display.rate(numbers["increase"] * 1_000_000 // before) if before else "—"


def _distribution(found: Mapping[str, Any], against: str) -> dict[str, Any]:
    bars, step = found["bars"], found["step"]
    labels = [f"{low // 100:,}–" for low, _count, _other in bars]
    series = [Series(_("People"), [count for _low, count, _other in bars])]
    head = [_("More a month, yuan"), _("People")]
    if against:
        series.append(Series(against, [other for _low, _count, other in bars]))
        head.append(against)
    return {
        "chart": bar_chart(labels, series, beside=bool(against), say=_count),
        "head": head,
        "table": [
            [f"{yuan(low)}–{yuan(low + step - 1)}", _count(count)]
            + ([_count(other)] if against else [])
            for low, count, other in bars
        ],
    }


def _count(number: int) -> str:
    return f"{number:,}"


def _mean(numbers: Mapping[str, Any], name: str = "increase", of: str = "count") -> int:
    return int(numbers[name]) // numbers[of] if numbers[of] else 0


def _group(found: Mapping[str, Any], against: str) -> dict[str, Any]:
    """One way of telling people apart: a chart of the means, and all numbers as a table."""
    rows: Sequence[Mapping[str, Any]] = found["rows"]
    series = [Series(_("Mean increase"), [_mean(row) for row in rows])]
    head = [
        pick(found),
        _("People"),
        _("Together"),
        _("Mean"),
        _("Rate"),
        _("Smallest"),
        _("Largest"),
    ]
    if against:
        series.append(Series(against, [_mean(row, "other", "known") for row in rows]))
        head += [_("Mean %(by)s") % {"by": against}, _("Get more"), _("Get less")]
    table = []
    for row in rows:
        cells = [
            pick({"zh": row["zh"], "en": row["en"]}),
            _count(row["count"]),
            yuan(row["increase"]),
            yuan(_mean(row)),
            _rate(row),
            yuan(row["least"]),
            yuan(row["most"]),
        ]
        if against:
            known = row["known"]
            cells += [
                yuan(_mean(row, "other", "known")) if known else "—",
                _count(row["more"][0]) if known else "—",
                _count(row["less"][0]) if known else "—",
            ]
        table.append(cells)
    labels = [str(cells[0]) for cells in table]
    return {
        "title": pick(found),
        "head": head,
        "table": table,
        "chart": bar_chart(labels, series, beside=bool(against), height=240)
        if len(rows) in CHARTED
        else None,
    }
