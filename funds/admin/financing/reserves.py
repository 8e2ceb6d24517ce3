"""What reserves set aside and what is used of them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import (
    Fund,
    Public,
    ReserveMove,
)
from funds.services import financing
from socsec.kernel.money import yuan
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, show_page, staff
from socsec.office.forms import MoneyField, ScreenForm
from socsec.office.tables import Table, facts
from socsec.office.tables import rows as table_rows

from ..budgets import FundForm, ReasonForm
from .base import OfFunds, Text, text_field

Move = ReserveMove.State


class MoveForm(FundForm):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=ReserveMove.Kind.choices,
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    to = forms.ModelChoiceField(
        Fund.objects.none(),
        label=_("Granted to"),
        required=False,
        help_text=_("Only where the nation's reserve grants it."),
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    amount = MoneyField(label=_("Amount, in yuan"))
    document = text_field(_("Document"))


@admin.register(ReserveMove)
class ReserveMoveAdmin(OfFunds):
    read_act = "reserve.read"
    list_display: ClassVar = ["kind", "fund", "to", "money", "state", "maker", "checker"]
    list_filter: ClassVar = ["state", "kind"]
    list_select_related: ClassVar = ["fund__region", "to__region", "maker", "checker"]
    add = ("reserve.propose", _("Propose a use"), "funds_reserve_propose")

    def buttons(self, request: HttpRequest, obj: ReserveMove | None) -> list[Button]:
        if obj is None:
            stands = Button(_("How the funds stand"), reverse("admin:funds_reserves"))
            return [*self.adding(request), stands]
        offered = {Move.DRAFT: ("approve", "reject"), Move.POSTED: ("reverse",)}
        if not may(request.user, "reserve.approve", obj.fund.region_id):
            return []
        return [
            Button(
                MOVE_VERBS[slug],
                reverse("admin:funds_reserve_verb", args=[obj.pk, slug]),
                main=slug == "approve",
                stop=slug != "approve",
            )
            for slug in offered.get(Move(obj.state), ())
        ]

    def context(self, request: HttpRequest, obj: ReserveMove) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "facts": facts(
                (_("Kind"), obj.get_kind_display()),
                (_("Fund"), str(obj.fund)),
                (_("Granted to"), str(obj.to or "")),
                (_("Amount, in yuan"), yuan(obj.amount)),
                (_("Document"), obj.document),
                (_("State"), obj.get_state_display()),
                (_("Proposed by"), str(obj.maker)),
                (_("Decided by"), str(obj.checker or "")),
                (_("Posted"), obj.posted_on.isoformat() if obj.posted_on else ""),
                (_("Reversed by"), str(obj.reversed_by or "")),
                (_("Reason"), obj.reason),
            ),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("propose/", guard(self.propose), name="funds_reserve_propose"),
            path("standing/", guard(self.standing), name="funds_reserves"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_reserve_verb"),
            *super().get_urls(),
        ]

    def standing(self, request: HttpRequest) -> HttpResponse:
        """Every fund of the reader: how long it pays against its line, what is set aside."""
        funds = scope(Fund.objects.select_related("region"), request.user, "region_id")
        shown = financing.standings(list(funds.exclude(branch=Public.RESERVE)))
        below = [each for each in shown if each.found.below]
        return show_page(
            request,
            "admin/desk/report.html",
            title=_("How the funds stand"),
            act="reserve.read",
            crumbs=[Crumb(_("Reserves"), list_url(ReserveMove))],
            trouble=_("%(count)s funds are below their line.") % {"count": len(below)}
            if below
            else "",
            tables=[
                Table(
                    _("Fund by fund, the shortest first"),
                    [
                        _("Fund"),
                        _("Held, yuan"),
                        _("Months it pays"),
                        _("Line, months"),
                        _("Missing up to the line, yuan"),
                        _("Set aside for risk, yuan"),
                        _("To be set aside this year, yuan"),
                    ],
                    table_rows(
                        (
                            f"{each.fund} · {_now('below its line')}"
                            if each.found.below
                            else str(each.fund),
                            yuan(each.held),
                            f"{each.found.months:,}" if each.spends else "—",
                            each.line,
                            yuan(each.found.missing) if each.found.below else "—",
                            yuan(each.aside) if each.risk else "—",
                            yuan(each.risk.due) if each.risk else "—",
                        )
                        for each in shown
                    ),
                    _("There is no fund in your region yet."),
                    numbers=(1, 2, 3, 4, 5, 6),
                )
            ],
        )

    def propose(self, request: HttpRequest) -> HttpResponse:
        def do(given: dict[str, Any]) -> str:
            financing.propose_move(
                given["fund"],
                given["kind"],
                amount=given["amount"],
                document=given["document"],
                to=given["to"],
                by=staff(request),
            )
            return _now("Proposed. A colleague decides it.")

        return Deed(
            title=_("Propose a use"),
            act="reserve.propose",
            button=_("Propose"),
            do=do,
            form=MoveForm,
            prepare=self.mine(request),
            lead=_("A reserve is used while the fund is below its line."),
            back=list_url(ReserveMove),
            crumbs=[Crumb(_("Reserves"), list_url(ReserveMove))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in MOVE_VERBS:
            raise Http404

        def do(given: dict[str, Any]) -> str:
            by, why = staff(request), given.get("reason", "")
            if verb == "reverse":
                financing.reverse_move(found.pk, by=by, reason=why)
                return _now("Reversed.")
            financing.decide_move(found.pk, by=by, agree=verb == "approve", reason=why)
            return _now("Posted.") if verb == "approve" else _now("Turned down.")

        return Deed(
            title=MOVE_VERBS[verb],
            act="reserve.approve",
            button=MOVE_VERBS[verb],
            do=do,
            form=ScreenForm if verb == "approve" else ReasonForm,
            lead=f"{found} · {yuan(found.amount)}",
            stop=verb != "approve",
            back=row_url(found),
            crumbs=[
                Crumb(_("Reserves"), list_url(ReserveMove)),
                Crumb(str(found), row_url(found)),
            ],
        ).answer(request)


MOVE_VERBS: dict[str, Text] = {
    "approve": _("Approve and post"),
    "reject": _("Turn down"),
    "reverse": _("Reverse"),
}
