"""The desk's pages of closed months: what is missing, prepare, close, take back."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, MonthClosing
from funds.services import closing
from socsec.kernel.months import format_month
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff


def offer(user: Any, fund: Fund) -> list[Button]:
    """The button that prepares the closing of a fund's next month, once anything was posted."""
    if not may(user, "period.prepare", fund.region_id) or closing.next_month(fund) is None:
        return []
    return [Button(_("Close a month"), reverse("admin:funds_period_prepare", args=[fund.pk]))]


@admin.register(MonthClosing)
class MonthClosingAdmin(DeskAdmin):
    read_act = "period.read"
    region_field = "fund__region_id"
    change_form_template = "admin/funds/closing.html"
    list_display: ClassVar = ["month_", "fund", "maker", "checker", "closed_at"]
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]
    fields: ClassVar = ["fund", "maker", "prepared_at", "checker", "closed_at", "batches"]

    @admin.display(description=_("month"), ordering="month")
    def month_(self, found: MonthClosing) -> str:
        return format_month(found.month)

    def buttons(self, request: HttpRequest, obj: MonthClosing | None) -> list[Button]:
        if obj is None or obj.closed_at:
            return []
        verbs = (("close", "period.close", True), ("take-back", "period.prepare", False))
        return [
            Button(
                LABELS[slug],
                reverse("admin:funds_period_verb", args=[obj.pk, slug]),
                main=main,
                stop=not main,
            )
            for slug, act, main in verbs
            if may(request.user, act, obj.fund.region_id)
        ]

    def context(self, request: HttpRequest, obj: MonthClosing) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "closing": obj,
            "items": [] if obj.closed_at else closing.checklist(obj.fund, obj.month),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("prepare/<int:fund>/", guard(self.prepare), name="funds_period_prepare"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_period_verb"),
            *super().get_urls(),
        ]

    def prepare(self, request: HttpRequest, fund: int) -> HttpResponse:
        funds = scope(Fund.objects.select_related("region"), request.user, "region_id")
        found = get_object_or_404(funds, pk=fund)
        month = closing.next_month(found)
        if month is None:
            raise Http404

        def do(_said: dict[str, Any]) -> str:
            closing.prepare(found, month, by=staff(request))
            return _now("Prepared. The month is closed once a colleague has closed it.")

        return Deed(
            title=_("Close %(month)s") % {"month": format_month(month)},
            act="period.prepare",
            button=_("Prepare"),
            do=do,
            lead=str(found),
            back=row_url(found),
            then=list_url(MonthClosing),
            template="admin/funds/closing_deed.html",
            crumbs=[Crumb(_("Funds"), list_url(Fund)), Crumb(str(found), row_url(found))],
            context={"items": closing.checklist(found, month)},
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in LABELS:
            raise Http404
        close = verb == "close"

        def do(_said: dict[str, Any]) -> str:
            if close:
                closing.close(found.pk, by=staff(request))
                return _now("Closed. What comes late is booked in the next month.")
            closing.take_back(found.pk, by=staff(request))
            return _now("Taken back.")

        return Deed(
            title=LABELS[verb],
            act="period.close" if close else "period.prepare",
            button=LABELS[verb],
            do=do,
            lead=str(found),
            warning=_("A closed month is never opened again.") if close else "",
            stop=not close,
            back=row_url(found),
            then=list_url(MonthClosing),
            template="admin/funds/closing_deed.html",
            crumbs=[
                Crumb(_("Closings of months"), list_url(MonthClosing)),
                Crumb(str(found), row_url(found)),
            ],
            context={"items": closing.checklist(found.fund, found.month) if close else []},
        ).answer(request)


LABELS = {"close": _("Close for ever"), "take-back": _("Take the closing back")}
