"""Rounds in which regions share: what each hands up and is granted."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Fund, PoolingPart, PoolingRound, PoolingTransfer
from funds.params import PoolingMethod
from funds.rules.pooling.together import METHODS
from funds.services import pooling
from socsec.kernel.money import yuan
from socsec.kernel.regions import covers
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.forms import MoneyField, ScreenForm, WholeField
from socsec.office.net_chart import net_chart
from socsec.office.tables import facts

from ..budgets import ReasonForm
from .forms import PART_VERBS, ROUND_VERBS, FiguresForm, RoundForm, TotalForm
from .words import MONEY, NAMES, OPEN, WHERE, agreed, said

Round = PoolingRound.State


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
