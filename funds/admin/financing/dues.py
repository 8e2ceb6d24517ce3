"""What is due to funds besides contributions, and what came in for it."""

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
    Channel,
    FundingDue,
    FundingReceipt,
    StateHolding,
)
from funds.services import financing
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.forms import DateField, MoneyField, ScreenForm, WholeField
from socsec.office.tables import Row, Table, facts

from ..budgets import FundForm, ReasonForm
from .base import OfFunds, Text, text_field

Due, Receipt = FundingDue.State, FundingReceipt.State


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
