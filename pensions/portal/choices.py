"""The insured person records at the portal when they retire by their own choice, and takes it back."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment.models import Person
from pensions import queries
from pensions.models import Category
from pensions.services import choices, estimate
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import DateField, MonthField, Option, PickField, ScreenForm, TextField
from socsec.office.portal import person_only, sent


class ChoiceForm(ScreenForm):
    """Which month, told when, in which paper."""

    category = PickField(
        label=gettext_lazy("Which kind of work do you do?"),
        help_text=gettext_lazy("The pension age depends on it."),
        error_messages={"required": gettext_lazy("Choose the kind of work")},
    )
    start_month = MonthField(label=gettext_lazy("From which month do you want your pension?"))
    told_on = DateField(
        label=gettext_lazy("When did you tell your employer, or agree with it, in writing?"),
        help_text=gettext_lazy(
            "Earlier: three months before that month. Later: one month before your statutory age."
        ),
    )
    document = TextField(label=gettext_lazy("Name of the paper"), max_length=120)

    def __init__(self, person: Person, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        fitting = [each for each in Category if each.sex == person.sex]
        self.fields["category"].options = [  # type: ignore[attr-defined]
            Option(str(each.value), each.label) for each in fitting
        ]


class WithdrawForm(ScreenForm):
    text = forms.CharField(
        label=gettext_lazy("Why do you take it back?"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


@require_http_methods(["GET", "POST"])
@person_only
def choose(request: HttpRequest) -> HttpResponse:
    """Record a choice; where one stands, it is shown and may be taken back."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    if queries.award_in_payment(person.pk):
        return redirect("benefits")
    there = choices.standing(person.pk)
    form: ScreenForm = WithdrawForm(sent(request)) if there else ChoiceForm(person, sent(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            if there is not None:
                choices.withdraw(by=request.user, choice=there, text=said["text"])  # type: ignore[arg-type]
            else:
                said["category"] = int(said["category"])
                choices.choose(by=request.user, person=person, **said)  # type: ignore[arg-type]
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            return redirect("choice")
    return render(
        request,
        "portal/pensions/choice.html",
        {
            "form": form,
            "choice": there,
            "may": [
                (
                    each,
                    estimate.retirement(
                        person.birth_month,
                        each,
                        estimate.region_of(person),
                        estimate.current_policy(),
                    ),
                )
                for each in Category
                if each.sex == person.sex
            ],
        },
        status=422 if request.method == "POST" else 200,
    )
