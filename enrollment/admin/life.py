"""The desk's pages of life events: recorded, confirmed from a report, taken back."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import EventKind, EventReport, LifeEvent, Person, Sex
from enrollment.services.living import events, reports
from enrollment.services.living.reports import KIND
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.forms import DateField, ScreenForm
from socsec.office.models import Case, User
from socsec.office.places import place

from .changes import RefuseForm, all_regions, case_url, refusals
from .papers import crumbs, person_url

State = Case.State
OTHERS = [(k.value, k.label) for k in EventKind if k is not EventKind.BIRTH]


class EventForm(ScreenForm):
    kind = pick(_("What happened"), OTHERS)
    happened_on = DateField(label=_("Day on which it happened"))
    known_on = DateField(
        label=_("Day on which it became known"), required=False, help_text=_("Empty means today.")
    )
    document = text(_("Document"), max_length=120)
    to_region = RegionField(label=_("Moved to"), required=False, help_text=_("Only for a move."))


class BirthForm(ScreenForm):
    name = text(_("Name of the child"), max_length=60)
    sex = pick(_("Sex"), Sex.choices)
    born_on = DateField(label=_("Date of birth"))
    document = text(_("Document"), max_length=120)


class WithdrawForm(ScreenForm):
    reason = text(_("Reason"), max_length=120)


@admin.register(LifeEvent)
class LifeEventAdmin(DeskAdmin):
    read_act = "life.read"
    region_field = "person__region"
    list_display: ClassVar = [
        *("person", "kind", "happened_on", "known_on", "late", "recorded_at", "standing"),
    ]
    list_filter: ClassVar = ["kind"]
    list_select_related: ClassVar = ["person", "reverses", "reversed_by"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")
    fields: ClassVar = [
        *("person", "kind", "happened_on", "known_on", "recorded_at", "by", "document"),
        *("where", "standing"),
    ]
    readonly_fields: ClassVar = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LifeEvent]:
        return queries.all_events(request.user)

    @admin.display(description=_("region"))
    def where(self, event: LifeEvent) -> str:
        return place(event.region) if event.region else ""

    @admin.display(description=_("known after"))
    def late(self, event: LifeEvent) -> str:
        return _now("%(days)s days") % {"days": (event.known_on - event.happened_on).days}

    @admin.display(description=_("state"))
    def standing(self, event: LifeEvent) -> str:
        if event.reverses_id:
            return _now("takes back no. %(number)s") % {"number": event.reverses_id}
        return str(_("taken back") if hasattr(event, "reversed_by") else _("holds"))

    def buttons(self, request: HttpRequest, obj: LifeEvent | None) -> list[Button]:
        if obj is None or obj.reverses_id or hasattr(obj, "reversed_by"):
            return []
        if not may(request.user, "life.withdraw", obj.person.region):
            return []
        url = reverse("admin:enrollment_event_withdraw", args=[obj.pk])
        return [Button(_("Take it back"), url, stop=True)]


@admin.register(EventReport)
class EventReportAdmin(DeskAdmin):
    read_act = "case.read"
    region_field = "case__region"
    list_display: ClassVar = ["number", "person", "kind", "happened_on", "state"]
    list_filter: ClassVar = ["kind", "case__state"]
    list_select_related: ClassVar = ["case", "person"]
    ordering: ClassVar = ["case__due_on", "case_id"]

    @admin.display(description=_("case"))
    def number(self, row: EventReport) -> str:
        return row.case.spaced_number

    @admin.display(description=_("state"))
    def state(self, row: EventReport) -> str:
        return row.case.get_state_display()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return redirect(case_url(found.pk))


def record(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(queries.people(request.user), pk=pk)

    def prepare(form: ScreenForm) -> None:
        form.fields["to_region"].queryset = all_regions()
        form.fields["to_region"].empty_label = "—"

    def do(said: dict[str, Any]) -> str:
        events.record(by=staff(request), person=person, **said)
        return _now("It is on record. What follows from it is worked out from there.")

    return Deed(
        title=_("Life event"),
        act="life.record",
        button=_("Record"),
        do=do,
        form=EventForm,
        prepare=prepare,
        back=person_url(person),
        then=lambda: (
            person_url(person)
            if queries.people(request.user).filter(pk=person.pk).exists()
            else list_url(Person)
        ),
        crumbs=crumbs(person),
    ).answer(request)


def birth(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(queries.people(request.user), pk=pk)
    made: list[LifeEvent] = []

    def do(said: dict[str, Any]) -> str:
        said["sex"] = int(said["sex"])
        made.append(events.record_birth(by=staff(request), parent=person, **said))
        return _now("%(name)s is registered.") % {"name": made[0].person.name}

    return Deed(
        title=_("Birth of a child"),
        act="life.record",
        button=_("Record"),
        do=do,
        form=BirthForm,
        back=person_url(person),
        then=lambda: person_url(made[0].person),
        lead=_("The child is registered without a number and joins the household of %(name)s.")
        % {"name": person.name},
        crumbs=crumbs(person),
    ).answer(request)


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    event = get_object_or_404(queries.all_events(request.user), pk=pk)

    def do(said: dict[str, Any]) -> str:
        events.withdraw(by=staff(request), event=event, reason=said["reason"])
        return _now("It is taken back, and what it changed is put back.")

    return Deed(
        title=_("Take an event back"),
        act="life.withdraw",
        button=_("Take it back"),
        do=do,
        form=WithdrawForm,
        stop=True,
        lead=_("%(name)s: %(kind)s on %(day)s.")
        % {
            "name": event.person.name,
            "kind": event.get_kind_display(),
            "day": event.happened_on.isoformat(),
        },
        back=row_url(event),
        crumbs=[Crumb(_("Life events"), list_url(LifeEvent))],
    ).answer(request)


def report_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Examine, confirm, refuse."""
    found = get_object_or_404(
        EventReport.objects.select_related("case", "person"),
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
            reports.examine(by=user, report=found)
            return _now("A colleague decides now.")
        if verb == "confirm":
            reports.confirm(by=user, report=found)
            return _now("The event is on record.")
        reports.refuse(by=user, report=found, reason=said["reason"])
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
        crumbs=[*crumbs(found.person), Crumb(found.case.spaced_number, case_url(found.pk))],
    ).answer(request)


VERBS: dict[str, tuple[str, Any, tuple[str, ...], bool, bool]] = {
    "examine": ("case.assess", _("Papers examined"), (State.RECEIVED,), True, False),
    "confirm": ("case.check", _("Confirm the event"), (State.ASSESSED,), True, False),
    "refuse": ("case.check", _("Decline"), (State.ASSESSED,), False, True),
}


def _buttons(user: User, person_id: int) -> Iterable[Button]:
    region = Person.objects.values_list("region", flat=True).get(pk=person_id)
    if may(user, "life.record", region):
        yield Button(_("Life event"), reverse("admin:enrollment_event_record", args=[person_id]))
        yield Button(
            _("Birth of a child"), reverse("admin:enrollment_event_birth", args=[person_id])
        )


def _panel(user: User, person_id: int) -> dict[str, Any] | None:
    rows = [
        {"row": each, "url": row_url(each), "back": getattr(each, "reversed_by", None)}
        for each in queries.life_events(person_id)[:20]
    ]
    return {"rows": rows, "today": timezone.localdate()} if rows else None


def _on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(
            label,
            reverse("admin:enrollment_report_verb", args=[case.pk, slug]),
            main=main,
            stop=stop,
        )
        for slug, (act, label, states, main, stop) in VERBS.items()
        if case.state in states and may(user, act, case.region_id)
    ]


def _panels(user: User, case: Case) -> list[case_file.Panel]:
    found = EventReport.objects.select_related("person", "event").filter(pk=case.pk).first()
    if found is None:
        return []
    held = {"report": found, "url": person_url(found.person)}
    return [("admin/enrollment/_report.html", held)]


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("life", _buttons, person_file.Noun.FAMILY)
    person_file.panel(
        person_file.FilePanel(
            "life", 35, _("Life events"), "life.read", "admin/enrollment/_life.html", _panel
        )
    )
    case_file.hang(KIND, buttons=_on_case, panels=_panels)


def urls(guard: Any) -> list[URLPattern]:
    """Pages that hang below those of people."""
    return [
        path("<int:pk>/event/", guard(record), name="enrollment_event_record"),
        path("<int:pk>/birth/", guard(birth), name="enrollment_event_birth"),
        path("events/<int:pk>/withdraw/", guard(withdraw), name="enrollment_event_withdraw"),
        path("reports/<int:pk>/<slug:verb>/", guard(report_verb), name="enrollment_report_verb"),
    ]
