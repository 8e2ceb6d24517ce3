"""Who cannot work any more claims the allowance (病残津贴) on one page, with the appraisal."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment.models import Person
from pensions import queries
from pensions.models import Category, DisabilityClaim
from pensions.services import disability
from socsec.kernel.months import month_of
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import MonthField, Option, PaperField, PickField, ScreenForm, TextField
from socsec.office.models import Case, User
from socsec.office.portal import person_only, sent
from socsec.office.services import case as cases

KEY = "disability_claim"


class ClaimForm(ScreenForm):
    """Since when, in which kind of work, and by which appraisal."""

    start_month = MonthField(
        label=gettext_lazy("From which month?"),
        help_text=gettext_lazy("The month after the appraisal, at the earliest."),
    )
    category = PickField(
        label=gettext_lazy("Which kind of work do you do?"),
        help_text=gettext_lazy("The pension age depends on it."),
        error_messages={"required": gettext_lazy("Choose the kind of work")},
    )
    document = TextField(
        label=gettext_lazy("Number of the appraisal of your working capacity"),
        help_text=gettext_lazy("It says that you are wholly unable to work."),
        max_length=120,
    )
    file = PaperField(label=gettext_lazy("The appraisal, scanned or photographed"))

    def __init__(self, person: Person, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        fitting = [each for each in Category if each.sex == person.sex]
        self.fields["category"].options = [  # type: ignore[attr-defined]
            Option(str(each.value), each.label) for each in fitting
        ]


@require_http_methods(["GET", "POST"])
@person_only
def claim(request: HttpRequest) -> HttpResponse:
    """Hand the claim in; who draws a pension already is led to it."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    if queries.award_in_payment(person.pk):
        return redirect("benefits")
    under_way = DisabilityClaim.objects.filter(person=person, open=True).first()
    if under_way is not None:
        return redirect("case", number=under_way.case.number)
    files = request.FILES if request.method == "POST" else None
    form = ClaimForm(
        person,
        sent(request),
        files,
        initial={"start_month": month_of(timezone.localdate()) + 1},
    )
    key = request.session.setdefault(KEY, get_random_string(32))
    if request.method == "POST" and form.is_valid():
        try:
            made = _hand_in(request.user, person, form, key)  # type: ignore[arg-type]
        except Problem as problem:
            named = {"content": "file"}.get(problem.field, problem.field)
            form.add_error(named if named in form.fields else None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("case", number=made.case.number)
    return render(
        request,
        "portal/pensions/disability.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _hand_in(by: User, person: Person, form: ClaimForm, key: str) -> DisabilityClaim:
    """The claim and its paper, or neither."""
    said = form.cleaned_data
    made = disability.open_claim(
        by=by,
        person=person,
        start_month=said["start_month"],
        category=int(said["category"]),
        document=said["document"],
        channel=Case.Channel.PORTAL,
        key=key,
    )
    paper = said["file"]
    cases.attach(case_id=made.pk, by=by, name=paper.name, content=paper.read())
    return made


def withdraw(*, case_id: int, by: User, text: str) -> None:
    """Take the claim back, with its case."""
    disability.withdraw(by=by, claim=DisabilityClaim.objects.get(pk=case_id), text=text)
