"""Too few months at the desk: what the law offers, the choice, and a claim for the balance."""

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
from pensions.models import BalanceClaim, Category, FewMonthsChoice, Way
from pensions.services import few_months
from pensions.services.few_months import KIND
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, staff
from socsec.office.forms import ScreenForm, SelectField, TextField
from socsec.office.models import Case, User

from . import claim_verbs
from .claim_verbs import case_url

State = Case.State


class WayForm(ScreenForm):
    category = SelectField(label=_("Pensionable age is that of a"))
    way = SelectField(
        label=_("What the person chooses"),
        choices=Way.choices,
        help_text=_(
            "The balance is paid only after the person was told what that means and has confirmed it in writing."
        ),
    )


class ConfirmForm(ScreenForm):
    document = TextField(label=_("Written confirmation"), max_length=120)


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"class": "input", "rows": 4})
    )


def choose(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record what a person with too few months chooses; the balance opens a case."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    home = reverse("admin:enrollment_person_change", args=[person.pk])
    then = [home]

    def prepare(form: ScreenForm) -> None:
        fitting = [each for each in Category if each.sex == person.sex]
        form.fields["category"].choices = [(each.value, each.label) for each in fitting]  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        by, category, way = staff(request), int(said["category"]), said["way"]
        if way == Way.GO_ON:
            few_months.go_on(by=by, person=person, category=category)
            return _now("Recorded: the person goes on paying.")
        if way == Way.MOVE:
            few_months.move(by=by, person=person, category=category, channel=Case.Channel.COUNTER)
            return _now("Recorded. The transfer to the residents' scheme is asked for.")
        made = few_months.ask_balance(
            by=by, person=person, category=category, channel=Case.Channel.COUNTER
        )
        then[0] = case_url(made)
        return _now("Received as case %(number)s.") % {"number": made.case.spaced_number}

    return Deed(
        title=_("Too few months: %(name)s") % {"name": person.name},
        act="case.receive",
        button=_("Record"),
        do=do,
        form=WayForm,
        back=home,
        then=lambda: then[0],
        prepare=prepare,
        crumbs=[Crumb(person.name, home), Crumb(_("Too few months"))],
    ).answer(request)


def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a choice back."""
    choice = get_object_or_404(FewMonthsChoice.objects.select_related("person"), pk=pk)
    if not people.people(request.user).filter(pk=choice.person_id).exists():
        raise Http404
    home = reverse("admin:enrollment_person_change", args=[choice.person_id])

    def do(_said: dict[str, Any]) -> str:
        few_months.give_up(by=staff(request), choice=choice)
        return _now("Taken back. Another way may be chosen.")

    return Deed(
        title=_("Take the choice back"),
        act="case.receive",
        button=_("Take back"),
        do=do,
        form=ScreenForm,
        lead=str(choice),
        stop=True,
        back=home,
        crumbs=[Crumb(choice.person.name, home), Crumb(_("Too few months"))],
    ).answer(request)


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    held = get_object_or_404(queries.balance_claims(request.user), pk=case_id)
    return claim_verbs.answer(request, held, VERBS, verb)


VERBS: dict[str, claim_verbs.Verb] = {
    "confirm": (
        "case.receive",
        _("Enter the confirmation"),
        (State.RECEIVED,),
        False,
        False,
        ConfirmForm,
        _("The person was told of the residents' scheme and of what ending means, and signs."),
        _("Confirmed. The claim can be assessed."),
        few_months.confirm,
    ),
    "assess": (
        "case.assess",
        _("Assess"),
        (State.RECEIVED,),
        True,
        False,
        ScreenForm,
        _("The balance is gathered with interest up to last month."),
        _("Assessed. A colleague must check it now."),
        few_months.assess,
    ),
    "pay": (
        "case.check",
        _("Pay the balance"),
        (State.ASSESSED,),
        True,
        False,
        ScreenForm,
        _("You agree with every line of the sheet below. The relation ends with it."),
        _("Ordered. A colleague releases the envelope."),
        few_months.pay,
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
        few_months.refuse,
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
        few_months.send_back,
    ),
    "withdraw": (
        "case.withdraw",
        _("Withdraw"),
        Case.OPEN,
        False,
        True,
        TextForm,
        _("Say that and why the person takes the claim back."),
        _("Withdrawn. Another way may be chosen."),
        few_months.withdraw,
    ),
}


def offered_on_case(user: User, case: Case) -> list[Button]:
    """On the page of a case: what may be done in its state."""
    held = BalanceClaim.objects.get(pk=case.pk)
    done = {"confirm"} if held.confirmed_on else {"assess"}
    return [
        Button(
            label,
            reverse("admin:pensions_balance_verb", args=[case.pk, slug]),
            main=main,
            stop=stop,
        )
        for slug, (act, label, states, main, stop, *_rest) in VERBS.items()
        if slug not in done and case.state in states and may(user, act, case.region_id)
    ]


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    """When the person was told, and what was confirmed."""
    held = queries.balance_claims(user).filter(pk=case.pk).first()
    return [] if held is None else [("admin/pensions/_balance.html", {"claim": held})]


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person of pensionable age without a pension: choose, or take it back."""
    person = Person.objects.get(pk=person_id)
    if person.died_on is not None or not may(user, "case.receive", person.region):
        return
    there = few_months.standing(person_id)
    if there is not None:
        yield Button(
            _("Take the choice back"), reverse("admin:pensions_few_months_give_up", args=[there.pk])
        )
    elif few_months.may_concern(person):
        yield Button(_("Too few months"), reverse("admin:pensions_few_months", args=[person_id]))


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("few_months", offered_to_person)
    case_file.hang(KIND, buttons=offered_on_case, panels=shown_on_case)
