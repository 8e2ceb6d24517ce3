"""What the desk does with a claim for the disability allowance: receive, assess, award, refuse."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Person
from pensions import queries
from pensions.models import Category, DisabilityClaim
from pensions.services import disability
from pensions.services.disability import KIND
from socsec.kernel.months import month_of
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, staff
from socsec.office.forms import MonthField, ScreenForm
from socsec.office.models import Case, User

from . import claim_verbs
from .claim_verbs import case_url

State = Case.State


class OpenForm(ScreenForm):
    category = forms.ChoiceField(
        label=_("Pensionable age is that of a"), widget=forms.Select(attrs={"class": "select w-20"})
    )
    start_month = MonthField(label=_("First month of the allowance"))
    document = forms.CharField(
        label=_("Conclusion of the labour capacity appraisal"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"class": "input", "rows": 4})
    )


def open_claim(request: HttpRequest, person_id: int) -> HttpResponse:
    """Receive a claim at the counter."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    made: list[DisabilityClaim] = []
    home = reverse("admin:enrollment_person_change", args=[person.pk])

    def prepare(form: ScreenForm) -> None:
        fitting = [c for c in Category if c.sex == person.sex]
        form.fields["category"].choices = [(c.value, c.label) for c in fitting]  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        said["category"] = int(said["category"])
        made.append(
            disability.open_claim(
                by=staff(request), person=person, channel=Case.Channel.COUNTER, **said
            )
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=_("Disability allowance for %(name)s") % {"name": person.name},
        act="case.receive",
        button=_("Receive the claim"),
        do=do,
        form=OpenForm,
        back=home,
        then=lambda: case_url(made[0]),
        prepare=prepare,
        initial={"start_month": month_of(timezone.localdate())},
        crumbs=[Crumb(person.name, home), Crumb(_("Disability allowance"))],
    ).answer(request)


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    held = get_object_or_404(queries.disability_claims(request.user), pk=case_id)
    return claim_verbs.answer(request, held, VERBS, verb)


VERBS: dict[str, claim_verbs.Verb] = {
    "assess": (
        "case.assess",
        _("Assess"),
        (State.RECEIVED,),
        True,
        False,
        ScreenForm,
        _("The facts are gathered from the books; the appraisal lies with the case."),
        _("Assessed. A colleague must check it now."),
        disability.assess,
    ),
    "award": (
        "case.check",
        _("Award"),
        (State.ASSESSED,),
        True,
        False,
        ScreenForm,
        _("You agree with every line of the sheet below."),
        _("Awarded. The next payroll pays it, up to its last month."),
        disability.award,
    ),
    "refuse": (
        "case.check",
        _("Refuse"),
        (State.ASSESSED,),
        False,
        True,
        ScreenForm,
        _("The reasons are the lines of the sheet that are not met."),
        _("Refused. The reasons are the conditions that are not met."),
        disability.refuse,
    ),
    "return": (
        "case.check",
        _("Send back"),
        (State.ASSESSED,),
        False,
        False,
        TextForm,
        _("Say what must be looked at again."),
        _("The claim is back with the assessor."),
        disability.send_back,
    ),
    "withdraw": (
        "case.withdraw",
        _("Withdraw"),
        Case.OPEN,
        False,
        True,
        TextForm,
        _("Say that and why the person takes the claim back."),
        _("Withdrawn. It may be claimed again at any time."),
        disability.withdraw,
    ),
}


def offered_on_case(user: User, case: Case) -> list[Button]:
    """On the page of a case: what may be done in its state."""
    return [
        Button(
            label,
            reverse("admin:pensions_disability_verb", args=[case.pk, slug]),
            main=main,
            stop=stop,
        )
        for slug, (act, label, states, main, stop, *_rest) in VERBS.items()
        if case.state in states and may(user, act, case.region_id)
    ]


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    """What is claimed, and by which appraisal."""
    held = queries.disability_claims(user).filter(pk=case.pk).first()
    return [] if held is None else [("admin/pensions/_disability.html", {"claim": held})]


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person: claim the allowance, while no pension is drawn."""
    person = Person.objects.get(pk=person_id)
    if person.died_on is not None or not may(user, "case.receive", person.region):
        return
    if queries.award_in_payment(person_id) is None:
        opened = reverse("admin:pensions_disability_open", args=[person_id])
        yield Button(_("Disability allowance"), opened)


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("disability", offered_to_person)
    case_file.hang(KIND, buttons=offered_on_case, panels=shown_on_case)
