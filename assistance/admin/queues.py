"""Queues: steps by the days that are left, per office and by whom they are done; and applications."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistance import queries
from assistance.models import Actor, Application, Clock, LimitUnit, StepCode
from assistance.services import clocks
from socsec.office.access import may
from socsec.office.desk import Button, Deed, DeskAdmin, list_url, staff
from socsec.office.forms import Option, PickField, ScreenForm
from socsec.office.models import User
from socsec.office.places import place
from socsec.office.services import case as cases

from . import answer_file, grievances, notices, opening, registers, statistics, survey
from . import cases as case_pages


class Whose(admin.SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("mine", _("mine")),
            ("nobody", _("nobody's")),
            ("office", _("of my office")),
            ("escalated", _("before the supervisors")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Clock]) -> QuerySet[Clock]:
        user = staff(request)
        wanted: dict[str, dict[str, Any]] = {
            "mine": {"application__case__clerk": user},
            "nobody": {"application__case__clerk": None},
            "office": {"application__case__office": user.office_id},
            "escalated": {"escalated_at__isnull": False},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))


class Programmes(admin.SimpleListFilter):
    title = _("programme")
    parameter_name = "programme"
    of = "programme__slug"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = queries.programmes(request.user).order_by("slug", "-region")
        return list({each.slug: (each.slug, str(each)) for each in found}.values())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.of: self.value()}) if self.value() else queryset


class ProgrammesOfStep(Programmes):
    of = "application__programme__slug"


class NextForm(ScreenForm):
    actor = PickField(
        label=_("Which queue"),
        options=[
            Option("", _("Any step")),
            Option(Actor.TOWNSHIP, _("Steps of the township")),
            Option(Actor.COUNTY, _("Steps of the county")),
        ],
        required=False,
    )


def left(clock: Clock) -> str:
    """How many days are left, in words."""
    days = clocks.days_left(clock)
    if days < 0:
        return _now("late")
    if days == 0:
        return _now("due today")
    if clock.step.unit == LimitUnit.CALENDAR:
        return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    return ngettext("%(days)s working day left", "%(days)s working days left", days) % {
        "days": days
    }


@admin.register(Clock)
class ClockAdmin(DeskAdmin):
    read_act = "case.read"
    region_field = "application__region"
    list_display: ClassVar = ["who", "step_", "remaining", "due_on", "actor", "clerk", "where"]
    list_filter: ClassVar = [Whose, "step__actor", "step__code", ProgrammesOfStep]
    search_fields: ClassVar = [
        "application__person__name__startswith",
        "application__case__number__startswith",
    ]
    search_help_text = _("Case number, or name")
    ordering: ClassVar = ["due_on", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clock]:
        return queries.steps_under_way(request.user)

    @admin.display(description=_("who"))
    def who(self, clock: Clock) -> str:
        application = clock.application
        return format_html(
            "{}<br><small>{} · {}</small>",
            application.person.name,
            application.programme,
            application.case.spaced_number,
        )

    @admin.display(description=_("step"), ordering="step__code")
    def step_(self, clock: Clock) -> str:
        return str(StepCode(clock.step.code).label)

    @admin.display(description=_("left"), ordering="due_on")
    def remaining(self, clock: Clock) -> str:
        words = left(clock)
        late = clocks.days_left(clock) < 0 or clock.escalated_at is not None
        return format_html('<span class="late">{}</span>', words) if late else words

    @admin.display(description=_("done by"), ordering="step__actor")
    def actor(self, clock: Clock) -> str:
        return str(Actor(clock.step.actor).label)

    @admin.display(description=_("in the hands of"))
    def clerk(self, clock: Clock) -> Any:
        return clock.application.case.clerk

    @admin.display(description=_("region"))
    def where(self, clock: Clock) -> str:
        return place(clock.application.region)

    def buttons(self, request: HttpRequest, obj: Clock | None) -> list[Button]:
        if obj is not None:
            return []
        found = [Button(_("Punctuality"), reverse("admin:assistance_punctuality"))]
        if may(request.user, "case.take"):
            found.insert(0, Button(_("Take the next"), reverse("admin:assistance_next"), main=True))
        return found

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A step is shown on the page of its case."""
        found = self.get_object(request, object_id)
        if found is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(case_pages.case_url(found.application))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("next/", guard(self.take_next), name="assistance_next"),
            path("punctuality/", guard(statistics.punctuality), name="assistance_punctuality"),
            *super().get_urls(),
        ]

    def take_next(self, request: HttpRequest) -> HttpResponse:
        """The step with the fewest days left whose case nobody has."""
        user = staff(request)
        taken: list[Application] = []

        def do(said: dict[str, Any]) -> str:
            found = queries.next_step(user, said["actor"])
            if found is None:
                return _now("No step is waiting for someone to take it.")
            cases.take(case_id=found.application_id, by=user)
            taken.append(found.application)
            return _now("%(name)s is yours: %(step)s, %(left)s.") % {
                "name": found.application.person.name,
                "step": StepCode(found.step.code).label,
                "left": left(found),
            }

        return Deed(
            title=_("Take the next"),
            act="case.take",
            button=_("Take it"),
            do=do,
            form=NextForm,
            initial={"actor": ""},
            back=list_url(Clock),
            then=lambda: case_pages.case_url(taken[0]) if taken else list_url(Clock),
            lead=_("You get the step with the fewest days left whose case nobody has taken."),
        ).answer(request)


@admin.register(Application)
class ApplicationAdmin(DeskAdmin):
    read_act = "case.read"
    list_display: ClassVar = ["who", "programme", "received", "state", "staff_relative", "where"]
    list_filter: ClassVar = ["open", "case__state", Programmes, "staff_relative", "spoken"]
    search_fields: ClassVar = ["person__name__startswith", "case__number__startswith"]
    search_help_text = _("Case number, or name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        return queries.applications(request.user).order_by("-pk")

    @admin.display(description=_("who"), ordering="person__name")
    def who(self, application: Application) -> str:
        return format_html(
            "{}<br><small>{}</small>", application.person.name, application.case.spaced_number
        )

    @admin.display(description=_("received"), ordering="case__received_on")
    def received(self, application: Application) -> Any:
        return application.case.received_on

    @admin.display(description=_("state"), ordering="case__state")
    def state(self, application: Application) -> str:
        return application.case.get_state_display()

    @admin.display(description=_("region"), ordering="region")
    def where(self, application: Application) -> str:
        return place(application.region)

    def buttons(self, request: HttpRequest, obj: Application | None) -> list[Button]:
        if obj is not None:
            return []
        found = [Button(_("Steps under way"), list_url(Clock))]
        if may(request.user, "case.receive"):
            found.append(Button(_("Take down a report"), reverse("admin:assistance_report")))
        if may(request.user, "matching.answer"):
            found.append(Button(_("Answers of a register"), reverse("admin:assistance_answers")))
        return found

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """An application is shown on the page of its case."""
        found = self.get_object(request, object_id)
        if found is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(case_pages.case_url(found))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("answers/", guard(answer_file.take), name="assistance_answers"),
            path("report/", guard(grievances.receive_report), name="assistance_report"),
            path(
                "<int:case_id>/reconsideration/",
                guard(grievances.receive_copy),
                name="assistance_reconsideration",
            ),
            path(
                "grievance/<int:case_id>/<slug:verb>/",
                guard(grievances.verb),
                name="assistance_grievance",
            ),
            path("for/<int:person_id>/", guard(opening.choose), name="assistance_choose"),
            path("for/<int:person_id>/<slug:slug>/", guard(opening.apply), name="assistance_apply"),
            path("<int:case_id>/do/<slug:verb>/", guard(case_pages.verb), name="assistance_verb"),
            path("<int:case_id>/letter/", guard(case_pages.letter), name="assistance_letter"),
            path("<int:case_id>/survey/", guard(survey.survey), name="assistance_survey"),
            path(
                "register/<int:pk>/<slug:verb>/",
                guard(registers.register),
                name="assistance_register",
            ),
            path("notice/<int:pk>/<slug:verb>/", guard(notices.notice), name="assistance_notice"),
            *super().get_urls(),
        ]


def escalated(user: User) -> int:
    """How many steps stand before the supervisors of this user's region."""
    return queries.steps_under_way(user).filter(escalated_at__isnull=False).count()
