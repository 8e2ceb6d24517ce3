"""Demand notes at the desk, and the addresses of every page of debts."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    DemandNote,
)
from enrollment.services.collection import demand_paper
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.access import may
from socsec.office.desk import Button, DeskAdmin
from socsec.office.display import day_plain
from socsec.office.tables import Row, Table, facts

from .age import age
from .forms import payer_url
from .payer import payer_page, payer_verb


@admin.register(DemandNote)
class DemandNoteAdmin(DeskAdmin):
    read_act = "debt.read"
    change_form_template = "admin/desk/tables.html"
    list_display: ClassVar = ["number_", "who", "until", "total_", "due_on", "issued_on", "state"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["employer", "person"]

    @admin.display(description=_("number"), ordering="pk")
    def number_(self, note: DemandNote) -> str:
        return note.number

    @admin.display(description=_("payer"))
    def who(self, note: DemandNote) -> str:
        return str(note.payer)

    @admin.display(description=_("up to month"), ordering="month")
    def until(self, note: DemandNote) -> str:
        return format_month(note.month)

    @admin.display(description=_("total"))
    def total_(self, note: DemandNote) -> str:
        return yuan(note.total)

    def buttons(self, request: HttpRequest, obj: DemandNote | None) -> list[Button]:
        if obj is None:
            return [Button(_("Arrears by age"), reverse("admin:enrollment_ageing"))]
        pdf = reverse("admin:enrollment_demandnote_pdf", args=[obj.pk])
        return [Button(_("Print"), pdf, main=True)]

    def context(self, request: HttpRequest, obj: DemandNote) -> dict[str, Any]:
        return {
            "heading": obj.number,
            "facts": facts(
                (_("Payer"), obj.payer, payer_url(obj.payer)),
                (_("State"), obj.get_state_display()),
                (_("Up to month"), format_month(obj.month)),
                (_("Contributions"), yuan(obj.contributions)),
                (_("Surcharge"), yuan(obj.surcharge)),
                (_("Issued on"), day_plain(obj.issued_on)),
                (_("Due on"), day_plain(obj.due_on)),
            ),
            "tables": [
                Table(
                    _("What is owed"),
                    [_("Month"), _("Branch"), _("People"), _("Contributions"), _("Surcharge")],
                    [
                        Row(
                            [
                                format_month(line.month),
                                Branch(line.branch).label,
                                line.heads,
                                yuan(line.contributions),
                                yuan(line.surcharge),
                            ]
                        )
                        for line in obj.lines.all()
                    ],
                    _("Nothing is owed."),
                    (2, 3, 4),
                ),
                Table(
                    _("Reminders"),
                    [_("Stage"), _("Sent"), _("Still owed")],
                    [
                        Row([each.stage, day_plain(each.sent_on), yuan(each.open)])
                        for each in obj.reminders.all()
                    ],
                    _("No reminder was needed so far."),
                    (2,),
                ),
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/pdf/", guard(self.pdf), name="enrollment_demandnote_pdf"),
            path("ageing/", guard(age), name="enrollment_ageing"),
            path("payer/<slug:kind>/<int:pk>/", guard(payer_page), name="enrollment_debts"),
            path(
                "payer/<slug:kind>/<int:pk>/<slug:verb>/",
                guard(payer_verb),
                name="enrollment_debts_verb",
            ),
            *super().get_urls(),
        ]

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may(request.user, self.read_act):
            raise PermissionDenied
        note = get_object_or_404(self.get_queryset(request), pk=pk)
        content = demand_paper.write(note, get_language() or "zh-hans")
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{note.number}.pdf"'
        return answer
