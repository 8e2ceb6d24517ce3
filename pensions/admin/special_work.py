"""The desk's pages of arduous work: periods entered from the personnel file, approved by another."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Person
from pensions import queries
from pensions.models import ArduousWork, SpecialWorkPeriod, SpecialWorkState
from pensions.services import special_work
from socsec.kernel.months import format_month
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.forms import MonthField, ScreenForm, SelectField, TextField
from socsec.office.models import User


class PeriodForm(ScreenForm):
    kind = SelectField(label=_("Kind of work"), choices=ArduousWork.choices)
    first_month = MonthField(label=_("From month"))
    last_month = MonthField(label=_("Up to month"))
    employer = TextField(label=_("Employer"), max_length=120)
    post = TextField(label=_("Post"), max_length=80)
    document = TextField(
        label=_("Document"),
        help_text=_("The paper of the personnel file that names the post."),
        max_length=200,
    )


class ReasonForm(ScreenForm):
    reason = TextField(label=_("Reason"), max_length=200)


@admin.register(SpecialWorkPeriod)
class SpecialWorkAdmin(DeskAdmin):
    read_act = "benefit.read"
    list_display: ClassVar = ["person", "kind", "span", "employer", "post", "state", "maker"]
    list_filter: ClassVar = ["state", "kind"]
    list_select_related: ClassVar = ["person", "maker"]
    fields: ClassVar = [
        *("person", "kind", "span", "employer", "post", "document", "state", "maker", "checker")
    ]
    readonly_fields: ClassVar = fields

    @admin.display(description=_("months"), ordering="first_month")
    def span(self, period: SpecialWorkPeriod) -> str:
        return f"{format_month(period.first_month)} – {format_month(period.last_month)}"

    def buttons(self, request: HttpRequest, obj: SpecialWorkPeriod | None) -> list[Button]:
        if obj is None or obj.state != SpecialWorkState.DRAFT:
            return []
        if not may(request.user, "case.check", obj.region):
            return []
        return [
            Button(_("Approve"), _verb_url(obj, "approve"), main=True),
            Button(_("Reject"), _verb_url(obj, "reject"), stop=True),
        ]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/<int:person>/", guard(self.enter), name="pensions_special_work_enter"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="pensions_special_work_verb"),
            *super().get_urls(),
        ]

    def enter(self, request: HttpRequest, person: int) -> HttpResponse:
        found = get_object_or_404(people.people(request.user), pk=person)
        home = reverse("admin:enrollment_person_change", args=[found.pk])

        def do(said: dict[str, Any]) -> str:
            said["kind"] = int(said["kind"])
            special_work.enter(by=staff(request), person=found, **said)
            return _now("Entered. It counts once a colleague has approved it.")

        return Deed(
            title=_("Arduous work of %(name)s") % {"name": found.name},
            act="benefit.change",
            button=_("Enter"),
            do=do,
            form=PeriodForm,
            back=home,
            crumbs=[Crumb(found.name, home), Crumb(_("Arduous work"))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        period = get_object_or_404(self.get_queryset(request), pk=pk)

        def approve(said: dict[str, Any]) -> str:
            special_work.approve(by=staff(request), period=period)
            return _now("Approved. The months count.")

        def reject(said: dict[str, Any]) -> str:
            special_work.reject(by=staff(request), period=period, **said)
            return _now("Rejected. It may be entered anew.")

        if verb not in ("approve", "reject"):
            raise Http404
        agree = verb == "approve"
        return Deed(
            title=_("Approve the period") if agree else _("Reject the period"),
            act="case.check",
            button=_("Approve") if agree else _("Reject"),
            do=approve if agree else reject,
            form=ScreenForm if agree else ReasonForm,
            stop=not agree,
            back=list_url(SpecialWorkPeriod),
            lead=f"{period.person.name} · {period} · {period.employer}, {period.post}",
            crumbs=[
                Crumb(_("Arduous work"), list_url(SpecialWorkPeriod)),
                Crumb(period.person.name),
            ],
        ).answer(request)


def _verb_url(period: SpecialWorkPeriod, verb: str) -> str:
    return reverse("admin:pensions_special_work_verb", args=[period.pk, verb])


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person who draws no pension: enter a period."""
    person = Person.objects.get(pk=person_id)
    if person.died_on is not None or not may(user, "benefit.change", person.region):
        return
    if queries.award_in_payment(person_id) is None:
        yield Button(
            _("Arduous work"), reverse("admin:pensions_special_work_enter", args=[person_id])
        )


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("special_work", offered_to_person)
