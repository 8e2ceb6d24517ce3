"""Change my details: what is on file, a question for the new value, check with the paper, done.

Answers wait in the session encrypted: an account or identity number is in the open nowhere.
"""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import (
    ChangeRequest,
    Detail,
    Person,
    PersonFact,
    Purpose,
    RegistrationKind,
    Sex,
    What,
)
from enrollment.services.people import changes
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.fields import Unreadable, decrypt, encrypt
from socsec.office.forms import (
    BankCardField,
    DateField,
    MobileField,
    Option,
    PaperField,
    PickField,
    ResidentIdField,
    ScreenForm,
    SelectField,
    TextField,
)
from socsec.office.models import Case, Region
from socsec.office.portal import person_only, sent
from socsec.office.services.case import LARGEST

KEY = "change"  # of the sealed answers in the session
STEPS = 2

WHY: dict[str, Any] = {
    What.NAME: gettext_lazy("Your name must be the one on your identity card."),
    What.SEX: gettext_lazy("It decides when you may draw a pension."),
    What.BORN_ON: gettext_lazy("It decides when you may draw a pension."),
    What.RESIDENT_ID: gettext_lazy("Everything we hold about you is found by this number."),
    What.PHONE: gettext_lazy("We send codes and news to this number."),
    What.ADDRESS: gettext_lazy("Letters on paper go there."),
    What.BANK: gettext_lazy("Benefits are paid to your own account only."),
    What.REGISTRATION: gettext_lazy("It decides which residents' schemes you may join."),
}


class ValueForm(ScreenForm):
    """The new value; `what` decides the questions."""

    def __init__(self, what: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(_questions(what))
        if what in (What.NAME, What.RESIDENT_ID, What.ADDRESS, What.PHONE, What.REGISTRATION):
            self.fields["how"] = PickField(
                [
                    Option("changed", gettext_lazy("It has changed")),
                    Option("wrong", gettext_lazy("It was wrong from the start")),
                ],
                label=gettext_lazy("What happened?"),
                error_messages={"required": gettext_lazy("Choose what happened")},
            )


class SendForm(ScreenForm):
    def __init__(self, what: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = what in changes.IDENTITY
        self.fields["file"] = PaperField(
            required=needed,
            label=gettext_lazy("Paper that proves it"),
            error_messages={"required": gettext_lazy("Add a photo or scan of the paper")},
        )


def _questions(what: str) -> dict[str, Any]:
    sexes = [Option(str(each.value), each.label) for each in Sex]
    kinds = [Option(str(each.value), each.label) for each in RegistrationKind]
    purposes = [Option(each.value, each.label) for each in Purpose]
    found: dict[str, dict[str, Any]] = {
        What.NAME: {"name": TextField(label=gettext_lazy("New full name"), max_length=60)},
        What.SEX: {"sex": PickField(sexes, label=gettext_lazy("Sex"))},
        What.BORN_ON: {"born_on": DateField(label=gettext_lazy("Date of birth"), birthday=True)},
        What.RESIDENT_ID: {"number": ResidentIdField(label=gettext_lazy("New ID number"))},
        What.PHONE: {"phone": MobileField(label=gettext_lazy("New mobile number"))},
        What.ADDRESS: {"address": TextField(label=gettext_lazy("New address"), max_length=200)},
        What.BANK: {
            "purpose": PickField(purposes, label=gettext_lazy("What is the account for?")),
            "account": BankCardField(label=gettext_lazy("Card or account number")),
            "bank": TextField(label=gettext_lazy("Bank"), max_length=60),
        },
        What.REGISTRATION: {
            "kind": PickField(kinds, label=gettext_lazy("Registration type")),
            "region": SelectField(label=gettext_lazy("Registered in")),
        },
    }
    return found[what]


def _person(request: HttpRequest) -> Person:
    return Person.objects.get(pk=acting_for(request, Scope.CHANGE))


@require_safe
@person_only
def my_details(request: HttpRequest) -> HttpResponse:
    """What is on file, each with a way to change it, and what is being changed."""
    person = Person.objects.get(pk=acting_for(request))
    open_now = {
        each.what: each
        for each in ChangeRequest.objects.filter(
            person=person, case__state__in=Case.OPEN
        ).select_related("case")
    }
    rows = [
        {
            "what": what.value,
            "label": _("Full name") if what is What.NAME else what.label,
            "value": changes.shown(what, changes.on_file(person, what)),
            "request": open_now.get(what.value),
        }
        for what in What
    ]
    past = PersonFact.objects.filter(person_id=person.pk, seq__gt=0).order_by("-recorded_at")
    return render(
        request,
        "portal/enrollment/details.html",
        {"rows": rows, "past": [(Detail(each.detail).label, each) for each in past[:10]]},
    )


@sensitive_post_parameters("number", "account")
@require_http_methods(["GET", "POST"])
@person_only
def value(request: HttpRequest, what: str) -> HttpResponse:
    """The question."""
    person = _person(request)
    if what not in What.values:
        raise Http404
    answers = _answers(request, what)
    form = ValueForm(what, sent(request), initial=answers.get("said"))
    if what == What.REGISTRATION:
        form.fields["region"].choices = [
            (region.code, str(region)) for region in Region.objects.order_by("code")
        ]
    if request.method == "POST" and form.is_valid():
        said = {
            name: each.isoformat() if hasattr(each, "isoformat") else each
            for name, each in form.cleaned_data.items()
        }
        _remember(request, what, said, answers.get("key") or get_random_string(32))
        return redirect("detail_check", what=what)
    return render(
        request,
        "portal/enrollment/detail.html",
        {
            "form": form,
            "what": What(what),
            "why": WHY[what],
            "now": changes.shown(what, changes.on_file(person, what)),
            **_steps(1),
        },
    )


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest, what: str) -> HttpResponse:
    """Old and new side by side, the paper, and sending it."""
    person = _person(request)
    answers = _answers(request, what)
    if what not in What.values or not answers:
        return redirect("details")
    said = dict(answers["said"])
    how = said.pop("how", "changed")
    form = SendForm(
        what,
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        uploads = [changes.Upload(file.name, file.read(LARGEST + 1))] if file else []
        try:
            made = changes.ask(
                by=request.user,
                person=person,
                what=what,
                new=said,
                channel=Case.Channel.PORTAL,
                correction=how == "wrong",
                from_=timezone.localdate(),
                uploads=uploads,
                key=answers["key"],
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("detail_done", number=made.case.number)
    return render(
        request,
        "portal/enrollment/detail_check.html",
        {
            "form": form,
            "what": What(what),
            "old": changes.shown(what, changes.on_file(person, what)),
            "new": changes.shown(what, said),
            "wrong": how == "wrong",
            **_steps(2),
        },
    )


@require_safe
@person_only
def done(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation, which can be opened again."""
    case = Case.objects.filter(
        number=number, person_id=acting_for(request), kind__in=(changes.KIND, "event")
    ).first()
    if case is None:
        raise Http404
    return render(
        request,
        "portal/enrollment/detail_done.html",
        {"case": case, "title": _("Your request has reached us")},
    )


def _answers(request: HttpRequest, what: str) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(decrypt(request.session.get(KEY, "")))
    except (Unreadable, ValueError):
        return {}
    return kept if kept.get("what") == what else {}


def _remember(request: HttpRequest, what: str, said: dict[str, Any], key: str) -> None:
    request.session[KEY] = encrypt(json.dumps({"what": what, "said": said, "key": key}))


def _steps(step: int) -> dict[str, Any]:
    return {"step": step, "steps": STEPS, "steps_range": range(1, STEPS + 1), "in_flow": True}
