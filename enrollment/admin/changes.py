"""The desk's pages of change requests: old and new side by side, examined by one, decided by another."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import ChangeRequest, Purpose, RegistrationKind, Sex, What
from enrollment.services.people import changes
from enrollment.services.people.changes import KIND, REASONS, Upload
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, staff
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.forms import (
    BankCardField,
    DateField,
    MobileField,
    PaperField,
    ResidentIdField,
    ScreenForm,
    TickField,
)
from socsec.office.models import Case, Region, User
from socsec.office.services.case import LARGEST

from .papers import crumbs, person_url

State = Case.State


class WhatForm(ScreenForm):
    what = pick(_("What shall be changed"), What.choices)


def new_fields(what: str) -> dict[str, Any]:
    """The questions for a new value, shared with the portal."""
    fields: dict[str, dict[str, Any]] = {
        What.NAME: {"name": text(_("Full name"), max_length=60)},
        What.SEX: {"sex": pick(_("Sex"), Sex.choices)},
        What.BORN_ON: {"born_on": DateField(label=_("Date of birth"))},
        What.RESIDENT_ID: {"number": ResidentIdField()},
        What.PHONE: {"phone": MobileField(label=_("Mobile number"))},
        What.ADDRESS: {"address": text(_("Address"), max_length=200)},
        What.BANK: {
            "purpose": pick(_("For"), Purpose.choices),
            "account": BankCardField(label=_("Card or account number")),
            "bank": text(_("Bank"), max_length=60),
        },
        What.REGISTRATION: {
            "kind": pick(_("Registration type"), RegistrationKind.choices),
            "region": RegionField(label=_("Registered in")),
        },
    }
    return fields[what]


def plain(said: dict[str, Any]) -> dict[str, Any]:
    """Cleaned answers as a request keeps them."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in said.items()
    }


def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """The first page: what shall be changed."""
    person = get_object_or_404(queries.people(request.user), pk=pk)
    chosen: list[str] = []

    def do(said: dict[str, Any]) -> str:
        chosen.append(said["what"])
        return _now("Now take down what it shall be.")

    return Deed(
        title=_("Ask for a change"),
        act="case.receive",
        button=_("Continue"),
        do=do,
        form=WhatForm,
        back=person_url(person),
        then=lambda: reverse("admin:enrollment_change_ask", args=[person.pk, chosen[0]]),
        crumbs=crumbs(person),
    ).answer(request)


def ask(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """The second page: the new value, since when, and the paper."""
    person = get_object_or_404(queries.people(request.user), pk=pk)
    if what not in What.values:
        raise Http404
    made: list[ChangeRequest] = []

    def prepare(form: ScreenForm) -> None:
        form.fields.update(new_fields(what))
        if what == What.REGISTRATION:
            form.fields["region"].queryset = all_regions()
        if what not in (What.SEX, What.BORN_ON, What.BANK):
            form.fields["correction"] = TickField(
                label=_("What is on file was wrong from the start"), required=False
            )
            form.fields["from_"] = DateField(
                label=_("Changed on"), required=False, help_text=_("Empty means today.")
            )
        form.fields["file"] = PaperField(required=what in changes.IDENTITY)

    def do(said: dict[str, Any]) -> str:
        correction, from_ = said.pop("correction", False), said.pop("from_", None)
        made.append(
            changes.ask(
                by=staff(request),
                person=person,
                what=what,
                new=plain({k: v for k, v in said.items() if k != "file"}),
                channel=Case.Channel.COUNTER,
                correction=correction,
                from_=from_,
                uploads=uploads(said["file"]),
            )
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    on_file = changes.shown(what, changes.on_file(person, what))
    return Deed(
        title=_("Ask for a change: %(what)s") % {"what": What(what).label},
        act="case.receive",
        button=_("Receive the request"),
        do=do,
        prepare=prepare,
        back=person_url(person),
        then=lambda: case_url(made[0].pk),
        lead=_("On file: %(value)s") % {"value": on_file or "—"},
        crumbs=crumbs(person),
    ).answer(request)


def uploads(file: Any, label: str = "") -> list[Upload]:
    """The file of a form, read no further than the service would take it."""
    return [Upload(file.name, file.read(LARGEST + 1), label)] if file else []


def all_regions() -> Any:
    return Region.objects.order_by("code")


def case_url(number: int) -> str:
    return reverse("admin:office_case_change", args=[number])


class RefuseForm(ScreenForm):
    reason = pick(_("Reason"), [])


def refusals() -> list[tuple[str, str]]:
    language = "text_zh" if (get_language() or "en").startswith("zh") else "text_en"
    return [(code, said[language]) for code, said in REASONS.items()]


def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Examine, agree, refuse."""
    found = get_object_or_404(
        ChangeRequest.objects.select_related("case", "person"),
        pk=pk,
        person__in=queries.people(request.user),
    )
    if verb not in VERBS:
        raise Http404
    act, label, _states, _main, stop = VERBS[verb]

    def prepare(form: ScreenForm) -> None:
        if verb == "refuse":
            form.fields["reason"].choices = refusals()

    def do(said: dict[str, Any]) -> str:
        user = staff(request)
        if verb == "examine":
            changes.examine(by=user, request=found)
            return _now("A colleague decides now.")
        if verb == "grant":
            changes.grant(by=user, request=found)
            return _now("The file is changed, and the person has a letter.")
        changes.refuse(by=user, request=found, reason=said["reason"])
        return _now("Refused. The person has a letter with the reason.")

    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=RefuseForm if verb == "refuse" else ScreenForm,
        prepare=prepare,
        stop=stop,
        back=case_url(found.pk),
        lead=_("%(what)s: %(old)s → %(new)s")
        % {
            "what": found.get_what_display(),
            "old": changes.shown(found.what, found.old) or "—",
            "new": changes.shown(found.what, found.new),
        },
        crumbs=[*crumbs(found.person), Crumb(found.case.spaced_number, case_url(found.pk))],
    ).answer(request)


# verb: act, label, the states in which it is offered, whether it is the main one, whether it ends.
VERBS: dict[str, tuple[str, Any, tuple[str, ...], bool, bool]] = {
    "examine": ("case.assess", _("Papers examined"), (State.RECEIVED,), True, False),
    "grant": ("case.check", _("Agree and change"), (State.ASSESSED,), True, False),
    "refuse": ("case.check", _("Decline"), (State.ASSESSED,), False, True),
}


@admin.register(ChangeRequest)
class ChangeRequestAdmin(DeskAdmin):
    read_act = "case.read"
    region_field = "case__region"
    list_display: ClassVar = ["number", "person", "what", "state", "due"]
    list_filter: ClassVar = ["what", "case__state"]
    list_select_related: ClassVar = ["case", "person"]
    search_fields: ClassVar = ["person__name__startswith", "case__number"]
    search_help_text = _("Name, or number of the case")
    ordering: ClassVar = ["case__due_on", "case_id"]

    @admin.display(description=_("case"))
    def number(self, row: ChangeRequest) -> str:
        return row.case.spaced_number

    @admin.display(description=_("state"))
    def state(self, row: ChangeRequest) -> str:
        return row.case.get_state_display()

    @admin.display(description=_("due"), ordering="case__due_on")
    def due(self, row: ChangeRequest) -> str:
        return row.case.due_on.isoformat() if row.case.is_open else "—"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return redirect(case_url(found.pk))


def _buttons(user: User, person_id: int) -> Iterable[Button]:
    if may(user, "case.receive"):
        yield Button(_("Ask for a change"), reverse("admin:enrollment_change", args=[person_id]))


def _on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(
            label,
            reverse("admin:enrollment_change_verb", args=[case.pk, slug]),
            main=main,
            stop=stop,
        )
        for slug, (act, label, states, main, stop) in VERBS.items()
        if case.state in states and may(user, act, case.region_id)
    ]


def _panels(user: User, case: Case) -> list[case_file.Panel]:
    found = ChangeRequest.objects.select_related("person").filter(pk=case.pk).first()
    if found is None:
        return []
    now = changes.on_file(found.person, found.what)
    held = {
        "request": found,
        "old": changes.shown(found.what, found.old),
        "new": changes.shown(found.what, found.new),
        "now": changes.shown(found.what, now),
        "moved": case.is_open and now != found.old,
        "url": person_url(found.person),
    }
    return [("admin/enrollment/_change.html", held)]


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("changes", _buttons, person_file.Noun.PERSON)
    case_file.hang(KIND, buttons=_on_case, panels=_panels)


def urls(guard: Any) -> list[URLPattern]:
    """Pages that hang below those of people."""
    return [
        path("<int:pk>/change-of/", guard(choose), name="enrollment_change"),
        path("<int:pk>/change-of/<slug:what>/", guard(ask), name="enrollment_change_ask"),
        path("changes/<int:pk>/<slug:verb>/", guard(verb), name="enrollment_change_verb"),
    ]
