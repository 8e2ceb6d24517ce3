"""What was measured, to read: ratios, since seconds belong to one machine on one day."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from rich.table import Table

# The goals, shown beside the figures and enforced nowhere.
SQL, ORM, MEMORY = 1.3, 50, 1024


def mass(found: dict[str, Any], kinds: Sequence[ModuleType], sizes: tuple[int, int]) -> Table:
    """A column for each run."""
    table = Table("", "goal", title=f"Mass runs for {sizes[1]:,} people")
    for kind in kinds:
        table.add_column(kind.LABEL, justify="right")
    columns = [figures(found[getattr(kind, "NAME", kind.KIND)], *sizes) for kind in kinds]
    for name in columns[0]:
        table.add_row(name, columns[0][name][0], *(column[name][1] for column in columns))
    return table


def figures(found: dict[int, Any], few: int, many: int) -> dict[str, tuple[str, str]]:
    """What to say of one run, each with its goal."""
    small, large = found[few]["ours"], found[many]["ours"]
    each = {side: taken["seconds"] / taken["rows"] for side, taken in found[many].items()}
    before = small["seconds"] / small["rows"]
    return {
        "time, of that of plain SQL": (f"≤ {SQL}", f"{each['ours'] / each['plain']:.2f}"),
        "times as fast as the ORM": (f"≥ {ORM}", f"{each['orm'] / each['ours']:.0f}"),
        f"time a row, of that at {few:,} people": ("≤ 1", f"{each['ours'] / before:.2f}"),
        "most memory of the worker, MiB": (f"< {MEMORY}", _mebibytes(large)),
        f"the same at {few:,} people": ("", _mebibytes(small)),
        "rows": ("", f"{large['rows']:,}"),
        "rows a second": ("", f"{1 / each['ours']:,.0f}"),
        "… of plain SQL": ("", f"{1 / each['plain']:,.0f}"),
        "… of the ORM, on a sample": ("", f"{1 / each['orm']:,.0f}"),
        "draft and preview, of the time of the run": (
            "",
            f"{large['preview'] / large['seconds']:.2f}",
        ),
    }


def assess(taken: dict[str, float]) -> Table:
    """The one endpoint."""
    table = Table(title=f"One assessment through the API, {taken['calls']} calls")
    for heading in ("median, ms", "99th percentile, ms", "99th ÷ median", "median ÷ rule alone"):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{taken['median'] * 1000:.1f}",
        f"{taken['p99'] * 1000:.1f}",
        f"{taken['p99'] / taken['median']:.1f}",
        f"{taken['median'] / taken['rule']:.1f}",
    )
    return table


def settlements(taken: dict[str, Any]) -> Table:
    """Many hospitals at once, and the year worked out again."""
    table = Table(title=f"Settling through the API, {taken['bills']:,} bills in the year")
    table.add_column("hospitals at once", justify="right")
    for heading in ("settlements a second", "median, ms", "99th percentile, ms", "settled"):
        table.add_column(heading, justify="right")
    for count, each in taken["at"].items():
        table.add_row(
            str(count),
            f"{each['a_second']:,.0f}",
            f"{each['median'] * 1000:.0f}",
            f"{each['p99'] * 1000:.0f}",
            f"{each['settled']:,}",
        )
    table.caption = (
        f"goal: 150 a second, 99th percentile under 150 ms; {taken['lost']} lost,"
        f" {taken['wrong']} otherwise in the replay of {taken['bills'] / taken['replay']:,.0f} bills"
        f" a second ({taken['replay']:.0f} s, {_mebibytes(taken)} MiB)"
    )
    return table


def uploads(taken: dict[str, Any]) -> Table:
    """The spreadsheet."""
    table = Table(title=f"A declaration of {taken['rows']:,} rows as a spreadsheet, validated")
    for heading in ("rows a second", "good", "bad", "file, KiB", "memory for it, MiB"):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{taken['rows'] / taken['seconds']:,.0f}",
        f"{taken['good']:,}",
        f"{taken['bad']:,}",
        f"{taken['bytes'] / 1024:,.0f}",
        f"{taken['more'] / 2**20:.0f}",
    )
    return table


def recompute(taken: dict[str, Any]) -> Table:
    """Awards that are decided again."""
    table = Table(title=f"{taken['rows']:,} provisional awards worked out anew")
    for heading in ("awards a second", "preview, of the time of the run", "most memory, MiB"):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{taken['rows'] / taken['seconds']:,.0f}",
        f"{taken['preview'] / taken['seconds']:.2f}",
        _mebibytes(taken),
    )
    return table


def posting(taken: dict[str, Any]) -> Table:
    """Transfers posted in one act, and read."""
    ours, plain = taken["ours"], taken["plain"]
    table = Table(title=f"{ours['rows']:,} transfers posted")
    for heading in (
        "transfers a second",
        "time, of that of plain SQL",
        "added up, s",
        "trial balance, ms",
        "totals anew, s",
        "proved, s",
        "most memory, MiB",
    ):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{ours['rows'] / ours['seconds']:,.0f}",
        f"{ours['seconds'] / plain['seconds']:.2f}",
        f"{ours['sum_up']:.3f}",
        f"{ours['trial_balance'] * 1000:.0f}",
        f"{ours['recompute']:.3f}",
        f"{ours['verify']:.1f}",
        _mebibytes(ours),
    )
    return table


def arithmetic(taken: dict[str, Any]) -> Table:
    """One rule over columns, and as the statement of a mass run."""
    table = Table(title=f"The arithmetic of a pension for {taken['people']:,} people")
    for heading in (
        "people a second, over columns",
        "… as one statement",
        "… of openfisca-core",
        "its amounts that differ",
        "by up to",
    ):
        table.add_column(heading, justify="right")
    theirs = (
        [
            f"{taken['people'] / taken['openfisca']:,.0f}",
            f"{taken['differ']:,}",
            f"{taken['most'] / 100:.2f} yuan",
        ]
        if "openfisca" in taken
        else ["not named"] * 3
    )
    ours = [f"{taken['people'] / taken[way]:,.0f}" for way in ("seconds", "statement")]
    table.add_row(*ours, *theirs)
    return table


def means(taken: dict[str, Any], page: dict[str, Any]) -> Table:
    """The means test over columns, and the page that asks all rules."""
    table = Table(title=f"Means test and entitlement of {taken['people']:,} households")
    for heading in (
        "households a second",
        "… of plain SQL",
        "time, of that of plain SQL",
        "“what can I get”, median, ms",
        "99th percentile, ms",
    ):
        table.add_column(heading, justify="right")
    table.add_row(
        f"{taken['people'] / taken['seconds']:,.0f}",
        f"{taken['people'] / taken['plain']:,.0f}",
        f"{taken['seconds'] / taken['plain']:.2f}",
        f"{page['median'] * 1000:.0f}",
        f"{page['p99'] * 1000:.0f}",
    )
    return table


def projection(taken: dict[str, Any]) -> Table:
    """The nation carried to the horizon."""
    table = Table(title="Long-term balance of the nation, both schemes")
    for heading in ("regions", "years", "rows of years", "seconds"):
        table.add_column(heading, justify="right")
    table.add_row(
        str(taken["regions"]), str(taken["years"]), f"{taken['rows']:,}", f"{taken['seconds']:.1f}"
    )
    return table


def _mebibytes(taken: dict[str, Any]) -> str:
    return f"{taken['peak'] / 2**20:.0f}"
