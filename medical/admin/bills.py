"""The desk's pages of visits and their bills, and of settlements to take back."""

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

from medical.models import FUND_SHARES, PERSON_SHARES, BillReversal, Care, Encounter, StayGroup
from medical.queries import bills as queries
from medical.services import bill_paper, reversing
from medical.services.grouping import stays
from medical.services.settling import posting
from medical.services.settling.sheets import sheets
from socsec.kernel.money import yuan
from socsec.office import menu
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, seen_url, staff
from socsec.office.desk_forms import PlainForm, SayForm, text
from socsec.office.display import day_plain
from socsec.office.forms import ScreenForm
from socsec.office.models import Certificate
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.services import audit
from socsec.office.tables import facts

from . import studies
from .grouping.forms import GroupForm

SCOPE = ("uncovered", "over_limit", "first_self_pay", "in_scope", "deductible")
Proposed = BillReversal.State.PROPOSED


class ReasonForm(ScreenForm):
    reason = text(_("Reason"), max_length=200, help_text=_("The person and the provider read it."))


@admin.register(Encounter)
class EncounterAdmin(DeskAdmin):
    read_act = "bill.read"
    region_field = None
    change_form_template = "admin/medical/visit.html"
    list_display: ClassVar = [
        "number",
        "person",
        "provider",
        "care",
        "day",
        "where",
        "state",
        "costs",
    ]
    list_filter: ClassVar = ["state", "care", "scheme"]
    search_fields: ClassVar = ["number"]
    search_help_text = _("Person, ID number, provider, or number of the visit")
    fields: ClassVar = ["number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Encounter]:
        return queries.visits(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Encounter], search_term: str
    ) -> tuple[QuerySet[Encounter], bool]:
        return (queries.search(queryset, search_term) if search_term else queryset), False

    @admin.display(description=_("day"), ordering="opened_at")
    def day(self, visit: Encounter) -> str:
        return day_plain(timezone.localdate(visit.opened_at))

    @admin.display(description=_("insured in"), ordering="home")
    def where(self, visit: Encounter) -> str:
        return place(visit.home)

    @admin.display(description=_("total"))
    def costs(self, visit: Any) -> str:
        return yuan(visit.cost) if visit.cost is not None else "—"

    def buttons(self, request: HttpRequest, obj: Encounter | None) -> list[Button]:
        if obj is None:
            offered = [
                Button(_("Settlements to take back"), list_url(BillReversal)),
                Button(_("Spending on care"), reverse("admin:medical_spending")),
            ]
            return offered if may(request.user, "bill.read") else []
        found = self._grouping(request, obj)
        if obj.state != Encounter.State.SETTLED:
            return found
        if may(request.user, "certificate.issue"):
            url = reverse("admin:medical_encounter_print", args=[obj.pk])
            found.append(Button(_("Print the sheet"), url, main=True))
        asked = obj.reversals.filter(state=Proposed).first()
        if asked is not None:
            if seen := seen_url(request.user, asked, "bill.read", obj.region):
                found.append(Button(_("It is proposed to take it back"), seen))
        elif may(request.user, "reversal.propose", obj.region):
            url = reverse("admin:medical_encounter_propose", args=[obj.pk])
            found.append(Button(_("Take the settlement back"), url, stop=True))
        return found

    def _grouping(self, request: HttpRequest, obj: Encounter) -> list[Button]:
        """To note the group of a stay that has ended, and what was paid by it."""
        ended = obj.state in (Encounter.State.DISCHARGED, Encounter.State.SETTLED)
        if obj.care != Care.INPATIENT or not ended:
            return []
        found = []
        if may(request.user, "stay_group.tell", obj.region):
            url = reverse("admin:medical_encounter_group", args=[obj.pk])
            found.append(Button(_("Note the group"), url))
        paid = obj.case_payments.order_by("pk").first()
        if paid is not None and (seen := seen_url(request.user, paid, "statement.read")):
            found.append(Button(_("Payment by group"), seen))
        return found

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The bill; the person reads who looked at it."""
        found = self.get_object(request, object_id)
        if found is not None and self.has_view_permission(request, found):
            with transaction.atomic():
                audit.record(
                    by=staff(request),
                    act="bill.read",
                    subject=found,
                    person_id=found.person_id,
                    region=found.region,
                )
        return super().change_view(request, object_id, form_url, extra_context)

    def context(self, request: HttpRequest, obj: Encounter) -> dict[str, Any]:
        amounts = queries.amounts(obj)
        settled = obj.state == Encounter.State.SETTLED
        return {
            "visit": obj,
            "heading": f"{obj.provider} · {obj.number}",
            "title": obj.person.name,
            "person_url": seen_url(request.user, obj.person, "person.read", obj.person.region),
            "provider_url": seen_url(
                request.user, obj.provider, "provider.read", obj.provider.region
            ),
            "amounts": amounts if settled else None,
            "scope": queries.named(SCOPE, amounts) if settled else [],
            "funds": queries.named(FUND_SHARES, amounts) if settled else [],
            "person": queries.named(PERSON_SHARES, amounts) if settled else [],
            "lines": obj.lines.filter(cancelled_at=None).order_by("day", "pk"),
            "sheets": sheets(obj) if settled else [],
            "parts": obj.settlements.select_related("by").order_by("year", "part"),
            "reversals": obj.reversals.select_related("maker", "checker"),
            "postings": posting.postings(obj),
            "may_read_books": may(request.user, "ledger.read", obj.home),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("spending/", guard(studies.spending_page), name="medical_spending"),
            path("<int:pk>/take-back/", guard(self.propose), name="medical_encounter_propose"),
            path("<int:pk>/group/", guard(self.group), name="medical_encounter_group"),
            path("<int:pk>/print/", guard(self.print), name="medical_encounter_print"),
            *super().get_urls(),
        ]

    def propose(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose to take the settlement of a bill back."""
        visit = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            reversing.propose(by=staff(request), encounter=visit, **said)
            return _now("Proposed. A colleague decides.")

        return Deed(
            title=_("Take the settlement back"),
            act="reversal.propose",
            button=_("Propose it"),
            do=do,
            form=ReasonForm,
            stop=True,
            lead=_(
                "Nothing changes until a colleague agrees. Later bills of the year change then."
            ),
            back=row_url(visit),
            crumbs=crumbs(visit),
        ).answer(request)

    def group(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note into which group a stay falls."""
        visit = get_object_or_404(self.get_queryset(request), pk=pk)
        told = StayGroup.objects.filter(encounter=visit).first()

        def do(said: dict[str, Any]) -> str:
            stays.tell(by=staff(request), encounter=visit, **said)
            return _now("Noted. The next run of stays paid by group counts it.")

        return Deed(
            title=_("Note the group"),
            act="stay_group.tell",
            button=_("Note it"),
            do=do,
            form=GroupForm,
            initial={"code": told.code if told else ""},
            lead=_("As the provider's grouper found it, by the code of the list of the year."),
            back=row_url(visit),
            crumbs=crumbs(visit),
        ).answer(request)

    def print(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Issue the sheet of a bill as a paper that anyone can check."""
        visit = get_object_or_404(self.get_queryset(request), pk=pk)
        made: list[Certificate] = []

        def do(said: dict[str, Any]) -> str:
            made.append(bill_paper.issue(by=staff(request), encounter=visit))
            return _now("Issued: %(serial)s. Open it as PDF to print it.") % {
                "serial": made[0].issued.printed_serial
            }

        return Deed(
            title=_("Print the sheet"),
            act="certificate.issue",
            button=_("Issue"),
            do=do,
            lead=_("For %(name)s, as the bill stands today.") % {"name": visit.person.name},
            back=row_url(visit),
            then=lambda: row_url(made[0]),
            crumbs=crumbs(visit),
        ).answer(request)


def crumbs(visit: Encounter) -> list[Crumb]:
    return [
        Crumb(_("Visits and bills"), list_url(Encounter)),
        Crumb(visit.number, row_url(visit)),
    ]


@admin.register(BillReversal)
class BillReversalAdmin(Queue):
    read_act = "bill.read"
    list_display: ClassVar = ["number", "who", "provider", "reason", "state", "recorded_at"]
    search_fields: ClassVar = ["encounter__person__name__startswith", "encounter__number"]
    search_help_text = _("Name of the person, or number of the visit")
    verbs: ClassVar = {
        "approve": (
            "reversal.decide",
            _("Take it back"),
            (Proposed,),
            PlainForm,
            _("The bill is unsettled, and later bills of the year are worked out anew."),
            False,
        ),
        "reject": ("reversal.decide", _("Leave it settled"), (Proposed,), SayForm, "", True),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[BillReversal]:
        return queries.reversals(request.user)

    @admin.display(description=_("number"), ordering="encounter__number")
    def number(self, row: BillReversal) -> str:
        return row.encounter.number

    @admin.display(description=_("person"))
    def who(self, row: BillReversal) -> str:
        return row.encounter.person.name

    @admin.display(description=_("provider"))
    def provider(self, row: BillReversal) -> str:
        return row.encounter.provider.name

    def context(self, request: HttpRequest, obj: BillReversal) -> dict[str, Any]:
        amounts = queries.amounts(obj.encounter)
        return {
            "heading": f"{obj.encounter.provider} · {obj.encounter.number}",
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Bill"), obj.encounter.number, row_url(obj.encounter)),
                (_("Person"), obj.encounter.person.name),
                (_("Total"), yuan(amounts["total"] or 0)),
                (_("Funds together"), yuan(amounts["fund_pay"] or 0)),
                (_("Reason"), obj.reason),
                (_("Proposed by"), obj.maker),
                (_("Decided by"), obj.checker),
                (_("Answer"), obj.answer),
            ),
        }

    def do_approve(self, request: HttpRequest, row: BillReversal, said: Any) -> str:
        reversing.approve(by=staff(request), reversal=row)
        return _now("Taken back. The provider can correct the bill and settle it again.")

    def do_reject(self, request: HttpRequest, row: BillReversal, said: Any) -> str:
        reversing.reject(by=staff(request), reversal=row, answer=said["note"])
        return _now("Left as it is.")


def hang() -> None:
    """Hang the lists into the sidebar."""
    menu.place(
        menu.Place(
            "visits",
            menu.Group.MEDICAL,
            1,
            _("Visits and bills"),
            "admin:medical_encounter_changelist",
            "receipt_long",
            "bill.read",
        )
    )
