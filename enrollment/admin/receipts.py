"""The desk's pages of receipts: money that came in, and which months it was taken for."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Receipt
from enrollment.services import receipts
from funds.models import Branch
from socsec.kernel.errors import KernelError
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.errors import NotFound, from_kernel

from . import forms
from .coverage import find_employer


def receipt_url(receipt: Receipt) -> str:
    return reverse("admin:enrollment_receipt_change", args=[receipt.pk])


@admin.register(Receipt)
class ReceiptAdmin(DeskAdmin):
    read_act = "receipt.read"
    change_form_template = "admin/enrollment/receipt.html"
    list_display: ClassVar = ["reference", "payer", "day", "money", "left"]
    list_select_related: ClassVar = ["employer", "person"]
    search_fields: ClassVar = ["reference"]
    search_help_text = _("Bank reference")
    fields: ClassVar = ["reference"]

    @admin.display(description=_("paid by"))
    def payer(self, receipt: Receipt) -> str:
        return str(receipt.employer or receipt.person)

    @admin.display(description=_("day of receipt"), ordering="received_on")
    def day(self, receipt: Receipt) -> Any:
        return receipt.received_on

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, receipt: Receipt) -> str:
        return yuan(receipt.amount)

    @admin.display(description=_("not used yet"), ordering="credit")
    def left(self, receipt: Receipt) -> str:
        return yuan(receipt.credit)

    def buttons(self, request: HttpRequest, obj: Receipt | None) -> list[Button]:
        if not may(request.user, "receipt.enter", obj.region if obj else None):
            return []
        if obj is None:
            return [
                Button(_("Enter a receipt"), reverse("admin:enrollment_receipt_enter"), main=True)
            ]
        if obj.credit:
            use = reverse("admin:enrollment_receipt_use", args=[obj.pk])
            return [Button(_("Use the credit"), use, main=True)]
        return []

    def context(self, request: HttpRequest, obj: Receipt) -> dict[str, Any]:
        allocations = queries.allocations(obj.pk)
        names = queries.describe({row.person_id for row in allocations})
        return {
            "receipt": obj,
            "allocations": [(row, names.get(row.person_id)) for row in allocations],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/", guard(self.enter), name="enrollment_receipt_enter"),
            path("<int:pk>/use/", guard(self.use), name="enrollment_receipt_use"),
            *super().get_urls(),
        ]

    def enter(self, request: HttpRequest) -> HttpResponse:
        made: list[Receipt] = []

        def do(said: dict[str, Any]) -> str:
            code = said.pop("code")
            if said.pop("payer") == "employer":
                try:
                    said["employer"] = find_employer(request, code)
                except NotFound as trouble:
                    raise trouble.on("code") from trouble
            else:
                try:
                    said["person"] = queries.search_number(request.user, code)
                except KernelError as error:
                    raise from_kernel(error, "code") from error
                if said["person"] is None:
                    raise NotFound(_("There is no such person in your region."), field="code")
            receipt = receipts.receive(by=staff(request), branch=Branch.PENSION, **said)
            made.append(receipt)
            return _now("Received: %(amount)s yuan; %(credit)s yuan are not used yet.") % {
                "amount": yuan(receipt.amount),
                "credit": yuan(receipt.credit),
            }

        return Deed(
            title=_("Enter a receipt"),
            act="receipt.enter",
            button=_("Take down"),
            do=do,
            form=forms.ReceiptForm,
            back=list_url(Receipt),
            then=lambda: receipt_url(made[0]),
            lead=_("The money is taken for the oldest months that the payer owes."),
            crumbs=[Crumb(_("Receipts"), list_url(Receipt)), Crumb(_("Enter a receipt"))],
        ).answer(request)

    def use(self, request: HttpRequest, pk: int) -> HttpResponse:
        receipt = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            used = receipts.apply_credit(by=staff(request), receipt=receipt)
            return _now("%(used)s yuan are used.") % {"used": yuan(used)}

        return Deed(
            title=_("Use the credit"),
            act="receipt.enter",
            button=_("Use it for open months"),
            do=do,
            back=receipt_url(receipt),
            lead=_("The credit is taken for the oldest months that the payer owes today."),
            crumbs=[
                Crumb(_("Receipts"), list_url(Receipt)),
                Crumb(receipt.reference, receipt_url(receipt)),
            ],
        ).answer(request)
