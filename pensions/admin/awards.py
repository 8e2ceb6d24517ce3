"""The desk's pages of awards: what is paid, since when, by which working, and the verbs on it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from pensions import queries
from pensions.models import Award, AwardState, EndReason
from pensions.services import award as awards
from pensions.services import claim as claims
from pensions.services.adjustment import adjusted
from pensions.services.deciding import sheet_of
from pensions.services.residents import adjustment as residents
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, show_page, staff
from socsec.office.forms import MonthField, ScreenForm
from socsec.office.places import place

from . import choices as choice_pages
from . import claims as claim_pages
from . import corrections as correction_pages
from . import disability as disability_pages
from . import few_months as few_months_pages
from . import forecast as forecast_pages
from . import survivors as survivor_pages
from .fairness import fairness
from .trial import trial

SHOWN = 200  # pensions to look at, on one page


def award_url(award: Award) -> str:
    return reverse("admin:pensions_award_change", args=[award.pk])


class MonthReasonForm(ScreenForm):
    from_month = MonthField(label=_("From month"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class EndForm(ScreenForm):
    last_month = MonthField(label=_("Last month"))
    end_reason = forms.ChoiceField(
        label=_("Why it ends"),
        choices=[
            (r.value, r.label) for r in EndReason if r not in (EndReason.DEATH, EndReason.EXPIRED)
        ],
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


@admin.register(Award)
class AwardAdmin(DeskAdmin):
    read_act = "benefit.read"
    change_form_template = "admin/pensions/award.html"
    list_display: ClassVar = [
        "person",
        "scheme",
        "branch",
        "since",
        "money",
        "state",
        "provisional",
        "where",
    ]
    list_filter: ClassVar = ["state", "scheme", "branch", "provisional"]
    list_select_related: ClassVar = ["person"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Award]:
        return queries.awards(request.user)

    @admin.display(description=_("region"), ordering="region")
    def where(self, award: Award) -> str:
        return place(award.region)

    @admin.display(description=_("from"), ordering="from_month")
    def since(self, award: Award) -> str:
        return format_month(award.from_month)

    @admin.display(description=_("monthly pension"), ordering="monthly")
    def money(self, award: Award) -> str:
        return yuan(award.monthly)

    def buttons(self, request: HttpRequest, obj: Award | None) -> list[Button]:
        if obj is None:
            return [Button(_("To look at"), reverse("admin:pensions_award_watch"))]
        correct = []
        if obj.claim_id and may(request.user, "benefit.change", obj.region):
            correct = [
                Button(_("Correct"), reverse("admin:pensions_correction_open", args=[obj.pk]))
            ]
        return correct + [
            Button(label, reverse("admin:pensions_award_verb", args=[obj.pk, slug]), stop=stop)
            for slug, (act, label, states, stop, _make) in VERBS.items()
            if obj.state in states and may(request.user, act, obj.region)
        ]

    def context(self, request: HttpRequest, obj: Award) -> dict[str, Any]:
        benefit = queries.benefit_in(obj, month_of(timezone.localdate()))
        return {
            "award": obj,
            "title": obj.person.name,
            # An annuity has no sheet of its own: it is worked out with the pension beside it.
            "sheet_json": sheet_of(obj) or (sheet_of(obj.beside) if obj.beside else None),
            "monthly": benefit.monthly if benefit else obj.monthly,
            "adjusted": adjusted(obj.person_id, obj.pk) + residents.adjusted(obj.person_id, obj.pk),
            "unit": _("yuan a month"),
            "corrections": queries.corrections_of(obj),
            "payments": queries.payments(obj.person_id),
            "today": month_of(timezone.localdate()),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="pensions_award_verb"),
            path("watch/", guard(watch), name="pensions_award_watch"),
            path("trial/", guard(trial), name="pensions_trial"),
            path("fairness/", guard(fairness), name="pensions_fairness"),
            path("choice/<int:person_id>/", guard(choice_pages.choose), name="pensions_choice"),
            path(
                "few-months/<int:person_id>/",
                guard(few_months_pages.choose),
                name="pensions_few_months",
            ),
            path(
                "few-months/<int:pk>/back/",
                guard(few_months_pages.give_up),
                name="pensions_few_months_give_up",
            ),
            path(
                "balance/<int:case_id>/<slug:verb>/",
                guard(few_months_pages.verb),
                name="pensions_balance_verb",
            ),
            path(
                "choice/<int:pk>/withdraw/",
                guard(choice_pages.withdraw),
                name="pensions_choice_withdraw",
            ),
            path(
                "forecast/<int:person_id>/",
                guard(forecast_pages.forecast),
                name="pensions_forecast",
            ),
            path(
                "forecast/<int:person_id>/paper/",
                guard(forecast_pages.paper),
                name="pensions_forecast_paper",
            ),
            path(
                "account/<int:person_id>/paper/",
                guard(forecast_pages.account),
                name="pensions_account_paper",
            ),
            path(
                "claim/<int:person_id>/", guard(claim_pages.open_claim), name="pensions_claim_open"
            ),
            path(
                "claim/<int:case_id>/<slug:verb>/",
                guard(claim_pages.verb),
                name="pensions_claim_verb",
            ),
            path(
                "<int:pk>/correct/",
                guard(correction_pages.open_correction),
                name="pensions_correction_open",
            ),
            path(
                "disability/<int:person_id>/open/",
                guard(disability_pages.open_claim),
                name="pensions_disability_open",
            ),
            path(
                "disability/<int:case_id>/<slug:verb>/",
                guard(disability_pages.verb),
                name="pensions_disability_verb",
            ),
            path(
                "survivors/<int:person_id>/open/",
                guard(survivor_pages.open_claim),
                name="pensions_survivors_open",
            ),
            path(
                "survivors/<int:case_id>/<slug:verb>/",
                guard(survivor_pages.verb),
                name="pensions_survivors_verb",
            ),
            path(
                "correction/<int:case_id>/<slug:verb>/",
                guard(correction_pages.verb),
                name="pensions_correction_verb",
            ),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        award = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404
        act, label, _states, stop, make = VERBS[verb]
        form, lead, do = make(request, award)
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            lead=lead,
            stop=stop,
            back=award_url(award),
            initial={"from_month": month_of(timezone.localdate())},
            crumbs=[
                Crumb(_("Awards"), list_url(Award)),
                Crumb(award.person.name, award_url(award)),
            ],
        ).answer(request)


def watch(request: HttpRequest) -> HttpResponse:
    """Pensions in payment that somebody should look at, each with its reasons."""
    rows = [
        {
            "award": each.award,
            "url": award_url(each.award),
            "reasons": [(why.label, since) for why, since in each.reasons],
        }
        for each in queries.watched(request.user, SHOWN)
    ]
    return show_page(
        request,
        "admin/pensions/watch.html",
        title=_("Pensions to look at"),
        act="benefit.read",
        crumbs=[Crumb(_("Awards"), list_url(Award)), Crumb(_("To look at"))],
        rows=rows,
    )


Made = tuple[type[ScreenForm], Any, Callable[[dict[str, Any]], str]]


def _replay(request: HttpRequest, award: Award) -> Made:
    def do(said: dict[str, Any]) -> str:
        again = claims.replay(award)
        if again.same:
            return _now(
                "Worked out again from the facts and the edition of its time: the same to the fen."
            )
        return _now("Not the same any more: %(differences)s") % {
            "differences": "; ".join(again.differences)
        }

    return (
        ScreenForm,
        _("The award is worked out again from its stored facts. Nothing is changed."),
        do,
    )


def _suspend(request: HttpRequest, award: Award) -> Made:
    def do(said: dict[str, Any]) -> str:
        awards.suspend(by=staff(request), award=award, **said)
        return _now("Suspended. Nothing is paid until it is resumed.")

    return MonthReasonForm, _("From this month on nothing is paid; the months stay owed."), do


def _resume(request: HttpRequest, award: Award) -> Made:
    def do(said: dict[str, Any]) -> str:
        awards.resume(by=staff(request), award=award, **said)
        return _now("Resumed. The next payroll pays what is owed.")

    return MonthReasonForm, _("From this month on it is paid again."), do


def _end(request: HttpRequest, award: Award) -> Made:
    def do(said: dict[str, Any]) -> str:
        awards.end(by=staff(request), award=award, **said)
        return _now("The award ends with that month.")

    return EndForm, _("After this month nothing is paid. It cannot be undone."), do


# verb: act, label, states, whether it ends something, the page.
VERBS: dict[str, tuple[str, Any, tuple[int, ...], bool, Callable[[HttpRequest, Award], Made]]] = {
    "replay": ("benefit.read", _("Work it out again"), tuple(AwardState.values), False, _replay),
    "suspend": ("benefit.change", _("Suspend"), (AwardState.IN_PAYMENT,), True, _suspend),
    "end": (
        "benefit.change",
        _("End"),
        (AwardState.IN_PAYMENT, AwardState.SUSPENDED),
        True,
        _end,
    ),
    "resume": ("benefit.change", _("Resume"), (AwardState.SUSPENDED,), False, _resume),
}
