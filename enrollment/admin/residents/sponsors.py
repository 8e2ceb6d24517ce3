"""The desk's pages of sponsored people and of the bills to those who pay for them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import SponsorBill, SponsorBillLine, SponsorMembership
from enrollment.services.residents import sponsor_lists, sponsors
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import within
from socsec.office.errors import Invalid
from socsec.office.places import place

from . import forms
from .overview import crumb

LINES = 100
WRONG = 10  # lines of a list that are named


@admin.register(SponsorMembership)
class SponsorMembershipAdmin(DeskAdmin):
    read_act = "sponsor.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["person", "group", "where", "since", "until", "document"]
    list_filter: ClassVar = ["group"]
    list_select_related: ClassVar = ["person"]
    search_fields: ClassVar = ["person__name__startswith", "document"]
    search_help_text = _("Name, or document")
    fields: ClassVar = ["group"]

    @admin.display(description=_("region"), ordering="region")
    def where(self, row: SponsorMembership) -> str:
        return place(row.region)

    @admin.display(description=_("since"), ordering="span")
    def since(self, row: SponsorMembership) -> Any:
        return row.span.lower

    @admin.display(description=_("until (excluded)"))
    def until(self, row: SponsorMembership) -> Any:
        return row.span.upper

    def buttons(self, request: HttpRequest, obj: SponsorMembership | None) -> list[Button]:
        if obj is None:
            if not may(request.user, "sponsor.change"):
                return []
            url = reverse("admin:enrollment_sponsor_list")
            return [Button(_("Take a list"), url, main=True)]
        if obj.span.upper is None and may(request.user, "sponsor.change", obj.region):
            url = reverse("admin:enrollment_sponsor_leave", args=[obj.pk])
            return [Button(_("Is no longer paid for"), url, stop=True)]
        return []

    def context(self, request: HttpRequest, obj: SponsorMembership) -> dict[str, Any]:
        return {
            "person": obj.person,
            "shown": [
                (_("Group"), obj.get_group_display()),
                (_("Since"), obj.span.lower),
                (_("Until (excluded)"), obj.span.upper or "—"),
                (_("Document"), obj.document),
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("list/", guard(self.take_list), name="enrollment_sponsor_list"),
            path("<int:pk>/leave/", guard(self.leave), name="enrollment_sponsor_leave"),
            *super().get_urls(),
        ]

    def take_list(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            numbers = [line.strip() for line in said.pop("numbers").splitlines() if line.strip()]
            said["group"] = int(said["group"])
            done = sponsor_lists.take(by=staff(request), numbers=numbers, **said)
            if done.wrong:
                rows = "; ".join(f"{row}: {problem}" for row, problem in done.wrong[:WRONG])
                raise Invalid(
                    _("Nothing is taken: correct these lines first. %(rows)s") % {"rows": rows},
                    code="lines_wrong",
                    field="numbers",
                )
            return _now("%(new)s new, %(same)s there already, %(ended)s have left.") % {
                "new": done.new,
                "same": done.same,
                "ended": done.ended,
            }

        return Deed(
            title=_("Take a list of sponsored people"),
            act="sponsor.change",
            button=_("Take the list"),
            do=_all_or_nothing(do),
            form=forms.ListForm,
            back=list_url(SponsorMembership),
            prepare=lambda form: within(form, staff(request).region_code or ""),
            initial={"region": staff(request).region_code, "on": timezone.localdate()},
            lead=_("As civil affairs or another department in charge reports it."),
            crumbs=[crumb(), Crumb(_("Sponsored people"), list_url(SponsorMembership))],
        ).answer(request)

    def leave(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            sponsors.leave(by=staff(request), membership=row, **said)
            return _now("Ended. Years that were assessed stay as they are.")

        return Deed(
            title=_("Is no longer paid for"),
            act="sponsor.change",
            button=_("End it"),
            do=do,
            form=forms.LeaveForm,
            stop=True,
            back=row_url(row),
            crumbs=[crumb(), Crumb(_("Sponsored people"), list_url(SponsorMembership))],
        ).answer(request)


def _all_or_nothing(do: Any) -> Any:
    """A list with a wrong line is corrected and sent again; what was taken of it is given up."""

    def whole(said: dict[str, Any]) -> str:
        with transaction.atomic():
            return str(do(said))

    return whole


@admin.register(SponsorBill)
class SponsorBillAdmin(DeskAdmin):
    read_act = "resident.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["pk", "year", "branch", "payer", "where", "count", "money", "state"]
    list_filter: ClassVar = ["state", "payer", "branch"]
    fields: ClassVar = ["year"]

    @admin.display(description=_("region"), ordering="region")
    def where(self, bill: SponsorBill) -> str:
        return place(bill.region)

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, row: SponsorBill) -> str:
        return yuan(row.amount)

    def buttons(self, request: HttpRequest, obj: SponsorBill | None) -> list[Button]:
        user = request.user
        if obj is None:
            if not may(user, "resident.bill"):
                return []
            return [Button(_("Draw a bill"), reverse("admin:enrollment_bill_draw"), main=True)]
        offered = []
        if obj.state == SponsorBill.State.DRAFT:
            if may(user, "resident.bill_check", obj.region) and obj.maker_id != user.pk:
                offered.append(Button(_("Approve and send"), _to("send", obj), main=True))
            if may(user, "resident.bill", obj.region):
                offered.append(Button(_("Drop"), _to("drop", obj), stop=True))
        if obj.state == SponsorBill.State.SENT and may(user, "resident.receive", obj.region):
            offered.append(Button(_("It is paid"), _to("paid", obj), main=True))
        return offered

    def context(self, request: HttpRequest, obj: SponsorBill) -> dict[str, Any]:
        lines = list(SponsorBillLine.objects.filter(bill_id=obj.pk).order_by("person_id")[:LINES])
        names = queries.describe({line.person_id for line in lines})
        return {
            "shown": [
                (_("Year"), obj.year),
                (_("Branch"), obj.get_branch_display()),
                (_("Billed to"), obj.get_payer_display()),
                (_("People"), obj.count),
                (_("Amount"), yuan(obj.amount)),
                (_("State"), obj.get_state_display()),
                (_("Drawn by"), obj.maker),
                (_("Sent by"), obj.checker or "—"),
            ],
            "table": {
                "title": _("For whom"),
                "head": [_("Person"), _("ID number"), _("Amount")],
                "right": [2],
                "rows": [
                    (
                        names[line.person_id].name,
                        names[line.person_id].masked_id,
                        yuan(line.amount),
                    )
                    for line in lines
                ],
                "empty": _("No lines."),
            },
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("draw/", guard(self.draw), name="enrollment_bill_draw"),
            path("<int:pk>/send/", guard(self.send), name="enrollment_bill_send"),
            path("<int:pk>/drop/", guard(self.drop), name="enrollment_bill_drop"),
            path("<int:pk>/paid/", guard(self.paid), name="enrollment_bill_paid"),
            *super().get_urls(),
        ]

    def draw(self, request: HttpRequest) -> HttpResponse:
        made: list[SponsorBill] = []

        def do(said: dict[str, Any]) -> str:
            said |= {"branch": int(said["branch"]), "payer": int(said["payer"])}
            made.append(sponsors.draw(by=staff(request), **said))
            return _now(
                "Drawn: %(amount)s yuan for %(count)s people. A colleague must check it."
            ) % {
                "amount": yuan(made[0].amount),
                "count": made[0].count,
            }

        return Deed(
            title=_("Draw a bill"),
            act="resident.bill",
            button=_("Draw it up"),
            do=do,
            form=forms.DrawForm,
            back=list_url(SponsorBill),
            then=lambda: row_url(made[0]),
            prepare=lambda form: within(form, staff(request).region_code or ""),
            initial={
                "region": staff(request).region_code,
                "year": timezone.localdate().year,
                "branch": Branch.MEDICAL.value,
            },
            lead=_("Everything that this payer still owes for the year, person by person."),
            crumbs=[crumb(), Crumb(_("Bills to sponsors"), list_url(SponsorBill))],
        ).answer(request)

    def send(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._verb(
            request,
            pk,
            "resident.bill_check",
            _("Approve and send"),
            lambda bill, said: sponsors.send(by=staff(request), bill=bill),
            _now("The bill is sent."),
        )

    def drop(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._verb(
            request,
            pk,
            "resident.bill",
            _("Drop"),
            lambda bill, said: sponsors.drop(by=staff(request), bill=bill),
            _now("The bill is dropped; what it claimed may be billed anew."),
            stop=True,
        )

    def paid(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._verb(
            request,
            pk,
            "resident.receive",
            _("It is paid"),
            lambda bill, said: sponsors.paid(by=staff(request), bill=bill, **said),
            _now("Booked for everybody on the bill."),
            form=forms.PaidForm,
        )

    def _verb(
        self,
        request: HttpRequest,
        pk: int,
        act: str,
        label: Any,
        call: Any,
        done: str,
        form: Any = None,
        stop: bool = False,
    ) -> HttpResponse:
        bill = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            call(bill, said)
            return done

        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form or forms.ScreenForm,
            stop=stop,
            back=row_url(bill),
            lead=_("%(amount)s yuan for %(count)s people.")
            % {"amount": yuan(bill.amount), "count": bill.count},
            initial={"received_on": timezone.localdate()} if form else {},
            crumbs=[crumb(), Crumb(_("Bills to sponsors"), list_url(SponsorBill))],
        ).answer(request)


def _to(verb: str, bill: SponsorBill) -> str:
    return reverse(f"admin:enrollment_bill_{verb}", args=[bill.pk])
