"""Grants at the desk: what they come to, what was paid, and changes by two people after a hearing."""

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

from assistance import queries
from assistance.models import ChangeKind, ChangeState, Grant, GrantChange, GrantState, What
from assistance.services import appeals as contesting
from assistance.services import changing, reclaiming, watching
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import appeals
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.errors import Problem
from socsec.office.forms import DateField, MonthField, ScreenForm, SelectField, TextField
from socsec.office.places import place

from . import questions
from .queues import Programmes


class HearForm(ScreenForm):
    on = DateField(label=_("Heard on"))
    text = forms.CharField(
        label=_("What was said"),
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 5}),
    )


class ToldForm(ScreenForm):
    what = SelectField(
        label=_("What changed"),
        choices=[(each.value, each.label) for each in What if each != What.REVIEW],
    )
    happened_on = DateField(label=_("Since"))
    text = forms.CharField(
        label=_("In words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )


class ChangeForm(ScreenForm):
    from_month = MonthField(label=_("From month"))
    reason = TextField(label=_("Reason"), max_length=200)


class RejectForm(ScreenForm):
    text = TextField(label=_("What is not right"), max_length=200)


class ProgrammesOfGrant(Programmes):
    of = "grant__programme__slug"


@admin.register(Grant)
class GrantAdmin(DeskAdmin):
    read_act = "benefit.read"
    change_form_template = "admin/assistance/grant.html"
    list_display: ClassVar = ["person", "programme", "since", "state", "review_on", "where"]
    list_filter: ClassVar = ["state", Programmes]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grant]:
        return queries.grants(request.user)

    @admin.display(description=_("from"), ordering="from_month")
    def since(self, grant: Grant) -> str:
        return format_month(grant.from_month)

    @admin.display(description=_("region"), ordering="region")
    def where(self, grant: Grant) -> str:
        return place(grant.region)

    def buttons(self, request: HttpRequest, obj: Grant | None) -> list[Button]:
        if obj is None:
            return [Button(_("Changes of grants"), list_url(GrantChange))]
        others = [
            Button(label, reverse(f"admin:assistance_{page}", args=[obj.pk]))
            for page, act, label, fits in OTHERS
            if may(request.user, act, obj.region) and fits(obj)
        ]
        if obj.state == GrantState.ENDED or not may(request.user, "benefit.change", obj.region):
            return others
        return others + [
            Button(label, reverse("admin:assistance_grant_verb", args=[obj.pk, slug]), stop=stop)
            for slug, (label, states, stop, _make) in VERBS.items()
            if obj.state in states
        ]

    def context(self, request: HttpRequest, obj: Grant) -> dict[str, Any]:
        amounts = list(obj.amounts.select_related("by").order_by("-version"))
        return {
            "grant": obj,
            "heading": f"{obj.person} · {obj.programme}",
            "title": obj.person.name,
            "amounts": amounts,
            "amount": queries.amount_in(
                obj.pk, max(month_of(timezone.localdate()), obj.from_month)
            ),
            "sheet_json": amounts[0].sheet if amounts else None,
            "payments": obj.payments.order_by("-month", "-part"),
            "hearings": obj.hearings.select_related("by"),
            "changes": obj.changes.select_related("maker", "checker"),
            "circumstances": obj.circumstances.select_related("person"),
            "reclaims": obj.reclaims.all(),
            "recognitions": obj.recognitions.select_related("person"),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="assistance_grant_verb"),
            path("<int:pk>/told/", guard(self.told), name="assistance_grant_told"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        grant = get_object_or_404(queries.grants(request.user), pk=pk)
        if verb not in VERBS:
            raise Http404
        label, _states, stop, make = VERBS[verb]
        form, lead, prepare, do = make(request, grant)
        return Deed(
            title=label,
            act="benefit.change",
            button=label,
            do=do,
            form=form,
            lead=lead,
            stop=stop,
            prepare=prepare,
            back=row_url(grant),
            initial={
                "on": timezone.localdate(),
                "from_month": max(month_of(timezone.localdate()) + 1, grant.from_month),
            },
            crumbs=[
                Crumb(_("Grants"), list_url(Grant)),
                Crumb(grant.person.name, row_url(grant)),
            ],
        ).answer(request)

    def told(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take down what the household tells of its grant."""
        grant = get_object_or_404(queries.grants(request.user), pk=pk)

        def do(said: dict[str, Any]) -> Any:
            watching.report(by=staff(request), grant=grant, **said)
            return _now("On the list. An assessor looks at it.")

        return Deed(
            title=_("The household tells of a change"),
            act="grant.report",
            button=_("Take it down"),
            do=do,
            form=ToldForm,
            initial={"happened_on": timezone.localdate()},
            back=row_url(grant),
            crumbs=[
                Crumb(_("Grants"), list_url(Grant)),
                Crumb(grant.person.name, row_url(grant)),
            ],
        ).answer(request)


def _runs(grant: Grant) -> bool:
    return grant.state != GrantState.ENDED


def _overpaid(grant: Grant) -> bool:
    return bool(reclaiming.overpaid(grant)) and not grant.reclaims.filter(ordered_on=None).exists()


# Pages of other lists on which a grant's page leads: page, act, label, when.
OTHERS: list[tuple[str, str, Any, Callable[[Grant], bool]]] = [
    ("grant_told", "grant.report", _("The household tells of a change"), _runs),
    ("reclaim_propose", "reclaim.propose", _("Order back"), _overpaid),
]
Prepare = Callable[[ScreenForm], None] | None
Made = tuple[type[ScreenForm], Any, Prepare, Callable[[dict[str, Any]], Any]]


def _hear(request: HttpRequest, grant: Grant) -> Made:
    def do(said: dict[str, Any]) -> Any:
        changing.hear(by=staff(request), grant=grant, **said)
        return _now("What was said is on file.")

    return HearForm, _("Before a grant is reduced or stopped the household is heard."), None, do


def _amount(request: HttpRequest, grant: Grant) -> Made:
    last = grant.amounts.order_by("-version").first()
    before = dict(last.facts) if last else {}

    def prepare(form: ScreenForm) -> None:
        questions.add(form, grant.programme, before)

    def do(said: dict[str, Any]) -> Any:
        found = questions.answers(grant.programme, said)
        changed = {name: value for name, value in found.items() if before.get(name) != value}
        try:
            made = changing.propose(
                by=staff(request),
                grant=grant,
                kind=ChangeKind.AMOUNT,
                changed=changed,
                **said,
            )
        except Problem as trouble:
            raise questions.by_its_field(trouble, grant.programme) from trouble
        return _now("Proposed: %(after)s yuan instead of %(before)s. A colleague decides.") % {
            "after": yuan(made.after),
            "before": yuan(made.before),
        }

    return ChangeForm, _("Change what is different now; the rule says what follows."), prepare, do


def _propose(kind: ChangeKind) -> Callable[[HttpRequest, Grant], Made]:
    def make(request: HttpRequest, grant: Grant) -> Made:
        def do(said: dict[str, Any]) -> Any:
            changing.propose(by=staff(request), grant=grant, kind=kind, **said)
            return _now("Proposed. A colleague decides.")

        return ChangeForm, "", None, do

    return make


# verb: label, states, whether it ends something, the page.
VERBS: dict[str, tuple[Any, tuple[int, ...], bool, Callable[[HttpRequest, Grant], Made]]] = {
    "hear": (
        _("Write down a hearing"),
        (GrantState.RUNNING, GrantState.SUSPENDED),
        False,
        _hear,
    ),
    "amount": (_("Another amount"), (GrantState.RUNNING,), False, _amount),
    "suspend": (_("Suspend"), (GrantState.RUNNING,), False, _propose(ChangeKind.SUSPEND)),
    "resume": (_("Resume"), (GrantState.SUSPENDED,), False, _propose(ChangeKind.RESUME)),
    "end": (
        _("End"),
        (GrantState.RUNNING, GrantState.SUSPENDED),
        True,
        _propose(ChangeKind.END),
    ),
}


@admin.register(GrantChange)
class GrantChangeAdmin(DeskAdmin):
    read_act = "benefit.read"
    region_field = "grant__region"
    change_form_template = "admin/assistance/change.html"
    list_display: ClassVar = ["grant", "kind", "since", "before_", "after_", "state", "maker"]
    list_filter: ClassVar = ["state", "kind", ProgrammesOfGrant]
    search_fields: ClassVar = ["grant__person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = ["state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[GrantChange]:
        return queries.changes(request.user)

    @admin.display(description=_("from"), ordering="from_month")
    def since(self, change: GrantChange) -> str:
        return format_month(change.from_month)

    @admin.display(description=_("before"), ordering="before")
    def before_(self, change: GrantChange) -> str:
        return yuan(change.before)

    @admin.display(description=_("after"), ordering="after")
    def after_(self, change: GrantChange) -> str:
        return yuan(change.after)

    def buttons(self, request: HttpRequest, obj: GrantChange | None) -> list[Button]:
        if obj is None:
            return []
        if obj.state == ChangeState.MADE:
            contest = reverse("admin:office_appeal_open", args=[contesting.CHANGE, obj.pk])
            offered = may(request.user, "case.receive", obj.grant.region) and (
                appeals.may_be_reviewed(contesting.CHANGE, obj.pk)
            )
            return [Button(_("The person disagrees"), contest)] if offered else []
        if obj.state != ChangeState.PROPOSED or not may(
            request.user, "case.check", obj.grant.region
        ):
            return []
        return [
            Button(
                label,
                reverse("admin:assistance_change_verb", args=[obj.pk, slug]),
                main=slug == "make",
                stop=slug == "reject",
            )
            for slug, label in DECIDE.items()
        ]

    def context(self, request: HttpRequest, obj: GrantChange) -> dict[str, Any]:
        return {"proposed": obj, "heading": str(obj), "sheet_json": obj.sheet}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="assistance_change_verb"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        change = get_object_or_404(queries.changes(request.user), pk=pk)
        if verb not in DECIDE:
            raise Http404

        def do(said: dict[str, Any]) -> Any:
            if verb == "make":
                changing.approve(by=staff(request), change=change)
                return _now("The change is made; the letter is on its way.")
            changing.reject(by=staff(request), change=change, text=said["text"])
            return _now("Not made. Everything stays as it was.")

        return Deed(
            title=DECIDE[verb],
            act="case.check",
            button=DECIDE[verb],
            do=do,
            form=ScreenForm if verb == "make" else RejectForm,
            lead=f"{change.reason} · {yuan(change.before)} → {yuan(change.after)}",
            stop=verb == "reject",
            back=row_url(change),
            crumbs=[
                Crumb(_("Changes of grants"), list_url(GrantChange)),
                Crumb(str(change), row_url(change)),
            ],
            template="admin/assistance/deed.html",
            context={"sheet_json": change.sheet},
        ).answer(request)


DECIDE: dict[str, Any] = {"make": _("Make the change"), "reject": _("Do not make it")}
