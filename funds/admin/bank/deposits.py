"""Term deposits and their calendar."""

from collections import defaultdict
from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import (
    TermDeposit,
)
from funds.services import bank
from socsec.kernel.money import percent, yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import figures
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, show_page, staff
from socsec.office.forms import ScreenForm

from .base import BankDesk
from .forms import BackForm, DepositForm


@admin.register(TermDeposit)
class TermDepositAdmin(BankDesk):
    region_field = "fund__region_id"
    change_form_template = "admin/funds/deposit.html"
    list_display: ClassVar = ["due_on", "bank", "receipt", "fund", "money", "rate_", "state"]
    list_display_links: ClassVar = ["receipt"]
    list_select_related: ClassVar = ["fund__region", "maker", "checker"]
    fields: ClassVar = ["fund", "bank", "receipt", "placed_on", "due_on"]

    @admin.display(description=_("amount"), ordering="amount")
    def money(self, deposit: TermDeposit) -> str:
        return yuan(deposit.amount)

    @admin.display(description=_("yearly rate"), ordering="rate")
    def rate_(self, deposit: TermDeposit) -> str:
        return percent(deposit.rate)

    @admin.display(description=_("state"))
    def state(self, deposit: TermDeposit) -> str:
        return state_words(deposit)

    def buttons(self, request: HttpRequest, obj: TermDeposit | None) -> list[Button]:
        if obj is None:
            offered = [Button(_("Maturity calendar"), reverse("admin:funds_deposit_calendar"))]
            if may(request.user, "deposit.place"):
                place = reverse("admin:funds_deposit_place")
                offered.append(Button(_("Place a deposit"), place, main=True))
            return offered
        region, verb = obj.fund.region_id, ""
        if not obj.checker_id and may(request.user, "deposit.approve", region):
            verb = "approve"
        elif obj.checker_id and not obj.returned_on and may(request.user, "fund.move", region):
            verb = "back"
        if not verb:
            return []
        return [
            Button(
                DEPOSIT_VERBS[verb],
                reverse("admin:funds_deposit_verb", args=[obj.pk, verb]),
                main=True,
            )
        ]

    def context(self, request: HttpRequest, obj: TermDeposit) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "deposit": obj,
            "state": state_words(obj),
            "rate": percent(obj.rate),
            "expected": bank.expected_interest(obj),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("place/", guard(self.place), name="funds_deposit_place"),
            path("calendar/", guard(self.calendar), name="funds_deposit_calendar"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_deposit_verb"),
            *super().get_urls(),
        ]

    def place(self, request: HttpRequest) -> HttpResponse:
        def do(said: dict[str, Any]) -> str:
            bank.place(said.pop("fund"), by=staff(request), **said)
            return _now("Asked for. The money moves once a colleague approves it.")

        return Deed(
            title=_("Place a deposit"),
            act="deposit.place",
            button=_("Place"),
            do=do,
            form=DepositForm,
            prepare=self.mine(request),
            back=list_url(TermDeposit),
            crumbs=[Crumb(_("Term deposits"), list_url(TermDeposit))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in DEPOSIT_VERBS:
            raise Http404

        def do(said: dict[str, Any]) -> str:
            if verb == "approve":
                bank.approve_deposit(found.pk, by=staff(request))
                return _now("Approved. The money lies on deposit.")
            bank.take_back(found.pk, said["interest"], by=staff(request))
            return _now("Booked back, with its interest.")

        return Deed(
            title=DEPOSIT_VERBS[verb],
            act="deposit.approve" if verb == "approve" else "fund.move",
            button=DEPOSIT_VERBS[verb],
            do=do,
            form=ScreenForm if verb == "approve" else BackForm,
            initial={"interest": yuan(bank.expected_interest(found))},
            lead=f"{found} · {yuan(found.amount)}",
            back=row_url(found),
            crumbs=[Crumb(_("Term deposits"), list_url(TermDeposit)),
                    Crumb(str(found), row_url(found))],
        ).answer(request)  # fmt: skip

    def calendar(self, request: HttpRequest) -> HttpResponse:
        """What falls due, month by month."""
        lying = [
            each
            for each in queries.deposits_of(request.user)
            if each.checker_id and not each.returned_on
        ]
        months: dict[int, list[TermDeposit]] = defaultdict(list)
        for each in lying:
            months[month_of(each.due_on)].append(each)
        due = sorted(months)
        sums = [sum(each.amount for each in months[of]) for of in due]
        return show_page(
            request,
            "admin/funds/deposit_calendar.html",
            title=_("Maturity calendar"),
            act="bank.read",
            crumbs=[Crumb(_("Term deposits"), list_url(TermDeposit))],
            chart=figures.bar_chart(
                [format_month(of) for of in due], [figures.Series(_("Due"), sums)]
            )
            if due
            else None,
            head=[_now("Month"), _now("Deposits"), _now("Due, yuan"), _now("Interest, yuan")],
            table=[
                [
                    format_month(of),
                    str(len(months[of])),
                    yuan(amount),
                    yuan(sum(bank.expected_interest(each) for each in months[of])),
                ]
                for of, amount in zip(due, sums, strict=True)
            ],
            lying=[(each, bank.expected_interest(each), percent(each.rate)) for each in lying],
            today=timezone.localdate(),
        )


DEPOSIT_VERBS = {"approve": _("Approve"), "back": _("Book it back")}


def state_words(deposit: TermDeposit) -> str:
    """Where a deposit stands."""
    if deposit.returned_on:
        return _now("back since %(day)s") % {"day": deposit.returned_on.isoformat()}
    if not deposit.checker_id:
        return _now("waiting for approval")
    if deposit.due_on < timezone.localdate():
        return _now("overdue")
    return _now("at the bank")
