"""The desk's pages of papers that were issued: look at one, print it again, revoke it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from socsec.office import certificates as kinds
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.models import Certificate
from socsec.office.papers_out import pdf_answer
from socsec.office.services import audit, certificates

from .runs import TextForm


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [pair for pair in kinds.choices() if kinds.get(pair[0]).find is None]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Certificate)
class CertificateAdmin(DeskAdmin):
    read_act = "certificate.read"
    change_form_template = "admin/office/certificate.html"
    list_display: ClassVar = ["serial", "sort", "name", "masked", "issued_on", "state"]
    list_filter: ClassVar = [KindFilter]
    search_fields: ClassVar = ["name__startswith", "owner__startswith"]
    search_help_text = _("Name, credit code, or the whole number of the paper")
    fields: ClassVar = ["name"]

    @admin.display(description=_("number of the paper"), ordering="id")
    def serial(self, row: Certificate) -> str:
        return row.issued.printed_serial

    @admin.display(description=_("kind"))
    def sort(self, row: Certificate) -> str:
        return str(kinds.get(row.kind).label)

    @admin.display(description=_("state"))
    def state(self, row: Certificate) -> str:
        if row.revoked_on:
            return str(_("revoked on %(on)s") % {"on": row.revoked_on})
        over = row.valid_until is not None and row.valid_until < timezone.localdate()
        return str(_("no longer good") if over else _("good"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        read = kinds.SERIAL.match(kinds.tidy(search_term))
        if read and read[3].isdigit():
            return queryset.filter(pk=int(read[3])), False
        return super().get_search_results(request, queryset, search_term)

    def buttons(self, request: HttpRequest, obj: Certificate | None) -> list[Button]:
        if obj is None:
            return []
        where = reverse("admin:office_certificate_pdf", args=[obj.pk])
        offered = [Button(_("Open as PDF"), where, main=True)]
        if obj.revoked_on is None and may(request.user, "certificate.revoke", obj.region):
            verb = reverse("admin:office_certificate_revoke", args=[obj.pk])
            offered.append(Button(_("Revoke"), verb, stop=True))
        return offered

    def context(self, request: HttpRequest, obj: Certificate) -> dict[str, Any]:
        issued = obj.issued
        return {
            "certificate": obj,
            "issued": issued,
            "heading": kinds.get(obj.kind).label,
            "lines": list(kinds.get(obj.kind).shown(issued)),
            "state": self.state(obj),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/pdf/", guard(self.pdf), name="office_certificate_pdf"),
            path("<int:pk>/revoke/", guard(self.revoke), name="office_certificate_revoke"),
            *super().get_urls(),
        ]

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The paper, in the language of the desk; that it was printed is noted."""
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, found):
            return self.changelist_view(request)
        with transaction.atomic():
            audit.record(
                by=staff(request),
                act="certificate.print",
                subject=found,
                person_id=found.person_id,
                region=found.region,
            )
        return pdf_answer(found.issued)

    def revoke(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            certificates.revoke(by=staff(request), certificate=found, reason=said["text"])
            return _now("Revoked. Whoever checks the paper is told so from now on.")

        return Deed(
            title=_("Revoke the paper"),
            act="certificate.revoke",
            button=_("Revoke"),
            do=do,
            form=TextForm,
            back=row_url(found),
            stop=True,
            lead=_("%(name)s, number %(serial)s.")
            % {"name": found.name, "serial": found.issued.printed_serial},
            crumbs=[
                Crumb(_("Certificates"), list_url(Certificate)),
                Crumb(found.name, row_url(found)),
            ],
        ).answer(request)
