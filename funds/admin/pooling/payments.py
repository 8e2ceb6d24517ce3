"""Single payments between levels."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Fund, PoolingTransfer
from funds.services import pooling
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.forms import ScreenForm
from socsec.office.tables import facts

from ..budgets import ReasonForm
from .forms import PAYMENT_VERBS, PaymentForm


@admin.register(PoolingTransfer)
class PoolingTransferAdmin(DeskAdmin):
    read_act = "pooling.read"
    region_field = None  # of either side: `queries.transfers_of`
    change_form_template = "admin/desk/tables.html"
    list_display: ClassVar = ["month_", "payer", "payee", "money", "state", "posted_on"]
    list_filter: ClassVar = ["state", "up"]
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return queries.transfers_of(request.user)

    @admin.display(description=_("month"), ordering="month")
    def month_(self, found: PoolingTransfer) -> str:
        return format_month(found.month)

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, found: PoolingTransfer) -> str:
        return yuan(found.amount)

    def buttons(self, request: HttpRequest, obj: PoolingTransfer | None) -> list[Button]:
        user = staff(request)
        if obj is None:
            return (
                [Button(_("Draft a payment"), reverse("admin:funds_pooling_pay"), main=True)]
                if may(user, "pooling.draft")
                else []
            )
        asked = obj.reversal_asked_by_id is not None
        of_payer = {"send"}
        of_payee = {"accept", "finish"}
        return [
            Button(
                label,
                reverse("admin:funds_pooling_payment_verb", args=[obj.pk, slug]),
                main=not stop,
                stop=stop,
            )
            for slug, (label, act, states, stop) in PAYMENT_VERBS.items()
            if obj.state in states
            and (slug not in of_payer or may(user, act, obj.payer.region_id))
            and (slug not in of_payee or may(user, act, obj.payee.region_id))
            and (may(user, act, obj.payer.region_id) or may(user, act, obj.payee.region_id))
            and (slug not in ("ask", "give_back") or (not obj.part_id and asked == (slug != "ask")))
        ]

    def context(self, request: HttpRequest, obj: PoolingTransfer) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "facts": facts(
                (_("Paid by"), str(obj.payer)),
                (_("Received by"), str(obj.payee)),
                (_("Amount, in yuan"), yuan(obj.amount)),
                (_("Month"), format_month(obj.month)),
                (_("Purpose"), obj.purpose),
                (_("Round"), str(obj.part.round) if obj.part else ""),
                (_("State"), obj.get_state_display()),
                (_("Drafted by"), str(obj.payer_maker)),
                (_("Approved for the payer by"), str(obj.payer_checker or "")),
                (_("Checked for the payee by"), str(obj.payee_maker or "")),
                (_("Confirmed for the payee by"), str(obj.payee_checker or "")),
                (_("Posted"), obj.posted_on.isoformat() if obj.posted_on else ""),
                (_("Reversal asked by"), str(obj.reversal_asked_by or "")),
                (_("Reversed by"), str(obj.reversed_by or "")),
                (_("Reason"), obj.reason),
            ),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("draft/", guard(self.draft), name="funds_pooling_pay"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_pooling_payment_verb"),
            *super().get_urls(),
        ]

    def draft(self, request: HttpRequest) -> HttpResponse:
        def prepare(form: ScreenForm) -> None:
            ours = scope(Fund.objects.select_related("region"), request.user, "region_id")
            over = {up.pk for fund in ours if (up := pooling.above(fund))}
            form.fields["payer"].queryset = ours  # type: ignore[attr-defined]
            form.fields["payee"].queryset = (  # type: ignore[attr-defined]
                ours | Fund.objects.select_related("region").filter(pk__in=over)
            )

        def do(given: dict[str, Any]) -> str:
            pooling.draft_transfer(
                given["payer"],
                given["payee"],
                month=given["month"],
                amount=given["amount"],
                purpose=given["purpose"],
                by=staff(request),
            )
            return _now("Drafted. A colleague approves it, then the other level agrees.")

        return Deed(
            title=_("Draft a payment"),
            act="pooling.draft",
            button=_("Draft it"),
            do=do,
            form=PaymentForm,
            prepare=prepare,
            lead=_("To the next level above or below, of one branch and scheme."),
            back=list_url(PoolingTransfer),
            crumbs=[Crumb(_("Payments between levels"), list_url(PoolingTransfer))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in PAYMENT_VERBS:
            raise Http404
        label, act, _states, stop = PAYMENT_VERBS[verb]
        reasons = {"reject": pooling.reject, "ask": pooling.ask_back}
        plain = {
            "send": pooling.send,
            "accept": pooling.accept,
            "finish": pooling.finish,
            "give_back": pooling.give_back,
        }

        def do(given: dict[str, Any]) -> str:
            if verb in reasons:
                done = reasons[verb](found.pk, by=staff(request), reason=given["reason"])
            else:
                done = plain[verb](found.pk, by=staff(request))
            return _now("Done. It is now: %(state)s.") % {"state": done.get_state_display()}

        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=ReasonForm if verb in reasons else ScreenForm,
            lead=f"{found} · {yuan(found.amount)}",
            stop=stop,
            back=row_url(found),
            crumbs=[
                Crumb(_("Payments between levels"), list_url(PoolingTransfer)),
                Crumb(str(found), row_url(found)),
            ],
        ).answer(request)
