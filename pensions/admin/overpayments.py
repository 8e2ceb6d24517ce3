"""The desk's pages of overpayments: which months, how they come back, and the verbs on them."""

from collections.abc import Callable
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

from pensions import queries
from pensions.models import Overpayment, OverpaymentState, Plan
from pensions.services import recovery
from socsec.kernel.money import yuan
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.forms import DateField, MoneyField, ScreenForm, WholeField
from socsec.office.models import User
from socsec.office.places import place

OPEN = (OverpaymentState.OPEN,)


class PlanForm(ScreenForm):
    plan = forms.ChoiceField(
        label=_("How it is paid back"),
        choices=[(each.value, each.label) for each in Plan if each is not Plan.NONE],
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    count = WholeField(
        label=_("Number of instalments"),
        required=False,
        help_text=_("Only for instalments: one a month, from next month on."),
    )


class ReceiveForm(ScreenForm):
    amount = MoneyField(label=_("Amount, yuan"))
    on = DateField(label=_("Day of receipt"))
    reference = forms.CharField(
        label=_("Bank reference"), max_length=80, widget=forms.TextInput(attrs={"class": "input"})
    )


class WhyForm(ScreenForm):
    why = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input"})
    )


@admin.register(Overpayment)
class OverpaymentAdmin(DeskAdmin):
    read_act = "overpayment.read"
    change_form_template = "admin/pensions/overpayment.html"
    list_display: ClassVar = [
        *("person", "found_on", "reason", "money", "still_open", "state", "plan", "where"),
    ]
    list_filter: ClassVar = ["state", "reason", "plan"]
    list_select_related: ClassVar = ["person"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Overpayment]:
        return queries.overpayments(request.user)

    @admin.display(description=_("region"), ordering="region")
    def where(self, row: Overpayment) -> str:
        return place(row.region)

    @admin.display(description=_("overpaid"), ordering="amount")
    def money(self, row: Overpayment) -> str:
        return yuan(row.amount)

    @admin.display(description=_("still open"))
    def still_open(self, row: Overpayment) -> str:
        return yuan(row.remaining)

    def buttons(self, request: HttpRequest, obj: Overpayment | None) -> list[Button]:
        if obj is None:
            return []
        return [
            Button(
                label,
                reverse("admin:pensions_overpayment_verb", args=[obj.pk, slug]),
                main=main,
                stop=stop,
            )
            for slug, (act, label, fits, main, stop, _make) in VERBS.items()
            if fits(obj) and may(request.user, act, obj.region)
        ]

    def context(self, request: HttpRequest, obj: Overpayment) -> dict[str, Any]:
        return {
            "overpayment": obj,
            "title": obj.person.name,
            "months": queries.overpaid_months(obj),
            "recoveries": queries.recoveries(obj),
            "instalments": list(obj.instalments.all()),
            "award_url": row_url(obj.award),
            "lapsed": timezone.localdate() > obj.limited_on,
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="pensions_overpayment_verb"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404
        act, label, _fits, _main, stop, make = VERBS[verb]
        form, lead, do = make(request, row)
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            lead=lead,
            stop=stop,
            back=row_url(row),
            initial={"amount": row.remaining, "on": timezone.localdate()},
            crumbs=[
                Crumb(_("Overpayments"), list_url(Overpayment)),
                Crumb(row.person.name, row_url(row)),
            ],
        ).answer(request)


Made = tuple[type[ScreenForm], Any, Callable[[dict[str, Any]], str]]


def _agree(request: HttpRequest, row: Overpayment) -> Made:
    def do(said: dict[str, Any]) -> str:
        recovery.agree(
            by=staff(request), overpayment=row, plan=said["plan"], count=said["count"] or 0
        )
        return _now("Agreed. The person sees it under “My benefits”.")

    return PlanForm, _("What the person has agreed to. It replaces what was agreed before."), do


def _receive(request: HttpRequest, row: Overpayment) -> Made:
    def do(said: dict[str, Any]) -> str:
        recovery.receive(by=staff(request), overpayment=row, **said)
        return _now("Booked in the fund and taken off the debt.")

    return ReceiveForm, _("Money that has arrived on the expenditure account of the fund."), do


def _refund(request: HttpRequest, row: Overpayment) -> Made:
    def do(said: dict[str, Any]) -> str:
        recovery.refund(by=staff(request), overpayment=row)
        return _now("Ordered. A colleague releases it to the bank.")

    return ScreenForm, _("More came back than was owed: the rest goes back to the person."), do


def _propose(request: HttpRequest, row: Overpayment) -> Made:
    def do(said: dict[str, Any]) -> str:
        recovery.propose_write_off(by=staff(request), overpayment=row, why=said["why"])
        return _now("Proposed. A colleague must agree.")

    return WhyForm, _("Say why what is left cannot be recovered."), do


def _write_off(request: HttpRequest, row: Overpayment) -> Made:
    def do(said: dict[str, Any]) -> str:
        recovery.write_off(by=staff(request), overpayment=row)
        return _now("Written off.")

    lead = _("%(name)s proposed it: %(why)s") % {"name": row.maker or "", "why": row.why}
    return ScreenForm, lead, do


# verb: act, label, when it fits, whether it is the main one, whether it ends something, the page.
VERBS: dict[
    str,
    tuple[
        str,
        Any,
        Callable[[Overpayment], bool],
        bool,
        bool,
        Callable[[HttpRequest, Overpayment], Made],
    ],
] = {
    "agree": (
        "overpayment.plan",
        _("Agree how it is paid back"),
        lambda row: row.state in OPEN,
        True,
        False,
        _agree,
    ),
    "receive": (
        "overpayment.receive",
        _("Book a repayment"),
        lambda row: row.state in OPEN,
        True,
        False,
        _receive,
    ),
    "refund": (
        "payment.draft",
        _("Return what is too much"),
        lambda row: row.remaining < 0,
        True,
        False,
        _refund,
    ),
    "propose": (
        "overpayment.plan",
        _("Propose to write it off"),
        lambda row: row.state in OPEN,
        False,
        True,
        _propose,
    ),
    "write-off": (
        "overpayment.write_off",
        _("Write it off"),
        lambda row: row.state in OPEN and row.maker_id is not None,
        False,
        True,
        _write_off,
    ),
}


def _panel(user: User, person_id: int) -> dict[str, Any] | None:
    rows = [
        {"row": each, "url": row_url(each)}
        for each in queries.overpayments(user).filter(person_id=person_id)
    ]
    return {"rows": rows} if rows else None


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.panel(
        person_file.FilePanel(
            "overpayments",
            2,
            _("Overpayments"),
            "overpayment.read",
            "admin/pensions/_overpayments.html",
            _panel,
        )
    )
