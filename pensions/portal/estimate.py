"""Estimates: for anyone from a few answers, and for a person from their own record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Person
from pensions.services import estimate as estimates
from pensions.services import forecast_paper
from pensions.services.estimate import GOES_ON, STOPS, AssumptionForm, Assumptions, Stated
from pensions.services.estimate.drawing import drawn
from socsec.kernel.money import parse_rate
from socsec.office.acting import acting_for
from socsec.office.errors import Problem
from socsec.office.forms import (
    Kernel,
    MoneyField,
    MonthField,
    Option,
    PickField,
    ScreenForm,
    SelectField,
    TickField,
    WholeField,
)
from socsec.office.models import Region
from socsec.office.portal import limited, person_only, sent

KINDS = [
    Option("0", gettext_lazy("Man")),
    Option("2", gettext_lazy("Woman, worker"), gettext_lazy("original retirement age 50")),
    Option(
        "1",
        gettext_lazy("Woman, manager or specialist"),
        gettext_lazy("original retirement age 55"),
    ),
]


class IndexField(Kernel):
    """An index such as 0.9 or 1.25, in millionths."""

    read = staticmethod(parse_rate)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(width="w-4", **kwargs)
        self.widget.attrs["inputmode"] = "decimal"


class StartForm(ScreenForm):
    """The two questions on the start page."""

    birth = MonthField(
        label=gettext_lazy("When were you born?"),
        help_text=gettext_lazy("For example March 1973"),
        birthday=True,
        error_messages={"required": gettext_lazy("Enter the month and the year of your birth")},
    )
    category = PickField(
        KINDS,
        label=gettext_lazy("Who are you?"),
        help_text=gettext_lazy("The pension age depends on it."),
        error_messages={"required": gettext_lazy("Choose one of the three")},
    )


class EstimateForm(AssumptionForm, StartForm):
    region = SelectField(label=gettext_lazy("Where will you draw your pension?"))
    paid_years = WholeField(
        label=gettext_lazy("How many years have you contributed?"),
        help_text=gettext_lazy("Full years until today; years before contributions began count."),
        most=60,
        error_messages={"required": gettext_lazy("Enter the number of years, such as 18")},
    )
    index = IndexField(
        label=gettext_lazy("Your wage beside the average"),
        help_text=gettext_lazy("1 is the average wage of the province, 0.8 is a fifth below it."),
        error_messages={"required": gettext_lazy("Enter a number such as 0.8 or 1")},
    )
    balance = MoneyField(
        label=gettext_lazy("What is in your individual account, in yuan?"),
        help_text=gettext_lazy("It stands on your yearly statement. Leave it empty if unknown."),
        required=False,
    )
    goes_on = TickField(
        label=gettext_lazy("I go on contributing until my pension starts"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = Region.objects.filter(level=Region.Level.PROVINCE)
        self.fields["region"].choices = [(each.code, str(each)) for each in provinces]


def start_part(request: HttpRequest) -> dict[str, Any]:
    """What the start page needs to ask the first two questions."""
    return {"estimate_form": StartForm()}


@limited(per_minute=30)
@require_http_methods(["GET", "POST"])
def estimate(request: HttpRequest) -> HttpResponse:
    """The public estimator. Works with what is typed, keeps nothing."""
    first = request.method == "POST" and "paid_years" not in request.POST
    if request.method == "GET" or first:
        begun = StartForm(sent(request))
        if first and not begun.is_valid():
            return render(request, "portal/pensions/estimate_start.html", {"form": begun})
        known = begun.cleaned_data if first else {}
        form = EstimateForm(initial={**known, "goes_on": True, "index": "1"})
        return render(request, "portal/pensions/estimate.html", {"form": form})
    form = EstimateForm(request.POST)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            context |= _result(form.cleaned_data, request.POST.get("start", ""), form.assumed)
        except Problem as problem:
            form.add_error(None, str(problem))
    return render(request, "portal/pensions/estimate.html", context)


def _result(said: dict[str, Any], wanted: str, assumed: Assumptions) -> dict[str, Any]:
    stated = stated_of(said)
    plan = GOES_ON if said["goes_on"] else STOPS
    policy = estimates.current_policy()
    when = estimates.retirement(stated.birth_month, stated.category, stated.region, policy)
    start = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 0
    return drawn(
        estimates.chosen(
            when,
            estimates.Asked(stated.category, start, plan, assumed),
            lambda start: estimates.of_stated(stated, start, policy, plan=plan, assumed=assumed),
        )
    )


def stated_of(said: dict[str, Any]) -> Stated:
    """What a visitor typed, as the estimator takes it."""
    return Stated(
        region=said["region"],
        category=int(said["category"]),
        birth_month=said["birth"],
        months_paid=said["paid_years"] * 12,
        months_deemed=0,
        average_index=said["index"],
        balance=said["balance"] or 0,
    )


@require_safe
@person_only
def my_estimate(request: HttpRequest) -> HttpResponse:
    """What the person's own record promises."""
    person = Person.objects.get(pk=acting_for(request))
    form = AssumptionForm(request.GET)
    asked = estimates.read(person, request.GET, form)
    try:
        found = estimates.forecast(person, asked)
    except Problem as problem:
        # A value of some year is not entered yet, or the record cannot be read by this law.
        return render(request, "portal/pensions/no_estimate.html", {"problem": problem})
    return render(
        request,
        "portal/pensions/my_estimate.html",
        {
            **drawn(found),
            "form": form,
            "person": person,
            "goes_on": asked.goes_on,
            "category": asked.category,
            "categories": [(each.value, each.label) for each in estimates.categories(person)],
            "query": request.GET.urlencode(),
        },
    )


@require_safe
@person_only
def my_estimate_paper(request: HttpRequest) -> HttpResponse:
    """The same as a PDF."""
    person = Person.objects.get(pk=acting_for(request))
    asked = estimates.read(person, request.GET, AssumptionForm(request.GET))
    try:
        content = forecast_paper.write(
            person, estimates.forecast(person, asked), get_language() or "zh-hans"
        )
    except Problem as problem:
        return render(request, "portal/pensions/no_estimate.html", {"problem": problem})
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="forecast.pdf"'
    return answer
