"""Where the pages of assistance hang: sidebar, start page, pages of persons and of cases."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assistance.models import Clock
from socsec.office import case_file, home, menu
from socsec.office.desk import list_url
from socsec.office.models import User

from . import care, cases, grievances, opening, panels, queues


def _escalated(user: User) -> home.Figure | None:
    count = queues.escalated(user)
    return home.Figure(
        str(count),
        note=_("steps of assistance"),
        url=f"{list_url(Clock)}?whose=escalated",
        tone="red" if count else "",
    )


def hang(kinds: list[Any]) -> None:
    """Called once, when the app is ready, with the kinds of case of assistance."""
    for kind in kinds:
        case_file.hang(kind.slug, buttons=cases.offered_on_case, panels=panels.shown_on_case)
    opening.hang()
    grievances.hang()
    care.hang()
    home.tile(home.Tile("escalated", 5, _("Before the supervisors"), "case.check", _escalated))
    menu.place(
        menu.Place(
            "assistance-steps",
            menu.Group.ASSISTANCE,
            1,
            _("Steps under way"),
            "admin:assistance_clock_changelist",
            "hourglass_bottom",
            "case.read",
        ),
        menu.Place(
            "assistance-applications",
            menu.Group.ASSISTANCE,
            2,
            _("Applications"),
            "admin:assistance_application_changelist",
            "assignment",
            "case.read",
        ),
        menu.Place(
            "grants",
            menu.Group.ASSISTANCE,
            3,
            _("Grants"),
            "admin:assistance_grant_changelist",
            "volunteer_activism",
            "benefit.read",
        ),
        menu.Place(
            "grant-changes",
            menu.Group.ASSISTANCE,
            4,
            _("Changes of grants"),
            "admin:assistance_grantchange_changelist",
            "published_with_changes",
            "benefit.read",
        ),
        menu.Place(
            "programmes",
            menu.Group.ASSISTANCE,
            5,
            _("Programmes"),
            "admin:assistance_programme_changelist",
            "category",
            "programme.read",
        ),
        menu.Place(
            "circumstances",
            menu.Group.ASSISTANCE,
            6,
            _("Changes of circumstances"),
            "admin:assistance_circumstance_changelist",
            "sync_problem",
            "benefit.read",
        ),
        menu.Place(
            "reclaims",
            menu.Group.ASSISTANCE,
            7,
            _("To be paid back"),
            "admin:assistance_reclaim_changelist",
            "undo",
            "benefit.read",
        ),
    )
