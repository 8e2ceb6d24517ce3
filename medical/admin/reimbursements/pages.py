"""The list of claims, the page that opens one, and the order that pays them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from medical.models import Reimbursement
from medical.queries import reimbursements as queries
from medical.services import reimbursing
from medical.services.reimbursing import paying
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.desk_forms import PlainForm
from socsec.office.models import Case

from .forms import OpenForm, paper_of, said_of
from .verbs import case_url, restore, strike, verb


@admin.register(Reimbursement)
class ReimbursementAdmin(DeskAdmin):
    read_act = "case.read"
    list_display: ClassVar = [
        "number",
        "person",
        "provider_name",
        "care",
        "state",
        "due",
        "asks",
        "paid",
    ]
    list_filter: ClassVar = ["case__state", "care", "cause"]
    search_fields: ClassVar = ["person__name__startswith", "provider_name", "invoices__number"]
    search_help_text = _("Name of the person, hospital, or number of an invoice")
    list_display_links = None
    fields: ClassVar = ["person", "provider_name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reimbursement]:
        return queries.claims(request.user)

    @admin.display(description=_("case"), ordering="case__number")
    def number(self, row: Reimbursement) -> SafeString:
        return format_html('<a href="{}">{}</a>', case_url(row), row.case.spaced_number)

    @admin.display(description=_("state"), ordering="case__state")
    def state(self, row: Reimbursement) -> str:
        return row.case.get_state_display()

    @admin.display(description=_("to be decided by"), ordering="case__due_on")
    def due(self, row: Reimbursement) -> Any:
        return row.case.due_on if row.case.is_open else None

    @admin.display(description=_("invoices, yuan"))
    def asks(self, row: Any) -> str:
        return yuan(row.asked or 0)

    @admin.display(description=_("funds pay, yuan"))
    def paid(self, row: Any) -> str:
        return yuan(row.pays) if row.pays is not None else "—"

    def buttons(self, request: HttpRequest, obj: Reimbursement | None) -> list[Button]:
        if obj is not None or not may(request.user, "payment.draft"):
            return []
        return [Button(_("Order payments"), reverse("admin:medical_reimbursement_order"))]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A claim is read on the page of its case."""
        found = self.get_object(request, object_id)
        if found is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(case_url(found))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        routes: list[tuple[str, Any, str]] = [
            ("order/", order, "medical_reimbursement_order"),
            ("of/<int:person_id>/", receive, "medical_reimbursement_receive"),
            ("case/<int:case_id>/<slug:verb>/", verb, "medical_reimbursement_verb"),
            ("case/<int:case_id>/line/<int:number>/", strike, "medical_reimbursement_strike"),
            (
                "case/<int:case_id>/line/<int:number>/restore/",
                restore,
                "medical_reimbursement_restore",
            ),
        ]
        return [
            *(path(route, guard(view), name=name) for route, view, name in routes),
            *super().get_urls(),
        ]


def receive(request: HttpRequest, person_id: int) -> HttpResponse:
    """Receive a claim at the counter with its first invoice."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    back = reverse("admin:enrollment_person_change", args=[person_id])
    made: list[Reimbursement] = []

    def do(said: dict[str, Any]) -> str:
        made.append(
            reimbursing.open_claim(
                by=staff(request),
                person=person,
                said=said_of(said),
                invoice=paper_of(said),
                channel=Case.Channel.COUNTER,
            )
        )
        return _now("Received as case %(number)s. Scan its papers into it.") % {
            "number": made[0].case.spaced_number
        }

    return Deed(
        title=_("Reimburse care paid in cash"),
        act="case.receive",
        button=_("Receive the application"),
        do=do,
        form=OpenForm,
        initial={"place": person.region[:4] + "00"},
        back=back,
        then=lambda: case_url(made[0]),
        crumbs=[Crumb(person.name, back)],
    ).answer(request)


def order(request: HttpRequest) -> HttpResponse:
    """Order what the funds owe on granted claims; a second person releases the envelopes."""
    user = staff(request)

    def do(said: dict[str, Any]) -> str:
        made = reimbursing.order(by=user)
        total = yuan(sum(each.total for each in made))
        return _now("%(total)s yuan are ordered. A second person releases the payment.") % {
            "total": total
        }

    region = user.region_code
    due = [each for each in paying.of_region(region) if each.owed > 0] if region else []
    return Deed(
        title=_("Order payments"),
        act="payment.draft",
        button=_("Order payments"),
        do=do,
        form=PlainForm,
        lead=_now("%(total)s yuan are owed on %(count)s claims; those without a bank account wait.")
        % {"total": yuan(sum(each.owed for each in due)), "count": len(due)},
        back=list_url(Reimbursement),
        crumbs=[Crumb(_("Reimbursements"), list_url(Reimbursement))],
    ).answer(request)
