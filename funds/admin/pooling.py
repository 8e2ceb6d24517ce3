"""The desk's pages of money between levels: rounds with who gains and who pays, parts, single payments."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Fund, PoolingPart, PoolingRound, PoolingTransfer
from funds.params import PoolingMethod
from funds.rules.pooling.together import METHODS
from funds.services import pooling
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.kernel.regions import covers
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.forms import MoneyField, MonthField, ScreenForm, WholeField
from socsec.office.net_chart import net_chart
from socsec.office.tables import facts

from .budgets import FundForm, ReasonForm

Text = str | Promise
Round, Payment = PoolingRound.State, PoolingTransfer.State
WHERE: Mapping[str, Text] = {
    "books": _("the fund's books"),
    "official": _("policy"),
    "secondary": _("policy"),
    "unverified": _("policy, unverified"),
    "provisional": _("policy, of an earlier year"),
}
NAMES: Mapping[str, Text] = {
    "average_wage": _("Average wage of a year, yuan"),
    "insured": _("Workers insured"),
    "employed": _("People employed by enterprises"),
    "retirees": _("Pensioners"),
    "income": _("Income of the months, yuan"),
    "expenditure": _("Expenditure of the months, yuan"),
}
MONEY = {"average_wage", "income", "expenditure"}
OPEN = {"unverified", "provisional"}


class RoundForm(FundForm):
    since = MonthField(label=_("First month"))
    until = MonthField(label=_("Last month"))


class TotalForm(ScreenForm):
    total = MoneyField(label=_("Total of the preview, in yuan"))


class FiguresForm(ScreenForm):
    source = forms.CharField(
        label=_("Where the figures come from"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )


class PaymentForm(ScreenForm):
    payer = forms.ModelChoiceField(
        Fund.objects.none(), label=_("Paid by"), widget=forms.Select(attrs={"class": "select w-20"})
    )
    payee = forms.ModelChoiceField(
        Fund.objects.none(),
        label=_("Received by"),
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    month = MonthField(label=_("Month"))
    amount = MoneyField(label=_("Amount, in yuan"))
    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


# verb: its label, act, the states in which it is offered, whether it stops something
ROUND_VERBS: dict[str, tuple[Text, str, tuple[str, ...], bool]] = {
    "preview": (_("Preview"), "pooling.draft", (Round.DRAFTED, Round.PREVIEWED), False),
    "approve": (_("Approve"), "pooling.approve", (Round.PREVIEWED,), False),
    "post": (_("Post"), "pooling.draft", (Round.APPROVED,), False),
    "ask": (_("Ask for reversal"), "pooling.draft", (Round.POSTED,), True),
    "reverse": (_("Reverse"), "pooling.approve", (Round.POSTED,), True),
    "abandon": (
        _("Abandon"),
        "pooling.draft",
        (Round.DRAFTED, Round.PREVIEWED, Round.APPROVED),
        True,
    ),
}
PART_VERBS: dict[str, tuple[Text, str, bool]] = {
    "agree": (_("Agree"), "pooling.draft", False),
    "confirm": (_("Confirm"), "pooling.approve", False),
    "object": (_("Object"), "pooling.approve", True),
}
PAYMENT_VERBS: dict[str, tuple[Text, str, tuple[str, ...], bool]] = {
    "send": (_("Approve for the payer"), "pooling.approve", (Payment.DRAFTED,), False),
    "accept": (_("Check for the payee"), "pooling.draft", (Payment.SENT,), False),
    "finish": (_("Confirm and post"), "pooling.approve", (Payment.ACCEPTED,), False),
    "reject": (
        _("Turn down"),
        "pooling.approve",
        (Payment.DRAFTED, Payment.SENT, Payment.ACCEPTED),
        True,
    ),
    "ask": (_("Ask for reversal"), "pooling.draft", (Payment.POSTED,), True),
    "give_back": (_("Agree to the reversal"), "pooling.approve", (Payment.POSTED,), True),
}


@admin.register(PoolingRound)
class PoolingRoundAdmin(DeskAdmin):
    read_act = "pooling.read"
    region_field = None  # of the pool that is kept, or of a part: `queries.rounds_of`
    change_form_template = "admin/funds/pooling_round.html"
    list_display: ClassVar = ["span_", "fund", "method", "money", "state", "maker", "checker"]
    list_filter: ClassVar = ["state", "method"]
    fields: ClassVar = ["fund", "state"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return queries.rounds_of(request.user)

    @admin.display(description=_("months"), ordering="since")
    def span_(self, found: PoolingRound) -> str:
        return found.span

    @admin.display(description=_("moved, yuan"), ordering="total")
    def money(self, found: PoolingRound) -> str:
        return yuan(found.total) if found.total else "—"

    def buttons(self, request: HttpRequest, obj: PoolingRound | None) -> list[Button]:
        if obj is None:
            shown = [
                Button(_("Payments between levels"), list_url(PoolingTransfer)),
            ]
            if may(request.user, "pooling.draft"):
                draft = reverse("admin:funds_pooling_draft")
                shown.insert(0, Button(_("Draft a round"), draft, main=True))
            return shown
        asked = obj.reversal_asked_by_id is not None
        return [
            Button(
                label,
                reverse("admin:funds_pooling_verb", args=[obj.pk, slug]),
                main=(not stop and slug != "preview") or (obj.state == Round.DRAFTED and not stop),
                stop=stop,
            )
            for slug, (label, act, states, stop) in ROUND_VERBS.items()
            if obj.state in states
            and may(request.user, act, obj.fund.region_id)
            and (slug not in ("ask", "reverse") or asked == (slug == "reverse"))
        ]

    def context(self, request: HttpRequest, obj: PoolingRound) -> dict[str, Any]:
        parts = queries.parts_of(request.user, obj)
        ours = covers(staff(request).region_code or "", obj.fund.region_id)
        figures = METHODS[PoolingMethod.read(obj.method)].figures
        moving = [part for part in parts if part.moves]
        worked = obj.state != Round.DRAFTED
        return {
            "heading": str(obj),
            "round": obj,
            "ours": ours,
            "facts_": facts(
                (_("Fund"), str(obj.fund)),
                (_("Months"), obj.span),
                (_("Method"), obj.get_method_display()),
                (_("State"), obj.get_state_display()),
                (_("Moved up and down, yuan"), yuan(obj.total) if worked else ""),
                (_("Drafted by"), str(obj.maker)),
                (_("Approved by"), str(obj.checker or "")),
                (_("Posted"), obj.posted_on.isoformat() if obj.posted_on else ""),
                (_("Reversal asked by"), str(obj.reversal_asked_by or "")),
                (_("Reversed by"), str(obj.reversed_by or "")),
                (_("Reason"), obj.reason),
            ),
            "unverified": any(OPEN & set(part.sources.values()) for part in parts),
            "chart": net_chart(
                [str(part.region) for part in moving],
                [part.net for part in moving],
                (_("Gains"), _("Pays")),
            )
            if worked and moving
            else None,
            "head": [
                _now("Region"),
                _now("Handed up, yuan"),
                _now("Granted, yuan"),
                _now("Gains, yuan"),
                *(
                    [_now("Subsidy from above"), _now("Own treasury")]
                    if obj.method == PoolingMethod.BALANCE
                    else []
                ),
                _now("Agreed"),
                *(str(NAMES[name]) for name in figures),
            ],
            # The place of the column that holds words, not numbers.
            "words": 4 if obj.method != PoolingMethod.BALANCE else 6,
            "rows": [
                {
                    "part": part,
                    "url": reverse("admin:funds_pooling_part", args=[obj.pk, part.pk]),
                    "figures": [said(name, part.figures.get(name)) for name in figures],
                    "cells": [
                        yuan(amount) if worked else "—"
                        for amount in (
                            part.up,
                            part.down,
                            part.net,
                            *(
                                (part.central, part.local)
                                if obj.method == PoolingMethod.BALANCE
                                else ()
                            ),
                        )
                    ],
                    "agreed": agreed(part),
                }
                for part in parts
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("draft/", guard(self.draft), name="funds_pooling_draft"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_pooling_verb"),
            path("<int:pk>/part/<int:part>/", guard(self.part), name="funds_pooling_part"),
            path(
                "<int:pk>/part/<int:part>/<slug:verb>/",
                guard(self.part_verb),
                name="funds_pooling_part_verb",
            ),
            *super().get_urls(),
        ]

    def draft(self, request: HttpRequest) -> HttpResponse:
        made: list[PoolingRound] = []

        def prepare(form: ScreenForm) -> None:
            form.fields["fund"].queryset = scope(  # type: ignore[attr-defined]
                Fund.objects.select_related("region"), request.user, "region_id"
            )

        def do(given: dict[str, Any]) -> str:
            made.append(
                pooling.draft(given["fund"], given["since"], given["until"], by=staff(request))
            )
            return _now("Drafted. Look at the figures, then preview it.")

        return Deed(
            title=_("Draft a round"),
            act="pooling.draft",
            button=_("Draft it"),
            do=do,
            form=RoundForm,
            prepare=prepare,
            lead=_(
                "The regions below share what this branch took in and paid out in these months."
            ),
            back=list_url(PoolingRound),
            then=lambda: row_url(made[0]) if made else "",
            crumbs=[Crumb(_("Pooling rounds"), list_url(PoolingRound))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in ROUND_VERBS:
            raise Http404
        label, act, _states, stop = ROUND_VERBS[verb]

        def do(given: dict[str, Any]) -> str:
            by = staff(request)
            if verb == "preview":
                pooling.preview(found.pk, by=by)
                return _now("Worked out. A colleague approves it.")
            if verb == "approve":
                pooling.approve(found.pk, total=given["total"], by=by)
                return _now("Approved. Now each region agrees to its part.")
            if verb == "post":
                pooling.post(found.pk, by=by)
                return _now("Posted on all books.")
            if verb == "reverse":
                pooling.reverse(found.pk, by=by)
                return _now("Taken back on all books.")
            if verb == "ask":
                pooling.ask_reversal(found.pk, by=by, reason=given["reason"])
                return _now("Asked for. A colleague carries it out.")
            pooling.abandon(found.pk, by=by, reason=given["reason"])
            return _now("Abandoned.")

        asked = {"approve": TotalForm, "ask": ReasonForm, "abandon": ReasonForm}
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=asked.get(verb, ScreenForm),
            lead=str(found),
            stop=stop,
            back=row_url(found),
            crumbs=self.crumbs(found),
        ).answer(request)

    def crumbs(self, found: PoolingRound) -> list[Crumb]:
        return [
            Crumb(_("Pooling rounds"), list_url(PoolingRound)),
            Crumb(str(found), row_url(found)),
        ]

    def _part(self, request: HttpRequest, pk: int, part: int) -> PoolingPart:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        return (
            next((each for each in queries.parts_of(request.user, found) if each.pk == part), None)
            or _missing()
        )

    def part(self, request: HttpRequest, pk: int, part: int) -> HttpResponse:
        """A region's part: its figures and where they come from, the working, who agreed."""
        if not may(request.user, "pooling.read"):
            raise PermissionDenied
        found = self._part(request, pk, part)
        around, user = found.round, staff(request)
        own = found.fund is not None and not covers(user.region_code or "", around.fund.region_id)
        buttons = [
            Button(
                label,
                reverse("admin:funds_pooling_part_verb", args=[pk, part, slug]),
                main=not stop,
                stop=stop,
            )
            for slug, (label, act, stop) in PART_VERBS.items()
            if own
            and around.state == Round.APPROVED
            and may(user, act, found.region_id)
            and (slug == "object" or (found.maker_id is None) == (slug == "agree"))
            and (slug != "confirm" or found.checker_id is None)
        ]
        if around.state in (Round.DRAFTED, Round.PREVIEWED) and may(
            user, "pooling.draft", around.fund.region_id
        ):
            address = reverse("admin:funds_pooling_part_verb", args=[pk, part, "figures"])
            buttons.append(Button(_("Enter figures"), address))
        return show_page(
            request,
            "admin/funds/pooling_part.html",
            title=str(found),
            act="pooling.read",
            crumbs=self.crumbs(around),
            buttons=buttons,
            facts=facts(
                (_("Region"), str(found.region)),
                *(
                    (
                        NAMES[name],
                        f"{said(name, value)} · {WHERE.get(found.sources.get(name, ''), found.sources.get(name, ''))}",
                    )
                    for name, value in found.figures.items()
                ),
                (_("Handed up, yuan"), yuan(found.up)),
                (_("Granted, yuan"), yuan(found.down)),
                (_("Gains, yuan"), yuan(found.net)),
                (_("Agreed by"), str(found.maker or "")),
                (_("Confirmed by"), str(found.checker or "")),
                (_("Objection"), found.objection),
            ),
            sheets=found.sheets if around.state != Round.DRAFTED else [],
            transfers=list(found.transfers.select_related("payer__region", "payee__region")),
        )

    def part_verb(self, request: HttpRequest, pk: int, part: int, verb: str) -> HttpResponse:
        if not may(request.user, "pooling.read"):
            raise PermissionDenied
        found = self._part(request, pk, part)
        if verb == "figures":
            return self._figures(request, found)
        if verb not in PART_VERBS:
            raise Http404
        label, act, stop = PART_VERBS[verb]

        def do(given: dict[str, Any]) -> str:
            by = staff(request)
            if verb == "object":
                pooling.object_to(found.pk, by=by, reason=given["reason"])
                return _now("Sent back. The level above works it out anew.")
            (pooling.agree if verb == "agree" else pooling.confirm)(found.pk, by=by)
            return (
                _now("Agreed. A colleague confirms it.") if verb == "agree" else _now("Confirmed.")
            )

        page = reverse("admin:funds_pooling_part", args=[pk, part])
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=ReasonForm if stop else ScreenForm,
            lead=_("Handed up %(up)s yuan, granted %(down)s yuan.")
            % {"up": yuan(found.up), "down": yuan(found.down)},
            stop=stop,
            back=row_url(found.round) if verb == "object" else page,
            crumbs=[*self.crumbs(found.round), Crumb(str(found.region), page)],
        ).answer(request)

    def _figures(self, request: HttpRequest, found: PoolingPart) -> HttpResponse:
        wanted = METHODS[PoolingMethod.read(found.round.method)].figures

        def prepare(form: ScreenForm) -> None:
            for name in wanted:
                form.fields[name] = (
                    MoneyField(label=NAMES[name])
                    if name in MONEY
                    else WholeField(label=NAMES[name], most=10**9)
                )
                value = found.figures.get(name)
                if value is not None:
                    form.fields[name].initial = yuan(value) if name in MONEY else value

        def do(given: dict[str, Any]) -> str:
            pooling.enter_figures(
                found.pk,
                {name: given[name] for name in wanted},
                source=given["source"],
                by=staff(request),
            )
            return _now("Entered. Preview the round again.")

        return Deed(
            title=_("Enter figures"),
            act="pooling.draft",
            button=_("Enter"),
            do=do,
            form=FiguresForm,
            prepare=prepare,
            lead=str(found.region),
            back=row_url(found.round),
            crumbs=self.crumbs(found.round),
        ).answer(request)


def _missing() -> PoolingPart:
    raise Http404


def said(name: str, value: int | None) -> str:
    """A figure as people read it."""
    if value is None:
        return "—"
    return yuan(value) if name in MONEY else f"{value:,}"


def agreed(part: PoolingPart) -> Text:
    if part.objection:
        return _("objects")
    if part.checker_id:
        return _("yes")
    return _("to be confirmed") if part.maker_id else "—"


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
