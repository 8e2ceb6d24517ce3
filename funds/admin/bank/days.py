"""Statements of banks, and days compared."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import (
    BankStatement,
    DayReconciliation,
)
from funds.services import bank
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, staff

from .base import ROWS, BankDesk
from .forms import TaxForm


@admin.register(BankStatement)
class BankStatementAdmin(BankDesk):
    region_field = "account__fund__region_id"
    change_form_template = "admin/funds/bank_statement.html"
    list_display: ClassVar = ["number", "account", "first_day", "last_day", "closed"]
    list_select_related: ClassVar = ["account__fund__region", "account__ledger"]
    fields: ClassVar = ["account", "number", "first_day", "last_day", "by"]

    @admin.display(description=_("closing balance"), ordering="closing")
    def closed(self, statement: BankStatement) -> str:
        return yuan(statement.closing)

    def context(self, request: HttpRequest, obj: BankStatement) -> dict[str, Any]:
        lines = obj.lines.prefetch_related("matches").select_related("note")[: ROWS * 5]
        return {
            "heading": str(obj),
            "statement": obj,
            "lines": [(line, line.matches.all(), getattr(line, "note", None)) for line in lines],
            "works": may(request.user, "bank.match", obj.account.fund.region_id),
        }


@admin.register(DayReconciliation)
class DayReconciliationAdmin(BankDesk):
    region_field = "fund__region_id"
    list_display: ClassVar = ["day", "fund", "what", "ours_", "theirs_", "difference", "agreed"]
    list_select_related: ClassVar = ["fund__region", "account__ledger"]
    list_filter: ClassVar = ["what"]
    fields: ClassVar = ["fund", "account", "what", "day", "at"]

    @admin.display(description=_("our books"))
    def ours_(self, found: DayReconciliation) -> str:
        return yuan(found.ours)

    @admin.display(description=_("their books"))
    def theirs_(self, found: DayReconciliation) -> str:
        return yuan(found.theirs)

    @admin.display(description=_("difference"))
    def difference(self, found: DayReconciliation) -> str:
        return yuan(found.ours - found.theirs)

    @admin.display(description=_("agrees or is explained"), boolean=True)
    def agreed(self, found: DayReconciliation) -> bool:
        return found.agrees

    def buttons(self, request: HttpRequest, obj: DayReconciliation | None) -> list[Button]:
        if obj is None and may(request.user, "bank.statement"):
            return [
                Button(
                    _("Enter a day of the tax office"), reverse("admin:funds_tax_day"), main=True
                )
            ]
        return []

    def context(self, request: HttpRequest, obj: DayReconciliation) -> dict[str, Any]:
        facts = [
            (_("Fund"), str(obj.fund)),
            (_("Comparison"), obj.get_what_display()),
            (_("Day"), obj.day.isoformat()),
            (_("Our books, yuan"), yuan(obj.ours)),
            (_("Their books, yuan"), yuan(obj.theirs)),
            (_("Difference, yuan"), yuan(obj.ours - obj.theirs)),
            (_("Explained by single items, yuan"), yuan(obj.explained)),
            (_("Items without an explanation"), str(obj.open_items)),
        ]
        return {"heading": str(obj), "facts": facts}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("tax/", guard(self.tax), name="funds_tax_day"),
            *super().get_urls(),
        ]

    def tax(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            bank.tax_day(said["fund"], said["day"], said["amount"], by=staff(request))
            return _now("Entered and compared.")

        return Deed(
            title=_("Enter a day of the tax office"),
            act="bank.statement",
            button=_("Enter"),
            do=do,
            form=TaxForm,
            prepare=self.mine(request),
            back=list_url(DayReconciliation),
            crumbs=[Crumb(_("Reconciliations of days"), list_url(DayReconciliation))],
        ).answer(request)
