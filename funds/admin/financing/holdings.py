"""Transferred state-owned equity and its dividends."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import (
    FundingDue,
    StateHolding,
)
from funds.services import financing
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.forms import DateField, MoneyField, ScreenForm, WholeField
from socsec.office.tables import Row, Table, facts

from ..budgets import FundForm
from .base import OfFunds, Text, text_field


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
