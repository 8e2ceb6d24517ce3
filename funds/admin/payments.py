"""The desk's pages of payments: envelopes, their release by a second person, the bank's file and its answer."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import BankReturn, PaymentBatch
from funds.models.words import kind_words
from funds.services import payments
from funds.services.payments.demo_bank import bank_answer
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import people
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.forms import ScreenForm
from socsec.office.places import place

State = PaymentBatch.State
ROWS = 50


def batch_url(batch: PaymentBatch) -> str:
    return reverse("admin:funds_paymentbatch_change", args=[batch.pk])


class ReasonForm(ScreenForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class FileForm(ScreenForm):
    file = forms.FileField(
        label=_("The bank's answer"),
        help_text=_("The CSV file as the bank sent it. It is taken as a whole or not at all."),
        widget=forms.FileInput(attrs={"class": "input"}),
        allow_empty_file=True,
    )


@admin.register(PaymentBatch)
class PaymentBatchAdmin(DeskAdmin):
    read_act = "payment.read"
    change_form_template = "admin/funds/payment.html"
    list_display: ClassVar = [
        "id",
        "kind_",
        "month_",
        "where",
        "count",
        "money",
        "state",
        "maker",
        "checker",
    ]
    list_filter: ClassVar = ["state"]
    fields: ClassVar = ["kind"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentBatch]:
        return queries.envelopes(request.user)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_(self, batch: PaymentBatch) -> str:
        return kind_words(batch.kind)

    @admin.display(description=_("region"), ordering="region")
    def where(self, batch: PaymentBatch) -> str:
        return place(batch.region)

    @admin.display(description=_("month"), ordering="month")
    def month_(self, batch: PaymentBatch) -> str:
        return format_month(batch.month)

    @admin.display(description=_("total"), ordering="total")
    def money(self, batch: PaymentBatch) -> str:
        return yuan(batch.total)

    def buttons(self, request: HttpRequest, obj: PaymentBatch | None) -> list[Button]:
        if obj is None:
            read = Button(_("Read a bank return"), reverse("admin:funds_bank_return"), main=True)
            return [read] if may(request.user, "bank.return") else []
        offered = []

        def offer(slug: str, act: str, label: Any, states: tuple[str, ...], **more: Any) -> None:
            if obj.state in states and may(request.user, act, obj.region):
                offered.append(
                    Button(label, reverse(f"admin:funds_payment_{slug}", args=[obj.pk]), **more)
                )

        offer("release", "payment.release", _("Release"), (State.OPEN,), main=True)
        offer("cancel", "payment.cancel", _("Cancel"), (State.OPEN,), stop=True)
        offer("file", "bank.file", _("Bank file"), (State.RELEASED, State.RECONCILED))
        if settings.DEMO:
            offer("answer", "bank.file", _("Answer as the bank would (demo)"), (State.RELEASED,))
        offer("reconcile", "payment.reconcile", _("Reconcile"), (State.RELEASED,))
        if obj.state == State.RELEASED and may(request.user, "bank.return", obj.region):
            offered.append(
                Button(_("Read a bank return"), reverse("admin:funds_bank_return"), main=True)
            )
        return offered

    def context(self, request: HttpRequest, obj: PaymentBatch) -> dict[str, Any]:
        lines = queries.batch_lines(obj, ROWS)
        names = people.describe(order.person_id for order, _answer in lines)
        return {
            "batch": obj,
            "heading": f"{kind_words(obj.kind)} · {format_month(obj.month)}",
            "progress": queries.progress(obj.pk),
            "checks": queries.reconciliations(obj.pk),
            "returns": BankReturn.objects.filter(batch=obj).select_related("by"),
            "lines": [(order, answer, names.get(order.person_id)) for order, answer in lines],
            "more": max(0, obj.count - ROWS),
            "unmatched": queries.unmatched(request.user).filter(bank_return__batch=obj),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("return/", guard(self.read_return), name="funds_bank_return"),
            path("<int:pk>/release/", guard(self.release), name="funds_payment_release"),
            path("<int:pk>/cancel/", guard(self.cancel), name="funds_payment_cancel"),
            path("<int:pk>/file/", guard(self.file), name="funds_payment_file"),
            path("<int:pk>/answer/", guard(self.answer), name="funds_payment_answer"),
            path("<int:pk>/reconcile/", guard(self.reconcile), name="funds_payment_reconcile"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest, pk: int) -> PaymentBatch:
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def deed(self, batch: PaymentBatch, **more: Any) -> Deed:
        return Deed(
            back=batch_url(batch),
            crumbs=[
                Crumb(_("Payments"), list_url(PaymentBatch)),
                Crumb(str(batch.pk), batch_url(batch)),
            ],
            **more,
        )

    def release(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            payments.release(batch.pk, by=staff(request))
            return _now("Released. The bank file can be fetched.")

        return self.deed(
            batch,
            title=_("Release %(count)s payments") % {"count": batch.count},
            act="payment.release",
            button=_("Release"),
            do=do,
            lead=_(
                "%(count)s orders, %(total)s yuan, for %(month)s. After this the money leaves the fund."
            )
            % {
                "count": batch.count,
                "total": yuan(batch.total),
                "month": format_month(batch.month),
            },
        ).answer(request)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            payments.cancel(batch.pk, by=staff(request), reason=said["reason"])
            return _now("Cancelled. Nobody is paid by it.")

        return self.deed(
            batch,
            title=_("Cancel"),
            act="payment.cancel",
            button=_("Cancel the payments"),
            do=do,
            form=ReasonForm,
            stop=True,
        ).answer(request)

    def reconcile(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            found = payments.reconcile(batch.pk, by=staff(request))
            if all(check.agrees for check in found):
                return _now("File, bank and ledger agree. The batch is closed.")
            return _now("They do not agree yet. The differences are shown.")

        return self.deed(
            batch,
            title=_("Reconcile"),
            act="payment.reconcile",
            button=_("Compare file, bank and ledger"),
            do=do,
        ).answer(request)

    def file(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        batch = self.find(request, pk)
        if not may(request.user, "bank.file", batch.region):
            raise PermissionDenied
        answer = StreamingHttpResponse(
            payments.bank_file(batch.pk, by=staff(request)), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="payments-{batch.pk}.csv"'
        return answer

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """In the demo alone: the return that a bank would send, to be read in as any other."""
        if not settings.DEMO:
            raise Http404
        batch = self.find(request, pk)
        if not may(request.user, "bank.file", batch.region):
            raise PermissionDenied
        if batch.state != State.RELEASED:
            raise Http404
        file = b"".join(payments.bank_file(batch.pk, by=staff(request)))
        answer = HttpResponse(bank_answer(file), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="bank-return-{batch.pk}.csv"'
        return answer

    def read_return(self, request: HttpRequest) -> HttpResponse:
        read: list[BankReturn] = []

        def do(said: dict[str, Any]) -> str:
            found = payments.read_return(said["file"].file, by=staff(request))
            read.append(found)
            return _now(
                "Read: %(paid)s paid, %(returned)s returned, %(unmatched)s lines without an order."
            ) % {
                "paid": found.paid_count,
                "returned": found.returned_count,
                "unmatched": found.unmatched,
            }

        return Deed(
            title=_("Read a bank return"),
            act="bank.return",
            button=_("Read the file"),
            do=do,
            form=FileForm,
            back=list_url(PaymentBatch),
            then=lambda: batch_url(read[0].batch),
            crumbs=[Crumb(_("Payments"), list_url(PaymentBatch)), Crumb(_("Read a bank return"))],
        ).answer(request)
