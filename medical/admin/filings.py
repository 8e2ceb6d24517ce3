"""The desk's lists of filings and registered diseases, and the addresses of the verbs of people's cover."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from medical.models import AwayFiling, Registration
from socsec.office import menu
from socsec.office.desk import DeskAdmin
from socsec.office.places import place

from . import cover


@admin.register(AwayFiling)
class AwayFilingAdmin(DeskAdmin):
    read_act = "medical.read"
    list_display: ClassVar = ["person", "away", "to", "from_date", "until", "withdrawn_at"]
    list_select_related: ClassVar = ["person"]
    list_filter: ClassVar = ["away"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name of the person")
    fields: ClassVar = ["person", "away", "to_region", "from_date", "until", "reason", "by"]

    @admin.display(description=_("to region"), ordering="to_region")
    def to(self, row: AwayFiling) -> str:
        return place(row.to_region)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        verbs: list[tuple[str, Any, str]] = [
            ("of/<int:person_id>/file/", cover.file_away, "medical_away_file"),
            ("<int:pk>/end/", cover.end_away, "medical_away_end"),
            ("of/<int:person_id>/share/", cover.share, "medical_share"),
            ("share/<int:pk>/end/", cover.end_share, "medical_share_end"),
            ("of/<int:person_id>/disease/", cover.open_disease, "medical_disease_open"),
            ("disease/<int:pk>/end/", cover.end_disease, "medical_disease_end"),
            ("disease/case/<int:case_id>/<slug:verb>/", cover.verb, "medical_disease_verb"),
        ]
        return [
            *(path(route, guard(view), name=name) for route, view, name in verbs),
            *super().get_urls(),
        ]


@admin.register(Registration)
class RegistrationAdmin(DeskAdmin):
    read_act = "medical.read"
    list_display: ClassVar = ["person", "diagnosis", "care", "from_date", "until"]
    list_select_related: ClassVar = ["person"]
    list_filter: ClassVar = ["care"]
    search_fields: ClassVar = ["person__name__startswith", "diagnosis__startswith"]
    search_help_text = _("Name of the person, or code of the disease")
    fields: ClassVar = ["person", "diagnosis", "care", "from_date", "until", "by"]


def hang() -> None:
    """Hang the lists into the sidebar."""
    menu.place(
        menu.Place(
            "filings",
            menu.Group.MEDICAL,
            3,
            _("Care away from home"),
            "admin:medical_awayfiling_changelist",
            "travel_explore",
            "medical.read",
        ),
        menu.Place(
            "diseases",
            menu.Group.MEDICAL,
            4,
            _("Registered diseases"),
            "admin:medical_registration_changelist",
            "medical_information",
            "medical.read",
        ),
    )
