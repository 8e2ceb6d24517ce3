"""The desk's pages of providers' bank accounts and of advances: entered by one, decided by another."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from medical.models import ProviderAccount, ProviderAdvance
from medical.services.paying import accounts, advances
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.desk import row_url, staff
from socsec.office.desk_forms import PlainForm, SayForm
from socsec.office.queues import Queue
from socsec.office.tables import facts


@admin.register(ProviderAccount)
class ProviderAccountAdmin(Queue):
    read_act = "provider.read"
    region_field = "provider__region"
    list_display: ClassVar = ["provider", "holder", "bank", "last_four", "maker", "checker"]
    list_select_related: ClassVar = ["provider", "maker", "checker"]
    list_filter: ClassVar = []
    search_fields: ClassVar = ["provider__name__icontains"]
    search_help_text = _("A part of the provider's name")
    verbs: ClassVar = {
        "approve": ("provider.approve", _("Approve"), ("waiting",), PlainForm, "", False),
        "reject": ("provider.approve", _("Reject"), ("waiting",), PlainForm, "", True),
    }

    def state(self, row: ProviderAccount) -> str:
        return "waiting" if row.checker_id is None and row.closed_on is None else "decided"

    def context(self, request: HttpRequest, obj: ProviderAccount) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("Provider"), obj.provider, row_url(obj.provider)),
                (_("Account holder"), obj.holder),
                (_("Bank"), obj.bank),
                (_("Account number"), f"···· {obj.last_four}"),
                (_("Entered by"), obj.maker),
                (_("Decided by"), obj.checker),
            )
        }

    def do_approve(self, request: HttpRequest, row: ProviderAccount, said: Any) -> None:
        accounts.decide(by=staff(request), account=row, approve=True)

    def do_reject(self, request: HttpRequest, row: ProviderAccount, said: Any) -> None:
        accounts.decide(by=staff(request), account=row, approve=False)


@admin.register(ProviderAdvance)
class ProviderAdvanceAdmin(Queue):
    read_act = "statement.read"
    region_field = "provider__region"
    list_display: ClassVar = ["provider", "money", "since", "maker", "checker"]
    list_select_related: ClassVar = ["provider", "maker", "checker"]
    list_filter: ClassVar = []
    search_fields: ClassVar = ["provider__name__icontains"]
    search_help_text = _("A part of the provider's name")
    verbs: ClassVar = {
        "approve": ("advance.decide", _("Approve"), ("waiting",), PlainForm, "", False),
        "reject": ("advance.decide", _("Reject"), ("waiting",), SayForm, "", True),
    }

    def state(self, row: ProviderAdvance) -> str:
        return "waiting" if row.checker_id is None else "decided"

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, row: ProviderAdvance) -> str:
        return yuan(row.amount)

    @admin.display(description=_("set off from month"), ordering="settle_from")
    def since(self, row: ProviderAdvance) -> str:
        return format_month(row.settle_from)

    def context(self, request: HttpRequest, obj: ProviderAdvance) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("Provider"), obj.provider, row_url(obj.provider)),
                (_("Fund"), obj.fund),
                (_("Amount"), yuan(obj.amount)),
                (_("Not set off yet"), yuan(advances.remaining(obj))),
                (_("Set off from month"), format_month(obj.settle_from)),
                (_("Reason"), obj.reason),
                (_("Entered by"), obj.maker),
                (_("Decided by"), obj.checker),
            )
        }

    def asking(self, verb: str, request: HttpRequest, row: ProviderAdvance) -> dict[str, Any]:
        # A proposal that is rejected is gone: go on to its provider.
        return {"then": row_url(row.provider)} if verb == "reject" else {}

    def do_approve(self, request: HttpRequest, row: ProviderAdvance, said: Any) -> None:
        advances.decide(by=staff(request), advance=row, approve=True)

    def do_reject(self, request: HttpRequest, row: ProviderAdvance, said: dict[str, Any]) -> None:
        advances.decide(by=staff(request), advance=row, approve=False, reason=said["note"])
