"""Family and delegates: who may act for me, for whom I may act, and letting somebody act."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from enrollment import queries
from enrollment.models import Mandate, Person
from enrollment.services.people import delegates
from socsec.office.acting import own
from socsec.office.errors import Problem
from socsec.office.forms import (
    DateField,
    Option,
    PickField,
    PickManyField,
    ResidentIdField,
    ScreenForm,
    TickField,
)
from socsec.office.people import Scope
from socsec.office.portal import person_only, sent

KEY = "delegate"  # of the answers in the session
STEPS = 3

HINTS: dict[str, Any] = {
    Scope.ENROL: gettext_lazy("join a scheme, choose a tier"),
    Scope.CLAIM: gettext_lazy("apply for a pension or a refund, write to us about it"),
    Scope.PAY: gettext_lazy("pay what you owe"),
    Scope.CHANGE: gettext_lazy("ask for changes of your details, report life events"),
}
SCOPES = [
    Option(scope.value, scope.label, HINTS[scope]) for scope in Scope if scope is not Scope.SEE
]


class WhoForm(ScreenForm):
    name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )
    resident_id = ResidentIdField(label=gettext_lazy("Their ID number"))


class WhatForm(ScreenForm):
    scopes = PickManyField(
        SCOPES,
        label=gettext_lazy("What may they do for you?"),
        help_text=gettext_lazy("Whoever may do anything may also see your record."),
        error_messages={"required": gettext_lazy("Choose at least one thing")},
    )
    until = DateField(label=gettext_lazy("Until which day?"))


class SureForm(ScreenForm):
    sure = TickField(
        label=gettext_lazy("I give this permission of my own will"),
        error_messages={"required": gettext_lazy("Confirm that you give it of your own will")},
    )


class EndForm(ScreenForm):
    sure = PickField(
        label=gettext_lazy("Do you want to end it?"),
        options=[
            Option("yes", gettext_lazy("Yes, end it now")),
            Option("no", gettext_lazy("No, leave it")),
        ],
        error_messages={"required": gettext_lazy("Choose yes or no")},
    )


@require_safe
@person_only
def my_delegates(request: HttpRequest) -> HttpResponse:
    """Both directions, with what was done."""
    person_id = own(request)
    today = timezone.localdate()
    given = list(queries.mandates_of(person_id)[:20])
    return render(
        request,
        "portal/enrollment/delegates.html",
        {
            "given": [each for each in given if each.in_force_on(today)],
            "past": [each for each in given if not each.in_force_on(today)],
            "held": [
                each
                for each in queries.mandates_held(person_id)[:20]
                if each.in_force_on(today) and each.person.died_on is None
            ],
            "uses": list(queries.uses(person_id)[:10]),
        },
    )


@sensitive_post_parameters("resident_id")
@require_http_methods(["GET", "POST"])
@person_only
def who(request: HttpRequest) -> HttpResponse:
    """The first question: who shall act."""
    person = Person.objects.get(pk=own(request))
    if delegates.is_minor(person):
        return render(request, "portal/enrollment/delegate_minor.html", {"in_flow": True})
    form = WhoForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            found = delegates.find_delegate(**form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, str(problem))
        else:
            request.session[KEY] = {**request.session.get(KEY, {}), "person": found.pk}
            return redirect("delegate_check" if _complete(request) else "delegate_what")
    return _page(request, "who", form, 1)


@require_http_methods(["GET", "POST"])
@person_only
def what(request: HttpRequest) -> HttpResponse:
    """The second question: what they may do, and until when."""
    own(request)
    answers = request.session.get(KEY, {})
    if "person" not in answers:
        return redirect("delegate_who")
    in_a_year = timezone.localdate().replace(day=1)
    in_a_year = in_a_year.replace(year=in_a_year.year + 1)
    until = date.fromisoformat(answers["until"]) if "until" in answers else in_a_year
    form = WhatForm(sent(request), initial={"scopes": answers.get("scopes", []), "until": until})
    if request.method == "POST" and form.is_valid():
        request.session[KEY] = {
            **answers,
            "scopes": form.cleaned_data["scopes"],
            "until": form.cleaned_data["until"].isoformat(),
        }
        return redirect("delegate_check")
    return _page(request, "what", form, 2)


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest) -> HttpResponse:
    """Check the answers, then give the permission."""
    person = Person.objects.get(pk=own(request))
    if not _complete(request):
        return redirect("delegate_who")
    answers = request.session[KEY]
    delegate = Person.objects.get(pk=answers["person"])
    until = date.fromisoformat(answers["until"])
    form = SureForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = delegates.grant(
                by=request.user,
                person=person,
                delegate=delegate,
                scopes=answers["scopes"],
                until=until,
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("delegate_done", pk=made.pk)
    return render(
        request,
        "portal/enrollment/delegate_check.html",
        {
            "form": form,
            "delegate": delegate,
            "scopes": [Scope(each).label for each in Scope.values if each in answers["scopes"]],
            "until": until,
            **_steps(3),
        },
    )


@require_safe
@person_only
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """The confirmation, which can be opened again."""
    mandate = queries.mandates_of(own(request)).filter(pk=pk).first()
    if mandate is None:
        raise Http404
    return render(request, "portal/enrollment/delegate_done.html", {"mandate": mandate})


@require_http_methods(["GET", "POST"])
@person_only
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ending it, asked once: by the person, or by whoever acts."""
    person_id = own(request)
    mandate = (
        Mandate.objects.filter(pk=pk, ended_at__isnull=True)
        .select_related("person", "delegate")
        .first()
    )
    mine = set(queries.numbers_of(person_id))
    if mandate is None or not mine & {mandate.person_id, mandate.delegate_id}:
        raise Http404
    form = EndForm(sent(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["sure"] == "yes":
            delegates.end(by=request.user, mandate=mandate)
            messages.success(request, _("It has ended. The other side has been told."))
        return redirect("delegates")
    return render(
        request,
        "portal/enrollment/delegate_end.html",
        {"form": form, "mandate": mandate, "mine": mandate.person_id in mine, "in_flow": True},
    )


def _complete(request: HttpRequest) -> bool:
    return {"person", "scopes", "until"} <= set(request.session.get(KEY, {}))


def _steps(step: int) -> dict[str, Any]:
    return {"step": step, "steps": STEPS, "steps_range": range(1, STEPS + 1), "in_flow": True}


def _page(request: HttpRequest, name: str, form: ScreenForm, step: int) -> HttpResponse:
    return render(
        request, f"portal/enrollment/delegate_{name}.html", {"form": form, **_steps(step)}
    )
