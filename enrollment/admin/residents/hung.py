"""Hangs the residents' pages into the desk: the case of a double enrolment, the person's file, the menu."""

from django.utils.translation import gettext_lazy as _

from enrollment.services.residents.twice import KIND
from socsec.office import kinds, menu, person_file

from .years import offered, shown


def hang() -> None:
    """Tell the office about the case of a double enrolment, and hang the pages into the desk."""
    kinds.register(
        kinds.CaseKind(
            slug=KIND,
            prefix="CF",
            label=_("Double enrolment"),
            days="enrollment.residents.double_days",
            law="人社部发〔2014〕17号第六条",
            url=lambda case: f"/admin/office/case/{case.pk}/change/",
        )
    )
    person_file.buttons("residents", offered, person_file.Noun.INSURANCE)
    person_file.panel(
        person_file.FilePanel(
            "residents",
            4,
            _("Residents' insurance"),
            "resident.read",
            "admin/enrollment/_resident.html",
            shown,
        )
    )
    menu.place(
        menu.Place(
            "residents",
            menu.Group.INSURANCE,
            5,
            _("Residents' insurance"),
            "admin:enrollment_residents",
            "groups",
            "resident.read",
        ),
        menu.Place(
            "doubles",
            menu.Group.INSURANCE,
            6,
            _("Double enrolment"),
            "admin:enrollment_doubleenrolment_changelist",
            "difference",
            "resident.read",
        ),
        menu.Place(
            "legacy",
            menu.Group.INSURANCE,
            7,
            _("Older schemes"),
            "admin:enrollment_legacyimport_changelist",
            "history",
            "legacy.read",
        ),
    )
