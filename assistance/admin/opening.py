"""Receiving an application at the counter: choose the programme, then say what only the applicant knows."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import Application, Family, Programme, Unit
from assistance.services import applying, programmes
from enrollment import queries as people
from enrollment.models import Person
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, show_page, staff
from socsec.office.errors import NotFound, Problem
from socsec.office.forms import DateField, ScreenForm, TextField, TickField
from socsec.office.models import Case, User

from . import questions


class ApplyForm(ScreenForm):
    received_on = DateField(label=_("Received on"))
    spoken = TickField(
        label=_("Applied by word of mouth"),
        help_text=_("We wrote it down for the applicant and read it out again."),
        required=False,
    )
    rural = TickField(label=_("Lives by the rural standard"), required=False)


class EventForm(ApplyForm):
    event = TextField(label=_("What happened"), max_length=120)
    event_on = DateField(label=_("On which day"))


def case_url(application: Application) -> str:
    return reverse("admin:office_case_change", args=[application.pk])


def file_url(person: Person) -> str:
    return reverse("admin:enrollment_person_change", args=[person.pk])


def choose(request: HttpRequest, person_id: int) -> HttpResponse:
    """The programmes of the place, each in a sentence."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    found = programmes.in_force(person.region, timezone.localdate()).values()
    groups = [
        (
            family.label,
            [(each, _apply_url(person, each)) for each in found if each.family == family],
        )
        for family in Family
    ]
    return show_page(
        request,
        "admin/assistance/choose.html",
        title=_("Assistance for %(name)s") % {"name": person.name},
        act="case.receive",
        crumbs=[Crumb(person.name, file_url(person)), Crumb(_("Apply for assistance"))],
        groups=[(label, offered) for label, offered in groups if offered],
        home=people.household_of(person.pk),
        members=_members(person),
    )


def apply(request: HttpRequest, person_id: int, slug: str) -> HttpResponse:
    person = get_object_or_404(people.people(request.user), pk=person_id)
    try:
        programme = programmes.find(slug, person.region, timezone.localdate())
    except NotFound as missing:
        return show_page(
            request,
            "admin/desk/base.html",
            title=missing.message,
            act="case.receive",
            status=404,
        )
    made: list[Application] = []

    def prepare(form: ScreenForm) -> None:
        if not programme.means_tested:
            questions.add(form, programme, {})

    def do(said: dict[str, Any]) -> str:
        stated = questions.answers(programme, said)
        try:
            made.append(
                applying.apply(
                    by=staff(request),
                    programme=programme.slug,
                    person=person,
                    channel=Case.Channel.COUNTER,
                    stated=stated,
                    **said,
                )
            )
        except Problem as trouble:
            raise questions.by_its_field(trouble, programme) from trouble
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=f"{programme} · {person.name}",
        act="case.receive",
        button=_("Receive the application"),
        do=do,
        form=EventForm if programme.family == Family.URGENT else ApplyForm,
        prepare=prepare,
        back=reverse("admin:assistance_choose", args=[person.pk]),
        then=lambda: case_url(made[0]),
        initial={"received_on": timezone.localdate()},
        lead=programme.about,
        template="admin/assistance/apply.html",
        context={
            "programme": programme,
            "home": people.household_of(person.pk),
            "members": _members(person) if programme.unit == Unit.HOUSEHOLD else [],
        },
        crumbs=[
            Crumb(person.name, file_url(person)),
            Crumb(_("Apply for assistance"), reverse("admin:assistance_choose", args=[person.pk])),
            Crumb(str(programme)),
        ],
    ).answer(request)


def _apply_url(person: Person, programme: Programme) -> str:
    return reverse("admin:assistance_apply", args=[person.pk, programme.slug])


def _members(person: Person) -> list[Any]:
    home = people.household_of(person.pk)
    if home is None:
        return []
    return list(people.members(home).filter(span__contains=timezone.localdate()))


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    if may(user, "case.receive"):
        yield Button(
            _("Apply for assistance"), reverse("admin:assistance_choose", args=[person_id])
        )


def shown_of_person(user: User, person_id: int) -> dict[str, Any] | None:
    rows = list(queries.grants_of(person_id))
    return {"grants": rows} if rows else None


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("assistance", offered_to_person)
    person_file.panel(
        person_file.FilePanel(
            "assistance",
            2,
            _("Social assistance"),
            "benefit.read",
            "admin/assistance/_person.html",
            shown_of_person,
        )
    )
