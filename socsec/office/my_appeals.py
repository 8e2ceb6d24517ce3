"""Disagreeing with a decision: choose it, say which line and why, send it, follow the case."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from . import appeals, people, shell
from .acting import Scope, acting_for
from .appeals import KIND, Decision
from .errors import Problem
from .forms import PaperField, ScreenForm, SelectField, TextField
from .models import Appeal, Case
from .portal import person_only
from .services import appeal as services
from .services import case as cases
from .sheets import lines_of

KEY = "appeal"  # of the idempotency keys in the session, by decision


class AskForm(ScreenForm):
    """Which line, why, and a paper that shows it; after the last day also what kept the person."""

    line = SelectField(label=gettext_lazy("What is wrong?"), required=False)
    grounds = forms.CharField(
        label=gettext_lazy("Why do you disagree?"),
        help_text=gettext_lazy("What should it be, and what shows it?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 6}),
        error_messages={"required": gettext_lazy("Say what is wrong, and why")},
    )
    late_because = TextField(
        label=gettext_lazy("What kept you from asking in time?"), max_length=400, required=False
    )
    file = PaperField(label=gettext_lazy("A paper that shows it"), required=False)

    def __init__(self, decision: Decision, *args: Any, late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = [  # type: ignore[attr-defined]
            ("", _("The whole decision")),
            *lines_of(decision.sheet),
        ]
        if not late:
            del self.fields["late_because"]


@require_safe
@person_only
def decisions(request: HttpRequest) -> HttpResponse:
    """The decisions that may be looked at again, and the reviews that were asked for."""
    person_id = acting_for(request)
    asked = {
        (each.source, each.decision): each.case
        for each in Appeal.objects.select_related("case").filter(
            case__person_id__in=people.numbers(person_id)
        )
        if each.open or each.outcome
    }
    rows = [
        {
            "decision": each,
            "until": services.last_day(each),
            "case": asked.get((each.source, each.pk)),
        }
        for each in appeals.open_to(person_id)
    ]
    return render(request, "portal/office/appeals.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@person_only
def ask(request: HttpRequest, source: str, pk: int) -> HttpResponse:
    """One page: which line, why, a paper, send."""
    person_id = acting_for(request, Scope.CLAIM)
    decision = appeals.get(source, pk)
    if decision is None or decision.person_id not in people.numbers(person_id):
        raise Http404
    there = Appeal.objects.filter(source=source, decision=pk).exclude(open=False, outcome="")
    if found := there.select_related("case").first():
        return redirect("case", number=found.case.number)
    last = services.last_day(decision)
    sent = request.method == "POST"
    form = AskForm(
        decision,
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"line": request.GET.get("line", "")},
        late=timezone.localdate() > last,
    )
    keys = request.session.setdefault(KEY, {})
    key = keys.setdefault(f"{source}/{pk}", get_random_string(32))
    request.session.modified = True
    if sent and form.is_valid():
        said = form.cleaned_data
        file = said.pop("file")
        try:
            made = services.send(
                by=request.user,  # type: ignore[arg-type]  # signed in, says person_only
                source=source,
                decision=pk,
                channel=Case.Channel.PORTAL,
                key=key,
                paper=(file.name, file.read(cases.LARGEST + 1)) if file else None,
                **said,
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            keys.pop(f"{source}/{pk}")
            return redirect("case", number=made.case.number)
    return render(
        request,
        "portal/office/appeal.html",
        {"form": form, "decision": decision, "until": last},
        status=422 if sent else 200,
    )


def withdraw(*, case_id: int, by: Any, text: str) -> None:
    """Taking the request back: the review goes with its case."""
    services.withdraw(by=by, appeal=Appeal.objects.get(pk=case_id), text=text)


def hang() -> None:
    """Hang these pages into the portal; called once, when the app is ready."""
    shell.tile(
        shell.Tile(
            8, "appeals", "scales", gettext_lazy("Disagree"), gettext_lazy("with a decision")
        )
    )
    shell.withdrawal(KIND, withdraw)
