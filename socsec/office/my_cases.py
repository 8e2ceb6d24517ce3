"""My cases: where each stands, its clock, what it was decided on; writing about it, withdrawing it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from . import appeals, display, figures, people
from .acting import Scope, acting_for
from .calendar import add_working_days
from .forms import Option, PickField, ScreenForm
from .models import Case
from .portal import person_only, sent
from .services import appeal
from .services import case as cases
from .sheets import read as read_sheet
from .shell import withdrawal_of

# What a state is called to the person it concerns, and the colour of its tag.
STATES: dict[str, tuple[Any, str]] = {
    Case.State.RECEIVED: (gettext_lazy("Checking your record"), "brand"),
    Case.State.WAITING: (gettext_lazy("Waiting for your papers"), "amber"),
    Case.State.ASSESSED: (gettext_lazy("Being checked by a second officer"), "brand"),
    Case.State.GRANTED: (gettext_lazy("Granted"), "green"),
    Case.State.REFUSED: (gettext_lazy("Refused"), "red"),
    Case.State.WITHDRAWN: (gettext_lazy("Withdrawn"), ""),
}


def clock_of(case: Case, today: date | None = None) -> figures.Clock:
    """The case's clock as boxes. Days spent waiting for the person move the period, not shrink it."""
    now = case.clock(today)
    days = [add_working_days(case.received_on, n + case.waited) for n in range(1, case.days + 1)]
    return figures.clock(days, used=now.used + now.late, stopped=now.waiting, done=now.stopped)


def brief(case: Case) -> dict[str, Any]:
    """A case in one line of a list."""
    state, tone = STATES[case.state]
    due = display.day_week(case.due_on)
    if case.state == Case.State.WAITING:
        coming = _("Waiting for your papers")
    elif case.is_open:
        coming = _("Answer by %(day)s") % {"day": due}
    elif case.decided_at:
        coming = _("Decided on %(day)s") % {"day": display.day_short(case.decided_at)}
    else:
        coming = ""
    return {
        "number": case.number,
        "title": case.registered.label,
        "state": state,
        "tone": tone,
        "clock": clock_of(case),
        "next": coming,
        "received": case.received_on,
    }


def of(request: HttpRequest) -> Any:
    """The cases of whom the signed-in person acts for."""
    return Case.objects.filter(person_id__in=people.numbers(acting_for(request))).order_by(
        "-received_on", "-id"
    )


def open_cases(request: HttpRequest) -> list[dict[str, Any]]:
    """For the home page: soonest deadline first."""
    mine = of(request).filter(state__in=Case.OPEN).order_by("due_on", "id")[:5]
    return [brief(case) for case in mine]


@require_safe
@person_only
def every(request: HttpRequest) -> HttpResponse:
    page = Paginator(of(request), 20).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/office/cases.html",
        {"cases": [brief(case) for case in page], "page": page},
    )


@require_safe
@person_only
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One case: the clock, where it stands, what it was decided on."""
    case = get_object_or_404(of(request).select_related("office", "region"), number=number)
    events = list(case.events.all())
    state, tone = STATES[case.state]
    return render(
        request,
        "portal/office/case.html",
        {
            "case": case,
            "title": case.registered.label,
            "law": case.registered.law,
            "state": state,
            "tone": tone,
            "clock": clock_of(case),
            "steps": path(case, events),
            "asked": next((event.text for event in reversed(events) if event.act == "wait"), "")
            if case.state == Case.State.WAITING
            else "",
            "letters": list(case.notices.all()),
            "papers": list(case.documents.defer("content")),
            "sheet": case.sheet if case.state in (Case.State.GRANTED, Case.State.REFUSED) else None,
            "reasons": [reason_words(reason) for reason in case.reasons],
            "disagree_by": disagree_by(case),
            "reviewable": not case.is_open and appeals.may_be_reviewed(case.kind, case.pk),
            "appeal": getattr(case, "appeal", None),
            "written": list(case.notes.filter(by=request.user)),
        },
    )


def reason_words(reason: dict[str, str]) -> dict[str, str]:
    """One reason of a refusal in the reader's language."""
    text = reason.get("text_zh" if display.chinese() else "text_en", "")
    return {"text": text, "law": reason.get("law", "")}


def disagree_by(case: Case) -> date | None:
    """The last day to ask for a review of the decision; None where there is none yet."""
    if case.decided_at is None:
        return None
    return appeal.last_day_after(case.region_id, timezone.localdate(case.decided_at))


def path(case: Case, events: Sequence[Any]) -> list[dict[str, Any]]:
    """The stages of a case as the person sees them: done, now, or still to come."""
    moments = {event.act: event.at for event in events}
    closed = not case.is_open
    assessed = case.state == Case.State.ASSESSED or bool(case.assessed_at and closed)
    steps = [
        {
            "css": "done-s",
            "title": _("Received"),
            "text": display.moment(moments["open"]) if "open" in moments else "",
        },
        {
            "css": "done-s" if assessed or closed else "now-s",
            "title": STATES[Case.State.WAITING][0]
            if case.state == Case.State.WAITING
            else STATES[Case.State.RECEIVED][0],
            "text": "" if closed or assessed else _("One officer works it out, line by line"),
        },
        {
            "css": "now-s"
            if case.state == Case.State.ASSESSED
            else "done-s"
            if assessed
            else "todo-s",
            "title": _("Assessment, checked by a second officer"),
            "text": display.moment(case.assessed_at) if case.assessed_at else "",
        },
    ]
    if case.state == Case.State.WITHDRAWN:
        steps = [*steps[:1], {"css": "stop-s", "title": _("Withdrawn"), "text": ""}]
    elif case.state == Case.State.REFUSED:
        steps.append({"css": "stop-s", "title": _("Refused"), "text": _when(case)})
    elif case.state == Case.State.GRANTED:
        steps.append({"css": "done-s", "title": _("Granted"), "text": _when(case)})
    else:
        steps.append(
            {
                "css": "todo-s",
                "title": _("We tell you"),
                "text": _("By text and here, the same day"),
            }
        )
    return steps


def _when(case: Case) -> str:
    return display.moment(case.decided_at) if case.decided_at else ""


class WithdrawForm(ScreenForm):
    sure = PickField(
        label=gettext_lazy("Do you want to withdraw it?"),
        options=[
            Option("yes", gettext_lazy("Yes, withdraw it")),
            Option("no", gettext_lazy("No, go on")),
        ],
        error_messages={"required": gettext_lazy("Choose yes or no")},
    )


@require_http_methods(["GET", "POST"])
@person_only
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Taking a case back, asked once."""
    acting_for(request, Scope.CLAIM)
    case = get_object_or_404(of(request), number=number)
    if not case.is_open:
        return redirect("case", number=number)
    form = WithdrawForm(sent(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["sure"] == "yes":
            act = withdrawal_of(case.kind) or cases.withdraw
            text = _("Withdrawn by the person in the portal.")
            act(case_id=case.pk, by=request.user, text=text)  # type: ignore[arg-type]  # signed in
            messages.success(request, _("Withdrawn. You may claim again at any time."))
        return redirect("case", number=number)
    return render(
        request,
        "portal/office/withdraw.html",
        {"form": form, "case": case, "title": case.registered.label, "in_flow": True},
    )


class WriteForm(ScreenForm):
    text = forms.CharField(
        label=gettext_lazy("What do you want to tell us?"),
        help_text=gettext_lazy("The officer who handles your case reads it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 6}),
        error_messages={"required": gettext_lazy("Write what you want to tell us")},
    )


@require_http_methods(["GET", "POST"])
@person_only
def write(request: HttpRequest, number: str) -> HttpResponse:
    """A message to the office, about the case or about one line of its sheet."""
    acting_for(request, Scope.CLAIM)
    case = get_object_or_404(of(request), number=number)
    line = line_named(case, request.GET.get("line", ""))
    form = WriteForm(sent(request))
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        if line:
            text = _("Disagrees with the line “%(line)s”: %(text)s") % {"line": line, "text": text}
        cases.note(case_id=case.pk, by=request.user, text=text)  # type: ignore[arg-type]  # signed in
        messages.success(request, _("Your message is with your case. We answer by letter here."))
        return redirect("case", number=number)
    return render(
        request,
        "portal/office/write.html",
        {"form": form, "case": case, "line": line, "disagree_by": disagree_by(case)},
    )


def line_named(case: Case, code: str) -> str:
    """The label of a line of the decided sheet; "" where there is none of that code."""
    document = read_sheet(case.sheet) if case.sheet and not case.is_open else None
    found = [line for line in document.lines if line.code == code] if document else []
    return found[0].label["zh" if display.chinese() else "en"] if found else ""
