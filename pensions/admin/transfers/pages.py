"""The list of transfers, and the pages that open one: a record, a linking, an annuity."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Movement, MovementState
from funds.models import Scheme
from pensions import queries
from pensions.models import (
    Category,
    Transfer,
    TransferAccount,
)
from pensions.services import transfers
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import pick, text
from socsec.office.forms import ScreenForm
from socsec.office.models import Case

from .shown import shown
from .verbs import VERBS, offered


class LinkForm(ScreenForm):
    from_scheme = pick(_("Out of the scheme"), Scheme.choices)
    to_scheme = pick(_("Into the scheme"), Scheme.choices)
    category = pick(_("Kind of work, for the pensionable age"), Category.choices)


class AnnuityForm(ScreenForm):
    to_region = text(_("Code of the new place, six digits"), max_length=6)
    payee = forms.CharField(
        label=_("Plan of the enterprise: payee"),
        max_length=60,
        required=False,
        help_text=_("Empty where another agency's fund takes the annuity over."),
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )
    bank = forms.CharField(
        label=_("Plan of the enterprise: bank"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )
    account = forms.CharField(
        label=_("Plan of the enterprise: account number"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )


@admin.register(Transfer)
class TransferAdmin(DeskAdmin):
    read_act = "case.read"
    region_field = None
    change_form_template = "admin/pensions/transfer.html"
    list_display: ClassVar = ["person", "kind", "way", "total", "state", "opened_on"]
    list_filter: ClassVar = ["state", "kind"]
    search_fields: ClassVar = ["person__name__startswith", "reference"]
    search_help_text = _("Name, or number at the other office")
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        return queries.transfers(request.user)

    @admin.display(description=_("from and to"))
    def way(self, row: Transfer) -> str:
        return f"{row.from_fund or row.from_region} → {row.to_fund or row.to_region}"

    @admin.display(description=_("amount"))
    def total(self, row: Transfer) -> str:
        return yuan(row.total)

    def buttons(self, request: HttpRequest, obj: Transfer | None) -> list[Button]:
        if obj is not None:
            return offered(staff(request), obj)
        found = []
        if may(request.user, "case.receive"):
            found.append(
                Button(
                    _("Take up the money of a record"),
                    reverse("admin:pensions_transfer_open"),
                    main=True,
                )
            )
        if may(request.user, "benefit.read"):
            found.append(Button(_("Accounts for transfers"), list_url(TransferAccount)))
        return found

    def context(self, request: HttpRequest, obj: Transfer) -> dict[str, Any]:
        return {"panel": shown(staff(request), obj), "heading": obj.person.name}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("open/", guard(self.open), name="pensions_transfer_open"),
            path("link/<int:person>/", guard(self.link), name="pensions_transfer_link"),
            path("annuity/<int:person>/", guard(self.annuity), name="pensions_transfer_annuity"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="pensions_transfer_verb"),
            *super().get_urls(),
        ]

    def annuity(self, request: HttpRequest, person: int) -> HttpResponse:
        found = get_object_or_404(people.people(request.user), pk=person)
        made: list[Transfer] = []
        home = reverse("admin:enrollment_person_change", args=[found.pk])

        def do(said: dict[str, Any]) -> str:
            made.append(
                transfers.open_annuity(
                    by=staff(request), person=found, from_region=found.region, **said
                )
            )
            return _now("Taken up. Now the form is drawn up.")

        return Deed(
            title=_("Move the annuity of %(name)s") % {"name": found.name},
            act="case.receive",
            button=_("Take up"),
            do=do,
            form=AnnuityForm,
            lead=_("To another agency's fund, or to the plan of an enterprise."),
            back=home,
            then=lambda: row_url(made[0]),
            initial={"to_region": found.region},
            crumbs=[Crumb(found.name, home), Crumb(_("Occupational annuity"))],
        ).answer(request)

    def open(self, request: HttpRequest) -> HttpResponse:
        made: list[Transfer] = []
        moved = list(queries.waiting_for_money(request.user)[:200])
        temporary = list(queries.temporary_waiting(request.user)[:200])

        class OpenForm(ScreenForm):
            movement = pick(
                _("Record that moved, or temporary account"),
                [
                    *(
                        (each.pk, f"{each.person.name} · {each.done_on} · → {each.to_region}")
                        for each in moved
                    ),
                    *(
                        (each.pk, f"{each.person.name} · {each.get_state_display()}")
                        for each in temporary
                    ),
                ],
            )

        def do(said: dict[str, Any]) -> str:
            movement = get_object_or_404(Movement, pk=said["movement"])
            joins = movement.state == MovementState.TEMPORARY
            begin = transfers.open_temporary if joins else transfers.open_record
            made.append(begin(by=staff(request), movement=movement))
            return _now("Taken up. Now the form is drawn up.")

        return Deed(
            title=_("Take up the money of a record"),
            act="case.receive",
            button=_("Take up"),
            do=do,
            form=OpenForm,
            lead=_(
                "Records that moved away from here, whose clock runs since the day they moved; and"
                " temporary accounts here, which join their record once the coverage has ended."
            ),
            back=list_url(Transfer),
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(_("Transfers of entitlements"), list_url(Transfer))],
        ).answer(request)

    def link(self, request: HttpRequest, person: int) -> HttpResponse:
        found = get_object_or_404(people.people(request.user), pk=person)
        made: list[Transfer] = []
        home = reverse("admin:enrollment_person_change", args=[found.pk])

        def do(said: dict[str, Any]) -> str:
            made.append(
                transfers.ask_link(
                    by=staff(request),
                    person=found,
                    channel=Case.Channel.COUNTER,
                    **{name: int(value) for name, value in said.items()},
                )
            )
            return _now("Received. A colleague looks at it first.")

        return Deed(
            title=_("Bring the schemes of %(name)s together") % {"name": found.name},
            act="case.receive",
            button=_("Receive the request"),
            do=do,
            form=LinkForm,
            lead=_(
                "With fifteen years as a worker a resident's account joins the employees' scheme;"
                " with less it is the other way round. Between employees and agencies any time."
            ),
            back=home,
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(found.name, home), Crumb(_("Schemes"))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        transfer = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404
        held = VERBS[verb]

        def do(said: dict[str, Any]) -> Any:
            held.do(by=staff(request), transfer=transfer, **said)
            return held.said

        return Deed(
            title=held.label,
            act=held.act,
            button=held.label,
            do=do,
            form=held.form,
            lead=held.lead,
            stop=held.stop,
            back=row_url(transfer),
            template="admin/pensions/transfer_deed.html",
            initial={"on": timezone.localdate()},
            context={"panel": shown(staff(request), transfer)},
            crumbs=[
                Crumb(_("Transfers of entitlements"), list_url(Transfer)),
                Crumb(transfer.person.name, row_url(transfer)),
            ],
        ).answer(request)
