"""Claiming a pension: two questions, check the answers, done. Answers wait in the session."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment import queries as enrollment
from enrollment.models import Person, Purpose, Sex
from enrollment.queries import MonthRecord
from funds.models import Scheme
from pensions import queries
from pensions.models import Category, PensionClaim
from pensions.services import claim as claims
from pensions.services import estimate as estimates
from pensions.services.conditions import paid_twice
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy
from socsec.office import display
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm, TickField
from socsec.office.models import Case, User
from socsec.office.portal import person_only, sent

STEPS = 3
KEY = "pension_claim"  # of the answers in the session
UNDECIDED = "undecided"

WORK: dict[int, tuple[Any, Any]] = {
    Category.MALE_60: (gettext_lazy("Ordinary work"), gettext_lazy("original retirement age 60")),
    Category.MALE_55: (
        gettext_lazy("Arduous work, recognised as such"),
        gettext_lazy("underground, at great height, in great heat, or harmful to health"),
    ),
    Category.FEMALE_50: (gettext_lazy("As a worker"), gettext_lazy("original retirement age 50")),
    Category.FEMALE_55: (
        gettext_lazy("As a manager or specialist"),
        gettext_lazy("original retirement age 55"),
    ),
    Category.FEMALE_45: (
        gettext_lazy("Arduous work, recognised as such"),
        gettext_lazy("underground, at great height, in great heat, or harmful to health"),
    ),
}


class WorkForm(ScreenForm):
    category = PickField(
        label=gettext_lazy("What kind of work did you do?"),
        error_messages={"required": gettext_lazy("Choose the kind of work you did")},
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].options = [
            Option(str(number), *words)
            for number, words in WORK.items()
            if Category(number).sex == person.sex
        ]


class BeginForm(ScreenForm):
    start = PickField(
        label=gettext_lazy("When do you want your pension to start?"),
        help_text=gettext_lazy("You can change this until the decision."),
        error_messages={"required": gettext_lazy("Choose when your pension starts")},
    )

    def __init__(self, options: list[Option], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].options = options


class TruthForm(ScreenForm):
    truth = TickField(
        label=gettext_lazy("What I have said is true"),
        error_messages={"required": gettext_lazy("Confirm that what you have said is true")},
    )


def _person(request: HttpRequest) -> Person:
    return Person.objects.get(pk=acting_for(request, Scope.CLAIM))


def _elsewhere(request: HttpRequest) -> HttpResponse | None:
    """Where somebody belongs who has a claim under way or a pension already."""
    person_id = acting_for(request, Scope.CLAIM)
    under_way = queries.open_claim(person_id)
    if under_way is not None:
        return redirect("case", number=under_way.case.number)
    if queries.award_in_payment(person_id):
        return redirect("benefits")
    resident = queries.last_scheme(person_id) == Scheme.RESIDENTS
    return redirect("resident_claim") if resident else None


def _answers(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(KEY, {}))


def _remember(request: HttpRequest, **answers: Any) -> None:
    kept = _answers(request)
    kept.setdefault("key", get_random_string(32))
    request.session[KEY] = {**kept, **answers}


@require_http_methods(["GET", "POST"])
@person_only
def work(request: HttpRequest) -> HttpResponse:
    """The first question: by which age the person retires."""
    away = _elsewhere(request)
    if away is not None:
        return away
    person = _person(request)
    form = WorkForm(
        person,
        sent(request),
        initial={"category": _answers(request).get("category", estimates.category_of(person))},
    )
    if request.method == "POST" and form.is_valid():
        category = int(form.cleaned_data["category"])
        if category != _answers(request).get("category"):
            _remember(request, category=category, start=None)
        return redirect("claim_check" if _complete(request) else "claim_start")
    return _page(request, "work", form, 1)


@require_http_methods(["GET", "POST"])
@person_only
def start(request: HttpRequest) -> HttpResponse:
    """The second question: from which month, with what each choice comes to."""
    away = _elsewhere(request)
    if away is not None:
        return away
    person, answers = _person(request), _answers(request)
    if answers.get("category") is None:
        return redirect("claim")
    options = _options(person, answers["category"])
    if not options:
        return _too_soon(request, person, answers["category"])
    form = BeginForm(options, sent(request), initial={"start": answers.get("start")})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["start"] == UNDECIDED:
            return redirect("my_estimate")
        _remember(request, start=int(form.cleaned_data["start"]))
        return redirect("claim_check")
    return _page(request, "start", form, 2)


def _months(person: Person, category: int) -> tuple[estimates.Retirement, list[int]]:
    policy = estimates.current_policy()
    when = estimates.retirement(person.birth_month, category, estimates.region_of(person), policy)
    furthest = month_of(timezone.localdate()) + claims.FURTHEST
    return when, [month for month in estimates.starts(when) if month <= furthest]


def _options(person: Person, category: int) -> list[Option]:
    """The months that may be chosen now; none where all lie too far ahead."""
    policy = estimates.current_policy()
    when, months = _months(person, category)
    known = estimates.record_of(person)
    options = []
    for month in months:
        age = display.age(month - person.birth_month)
        if month == when.statutory:
            hint = _("%(age)s, your statutory age") % {"age": age}
        elif month < when.statutory:
            hint = _("%(age)s, flexible retirement") % {"age": age}
        else:
            hint = age
        found = estimate_or_none(person, month, category, policy, known)
        side, unit = "", ""
        if found is not None:
            side = yuan(found.monthly) if found.met else _("not yet due")
            unit = _("yuan a month") if found.met else ""
        options.append(Option(str(month), display.month(month), hint, side, unit))
    if options:
        options.append(
            Option(
                UNDECIDED,
                _("I have not decided"),
                _("See what each choice comes to"),
                after_or=True,
            )
        )
    return options


def estimate_or_none(
    person: Person,
    month: int,
    category: int,
    policy: Policy,
    known: list[MonthRecord] | None = None,
) -> estimates.Estimate | None:
    """What it would come to; None where the books do not allow an estimate. Claiming goes on
    without one: an officer works it out. That of a public servant is always worked out by one.
    """
    if queries.last_scheme(person.pk) == Scheme.AGENCIES:
        return None
    try:
        return estimates.of_person(person, month, category, policy, known=known)
    except Problem:
        return None


def _too_soon(request: HttpRequest, person: Person, category: int) -> HttpResponse:
    """Not eligible yet is a page with the next date, never an error."""
    when, _months_now = _months(person, category)
    return render(
        request,
        "portal/pensions/claim_too_soon.html",
        {
            "from_month": when.statutory,
            "claim_month": when.earliest - claims.FURTHEST,
            "in_flow": True,
        },
    )


def _complete(request: HttpRequest) -> bool:
    answers = _answers(request)
    return answers.get("category") is not None and answers.get("start") is not None


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest) -> HttpResponse:
    """Check the answers, then claim."""
    away = _elsewhere(request)
    if away is not None:
        return away
    if not _complete(request):
        return redirect("claim")
    person, answers = _person(request), _answers(request)
    policy = estimates.current_policy()
    when, months = _months(person, answers["category"])
    if answers["start"] not in months:
        return redirect("claim_start")
    form = TruthForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = claims.open_claim(
                by=request.user,
                person=person,
                scheme=queries.last_scheme(person.pk),
                start_month=answers["start"],
                category=answers["category"],
                flexible=answers["start"] < when.statutory,
                channel=Case.Channel.PORTAL,
                key=answers["key"],
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("claim_done", number=made.case.number)
    found = estimate_or_none(person, answers["start"], answers["category"], policy)
    words = WORK[answers["category"]]
    return render(
        request,
        "portal/pensions/claim_check.html",
        {
            "form": form,
            "person": person,
            "start": answers["start"],
            "age": answers["start"] - person.birth_month,
            "statutory": answers["start"] == when.statutory,
            "work": words[0],
            "work_hint": words[1],
            "woman": person.sex == Sex.FEMALE,
            "estimate": found,
            "account": enrollment.account_for(person.pk, Purpose.BENEFIT),
            "paid_twice": paid_twice(person.pk),
            "step": 3,
            "steps": STEPS,
            "steps_range": range(1, STEPS + 1),
            "in_flow": True,
        },
    )


def _page(request: HttpRequest, name: str, form: ScreenForm, step: int) -> HttpResponse:
    return render(
        request,
        f"portal/pensions/claim_{name}.html",
        {
            "form": form,
            "step": step,
            "steps": STEPS,
            "steps_range": range(1, STEPS + 1),
            "in_flow": True,
        },
    )


@require_safe
@person_only
def done(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation, which can be opened again at any time."""
    case = Case.objects.filter(number=number, person_id=acting_for(request)).first()
    if case is None or case.kind != claims.KIND:
        raise Http404
    return render(
        request,
        "portal/pensions/claim_done.html",
        {"case": case, "claim": queries.claim_of_case(case), "person": _person(request)},
    )


def withdraw(*, case_id: int, by: User, text: str) -> None:
    """Taking a claim back from the portal: the claim goes with its case."""
    claim = PensionClaim.objects.filter(pk=case_id).first()
    if claim is None:
        raise Http404
    claims.withdraw(by=by, claim=claim, text=text)
