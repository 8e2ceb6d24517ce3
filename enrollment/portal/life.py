"""Report a life event: what happened to whom, when, check with the paper, done."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment import queries
from enrollment.models import EventKind, Person, Sex
from enrollment.services.living import reports
from enrollment.services.people import changes
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import (
    DateField,
    Option,
    PaperField,
    PickField,
    ScreenForm,
    SelectField,
    TextField,
)
from socsec.office.models import Case, Region
from socsec.office.portal import person_only, sent
from socsec.office.services.case import LARGEST

KEY = "life_event"  # of the answers in the session
STEPS = 3

HINTS: dict[str, Any] = {
    EventKind.BIRTH: gettext_lazy("your child is registered and can be insured at once"),
    EventKind.DEATH: gettext_lazy("somebody of your household; tell us once, we do the rest"),
    EventKind.MOVE: gettext_lazy("your file goes to the office of the new place"),
    EventKind.PRISON: gettext_lazy("the person serves a sentence"),
    EventKind.RELEASE: gettext_lazy("benefits that stood still can go on"),
    EventKind.EMIGRATION: gettext_lazy("you settle abroad for good"),
    EventKind.RETURN: gettext_lazy("you live here again"),
}


class WhatForm(ScreenForm):
    kind = PickField(
        [Option(kind.value, kind.label, HINTS[kind]) for kind in EventKind],
        label=gettext_lazy("What has happened?"),
        error_messages={"required": gettext_lazy("Choose what has happened")},
    )


class WhenForm(ScreenForm):
    """When, and what the kind needs besides."""

    def __init__(self, kind: str, family: list[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind == EventKind.DEATH:
            self.fields["person"] = PickField(
                [Option(str(each.pk), each.name) for each in family],
                label=gettext_lazy("Who has died?"),
                error_messages={"required": gettext_lazy("Choose who has died")},
            )
        if kind == EventKind.BIRTH:
            self.fields["child_name"] = TextField(
                label=gettext_lazy("Name of the child"), max_length=60
            )
            self.fields["child_sex"] = PickField(
                [Option(str(each.value), each.label) for each in Sex], label=gettext_lazy("Sex")
            )
        if kind == EventKind.MOVE:
            self.fields["to_region"] = SelectField(
                label=gettext_lazy("Where do you live now?"),
                choices=[(each.code, str(each)) for each in Region.objects.order_by("code")],
            )
        self.fields["happened_on"] = DateField(label=gettext_lazy("On which day?"))


class SendForm(ScreenForm):
    file = PaperField(
        label=gettext_lazy("Paper that proves it"),
        error_messages={"required": gettext_lazy("Add a photo or scan of the paper")},
    )


def _teller(request: HttpRequest) -> Person:
    return Person.objects.get(pk=acting_for(request, Scope.CHANGE))


def _family(person: Person) -> list[Person]:
    """Who lives in the household today, without the person."""
    home = queries.household_of(person.pk)
    if home is None:
        return []
    rows = queries.members(home).filter(span__contains=timezone.localdate())
    return [row.person for row in rows if row.person_id != person.pk and not row.person.died_on]


@require_http_methods(["GET", "POST"])
@person_only
def what(request: HttpRequest) -> HttpResponse:
    """The first question."""
    _teller(request)
    answers = request.session.get(KEY, {})
    form = WhatForm(sent(request), initial={"kind": answers.get("kind")})
    if request.method == "POST" and form.is_valid():
        request.session[KEY] = {
            "kind": form.cleaned_data["kind"],
            "key": answers.get("key") or get_random_string(32),
        }
        return redirect("life_when")
    return _page(request, "what", form, 1)


@require_http_methods(["GET", "POST"])
@person_only
def when(request: HttpRequest) -> HttpResponse:
    """The second question."""
    teller, answers = _teller(request), request.session.get(KEY, {})
    kind = answers.get("kind")
    if kind not in EventKind.values:
        return redirect("life_what")
    family = _family(teller) if kind == EventKind.DEATH else []
    if kind == EventKind.DEATH and not family:
        return render(request, "portal/enrollment/life_alone.html", {"in_flow": True})
    form = WhenForm(kind, family, sent(request), initial=_again(answers.get("said", {})))
    if request.method == "POST" and form.is_valid():
        said = {
            name: each.isoformat() if hasattr(each, "isoformat") else each
            for name, each in form.cleaned_data.items()
        }
        request.session[KEY] = {**answers, "said": said}
        return redirect("life_check")
    return _page(request, "when", form, 2, kind=EventKind(kind))


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest) -> HttpResponse:
    """Check the answers, add the paper, send."""
    teller, answers = _teller(request), request.session.get(KEY, {})
    kind, said = answers.get("kind"), answers.get("said")
    if kind not in EventKind.values or not said:
        return redirect("life_what")
    about = teller
    if kind == EventKind.DEATH:
        about = next((p for p in _family(teller) if str(p.pk) == said["person"]), teller)
        if about is teller:
            return redirect("life_when")
    form = SendForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = reports.report(
                by=request.user,
                teller=teller,
                person=about,
                kind=kind,
                happened_on=date.fromisoformat(said["happened_on"]),
                channel=Case.Channel.PORTAL,
                uploads=[changes.Upload(file.name, file.read(LARGEST + 1))],
                child_name=said.get("child_name", ""),
                child_sex=int(said.get("child_sex") or 0),
                to_region=said.get("to_region", ""),
                key=answers["key"],
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("detail_done", number=made.case.number)
    place = Region.objects.filter(pk=said.get("to_region") or "").first()
    sex = said.get("child_sex")
    return _page(
        request,
        "check",
        form,
        3,
        kind=EventKind(kind),
        about=about,
        day=date.fromisoformat(said["happened_on"]),
        child=said.get("child_name", ""),
        sex=Sex(int(sex)).label if sex else "",
        place=place,
    )


def _again(said: dict[str, Any]) -> dict[str, Any]:
    """Answers given before, as the form shows them."""
    day = said.get("happened_on")
    return {**said, "happened_on": date.fromisoformat(day)} if day else said


def _page(
    request: HttpRequest, name: str, form: ScreenForm, step: int, **more: Any
) -> HttpResponse:
    return render(
        request,
        f"portal/enrollment/life_{name}.html",
        {
            "form": form,
            "step": step,
            "steps": STEPS,
            "steps_range": range(1, STEPS + 1),
            "in_flow": True,
            **more,
        },
    )
