"""The desk's pages of investment: mandates against limits and benchmark, orders, entrusted money, years."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import (
    Entrustment,
    Fund,
    Instrument,
    InvestmentFirm,
    InvestmentOrder,
    Mandate,
    ReturnYear,
    Valuation,
)
from funds.queries import investment as reads
from funds.rules.investment.sets import IN_FORCE, LIMIT_SETS
from funds.services import investment
from socsec.kernel.money import decimal, parse_decimal, percent, yuan
from socsec.kernel.units import ONE
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.forms import (
    DateField,
    Kernel,
    MoneyField,
    PercentField,
    ScreenForm,
    SelectField,
    TextField,
    UploadField,
    WholeField,
)

from . import investment_parts as parts
from .budgets import FundForm, ReasonForm

MOST_RATE = 20_000  # millionths a year: two per cent are a slip of the pen


class PriceField(Kernel):
    """A price in yuan with at most six decimals; the result is millionths."""

    read = staticmethod(lambda text: parse_decimal(text, 6))


class FirmForm(ScreenForm):
    kind = SelectField(label=_("Kind"), choices=InvestmentFirm.Kind.choices)
    name = TextField(label=_("Name"), max_length=80)
    code = TextField(label=_("Unified social credit code"), max_length=18)


def chosen(label: Any, rows: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        rows, label=label, widget=forms.Select(attrs={"class": "select w-20"})
    )


class MandateForm(ScreenForm):
    number = TextField(label=_("Number"), max_length=20)
    name = TextField(label=_("Name"), max_length=80)
    manager = chosen(_("Manager"), InvestmentFirm.objects.none())
    custodian = chosen(_("Custodian"), InvestmentFirm.objects.none())
    limits = SelectField(label=_("Limits"), choices=())
    benchmark = TextField(label=_("Benchmark"), max_length=120)
    manager_rate = PercentField(label=_("Manager's fee, per cent a year"), most=MOST_RATE)
    custody_rate = PercentField(label=_("Custodian's fee, per cent a year"), most=MOST_RATE)
    cure_days = WholeField(label=_("Working days to end a passive breach"), least=1, most=60)
    since = DateField(label=_("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        firms = InvestmentFirm.objects.all()
        fields: dict[str, Any] = self.fields
        fields["manager"].queryset = firms.filter(kind=InvestmentFirm.Kind.MANAGER)
        fields["custodian"].queryset = firms.filter(kind=InvestmentFirm.Kind.CUSTODIAN)
        fields["limits"].choices = [
            (code, reads.worded(LIMIT_SETS[code].label)) for code in IN_FORCE
        ]


class FileForm(ScreenForm):
    file = UploadField(
        label=_("Custodian's file"),
        help_text=_("CSV of one day. It is taken as a whole or not at all."),
    )


class AccountForm(ScreenForm):
    username = TextField(
        label=_("Account name"),
        max_length=60,
        help_text=_("For the custodian's own system. The secret is shown once."),
    )


class OrderForm(ScreenForm):
    instrument = chosen(_("Instrument"), Instrument.objects.all())
    side = SelectField(label=_("Buy or sell"), choices=[("buy", _("Buy")), ("sell", _("Sell"))])
    quantity = WholeField(label=_("Units"), least=1, most=10**11)
    price = PriceField(label=_("Price of a unit, yuan"))


class YearForm(ScreenForm):
    year = WholeField(label=_("Year"), least=2015, most=2199)


class EntrustForm(FundForm):
    mandate = chosen(_("Mandate"), Mandate.objects.none())
    way = SelectField(label=_("Way"), choices=[("out", _("Entrust")), ("back", _("Take back"))])
    amount = MoneyField(label=_("Amount, in yuan"))
    on = DateField(label=_("Date"))


@admin.register(Mandate)
class MandateAdmin(DeskAdmin):
    read_act = "investment.read"
    region_field = "region_id"
    change_form_template = "admin/funds/mandate.html"
    list_display: ClassVar = ["number", "name", "manager", "worth", "unit", "state"]
    list_display_links: ClassVar = ["number", "name"]
    list_select_related: ClassVar = ["manager", "region"]
    search_fields: ClassVar = ["number", "name"]
    fields: ClassVar = ["number", "name", "manager", "custodian", "benchmark", "since"]

    def get_queryset(self, request: HttpRequest) -> Any:
        people = ("manager", "custodian", "maker", "checker")
        return reads.with_worth(super().get_queryset(request).select_related(*people))

    @admin.display(description=_("net asset value, yuan"))
    def worth(self, mandate: Any) -> str:
        return yuan(mandate.nav) if mandate.nav is not None else "—"

    @admin.display(description=_("unit value"))
    def unit(self, mandate: Any) -> str:
        return decimal(mandate.unit, ONE, 4) if mandate.unit is not None else "—"

    @admin.display(description=_("state"))
    def state(self, mandate: Any) -> str:
        if mandate.broken:
            return _now("a limit is broken")
        return state_words(mandate)

    def buttons(self, request: HttpRequest, obj: Mandate | None) -> list[Button]:
        user = request.user
        if obj is None:
            offered = [
                ("file", _("Read a custodian's file"), "investment.file", True),
                ("draw", _("Draw up a mandate"), "investment.mandate", False),
                ("firm", _("Enter a manager or custodian"), "investment.mandate", False),
            ]
            return [
                Button(label, reverse(f"admin:funds_mandate_{name}"), main=main)
                for name, label, act, main in offered
                if may(user, act)
            ]
        verbs = ["approve"] if not obj.checker_id else [] if obj.until else ["order", "year", "end"]
        return [
            Button(
                MANDATE_VERBS[verb][0],
                reverse("admin:funds_mandate_verb", args=[obj.pk, verb]),
                main=verb in ("approve", "order"),
            )
            for verb in verbs
            if may(user, MANDATE_VERBS[verb][1], obj.region_id)
        ]

    def context(self, request: HttpRequest, obj: Mandate) -> dict[str, Any]:
        user = request.user
        return {
            "heading": str(obj),
            "mandate": obj,
            "state": state_words(obj),
            "limits_are": reads.worded(LIMIT_SETS[obj.limits].label),
            "manager_rate": percent(obj.manager_rate),
            "custody_rate": percent(obj.custody_rate),
            "orders": [
                (each, f"{each.quantity:,}", f"{each.filled:,}")
                for each in obj.orders.select_related("instrument")[:10]
            ],
            "years": obj.years.prefetch_related("shares__fund__region"),
            "approves": may(user, "investment.approve", obj.region_id),
            "works": may(user, "investment.order", obj.region_id),
            **parts.shown(obj),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("file/", guard(self.file), name="funds_mandate_file"),
            path("draw/", guard(self.draw), name="funds_mandate_draw"),
            path("firm/", guard(self.firm), name="funds_mandate_firm"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_mandate_verb"),
            path("order/<int:pk>/<slug:verb>/", guard(self.order), name="funds_order_verb"),
            path("year/<int:pk>/approve/", guard(self.year), name="funds_year_approve"),
            *super().get_urls(),
        ]

    def deed(self, request: HttpRequest, of: Mandate | None = None, **more: Any) -> HttpResponse:
        crumbs = [Crumb(_("Investment"), list_url(Mandate))]
        if of:
            crumbs.append(Crumb(str(of), row_url(of)))
        back = row_url(of) if of else list_url(Mandate)
        return Deed(crumbs=crumbs, back=back, button=more["title"], **more).answer(request)

    def file(self, request: HttpRequest) -> HttpResponse:
        read: list[Valuation] = []

        def do(said: dict[str, Any]) -> str:
            read.append(investment.read_file(said["file"].read(), by=staff(request)))
            return _now("Read. The mandate is valued and compared with its limits.")

        return self.deed(
            request,
            title=_("Read a custodian's file"),
            act="investment.file",
            do=do,
            form=FileForm,
            then=lambda: row_url(read[0].mandate),
        )

    def draw(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            user = staff(request)
            investment.draw_up(by=user, region=user.region_code or "", **said)
            return _now("Drawn up. It is in force once a colleague approves it.")

        return self.deed(
            request,
            title=_("Draw up a mandate"),
            act="investment.mandate",
            do=do,
            form=MandateForm,
        )

    def firm(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            user = staff(request)
            investment.enter_firm(by=user, region=user.region_code or "", **said)
            return _now("It is on file.")

        return self.deed(
            request,
            title=_("Enter a manager or custodian"),
            act="investment.mandate",
            do=do,
            form=FirmForm,
        )

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in MANDATE_VERBS:
            raise Http404
        title, act, form = MANDATE_VERBS[verb]

        def do(said: dict[str, Any]) -> str:
            user = staff(request)
            if verb == "approve":
                investment.approve_mandate(found.pk, by=user)
                return _now("The mandate is in force.")
            if verb == "end":
                investment.end_mandate(found.pk, by=user, reason=said["reason"])
                return _now("The mandate has ended. What is left is sold and taken back.")
            if verb == "account":
                made, secret = investment.open_account(by=user, firm=found.custodian, **said)
                return _now("Account %(name)s. Its secret, shown only now: %(secret)s") % {
                    "name": made.user.username,
                    "secret": secret,
                }
            if verb == "year":
                investment.prepare_year(found, said["year"], by=user)
                return _now("Prepared. A colleague approves it.")
            buys = said.pop("side") == "buy"
            investment.draw_order(found, said.pop("instrument"), by=user, buys=buys, **said)
            return _now("Within the limits. A colleague lets it leave.")

        return self.deed(request, found, title=title, act=act, do=do, form=form)

    def order(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        rows = InvestmentOrder.objects.select_related("mandate", "instrument")
        found = get_object_or_404(scope(rows, request.user, "mandate__region_id"), pk=pk)
        if verb not in ("release", "withdraw"):
            raise Http404
        release = verb == "release"

        def do(said: dict[str, Any]) -> str:
            if release:
                investment.release_order(found.pk, by=staff(request))
                return _now("The order has left.")
            investment.withdraw_order(found.pk, by=staff(request), reason=said["reason"])
            return _now("Withdrawn.")

        side = _now("Buy") if found.buys else _now("Sell")
        return self.deed(
            request,
            found.mandate,
            title=_("Release the order") if release else _("Withdraw the order"),
            act="investment.approve" if release else "investment.order",
            do=do,
            form=ScreenForm if release else ReasonForm,
            lead=f"{side} · {found.instrument} · {found.quantity:,} · {yuan(found.amount)}",
        )

    def year(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = ReturnYear.objects.select_related("mandate")
        found = get_object_or_404(scope(rows, request.user, "mandate__region_id"), pk=pk)

        def do(said: dict[str, Any]) -> str:
            investment.approve_year(found.pk, by=staff(request))
            return _now("Approved. Each fund's part is on its books.")

        return self.deed(
            request,
            found.mandate,
            title=_("Approve the return of %(year)s") % {"year": found.year},
            act="investment.approve",
            do=do,
            lead=f"{found} · {yuan(found.shared)}",
        )


MANDATE_VERBS: dict[str, tuple[Any, str, type[ScreenForm]]] = {
    "approve": (_("Approve the mandate"), "investment.approve", ScreenForm),
    "order": (_("Draw up an order"), "investment.order", OrderForm),
    "year": (_("Prepare the return of a year"), "investment.mandate", YearForm),
    "account": (_("Open an account for the custodian"), "investment.approve", AccountForm),
    "end": (_("End the mandate"), "investment.approve", ReasonForm),
}


def state_words(mandate: Mandate) -> str:
    """Where a mandate stands."""
    if mandate.until:
        return _now("ended on %(day)s") % {"day": mandate.until.isoformat()}
    return _now("in force") if mandate.checker_id else _now("waiting for approval")


@admin.register(Entrustment)
class EntrustmentAdmin(DeskAdmin):
    read_act = "investment.read"
    region_field = "fund__region_id"
    change_form_template = "admin/funds/entrustment.html"
    list_display: ClassVar = ["on", "fund", "mandate", "money", "state"]
    list_select_related: ClassVar = ["fund__region", "mandate"]
    fields: ClassVar = ["fund", "on"]

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, moved: Entrustment) -> str:
        return yuan(moved.amount)

    @admin.display(description=_("state"))
    def state(self, moved: Entrustment) -> str:
        if moved.received_on:
            return _now("seen by the custodian")
        return _now("on the way") if moved.checker_id else _now("waiting for approval")

    def buttons(self, request: HttpRequest, obj: Entrustment | None) -> list[Button]:
        if obj is None:
            if not may(request.user, "investment.entrust"):
                return []
            url = reverse("admin:funds_entrust")
            return [Button(_("Entrust money, or take it back"), url, main=True)]
        if obj.checker_id or not may(request.user, "investment.approve", obj.fund.region_id):
            return []
        url = reverse("admin:funds_entrust_approve", args=[obj.pk])
        return [Button(_("Approve the transfer"), url, main=True)]

    def context(self, request: HttpRequest, obj: Entrustment) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "moved": obj,
            "state": self.state(obj),
            "claim": reads.claim(obj.mandate, obj.fund),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("entrust/", guard(self.entrust), name="funds_entrust"),
            path("<int:pk>/approve/", guard(self.approve), name="funds_entrust_approve"),
            *super().get_urls(),
        ]

    def entrust(self, request: HttpRequest) -> HttpResponse:
        def prepare(form: ScreenForm) -> None:
            fields: dict[str, Any] = form.fields
            funds = scope(Fund.objects.select_related("region"), request.user, "region_id")
            fields["fund"].queryset = funds
            fields["mandate"].queryset = reads.mandates_for(funds)

        def do(said: dict[str, Any]) -> str:
            amount = said["amount"] if said["way"] == "out" else -said["amount"]
            investment.entrust(
                said["fund"], said["mandate"], amount, by=staff(request), on=said["on"]
            )
            return _now("Asked for. The money moves once a colleague approves it.")

        return Deed(
            title=_("Entrust money, or take it back"),
            act="investment.entrust",
            button=_("Ask for it"),
            do=do,
            form=EntrustForm,
            prepare=prepare,
            initial={"on": timezone.localdate()},
            back=list_url(Entrustment),
            crumbs=[Crumb(_("Entrusted money"), list_url(Entrustment))],
        ).answer(request)

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            investment.approve_entrustment(found.pk, by=staff(request))
            return _now("Approved. The money has moved.")

        return Deed(
            title=_("Approve the transfer"),
            act="investment.approve",
            button=_("Approve"),
            do=do,
            lead=f"{found.fund} · {found.mandate} · {yuan(found.amount)}",
            back=row_url(found),
            crumbs=[
                Crumb(_("Entrusted money"), list_url(Entrustment)),
                Crumb(str(found), row_url(found)),
            ],
        ).answer(request)
