"""What can I get: for anybody from a few answers, for a person from the books and fewer answers.

Nothing is kept between the pages: what was answered travels with the form.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods

from assistance.services import needs
from assistance.services.needs import Outcome
from enrollment.models import Person
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.portal import limited, person_only

from .questions import FirstForm, SecondForm, said

SHOWN = (Outcome.LIKELY, Outcome.GRANTED, Outcome.APPLIED, Outcome.OPEN)
NEVER_KEPT = ("csrfmiddlewaretoken", "ask", "apply", "key", "programmes")


def start_part(request: HttpRequest) -> dict[str, Any]:
    """What the start page needs to lead here: nothing."""
    return {}


@limited(per_minute=30)
@require_http_methods(["GET", "POST"])
def anybody(request: HttpRequest) -> HttpResponse:
    """Without signing in: works with what is typed, keeps nothing."""
    return _pages(request, None)


@require_http_methods(["GET", "POST"])
@person_only
def mine(request: HttpRequest) -> HttpResponse:
    """Signed in: what is known is not asked, and what may be due is applied for at once."""
    scope = Scope.CLAIM if "apply" in request.POST else Scope.SEE
    return _pages(request, Person.objects.get(pk=acting_for(request, scope)))


def _pages(request: HttpRequest, person: Person | None) -> HttpResponse:
    known = needs.known(person) if person is not None else None
    context: dict[str, Any] = {"known": known, "in_flow": True}
    sent = request.POST if request.method == "POST" else None
    first = FirstForm(sent, known=known is not None)
    if sent is None or not first.is_valid():
        return _page(request, "first", {**context, "form": first})
    asked = {
        "known": known is not None,
        "situations": set(first.cleaned_data["situations"]),
    }
    context["kept"] = _kept(sent, set(first.fields))
    if "ask" not in sent:
        return _page(request, "second", {**context, "form": SecondForm(**asked)})
    second = SecondForm(sent, **asked)
    if not second.is_valid():
        return _page(request, "second", {**context, "form": second})
    answers = said(first.cleaned_data, second.cleaned_data)
    chosen = sent.getlist("programmes")
    context |= {"key": sent.get("key") or get_random_string(24), "chosen": chosen}
    if person is not None and "apply" in sent:
        try:
            needs.apply(
                by=request.user,  # type: ignore[arg-type]
                person=person,
                slugs=chosen,
                said=answers,
                key=context["key"][:32],
            )
        except Problem as problem:
            context["problem"] = problem
        else:
            return redirect("assistance")
    where = known or needs.stranger(first.cleaned_data["region"])
    context |= {"everything": _kept(sent), "second": second, **_drawn(where, answers)}
    return _page(request, "results", context)


def _drawn(known: needs.Known, answers: needs.Said) -> dict[str, Any]:
    results = needs.find(known, answers)
    return {
        "results": [each for kind in SHOWN for each in results if each.outcome == kind],
        "refused": [each for each in results if each.outcome == Outcome.NOT],
        "aside": [each for each in results if each.outcome == Outcome.ASIDE],
        "applies": known.person is not None and any(each.may_apply for each in results),
    }


def _kept(sent: QueryDict, names: set[str] | None = None) -> list[tuple[str, str]]:
    """What was answered, as hidden fields of the next page: all of it, or the fields named."""
    return [
        (name, value)
        for name, values in sent.lists()
        if name not in NEVER_KEPT and (names is None or name in names)
        for value in values
    ]


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    form = context.get("form")
    wrong = bool(form and form.is_bound and form.errors) or "problem" in context
    return render(
        request, f"portal/assistance/needs_{name}.html", context, status=422 if wrong else 200
    )
