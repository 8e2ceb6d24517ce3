"""The accounts into which other offices pay: entered by one, in force once another approves."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from pensions import queries
from pensions.models import (
    TransferAccount,
)
from pensions.services import transfers
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.desk_forms import pick, text
from socsec.office.forms import BankCardField, ScreenForm


class AccountForm(ScreenForm):
    payee = text(_("Payee"), max_length=60)
    bank = text(_("Bank"), max_length=60)
    account = BankCardField(label=_("Account number"))


@admin.register(TransferAccount)
class TransferAccountAdmin(DeskAdmin):
    read_act = "benefit.read"
    list_display: ClassVar = ["fund", "payee", "bank", "last_four", "state", "maker", "checker"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]
    fields: ClassVar = ["fund", "payee", "bank", "last_four", "state", "maker", "checker"]

    def buttons(self, request: HttpRequest, obj: TransferAccount | None) -> list[Button]:
        if obj is None:
            entered = reverse("admin:pensions_transferaccount_enter")
            main = Button(_("Enter an account"), entered, main=True)
            return [main] if may(request.user, "fund.move") else []
        if obj.state == TransferAccount.State.DRAFT and may(
            request.user, "payment.release", obj.region
        ):
            approved = reverse("admin:pensions_transferaccount_approve", args=[obj.pk])
            return [Button(_("Approve"), approved, main=True)]
        return []

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/", guard(self.enter), name="pensions_transferaccount_enter"),
            path("<int:pk>/approve/", guard(self.approve), name="pensions_transferaccount_approve"),
            *super().get_urls(),
        ]

    def enter(self, request: HttpRequest) -> HttpResponse:
        funds = queries.funds_of(request.user, Branch.PENSION)

        class EnterForm(AccountForm):
            fund = pick(_("Fund"), [(each.pk, str(each)) for each in funds])
            field_order: ClassVar = ["fund"]

        def do(said: dict[str, Any]) -> str:
            pool = next(each for each in funds if str(each.pk) == said.pop("fund"))
            transfers.enter_account(by=staff(request), fund=pool, **said)
            return _now("Entered. It counts once a colleague has approved it.")

        return Deed(
            title=_("Account into which other offices pay"),
            act="fund.move",
            button=_("Enter"),
            do=do,
            form=EnterForm,
            back=list_url(TransferAccount),
            crumbs=[Crumb(_("Accounts for transfers"), list_url(TransferAccount))],
        ).answer(request)

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        held = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            transfers.approve_account(by=staff(request), account=held)
            return _now("In force, in the place of the one before.")

        return Deed(
            title=_("Approve the account"),
            act="payment.release",
            button=_("Approve"),
            do=do,
            lead=f"{held.fund} · {held.payee} · {held.bank} · ····{held.last_four}",
            back=list_url(TransferAccount),
            crumbs=[Crumb(_("Accounts for transfers"), list_url(TransferAccount))],
        ).answer(request)
