"""A resident claims the pension: from which month, check the answers, done.

The same pages as for a worker, but for the question of the kind of work: residents draw at 60.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from enrollment import queries as enrollment
from enrollment.models import Person, Purpose
from funds.models import Scheme
from pensions import queries
from pensions.params import ResidentParams
from pensions.services import claim as claims
from pensions.services.conditions import region_of
from pensions.services.residents import decision
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office import display
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import Option
from socsec.office.models import Case
from socsec.office.portal import person_only, sent
from socsec.office.services import policy as policies

from .claim import BeginForm, TruthForm

KEY = "resident_claim"  # of the answers in the session
STEPS = 2
CHOICES = 3  # months that may be chosen


def is_resident(person_id: int) -> bool:
    """Whether the person is, or was last, insured as a resident."""
    return queries.last_scheme(person_id) == Scheme.RESIDENTS


def _elsewhere(person_id: int) -> HttpResponse | None:
    """Where somebody belongs who has a claim under way, a pension already, or another scheme."""
    under_way = queries.open_claim(person_id)
    if under_way is not None:
        return redirect("case", number=under_way.case.number)
    if queries.award_in_payment(person_id):
        return redirect("benefits")
    return None if is_resident(person_id) else redirect("claim")


def _months(person: Person) -> tuple[int, list[int]]:
    """The month in which the age is reached, and those that may be chosen now."""
    today = month_of(timezone.localdate())
    policy = policies.of(policies.current_edition())
    region = region_of(person, Scheme.RESIDENTS)
    reached = person.birth_month + int(ResidentParams.at(policy, region, today).pension_age)
    first = max(reached, today)
    return reached, [m for m in range(first, first + CHOICES) if m <= today + claims.FURTHEST]


def _found(person: Person, start: int) -> decision.Decision | None:
    """What it would come to; None where the books do not allow it. Claiming goes on without."""
    try:
        gathered = decision.gather_for(person, region_of(person, Scheme.RESIDENTS), start)
        return decision.decide(gathered, policies.of(policies.current_edition()))
    except Problem:
        return None


@require_http_methods(["GET", "POST"])
@person_only
def start(request: HttpRequest) -> HttpResponse:
    """From which month, with what each choice comes to."""
    person_id = acting_for(request, Scope.CLAIM)
    away = _elsewhere(person_id)
    if away is not None:
        return away
    person = Person.objects.get(pk=person_id)
    reached, months = _months(person)
    if not months:
        return render(
            request,
            "portal/pensions/claim_too_soon.html",
            {"from_month": reached, "claim_month": reached - claims.FURTHEST, "in_flow": True},
        )
    kept: dict[str, Any] = request.session.get(KEY, {})
    form = BeginForm(
        [_option(person, each) for each in months],
        sent(request),
        initial={"start": kept.get("start")},
    )
    if request.method == "POST" and form.is_valid():
        key = kept.get("key") or get_random_string(32)
        request.session[KEY] = {"key": key, "start": int(form.cleaned_data["start"])}
        return redirect("resident_claim_check")
    return render(
        request, "portal/pensions/claim_start.html", {"form": form, "resident": True, **_step(1)}
    )


def _option(person: Person, month: int) -> Option:
    found = _found(person, month)
    side = unit = ""
    if found is not None:
        side = yuan(found.monthly) if found.entitled else _("not yet due")
        unit = _("yuan a month") if found.entitled else ""
    age = display.age(month - person.birth_month)
    return Option(str(month), display.month(month), age, side, unit)


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest) -> HttpResponse:
    """Check the answers, then claim."""
    person_id = acting_for(request, Scope.CLAIM)
    away = _elsewhere(person_id)
    if away is not None:
        return away
    person = Person.objects.get(pk=person_id)
    kept: dict[str, Any] = request.session.get(KEY, {})
    if kept.get("start") not in _months(person)[1]:
        return redirect("resident_claim")
    form = TruthForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = claims.open_claim(
                by=request.user,
                person=person,
                scheme=Scheme.RESIDENTS,
                start_month=kept["start"],
                category=None,
                channel=Case.Channel.PORTAL,
                key=kept["key"],
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("claim_done", number=made.case.number)
    found = _found(person, kept["start"])
    return render(
        request,
        "portal/pensions/claim_check.html",
        {
            "form": form,
            "person": person,
            "start": kept["start"],
            "age": kept["start"] - person.birth_month,
            "resident": True,
            "found": found,
            "account": enrollment.account_for(person.pk, Purpose.BENEFIT),
            **_step(2),
        },
    )


def _step(step: int) -> dict[str, Any]:
    return {"step": step, "steps": STEPS, "steps_range": range(1, STEPS + 1), "in_flow": True}
