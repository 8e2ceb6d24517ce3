"""Flexible retirement at the counter: record a notice or an agreement, withdraw it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Person
from pensions import queries
from pensions.models import Category, RetirementChoice
from pensions.services import choices
from socsec.kernel.months import format_month
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, staff
from socsec.office.forms import DateField, MonthField, ScreenForm, SelectField, TextField
from socsec.office.models import User


class ChoiceForm(ScreenForm):
    category = SelectField(label=_("Pensionable age is that of a"))
    start_month = MonthField(
        label=_("First month of the pension"),
        help_text=_("Up to three years before or after the statutory age."),
    )
    told_on = DateField(
        label=_("Day of the written notice or agreement"),
        help_text=_(
            "Earlier: told to the employer three months before. Later: agreed with the employer one month before the statutory age."
        ),
    )
    document = TextField(label=_("Document"), max_length=120)


class WhyForm(ScreenForm):
    text = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


def choose(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record what a person has chosen."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    home = reverse("admin:enrollment_person_change", args=[person.pk])

    def prepare(form: ScreenForm) -> None:
        fitting = [each for each in Category if each.sex == person.sex]
        form.fields["category"].choices = [(each.value, each.label) for each in fitting]  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        said["category"] = int(said["category"])
        made = choices.choose(by=staff(request), person=person, **said)
        return _now("Recorded: %(kind)s, from %(month)s.") % {
            "kind": made.get_kind_display(),
            "month": format_month(made.start_month),
        }

    return Deed(
        title=_("Flexible retirement of %(name)s") % {"name": person.name},
        act="case.receive",
        button=_("Record"),
        do=do,
        form=ChoiceForm,
        back=home,
        prepare=prepare,
        crumbs=[Crumb(person.name, home), Crumb(_("Flexible retirement"))],
    ).answer(request)


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a choice back."""
    choice = get_object_or_404(RetirementChoice.objects.select_related("person"), pk=pk)
    if not people.people(request.user).filter(pk=choice.person_id).exists():
        raise Http404
    home = reverse("admin:enrollment_person_change", args=[choice.person_id])

    def do(said: dict[str, Any]) -> str:
        choices.withdraw(by=staff(request), choice=choice, text=said["text"])
        return _now("Withdrawn. Another month may be chosen.")

    return Deed(
        title=_("Withdraw the choice"),
        act="case.receive",
        button=_("Withdraw"),
        do=do,
        form=WhyForm,
        lead=str(choice),
        stop=True,
        back=home,
        crumbs=[Crumb(choice.person.name, home), Crumb(_("Flexible retirement"))],
    ).answer(request)


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person: choose a month, or take the choice back."""
    person = Person.objects.get(pk=person_id)
    if person.died_on is not None or not may(user, "case.receive", person.region):
        return
    there = choices.standing(person_id)
    if there is not None:
        yield Button(
            _("Withdraw the choice"), reverse("admin:pensions_choice_withdraw", args=[there.pk])
        )
    elif queries.award_in_payment(person_id) is None:
        yield Button(_("Flexible retirement"), reverse("admin:pensions_choice", args=[person_id]))


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("choices", offered_to_person)
