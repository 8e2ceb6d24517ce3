"""The desk's pages of receipts: money that came in, and which months it was taken for."""

from typing import Any, ClassVar

from django import forms as plain
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Receipt, ReceiptFile, Refund, UnmatchedReceipt
from enrollment.services.collection import receipts, refunds, tax_file
from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan, yuan
from socsec.office import desk_forms
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.errors import NotFound, from_kernel
from socsec.office.forms import MoneyField, ScreenForm

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
                Button(_("Enter a receipt"), reverse("admin:enrollment_receipt_enter"), main=True),
                Button(_("Read a file of receipts"), reverse("admin:enrollment_receipt_file")),
            ]
        if obj.credit:
            use = reverse("admin:enrollment_receipt_use", args=[obj.pk])
            refund = reverse("admin:enrollment_receipt_refund", args=[obj.pk])
            return [
                Button(_("Use the credit"), use, main=True),
                Button(_("Ask for a refund"), refund),
            ]
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
            path("file/", guard(self.file), name="enrollment_receipt_file"),
            path("<int:pk>/use/", guard(self.use), name="enrollment_receipt_use"),
            path("<int:pk>/refund/", guard(self.refund), name="enrollment_receipt_refund"),
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
            payer = said.pop("employer", None) or said.pop("person")
            branch = said.pop("branch")
            remittance = receipts.remit(
                by=staff(request), payer=payer, branch=int(branch) if branch else None, **said
            )
            made.extend(remittance.receipts.order_by("pk"))
            return _now("Received: %(amount)s yuan; %(credit)s yuan are not used yet.") % {
                "amount": yuan(remittance.amount),
                "credit": yuan(sum(each.credit for each in made)),
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

    def file(self, request: HttpRequest) -> HttpResponse:
        read: list[ReceiptFile] = []

        def do(said: dict[str, Any]) -> str:
            read.append(tax_file.read(said["file"].read(), by=staff(request)))
            file = read[0]
            return _now(
                "File %(number)s: %(taken)s booked, %(known)s known before, %(unmatched)s unmatched."
            ) % {
                "number": file.number,
                "taken": file.taken,
                "known": file.known,
                "unmatched": file.unmatched,
            }

        return Deed(
            title=_("Read a file of receipts"),
            act="receipt.enter",
            button=_("Read"),
            do=do,
            form=ReceiptFileForm,
            lead=_("Lines whose payer is not known are kept as unmatched; none is dropped."),
            back=list_url(Receipt),
            then=lambda: list_url(UnmatchedReceipt) if read[0].unmatched else list_url(Receipt),
            crumbs=[Crumb(_("Receipts"), list_url(Receipt))],
        ).answer(request)

    def refund(self, request: HttpRequest, pk: int) -> HttpResponse:
        receipt = get_object_or_404(self.get_queryset(request), pk=pk)
        asked: list[Refund] = []

        def do(said: dict[str, Any]) -> str:
            asked.append(refunds.ask(by=staff(request), receipt=receipt, **said))
            return _now("Asked. A second person decides.")

        return Deed(
            title=_("Ask for a refund"),
            act="refund.ask",
            button=_("Ask for a refund"),
            do=do,
            form=RefundForm,
            initial={"amount": format_yuan(receipt.credit)},
            back=receipt_url(receipt),
            then=lambda: row_url(asked[0]),
            crumbs=[
                Crumb(_("Receipts"), list_url(Receipt)),
                Crumb(receipt.reference, receipt_url(receipt)),
            ],
        ).answer(request)


class ReceiptFileForm(ScreenForm):
    file = plain.FileField(
        label=_("The tax authority's file"),
        help_text=_("The CSV file as it came. It is taken as a whole or not at all."),
        widget=plain.FileInput(attrs={"class": "input"}),
        allow_empty_file=True,
    )


class RefundForm(ScreenForm):
    amount = MoneyField(label=_("Amount, in yuan"))
    reason = desk_forms.text(_("Reason"), max_length=200)
