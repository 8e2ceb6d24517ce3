"""Residents' payments at the desk: files of the tax authority, receipts, lines that fit nobody."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    ResidentReceipt,
    UnmatchedPayment,
)
from enrollment.services.residents import receipts, taxfile, unmatched
from socsec.kernel.errors import KernelError
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import (
    Button,
    Crumb,
    Deed,
    DeskAdmin,
    list_url,
    row_url,
    staff,
)
from socsec.office.desk_forms import within
from socsec.office.errors import NotFound, from_kernel

from . import forms
from .overview import SHOWN, crumb, home, overview
from .years import enrol, join, year_verb


def take_file(request: HttpRequest) -> HttpResponse:
    """A file of the tax authority."""
    made: list[ResidentReceipt] = []

    def do(said: dict[str, Any]) -> str:
        said["branch"] = int(said["branch"])
        made.append(taxfile.take(by=staff(request), **said))
        receipt = made[0]
        return _now("%(count)s payments, %(amount)s yuan; %(left)s yuan fit nobody yet.") % {
            "count": receipt.count,
            "amount": yuan(receipt.amount),
            "left": yuan(receipt.unmatched),
        }

    return Deed(
        title=_("Take a file of payments"),
        act="resident.receive",
        button=_("Book the file"),
        do=do,
        form=forms.TaxFileForm,
        back=home(),
        then=lambda: row_url(made[0]),
        prepare=lambda form: within(form, staff(request).region_code or ""),
        initial={"region": staff(request).region_code, "received_on": timezone.localdate()},
        lead=_("Columns: identity number, name, year, amount. The same file is booked once."),
        crumbs=[crumb()],
    ).answer(request)


@admin.register(ResidentReceipt)
class ResidentReceiptAdmin(DeskAdmin):
    read_act = "resident.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["reference", "branch", "channel", "received_on", "money", "left"]
    list_filter: ClassVar = ["branch", "channel"]
    search_fields: ClassVar = ["reference"]
    search_help_text = _("Reference")
    fields: ClassVar = ["reference"]

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, row: ResidentReceipt) -> str:
        return yuan(row.amount)

    @admin.display(description=_("not matched yet"), ordering="unmatched")
    def left(self, row: ResidentReceipt) -> str:
        return yuan(row.unmatched)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("overview/", guard(overview), name="enrollment_residents"),
            path("file/", guard(take_file), name="enrollment_resident_file"),
            path(
                "of/<int:person_id>/enrol/<slug:branch>/",
                guard(enrol),
                name="enrollment_resident_enrol",
            ),
            path("of/<int:person_id>/join/", guard(join), name="enrollment_resident_join"),
            path(
                "of/<int:person_id>/<int:branch>/<int:year>/<slug:verb>/",
                guard(year_verb),
                name="enrollment_resident_year",
            ),
            *super().get_urls(),
        ]

    def context(self, request: HttpRequest, obj: ResidentReceipt) -> dict[str, Any]:
        lines = obj.unmatched_lines.all()[:SHOWN]
        return {
            "shown": [
                (_("Branch"), obj.get_branch_display()),
                (_("Paid by"), obj.get_payer_display()),
                (_("Channel"), obj.get_channel_display()),
                (_("Received"), obj.received_on.isoformat()),
                (_("Payments"), obj.count),
                (_("Amount"), yuan(obj.amount)),
                (_("Fits nobody yet"), yuan(obj.unmatched)),
            ],
            "table": {
                "title": _("Lines that fit nobody"),
                "head": [_("Row"), _("Year"), _("Reason"), _("State"), _("Amount")],
                "right": [4],
                "rows": [
                    (
                        row.row,
                        row.year,
                        receipts.REASONS.get(row.reason, row.reason),
                        row.get_state_display(),
                        yuan(row.amount),
                    )
                    for row in lines
                ],
                "empty": _("Every payment was taken for somebody's year."),
            },
        }


@admin.register(UnmatchedPayment)
class UnmatchedPaymentAdmin(DeskAdmin):
    read_act = "resident.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["receipt", "row", "name", "year", "money", "why", "state"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["receipt"]
    fields: ClassVar = ["row"]

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, row: UnmatchedPayment) -> str:
        return yuan(row.amount)

    @admin.display(description=_("reason"))
    def why(self, row: UnmatchedPayment) -> str:
        return str(receipts.REASONS.get(row.reason, row.reason))

    def buttons(self, request: HttpRequest, obj: UnmatchedPayment | None) -> list[Button]:
        if obj is None or obj.state != UnmatchedPayment.State.OPEN:
            return []
        offered = []
        if may(request.user, "resident.receive", obj.region):
            url = reverse("admin:enrollment_unmatched_match", args=[obj.pk])
            offered.append(Button(_("Take it for somebody's year"), url, main=True))
        if may(request.user, "resident.refund_check", obj.region):
            url = reverse("admin:enrollment_unmatched_back", args=[obj.pk])
            offered.append(Button(_("Send it back"), url, stop=True))
        return offered

    def context(self, request: HttpRequest, obj: UnmatchedPayment) -> dict[str, Any]:
        return {
            "shown": [
                (_("Receipt"), obj.receipt.reference),
                (_("Name"), obj.name or "—"),
                (_("Year"), obj.year),
                (_("Amount"), yuan(obj.amount)),
                (_("Why it was not taken"), receipts.REASONS.get(obj.reason, obj.reason)),
                (_("State"), obj.get_state_display()),
            ]
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/match/", guard(self.match), name="enrollment_unmatched_match"),
            path("<int:pk>/back/", guard(self.back), name="enrollment_unmatched_back"),
            *super().get_urls(),
        ]

    def match(self, request: HttpRequest, pk: int) -> HttpResponse:
        line = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            try:
                person = queries.search_number(request.user, said["resident_id"])
            except KernelError as error:
                raise from_kernel(error, "resident_id") from error
            if person is None:
                raise NotFound(_("There is no such person in your region."), field="resident_id")
            unmatched.match(by=staff(request), line=line, person=person, year=said["year"])
            return _now("Taken for %(name)s, %(year)s.") % {
                "name": person.name,
                "year": said["year"],
            }

        return Deed(
            title=_("Take it for somebody's year"),
            act="resident.receive",
            button=_("Take it"),
            do=do,
            form=forms.MatchForm,
            initial={"year": line.year},
            back=row_url(line),
            lead=_("%(amount)s yuan; at most what is open of that year.")
            % {"amount": yuan(line.amount)},
            crumbs=[crumb(), Crumb(_("Payments that fit nobody"), list_url(UnmatchedPayment))],
        ).answer(request)

    def back(self, request: HttpRequest, pk: int) -> HttpResponse:
        line = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            unmatched.send_back(by=staff(request), line=line, **said)
            return _now("Sent back: %(amount)s yuan.") % {"amount": yuan(line.amount)}

        return Deed(
            title=_("Send it back"),
            act="resident.refund_check",
            button=_("Send it back"),
            do=do,
            form=forms.ReasonForm,
            stop=True,
            back=row_url(line),
            lead=_("The money goes back by the way it came."),
            crumbs=[crumb(), Crumb(_("Payments that fit nobody"), list_url(UnmatchedPayment))],
        ).answer(request)
