"""Estimates: for anyone from a few answers, and for a person from their own record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Person, Sex
from pensions.models import Category
from pensions.services import estimate as estimates
from pensions.services.estimate import Estimate, Stated
from socsec.kernel.money import parse_rate
from socsec.kernel.months import month_of
from socsec.office import display
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

from .drawing import by_age, split_of

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


class EstimateForm(StartForm):
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
            context |= _result(form.cleaned_data, request.POST.get("start", ""))
        except Problem as problem:
            form.add_error(None, str(problem))
    return render(request, "portal/pensions/estimate.html", context)


def _result(said: dict[str, Any], wanted: str) -> dict[str, Any]:
    stated = Stated(
        region=said["region"],
        category=int(said["category"]),
        birth_month=said["birth"],
        months_paid=said["paid_years"] * 12,
        months_deemed=0,
        average_index=said["index"],
        balance=said["balance"] or 0,
        goes_on=said["goes_on"],
    )
    policy = estimates.current_policy()
    when = estimates.retirement(stated.birth_month, stated.category, stated.region, policy)
    return drawn(
        estimates.starts(when),
        when,
        wanted,
        lambda start: estimates.of_stated(stated, start, policy),
    )


def drawn(months: list[int], when: estimates.Retirement, wanted: str, work: Any) -> dict[str, Any]:
    """An estimate for each start, and the chosen one in full."""
    chosen = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 0
    if chosen not in months:
        chosen = next((month for month in months if month >= when.statutory), months[-1])
    all_of_them: list[Estimate] = estimates.compare(months, work)
    one = next(each for each in all_of_them if each.start == chosen)
    return {
        "one": one,
        "when": when,
        "statutory": one.start == when.statutory,
        "split": split_of(one),
        "ages": by_age(all_of_them, chosen, when.statutory),
        "starts": [
            {
                "value": each.start,
                "label": display.month(each.start),
                "statutory": each.start == when.statutory,
                "on": each.start == chosen,
            }
            for each in all_of_them
        ],
        "unit": _("yuan a month"),
        "past": when.statutory < month_of(timezone.localdate()),
    }


@require_safe
@person_only
def my_estimate(request: HttpRequest) -> HttpResponse:
    """What the person's own record promises."""
    person = Person.objects.get(pk=acting_for(request))
    category = chosen_category(person, request.GET.get("category", ""))
    goes_on = request.GET.get("then", "on") != "stop"
    try:
        policy = estimates.current_policy()
        known = estimates.record_of(person)
        when = estimates.retirement(
            person.birth_month, category, estimates.region_of(person), policy
        )
        shown = drawn(
            estimates.starts(when),
            when,
            request.GET.get("start", ""),
            lambda start: estimates.of_person(
                person, start, category, policy, goes_on=goes_on, known=known
            ),
        )
    except Problem as problem:
        # A value of some year is not entered yet, or the record cannot be read by this law.
        return render(request, "portal/pensions/no_estimate.html", {"problem": problem})
    return render(
        request,
        "portal/pensions/my_estimate.html",
        {
            **shown,
            "person": person,
            "goes_on": goes_on,
            "category": category,
            "categories": [(each.value, each.label) for each in Category if each.sex == person.sex],
            "woman": person.sex == Sex.FEMALE,
        },
    )


def chosen_category(person: Person, wanted: str) -> int:
    """The category asked for, if it can be this person's."""
    possible = {str(each.value): each.value for each in Category if each.sex == person.sex}
    return possible.get(wanted, estimates.category_of(person))
