"""The desk's pages of double enrolments and of refunds to residents."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import DoubleEnrolment, ResidentRefund
from enrollment.queries.residents import doubles
from enrollment.services.residents import refunds, twice
from enrollment.services.revision import paid_twice
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import within
from socsec.office.forms import ScreenForm
from socsec.office.places import place

from . import forms
from .overview import crumb

State = DoubleEnrolment.State

# verb: act, label, form, whether it ends something
VERBS: dict[str, tuple[str, Any, type[ScreenForm], bool]] = {
    "take": ("case.receive", _("Open a case"), ScreenForm, False),
    "propose": ("case.assess", _("Propose what goes back"), ScreenForm, False),
    "resolve": ("resident.refund_check", _("Decide as proposed"), ScreenForm, False),
    "back": ("case.check", _("Send back"), forms.ReasonForm, False),
    "dismiss": ("resident.refund", _("It is none"), forms.ReasonForm, True),
}


def fitting(row: DoubleEnrolment) -> list[str]:
    """Which verbs fit what was found, in its state."""
    if row.state == State.PROPOSED:
        return ["resolve", "back"]
    if row.state != State.FOUND:
        return []
    return ["propose"] if row.case_id else ["take", "dismiss"]


@admin.register(DoubleEnrolment)
class DoubleEnrolmentAdmin(DeskAdmin):
    read_act = "resident.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["person", "branch", "year", "other", "overlap_months", "state"]
    list_filter: ClassVar = ["state", "other", "branch"]
    list_select_related: ClassVar = ["person"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = ["year"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DoubleEnrolment]:
        return doubles(request.user)

    @admin.display(description=_("months insured twice"))
    def overlap_months(self, row: DoubleEnrolment) -> int:
        return row.overlap

    def buttons(self, request: HttpRequest, obj: DoubleEnrolment | None) -> list[Button]:
        if obj is None:
            if not may(request.user, "resident.match"):
                return []
            return [Button(_("Match now"), reverse("admin:enrollment_double_find"), main=True)]
        offered = []
        for slug in fitting(obj):
            act, label, _form, stop = VERBS[slug]
            if may(request.user, act, obj.region):
                url = reverse("admin:enrollment_double_verb", args=[obj.pk, slug])
                offered.append(Button(label, url, main=not stop and slug != "back", stop=stop))
        return offered

    def context(self, request: HttpRequest, obj: DoubleEnrolment) -> dict[str, Any]:
        months = [format_month(month) for month in paid_twice.months_of(obj)]
        open_still = obj.state in (State.FOUND, State.PROPOSED)
        return {
            "person": obj.person,
            "case": obj.case,
            "notice": _("Nothing is decided yet: below is what would go back today.")
            if open_still
            else "",
            "shown": [
                (_("Branch"), obj.get_branch_display()),
                (_("Year"), obj.year),
                (_("Kind"), obj.get_other_display()),
                (_("Region that gives back"), place(obj.region)),
                (_("Other region"), place(obj.other_region)),
                (_("Months insured twice"), ", ".join(months)),
                (_("State"), obj.get_state_display()),
                (_("Reason"), obj.reason or "—"),
            ],
            "sheet_json": twice.preview(obj).document
            if open_still
            else (obj.case.sheet if obj.case else None),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("find/", guard(self.find), name="enrollment_double_find"),
            path("<int:pk>/<slug:verb>/", guard(self.verb), name="enrollment_double_verb"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            said["branch"] = int(said["branch"])
            new = twice.find(by=staff(request), **said)
            return _now("%(count)s more people seem to be insured twice.") % {"count": new}

        return Deed(
            title=_("Match now"),
            act="resident.match",
            button=_("Match"),
            do=do,
            form=forms.FindForm,
            back=list_url(DoubleEnrolment),
            prepare=lambda form: within(form, staff(request).region_code or ""),
            initial={"region": staff(request).region_code, "year": timezone.localdate().year},
            lead=_(
                "Residents of the year against workers' months and older schemes. Each night it happens by itself; nothing is decided by it."
            ),
            crumbs=[crumb(), Crumb(_("Double enrolment"), list_url(DoubleEnrolment))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            return super().change_view(request, str(pk))
        act, label, form, stop = VERBS[verb]

        def do(said: dict[str, Any]) -> str:
            by = staff(request)
            if verb == "take":
                done = twice.take_up(by=by, double=row)
                assert done.case is not None
                return _now("Case %(number)s is open.") % {"number": done.case.spaced_number}
            if verb == "propose":
                twice.propose(by=by, double=row)
                return _now("Proposed. A colleague must decide.")
            if verb == "back":
                twice.send_back(by=by, double=row, text=said["reason"])
                return _now("It is to be looked at again.")
            if verb == "dismiss":
                twice.dismiss(by=by, double=row, reason=said["reason"])
                return _now("Noted: no double enrolment.")
            total = int(twice.preview(row).sheet.total)
            twice.resolve(by=by, double=row)
            return _now("Resolved. %(amount)s yuan go back.") % {"amount": yuan(total)}

        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            stop=stop,
            back=row_url(row),
            lead=_("The months as a worker are kept; those as a resident are given back."),
            crumbs=[crumb(), Crumb(_("Double enrolment"), list_url(DoubleEnrolment))],
            template="admin/pensions/decide.html",
            context={"sheet_json": twice.preview(row).document},
        ).answer(request)


@admin.register(ResidentRefund)
class ResidentRefundAdmin(DeskAdmin):
    read_act = "resident.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["person", "branch", "year", "reason", "money", "state"]
    list_filter: ClassVar = ["state", "reason", "branch"]
    list_select_related: ClassVar = ["person"]
    fields: ClassVar = ["year"]

    @admin.display(description=_("amount"))
    def money(self, row: ResidentRefund) -> str:
        return yuan(row.amount)

    def buttons(self, request: HttpRequest, obj: ResidentRefund | None) -> list[Button]:
        if obj is None:
            return []
        if obj.state == ResidentRefund.State.RETURNED and may(
            request.user, "resident.refund", obj.region
        ):
            url = reverse("admin:enrollment_refund_verb", args=[obj.pk, "again"])
            return [Button(_("Order it anew"), url, main=True)]
        if obj.state != ResidentRefund.State.DRAFT:
            return []
        if not may(request.user, "resident.refund_check", obj.region):
            return []
        return [
            Button(
                _("Let it go back"),
                reverse("admin:enrollment_refund_verb", args=[obj.pk, "approve"]),
                main=True,
            ),
            Button(
                _("Reject"),
                reverse("admin:enrollment_refund_verb", args=[obj.pk, "reject"]),
                stop=True,
            ),
        ]

    def context(self, request: HttpRequest, obj: ResidentRefund) -> dict[str, Any]:
        return {
            "person": obj.person,
            "case": obj.double.case if obj.double else None,
            "shown": [
                (_("Branch"), obj.get_branch_display()),
                (_("Year"), obj.year),
                (_("Why"), obj.get_reason_display()),
                (_("Amount"), yuan(obj.amount)),
                (_("State"), obj.get_state_display()),
                (_("Goes to"), obj.payee_name or _("the person's own account")),
                (_("Payment batch"), obj.batch_id or "—"),
                (_("Asked for by"), obj.maker),
                (_("Checked by"), obj.checker or "—"),
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/verb/<slug:verb>/", guard(self.verb), name="enrollment_refund_verb"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        labels = {
            "approve": _("Let it go back"),
            "reject": _("Reject"),
            "again": _("Order it anew"),
        }
        if verb not in labels:
            return super().change_view(request, str(pk))
        stop = verb == "reject"

        def do(said: dict[str, Any]) -> str:
            if verb == "approve":
                refunds.approve(by=staff(request), refund=row)
                return _now("%(amount)s yuan are ordered. A colleague releases the payment.") % {
                    "amount": yuan(row.amount)
                }
            if verb == "again":
                refunds.again(by=staff(request), refund=row)
                return _now("%(amount)s yuan are ordered. A colleague releases the payment.") % {
                    "amount": yuan(row.person_amount)
                }
            refunds.reject(by=staff(request), refund=row, **said)
            return _now("Rejected. Nothing goes back.")

        label = labels[verb]
        return Deed(
            title=label,
            act="resident.refund" if verb == "again" else "resident.refund_check",
            button=label,
            do=do,
            form=forms.ReasonForm if stop else ScreenForm,
            stop=stop,
            back=row_url(row),
            lead=_("%(amount)s yuan to %(name)s.")
            % {"amount": yuan(row.amount), "name": row.person.name},
            crumbs=[crumb(), Crumb(_("Refunds"), list_url(ResidentRefund))],
        ).answer(request)
