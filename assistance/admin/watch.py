"""Dynamic management at the desk: what changed and has to be looked at, and what is ordered back."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import Circumstance, GrantChange, Reclaim
from assistance.services import reclaiming, watching
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.forms import DateField, MoneyField, Option, PickField, ScreenForm, TextField


class Open(admin.SimpleListFilter):
    title = _("settled")
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("not yet")), ("yes", _("settled"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Circumstance]
    ) -> QuerySet[Circumstance]:
        if self.value() in ("no", "yes"):
            return queryset.filter(settled_at__isnull=self.value() == "no")
        return queryset


class SettleForm(ScreenForm):
    finding = TextField(label=_("What was found"), max_length=500)
    change = PickField(label=_("Change that came of it"), required=False)


class ProposeForm(ScreenForm):
    reason = TextField(label=_("Reason"), max_length=200)
    fine = MoneyField(
        label=_("Fine, for fraud alone"),
        help_text=_("Leave it empty where nothing was hidden or forged."),
        required=False,
    )


class ReceiveForm(ScreenForm):
    amount = MoneyField(label=_("Amount"))
    on = DateField(label=_("Received on"))
    reference = TextField(label=_("Bank reference"), max_length=60)


@admin.register(Circumstance)
class CircumstanceAdmin(DeskAdmin):
    read_act = "benefit.read"
    change_form_template = "admin/assistance/circumstance.html"
    list_display: ClassVar = ["grant", "what", "origin", "person", "happened_on", "due_on"]
    list_filter: ClassVar = [Open, "origin", "what"]
    search_fields: ClassVar = ["grant__person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = ["what"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Circumstance]:
        return queries.circumstances(request.user)

    def buttons(self, request: HttpRequest, obj: Circumstance | None) -> list[Button]:
        if obj is None or not may(request.user, "benefit.change", obj.region):
            return []
        back = reverse("admin:assistance_reclaim_propose", args=[obj.grant_id])
        found = [Button(_("Grant"), row_url(obj.grant))]
        if may(request.user, "reclaim.propose", obj.region):
            found.append(Button(_("Order back"), back))
        if obj.settled_at is None:
            url = reverse("admin:assistance_circumstance_settle", args=[obj.pk])
            found.append(Button(_("Settle"), url, main=True))
        return found

    def context(self, request: HttpRequest, obj: Circumstance) -> dict[str, Any]:
        return {"told": obj, "heading": str(obj), "title": obj.grant.person.name}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/settle/", guard(self.settle), name="assistance_circumstance_settle"),
            *super().get_urls(),
        ]

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(queries.circumstances(request.user), pk=pk)

        def prepare(form: ScreenForm) -> None:
            made = GrantChange.objects.filter(grant=row.grant_id).order_by("-pk")
            form.fields["change"].options = [
                Option("", _("None: everything stays")),
                *(
                    Option(str(each.pk), f"{each.get_kind_display()} · {each.reason}")
                    for each in made
                ),
            ]

        def do(said: dict[str, Any]) -> Any:
            change = GrantChange.objects.filter(pk=int(said["change"] or 0)).first()
            watching.settle(
                by=staff(request), circumstance=row, finding=said["finding"], change=change
            )
            return _now("Settled.")

        return Deed(
            title=_("Settle"),
            act="benefit.change",
            button=_("Settle"),
            do=do,
            form=SettleForm,
            lead=str(row),
            prepare=prepare,
            back=row_url(row),
            crumbs=[
                Crumb(_("Changes of circumstances"), list_url(Circumstance)),
                Crumb(str(row), row_url(row)),
            ],
        ).answer(request)


@admin.register(Reclaim)
class ReclaimAdmin(DeskAdmin):
    read_act = "benefit.read"
    change_form_template = "admin/assistance/reclaim.html"
    list_display: ClassVar = ["grant", "amount_", "fine_", "fraud", "ordered_on", "due_on"]
    list_filter: ClassVar = ["fraud"]
    search_fields: ClassVar = ["grant__person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = ["reason"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reclaim]:
        return queries.reclaims(request.user)

    @admin.display(description=_("to be paid back"), ordering="amount")
    def amount_(self, row: Reclaim) -> str:
        return yuan(row.amount)

    @admin.display(description=_("fine"), ordering="fine")
    def fine_(self, row: Reclaim) -> str:
        return yuan(row.fine)

    def buttons(self, request: HttpRequest, obj: Reclaim | None) -> list[Button]:
        if obj is None:
            return []
        verb = "confirm" if obj.ordered_on is None else "receive"
        if not may(request.user, f"reclaim.{verb}", obj.region):
            return []
        url = reverse("admin:assistance_reclaim_verb", args=[obj.pk, verb])
        return [Button(VERBS[verb][0], url, main=True)]

    def context(self, request: HttpRequest, obj: Reclaim) -> dict[str, Any]:
        return {
            "ordered": obj,
            "heading": str(obj),
            "title": obj.grant.person.name,
            "receipts": obj.receipts.select_related("by"),
            "left": obj.amount - reclaiming.total_received(obj),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("of/<int:pk>/", guard(self.propose), name="assistance_reclaim_propose"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="assistance_reclaim_verb"),
            *super().get_urls(),
        ]

    def propose(self, request: HttpRequest, pk: int) -> HttpResponse:
        grant = get_object_or_404(queries.grants(request.user), pk=pk)

        def do(said: dict[str, Any]) -> Any:
            fine = said["fine"] or 0
            reclaiming.propose(
                by=staff(request), grant=grant, reason=said["reason"], fraud=fine > 0, fine=fine
            )
            return _now("Proposed. A colleague decides.")

        return Deed(
            title=_("Order back"),
            act="reclaim.propose",
            button=_("Order back"),
            do=do,
            form=ProposeForm,
            lead=_now("Paid beyond what is due: %(amount)s yuan.")
            % {"amount": yuan(sum(reclaiming.overpaid(grant).values()))},
            back=row_url(grant),
            crumbs=[Crumb(_("To be paid back"), list_url(Reclaim))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        row = get_object_or_404(queries.reclaims(request.user), pk=pk)
        if verb not in VERBS:
            raise Http404
        label, form, service, said = VERBS[verb]

        def do(answers: dict[str, Any]) -> Any:
            service(by=staff(request), reclaim=row, **answers)
            return said

        return Deed(
            title=label,
            act=f"reclaim.{verb}",
            button=label,
            do=do,
            form=form,
            lead=f"{row.reason} · {yuan(row.amount)}",
            back=row_url(row),
            initial={"on": timezone.localdate()},
            crumbs=[Crumb(_("To be paid back"), list_url(Reclaim)), Crumb(str(row), row_url(row))],
        ).answer(request)


# verb: label, form, the service, what is said.
VERBS: dict[str, tuple[Any, type[ScreenForm], Any, Any]] = {
    "confirm": (
        _("Confirm the order"),
        ScreenForm,
        reclaiming.confirm,
        _("Ordered; the letter is on its way."),
    ),
    "receive": (_("Book money paid back"), ReceiveForm, reclaiming.receive, _("Booked.")),
}
