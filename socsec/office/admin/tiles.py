"""What the office itself hangs into the desk's start page: cases and runs."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from socsec.office import home, queries, runs
from socsec.office.errors import Problem
from socsec.office.home import Figure, Panel, Tile, Way
from socsec.office.models import User
from socsec.office.my_cases import clock_of
from socsec.office.services import work

SHOWN = 8  # rows of a list on the start page
SOON = 3  # working days


def _list(model: str, query: str = "") -> str:
    return reverse(f"admin:office_{model}_changelist") + query


def mine(user: User) -> Figure:
    return Figure(str(queries.my_cases(user).count()), url=_list("case", "?whose=mine"))


def to_check(user: User) -> Figure:
    count = queries.to_check(user).count()
    return Figure(str(count), url=_list("case", "?whose=check"), tone="amber" if count else "")


def due(user: User) -> Figure:
    count = queries.running_out(user, SOON).count()
    note = _("within %(days)s working days") % {"days": SOON}
    return Figure(
        str(count), note=note, url=_list("case", "?whose=late"), tone="red" if count else ""
    )


def going_on(user: User) -> Figure:
    return Figure(str(queries.runs_in_progress(user).count()), url=_list("run"))


def open_cases(user: User) -> dict[str, Any]:
    rows = queries.queue(user)[:SHOWN]
    return {"cases": [(case, clock_of(case)) for case in rows], "all": _list("case")}


def label(slug: str) -> str:
    try:
        return str(runs.get(slug).label)
    except Problem:
        return slug


def latest_runs(user: User) -> dict[str, Any]:
    rows = queries.runs(user)[:5]
    return {
        "runs": [(run, label(run.kind), work.progress(run.pk)) for run in rows],
        "all": _list("run"),
    }


def hang() -> None:
    home.way(Way("next", 1, _("Take the next case"), "case.take", "admin:office_case_next"))
    home.tile(Tile("my-cases", 1, _("My cases"), "case.take", mine))
    home.tile(Tile("to-check", 2, _("For me to check"), "case.check", to_check))
    home.tile(Tile("due", 3, _("About to run out"), "case.read", due))
    home.tile(Tile("runs", 4, _("Runs under way"), "run.read", going_on))
    home.panel(
        Panel(
            "cases", 1, _("Soonest due first"), "case.read", "admin/office/_cases.html", open_cases
        )
    )
    home.panel(
        Panel("runs", 2, _("Latest runs"), "run.read", "admin/office/_runs.html", latest_runs, True)
    )
