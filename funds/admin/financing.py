"""The desk's pages of financing besides contributions: what is due, transferred equity, reserves."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import (
    Channel,
    Fund,
    FundingDue,
    FundingReceipt,
    Public,
    ReserveMove,
    StateHolding,
)
from funds.services import financing
from socsec.kernel.money import yuan
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.forms import DateField, MoneyField, ScreenForm, WholeField
from socsec.office.tables import Row, Table, facts
from socsec.office.tables import rows as table_rows

from .budgets import FundForm, ReasonForm

Text = str | Promise
Due, Receipt, Move = FundingDue.State, FundingReceipt.State, ReserveMove.State


def text_field(label: Text) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=120, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class DueForm(FundForm):
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=Channel.choices,
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    year = WholeField(label=_("Year"), least=2018, most=2199)
    amount = MoneyField(label=_("Amount, in yuan"))
    due_on = DateField(label=_("Due on"))
    document = text_field(_("Document"))


class ReceiptForm(ScreenForm):
    amount = MoneyField(label=_("Amount, in yuan"))
    received_on = DateField(label=_("Received on"))


class HoldingForm(FundForm):
    enterprise = text_field(_("Enterprise"))
    credit_code = text_field(_("Unified social credit code"))
    equity = MoneyField(label=_("State-owned equity, in yuan"))
    transferred_on = DateField(label=_("Transferred on"))
    document = text_field(_("Document"))


class DividendForm(ScreenForm):
    year = WholeField(label=_("Year"), least=2018, most=2199)
    distributed = MoneyField(label=_("Dividends on the state-owned equity, in yuan"))
    due_on = DateField(label=_("Due on"))
    document = text_field(_("Document"))


class MoveForm(FundForm):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=ReserveMove.Kind.choices,
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    to = forms.ModelChoiceField(
        Fund.objects.none(),
        label=_("Granted to"),
        required=False,
        help_text=_("Only where the nation's reserve grants it."),
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    amount = MoneyField(label=_("Amount, in yuan"))
    document = text_field(_("Document"))


class OfFunds(DeskAdmin):
    """What the three lists have in common: they are of funds."""

    region_field = "fund__region_id"
    read_act = "financing.read"
    change_form_template = "admin/desk/tables.html"
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]
    fields: ClassVar = ["fund"]
    add: ClassVar[tuple[str, Text, str]]  # act, label, address

    @admin.display(description=_("amount, yuan"), ordering="amount")
    def money(self, row: FundingDue | ReserveMove) -> str:
        return yuan(row.amount)

    def adding(self, request: HttpRequest) -> list[Button]:
        act, label, name = self.add
        return (
            [Button(label, reverse(f"admin:{name}"), main=True)] if may(request.user, act) else []
        )

    def mine(self, request: HttpRequest) -> Any:
        """Prepares a form that chooses among the user's funds."""

        def prepare(form: ScreenForm) -> None:
            ours = scope(Fund.objects.select_related("region"), request.user, "region_id")
            for name in ("fund", "to"):
                if name in form.fields:
                    form.fields[name].queryset = ours  # type: ignore[attr-defined]

        return prepare


@admin.register(FundingDue)
class FundingDueAdmin(OfFunds):
    list_display: ClassVar = ["fund", "channel", "year", "money", "due_on", "state", "maker"]
    list_filter: ClassVar = ["state", "channel", "year"]
    add = ("financing.draft", _("Enter what is due"), "funds_due_ask")

    def buttons(self, request: HttpRequest, obj: FundingDue | None) -> list[Button]:
        if obj is None:
            holdings = Button(_("Transferred state-owned equity"), list_url(StateHolding))
            return [*self.adding(request), holdings]
        region = obj.fund.region_id
        offered = [
            ("approve", obj.state == Due.DRAFT, "financing.approve"),
            ("reject", obj.state == Due.DRAFT, "financing.approve"),
            ("receive", obj.state == Due.DUE, "financing.draft"),
        ]
        return [
            Button(
                DUE_VERBS[slug],
                reverse("admin:funds_due_verb", args=[obj.pk, slug]),
                main=slug != "reject",
                stop=slug == "reject",
            )
            for slug, fits, act in offered
            if fits and may(request.user, act, region)
        ] + [
            Button(
                _("Turn down what arrived on %(day)s") % {"day": each.received_on.isoformat()},
                reverse("admin:funds_receipt_verb", args=[obj.pk, each.pk, "reject"]),
                stop=True,
            )
            for each in obj.receipts.filter(state=Receipt.DRAFT)
            if may(request.user, "financing.approve", region)
        ]

    def context(self, request: HttpRequest, obj: FundingDue) -> dict[str, Any]:
        receipts = list(obj.receipts.select_related("maker", "checker"))
        came = sum(each.amount for each in receipts if each.state == Receipt.POSTED)
        decides = may(request.user, "financing.approve", obj.fund.region_id)

        def address(each: FundingReceipt) -> str:
            if not decides or each.state not in (Receipt.DRAFT, Receipt.POSTED):
                return ""
            verb = "post" if each.state == Receipt.DRAFT else "reverse"
            return reverse("admin:funds_receipt_verb", args=[obj.pk, each.pk, verb])

        return {
            "heading": str(obj),
            "facts": facts(
                (_("Fund"), str(obj.fund)),
                (_("Channel"), obj.get_channel_display()),
                (_("Year"), obj.year),
                (_("Due, yuan"), yuan(obj.amount)),
                (_("Received, yuan"), yuan(came)),
                (_("Still owed, yuan"), yuan(obj.amount - came) if obj.state == Due.DUE else ""),
                (_("Due on"), obj.due_on.isoformat()),
                (_("Document"), obj.document),
                (_("Enterprise"), str(obj.holding or "")),
                (_("State"), obj.get_state_display()),
                (_("Entered by"), str(obj.maker)),
                (_("Decided by"), str(obj.checker or "")),
                (_("Why it was turned down"), obj.refusal),
            ),
            "tables": [
                Table(
                    _("What arrived"),
                    [_("Received on"), _("Amount, in yuan"), _("State"), _("Entered by")],
                    [
                        Row(
                            (
                                each.received_on.isoformat(),
                                yuan(each.amount),
                                f"{each.get_state_display()} {each.reason}".strip(),
                                each.maker,
                            ),
                            address(each),
                        )
                        for each in receipts
                    ],
                    _("Nothing has arrived yet."),
                    numbers=(1,),
                )
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("ask/", guard(self.ask), name="funds_due_ask"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_due_verb"),
            path(
                "<int:pk>/receipt/<int:receipt>/<slug:verb>/",
                guard(self.receipt),
                name="funds_receipt_verb",
            ),
            *super().get_urls(),
        ]

    def ask(self, request: HttpRequest) -> HttpResponse:
        def do(given: dict[str, Any]) -> str:
            fund, channel = given.pop("fund"), given.pop("channel")
            financing.ask_due(fund, channel, by=staff(request), **given)
            return _now("Entered. A colleague approves it.")

        return Deed(
            title=_("Enter what is due"),
            act="financing.draft",
            button=_("Enter"),
            do=do,
            form=DueForm,
            prepare=self.mine(request),
            initial={"year": timezone.localdate().year},
            back=list_url(FundingDue),
            crumbs=[Crumb(_("Financing"), list_url(FundingDue))],
        ).answer(request)

    def crumbs(self, found: FundingDue) -> list[Crumb]:
        return [
            Crumb(_("Financing"), list_url(FundingDue)),
            Crumb(str(found), row_url(found)),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in DUE_VERBS:
            raise Http404

        def do(given: dict[str, Any]) -> str:
            by = staff(request)
            if verb == "receive":
                financing.enter_receipt(found.pk, by=by, **given)
                return _now("Entered. A colleague posts it.")
            agree = verb == "approve"
            financing.decide_due(found.pk, by=by, agree=agree, reason=given.get("reason", ""))
            return _now("Approved. It is due.") if agree else _now("Turned down.")

        asked = {"receive": ReceiptForm, "reject": ReasonForm}
        return Deed(
            title=DUE_VERBS[verb],
            act="financing.draft" if verb == "receive" else "financing.approve",
            button=DUE_VERBS[verb],
            do=do,
            form=asked.get(verb, ScreenForm),
            lead=f"{found} · {yuan(found.amount)}",
            stop=verb == "reject",
            initial={"received_on": timezone.localdate()},
            back=row_url(found),
            crumbs=self.crumbs(found),
        ).answer(request)

    def receipt(self, request: HttpRequest, pk: int, receipt: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        came = get_object_or_404(found.receipts, pk=receipt)
        if verb not in RECEIPT_VERBS:
            raise Http404

        def do(given: dict[str, Any]) -> str:
            by, why = staff(request), given.get("reason", "")
            if verb == "reverse":
                financing.reverse_receipt(came.pk, by=by, reason=why)
                return _now("Reversed.")
            financing.decide_receipt(came.pk, by=by, agree=verb == "post", reason=why)
            return _now("Posted.") if verb == "post" else _now("Turned down.")

        return Deed(
            title=RECEIPT_VERBS[verb],
            act="financing.approve",
            button=RECEIPT_VERBS[verb],
            do=do,
            form=ScreenForm if verb == "post" else ReasonForm,
            lead=f"{came.received_on} · {yuan(came.amount)}",
            stop=verb != "post",
            back=row_url(found),
            crumbs=self.crumbs(found),
        ).answer(request)


DUE_VERBS: dict[str, Text] = {
    "approve": _("Approve"),
    "reject": _("Turn down"),
    "receive": _("Enter a receipt"),
}
RECEIPT_VERBS: dict[str, Text] = {
    "post": _("Post"),
    "reject": _("Turn down"),
    "reverse": _("Reverse"),
}


@admin.register(StateHolding)
class StateHoldingAdmin(OfFunds):
    list_display: ClassVar = ["enterprise", "fund", "part", "transferred_on", "maker", "checker"]
    add = ("financing.draft", _("Enter a transfer of equity"), "funds_holding_enter")

    @admin.display(description=_("transferred, yuan"), ordering="transferred")
    def part(self, row: StateHolding) -> str:
        return yuan(row.transferred)

    def buttons(self, request: HttpRequest, obj: StateHolding | None) -> list[Button]:
        if obj is None:
            return self.adding(request)
        verb, act = (
            ("dividend", "financing.draft") if obj.checker_id else ("approve", "financing.approve")
        )
        if not may(request.user, act, obj.fund.region_id):
            return []
        address = reverse("admin:funds_holding_verb", args=[obj.pk, verb])
        return [Button(HOLDING_VERBS[verb], address, main=True)]

    def context(self, request: HttpRequest, obj: StateHolding) -> dict[str, Any]:
        return {
            "heading": obj.enterprise,
            "facts": facts(
                (_("Fund"), str(obj.fund)),
                (_("Unified social credit code"), obj.credit_code),
                (_("State-owned equity, in yuan"), yuan(obj.equity)),
                (_("Transferred, yuan"), yuan(obj.transferred)),
                (_("Transferred on"), obj.transferred_on.isoformat()),
                (_("Document"), obj.document),
                (_("Entered by"), str(obj.maker)),
                (_("Approved by"), str(obj.checker or "")),
            ),
            "tables": [
                Table(
                    _("Dividends"),
                    [_("Year"), _("Due, yuan"), _("Due on"), _("State")],
                    [
                        Row(
                            (
                                each.year,
                                yuan(each.amount),
                                each.due_on.isoformat(),
                                each.get_state_display(),
                            ),
                            row_url(each),
                        )
                        for each in obj.dividends.all()
                    ],
                    _("No dividend is due yet."),
                    numbers=(1,),
                )
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/", guard(self.enter), name="funds_holding_enter"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_holding_verb"),
            *super().get_urls(),
        ]

    def enter(self, request: HttpRequest) -> HttpResponse:
        def do(given: dict[str, Any]) -> str:
            made = financing.enter_holding(given.pop("fund"), by=staff(request), **given)
            return _now("Entered: %(yuan)s yuan are transferred. A colleague approves it.") % {
                "yuan": yuan(made.transferred)
            }

        return Deed(
            title=_("Enter a transfer of equity"),
            act="financing.draft",
            button=_("Enter"),
            do=do,
            form=HoldingForm,
            prepare=self.mine(request),
            back=list_url(StateHolding),
            crumbs=[
                Crumb(_("Financing"), list_url(FundingDue)),
                Crumb(_("Transferred state-owned equity"), list_url(StateHolding)),
            ],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in HOLDING_VERBS:
            raise Http404

        def do(given: dict[str, Any]) -> str:
            if verb == "approve":
                financing.approve_holding(found.pk, by=staff(request))
                return _now("Approved. Enter its dividends when they are decided.")
            due = financing.ask_dividend(found.pk, by=staff(request), **given)
            return _now("Entered: %(yuan)s yuan. A colleague approves it.") % {
                "yuan": yuan(due.amount)
            }

        return Deed(
            title=HOLDING_VERBS[verb],
            act="financing.approve" if verb == "approve" else "financing.draft",
            button=HOLDING_VERBS[verb],
            do=do,
            form=ScreenForm if verb == "approve" else DividendForm,
            lead=f"{found} · {yuan(found.transferred)}",
            back=row_url(found),
            crumbs=[
                Crumb(_("Transferred state-owned equity"), list_url(StateHolding)),
                Crumb(found.enterprise, row_url(found)),
            ],
        ).answer(request)


HOLDING_VERBS: dict[str, Text] = {"approve": _("Approve"), "dividend": _("Enter a dividend")}


@admin.register(ReserveMove)
class ReserveMoveAdmin(OfFunds):
    read_act = "reserve.read"
    list_display: ClassVar = ["kind", "fund", "to", "money", "state", "maker", "checker"]
    list_filter: ClassVar = ["state", "kind"]
    list_select_related: ClassVar = ["fund__region", "to__region", "maker", "checker"]
    add = ("reserve.propose", _("Propose a use"), "funds_reserve_propose")

    def buttons(self, request: HttpRequest, obj: ReserveMove | None) -> list[Button]:
        if obj is None:
            stands = Button(_("How the funds stand"), reverse("admin:funds_reserves"))
            return [*self.adding(request), stands]
        offered = {Move.DRAFT: ("approve", "reject"), Move.POSTED: ("reverse",)}
        if not may(request.user, "reserve.approve", obj.fund.region_id):
            return []
        return [
            Button(
                MOVE_VERBS[slug],
                reverse("admin:funds_reserve_verb", args=[obj.pk, slug]),
                main=slug == "approve",
                stop=slug != "approve",
            )
            for slug in offered.get(Move(obj.state), ())
        ]

    def context(self, request: HttpRequest, obj: ReserveMove) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "facts": facts(
                (_("Kind"), obj.get_kind_display()),
                (_("Fund"), str(obj.fund)),
                (_("Granted to"), str(obj.to or "")),
                (_("Amount, in yuan"), yuan(obj.amount)),
                (_("Document"), obj.document),
                (_("State"), obj.get_state_display()),
                (_("Proposed by"), str(obj.maker)),
                (_("Decided by"), str(obj.checker or "")),
                (_("Posted"), obj.posted_on.isoformat() if obj.posted_on else ""),
                (_("Reversed by"), str(obj.reversed_by or "")),
                (_("Reason"), obj.reason),
            ),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("propose/", guard(self.propose), name="funds_reserve_propose"),
            path("standing/", guard(self.standing), name="funds_reserves"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_reserve_verb"),
            *super().get_urls(),
        ]

    def standing(self, request: HttpRequest) -> HttpResponse:
        """Every fund of the reader: how long it pays against its line, what is set aside."""
        funds = scope(Fund.objects.select_related("region"), request.user, "region_id")
        shown = financing.standings(list(funds.exclude(branch=Public.RESERVE)))
        below = [each for each in shown if each.found.below]
        return show_page(
            request,
            "admin/desk/report.html",
            title=_("How the funds stand"),
            act="reserve.read",
            crumbs=[Crumb(_("Reserves"), list_url(ReserveMove))],
            trouble=_("%(count)s funds are below their line.") % {"count": len(below)}
            if below
            else "",
            tables=[
                Table(
                    _("Fund by fund, the shortest first"),
                    [
                        _("Fund"),
                        _("Held, yuan"),
                        _("Months it pays"),
                        _("Line, months"),
                        _("Missing up to the line, yuan"),
                        _("Set aside for risk, yuan"),
                        _("To be set aside this year, yuan"),
                    ],
                    table_rows(
                        (
                            f"{each.fund} · {_now('below its line')}"
                            if each.found.below
                            else str(each.fund),
                            yuan(each.held),
                            f"{each.found.months:,}" if each.spends else "—",
                            each.line,
                            yuan(each.found.missing) if each.found.below else "—",
                            yuan(each.aside) if each.risk else "—",
                            yuan(each.risk.due) if each.risk else "—",
                        )
                        for each in shown
                    ),
                    _("There is no fund in your region yet."),
                    numbers=(1, 2, 3, 4, 5, 6),
                )
            ],
        )

    def propose(self, request: HttpRequest) -> HttpResponse:
        def do(given: dict[str, Any]) -> str:
            financing.propose_move(
                given["fund"],
                given["kind"],
                amount=given["amount"],
                document=given["document"],
                to=given["to"],
                by=staff(request),
            )
            return _now("Proposed. A colleague decides it.")

        return Deed(
            title=_("Propose a use"),
            act="reserve.propose",
            button=_("Propose"),
            do=do,
            form=MoveForm,
            prepare=self.mine(request),
            lead=_("A reserve is used while the fund is below its line."),
            back=list_url(ReserveMove),
            crumbs=[Crumb(_("Reserves"), list_url(ReserveMove))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in MOVE_VERBS:
            raise Http404

        def do(given: dict[str, Any]) -> str:
            by, why = staff(request), given.get("reason", "")
            if verb == "reverse":
                financing.reverse_move(found.pk, by=by, reason=why)
                return _now("Reversed.")
            financing.decide_move(found.pk, by=by, agree=verb == "approve", reason=why)
            return _now("Posted.") if verb == "approve" else _now("Turned down.")

        return Deed(
            title=MOVE_VERBS[verb],
            act="reserve.approve",
            button=MOVE_VERBS[verb],
            do=do,
            form=ScreenForm if verb == "approve" else ReasonForm,
            lead=f"{found} · {yuan(found.amount)}",
            stop=verb != "approve",
            back=row_url(found),
            crumbs=[
                Crumb(_("Reserves"), list_url(ReserveMove)),
                Crumb(str(found), row_url(found)),
            ],
        ).answer(request)


MOVE_VERBS: dict[str, Text] = {
    "approve": _("Approve and post"),
    "reject": _("Turn down"),
    "reverse": _("Reverse"),
}
