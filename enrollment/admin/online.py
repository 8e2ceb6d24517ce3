"""The desk's pages of online payments: what the bank said, and what somebody must look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import PaymentIntent
from enrollment.services.online import paying
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.errors import pick

from . import forms


class TroubleFilter(admin.SimpleListFilter):
    title = _("to look at")
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Somebody must look at it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.exclude(trouble={}) if self.value() == "yes" else queryset


@admin.register(PaymentIntent)
class PaymentIntentAdmin(DeskAdmin):
    read_act = "receipt.read"
    change_form_template = "admin/enrollment/online.html"
    list_display: ClassVar = ["reference", "who", "title", "money", "state", "begun_at", "trouble_"]
    list_filter: ClassVar = [TroubleFilter, "state", "purpose"]
    list_select_related: ClassVar = ["person", "employer"]
    search_fields: ClassVar = ["reference"]
    search_help_text = _("Reference")
    fields: ClassVar = ["reference"]

    @admin.display(description=_("payer"))
    def who(self, intent: PaymentIntent) -> str:
        return str(intent.payer)

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, intent: PaymentIntent) -> str:
        return yuan(intent.amount)

    @admin.display(description=_("to look at"))
    def trouble_(self, intent: PaymentIntent) -> str:
        return pick(intent.trouble)

    def buttons(self, request: HttpRequest, obj: PaymentIntent | None) -> list[Button]:
        if obj is None or not may(request.user, "receipt.enter", obj.region):
            return []
        offered = []
        if paying.unbooked(obj):
            offered.append(Button(_("Book it again"), _to("book", obj), main=True))
        elif obj.trouble:
            offered.append(Button(_("Note what came of it"), _to("look", obj), main=True))
        if obj.state in (PaymentIntent.State.OPEN, PaymentIntent.State.EXPIRED):
            offered.append(Button(_("Ask the bank"), _to("ask", obj)))
        return offered

    def context(self, request: HttpRequest, obj: PaymentIntent) -> dict[str, Any]:
        return {
            "payment": obj,
            "trouble": pick(obj.trouble),
            "messages_of_bank": paying.messages_of(obj),
            "receipts": [(each, row_url(each)) for each in paying.receipts_of(obj)],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            *(
                path(f"<int:pk>/{verb}/", guard(view), name=f"enrollment_online_{verb}")
                for verb, view in (("book", self.book), ("look", self.look), ("ask", self.ask))
            ),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest, pk: int) -> PaymentIntent:
        return get_object_or_404(queries.online_payments(request.user), pk=pk)

    def book(self, request: HttpRequest, pk: int) -> HttpResponse:
        intent = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            made = paying.book(by=staff(request), intent=intent)
            if not made:
                return _now("It could not be booked. The page says why.")
            return _now("Booked: %(amount)s yuan.") % {
                "amount": yuan(sum(each.amount for each in made))
            }

        return self.deed(
            request, intent, _("Book it again"), do, lead=_("The money is in; the receipt is not.")
        )

    def look(self, request: HttpRequest, pk: int) -> HttpResponse:
        intent = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            paying.look(by=staff(request), intent=intent, note=said["note"])
            return _now("Noted.")

        return self.deed(
            request,
            intent,
            _("Note what came of it"),
            do,
            lead=pick(intent.trouble),
            form=forms.NoteForm,
        )

    def ask(self, request: HttpRequest, pk: int) -> HttpResponse:
        intent = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            return _now("Asked. It is now: %(state)s.") % {
                "state": paying.ask(intent).get_state_display()
            }

        return self.deed(
            request, intent, _("Ask the bank"), do, lead=_("What the bank says is taken at once.")
        )

    def deed(
        self, request: HttpRequest, intent: PaymentIntent, title: Any, do: Any, **more: Any
    ) -> HttpResponse:
        return Deed(
            title=title,
            act="receipt.enter",
            button=title,
            do=do,
            back=row_url(intent),
            crumbs=[
                Crumb(_("Online payments"), list_url(PaymentIntent)),
                Crumb(intent.reference, row_url(intent)),
            ],
            **more,
        ).answer(request)


def _to(verb: str, intent: PaymentIntent) -> str:
    return reverse(f"admin:enrollment_online_{verb}", args=[intent.pk])
