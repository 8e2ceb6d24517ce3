"""Moving one's insurance to another region: follow it, or ask for it in three questions."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment import queries
from enrollment.models import Keep, Movement, Person, Step
from enrollment.services import movements
from funds.models import Branch
from socsec.office import figures
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm, SelectField, TickField
from socsec.office.models import Case, Region, User
from socsec.office.portal import person_only, sent
from socsec.office.services import certificates as papers

KEY = "movement"  # of the answers in the session
STEPS = 3


def places() -> list[tuple[str, str]]:
    """Every place that one can move to, provinces and what lies below them."""
    every = Region.objects.exclude(level=Region.Level.NATION).order_by("code")
    return [("", "—"), *((each.code, str(each)) for each in every)]


class WhereForm(ScreenForm):
    to_region = SelectField(
        label=gettext_lazy("Where do you work or live now?"),
        help_text=gettext_lazy("Your record moves to the office of that place."),
        error_messages={"required": gettext_lazy("Choose the place")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_region"].choices = places()


class HomeForm(ScreenForm):
    household_region = SelectField(
        label=gettext_lazy("Where is your household registered?"),
        help_text=gettext_lazy("From a certain age on it decides whether your record follows you."),
        error_messages={"required": gettext_lazy("Choose the place")},
    )
    branch = PickField(
        label=gettext_lazy("What shall move?"),
        error_messages={"required": gettext_lazy("Choose what shall move")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["household_region"].choices = places()
        self.fields["branch"].options = [
            Option(str(int(branch)), branch.label) for branch in movements.MOVABLE
        ]


class CheckForm(ScreenForm):
    keep = PickField(
        label=gettext_lazy("If both places insured the same month, which one shall count?"),
        help_text=gettext_lazy("What you paid for the other one yourself is given back."),
        options=[
            Option(str(int(Keep.NEW)), gettext_lazy("The month of the new place")),
            Option(str(int(Keep.OLD)), gettext_lazy("The month of the old place")),
        ],
        initial=str(int(Keep.NEW)),
        error_messages={"required": gettext_lazy("Choose which month shall count")},
    )
    truth = TickField(
        label=gettext_lazy("What I have said is true"),
        error_messages={"required": gettext_lazy("Confirm that what you have said is true")},
    )


def _answers(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(KEY, {}))


def _names(*codes: str) -> dict[str, str]:
    return {each.code: str(each) for each in Region.objects.filter(pk__in=codes)}


@require_safe
@person_only
def mine(request: HttpRequest) -> HttpResponse:
    """My movements, each with its three steps and their clocks."""
    rows = list(queries.movements_of(acting_for(request)))
    names = _names(*{code for row in rows for code in (row.from_region, row.to_region)})
    return render(
        request,
        "portal/enrollment/movements.html",
        {"rows": [_shown(row, names) for row in rows]},
    )


def _shown(row: Movement, names: dict[str, str]) -> dict[str, Any]:
    cases = {step.step: step.case for step in row.steps.all()}
    return {
        "movement": row,
        "from": names.get(row.from_region, row.from_region),
        "to": names.get(row.to_region, row.to_region),
        "path": [(step.label, cases.get(step.value)) for step in Step],
    }


@require_safe
@person_only
def one(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One movement: where it stands, and the months that the old place attested."""
    row = get_object_or_404(queries.movements_of(acting_for(request)), public_id=public_id)
    months = list(queries.statement(row))
    states = {
        each.month: "over" if each.overlaps else "deemed" if each.deemed else "paid"
        for each in months
    }
    return render(
        request,
        "portal/enrollment/movement.html",
        {
            **_shown(row, _names(row.from_region, row.to_region)),
            "months": months,
            "counted": sum(each.counts for each in months),
            "grid": figures.month_grid(states),
            "certificate": papers.find(row.serial),
        },
    )


@require_http_methods(["GET", "POST"])
@person_only
def where(request: HttpRequest) -> HttpResponse:
    """The first question: to which place."""
    acting_for(request, Scope.ENROL)
    form = WhereForm(sent(request), initial=_answers(request))
    if request.method == "POST" and form.is_valid():
        key = _answers(request).get("key") or get_random_string(32)
        request.session[KEY] = {**_answers(request), **form.cleaned_data, "key": key}
        return redirect("movement_home")
    return _page(request, "where", form, 1, reverse("movements"))


@require_http_methods(["GET", "POST"])
@person_only
def home(request: HttpRequest) -> HttpResponse:
    """The second: where the household is, and what moves."""
    acting_for(request, Scope.ENROL)
    if "to_region" not in _answers(request):
        return redirect("movement_where")
    start = {"branch": str(int(Branch.PENSION)), **_answers(request)}
    form = HomeForm(sent(request), initial=start)
    if request.method == "POST" and form.is_valid():
        request.session[KEY] = {**_answers(request), **form.cleaned_data}
        return redirect("movement_check")
    return _page(request, "home", form, 2, reverse("movement_where"))


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest) -> HttpResponse:
    """Check the answers, then ask."""
    person_id = acting_for(request, Scope.ENROL)
    answers = _answers(request)
    if not {"to_region", "household_region", "branch"} <= answers.keys():
        return redirect("movement_where")
    person = Person.objects.get(pk=person_id)
    branch = Branch(int(answers["branch"]))
    form = CheckForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = movements.ask(
                by=request.user,
                person=person,
                branch=branch,
                to_region=answers["to_region"],
                household_region=answers["household_region"],
                keep=int(form.cleaned_data["keep"]),
                channel=Case.Channel.PORTAL,
                key=answers["key"],
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("movement_done", public_id=made.public_id)
    old = movements.old_place(person_id, branch, answers["to_region"])
    names = _names(answers["to_region"], answers["household_region"], old or "")
    return _page(
        request,
        "check",
        form,
        3,
        reverse("movement_home"),
        person=person,
        branch=branch.label,
        to=names.get(answers["to_region"], ""),
        household=names.get(answers["household_region"], ""),
        old=names.get(old or "", _("nowhere yet")),
    )


@require_safe
@person_only
def done(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The confirmation, which can be opened again at any time."""
    row = queries.movements_of(acting_for(request)).filter(public_id=public_id).first()
    step = row.steps.filter(step=Step.ACCEPT).select_related("case").first() if row else None
    if row is None or step is None:
        raise Http404
    return render(
        request,
        "portal/enrollment/movement_done.html",
        {**_shown(row, _names(row.from_region, row.to_region)), "case": step.case},
    )


def withdraw(*, case_id: int, by: User, text: str) -> None:
    """Taking a request back from the portal: the movement goes with its case."""
    case = Case.objects.filter(pk=case_id).first()
    movement = queries.movement_of(case) if case else None
    if movement is None:
        raise Http404
    movements.withdraw(by=by, movement=movement, text=text)


def _page(
    request: HttpRequest, name: str, form: forms.Form, step: int, back: str, **more: Any
) -> HttpResponse:
    return render(
        request,
        f"portal/enrollment/movement_{name}.html",
        {
            "form": form,
            "step": step,
            "steps": STEPS,
            "steps_range": range(1, STEPS + 1),
            "in_flow": True,
            "back": back,
            **more,
        },
    )
