"""What the desk does with a review: receive it at the counter, look, decide, send back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from socsec.office import appeals, case_file
from socsec.office.access import may, scope
from socsec.office.appeals import KEPT, KIND
from socsec.office.desk import Button, Crumb, Deed, staff
from socsec.office.desk_forms import pick
from socsec.office.forms import ScreenForm
from socsec.office.models import Appeal, Case, User
from socsec.office.services import appeal as services
from socsec.office.sheets import lines_of

State = Case.State


def _lines(text: Any, label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4000,
        help_text=text,
        widget=forms.Textarea(attrs={"class": "input", "rows": 5}),
    )


class OpenForm(ScreenForm):
    line = pick(_("What is contested"), [], required=False)
    grounds = _lines(_("In the person's own words."), _("Why the person disagrees"))
    late_because = forms.CharField(
        label=_("Why it was not asked in time"),
        help_text=_("Only after the last day for a review."),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


class FindForm(ScreenForm):
    outcome = pick(_("What follows"), [])
    findings = _lines(_("The person reads this."), _("What you found"))


class TextForm(ScreenForm):
    text = _lines("", _("Text"))


def case_url(held: Appeal | Case) -> str:
    return reverse("admin:office_case_change", args=[held.pk])


def open_appeal(request: HttpRequest, source: str, pk: int) -> HttpResponse:
    """Receive at the counter what a person has against a decision."""
    decision = appeals.get(source, pk)
    if decision is None or not may(request.user, "case.read", decision.region):
        raise Http404
    made: list[Appeal] = []

    def prepare(form: ScreenForm) -> None:
        offered = [("", _("The whole decision")), *lines_of(decision.sheet)]
        form.fields["line"].choices = offered  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        made.append(
            services.open_appeal(
                by=staff(request),
                source=source,
                decision=pk,
                channel=Case.Channel.COUNTER,
                **said,
            )
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=_("Review of %(title)s, %(number)s")
        % {"title": decision.title, "number": decision.number},
        act="case.receive",
        button=_("Receive the request"),
        do=do,
        form=OpenForm,
        lead=_("Colleagues who had no hand in the decision look at it. It holds meanwhile."),
        back=decision.url,
        then=lambda: case_url(made[0]),
        prepare=prepare,
        crumbs=[Crumb(decision.subject), Crumb(decision.number, decision.url)],
    ).answer(request)


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    rows = scope(Appeal.objects.select_related("case"), request.user, "case__region")
    held = get_object_or_404(rows, pk=case_id)
    if verb not in VERBS:
        raise Http404
    act, label, _states, _main, stop, form, lead, said, do = VERBS[verb]

    def prepare(asked: ScreenForm) -> None:
        if "outcome" in asked.fields:
            asked.fields["outcome"].choices = _outcomes(held)  # type: ignore[attr-defined]

    def done(answers: dict[str, Any]) -> Any:
        do(by=staff(request), appeal=held, **answers)
        return said

    return Deed(
        title=label,
        act=act,
        button=label,
        do=done,
        form=form,
        lead=lead,
        stop=stop,
        back=case_url(held),
        prepare=prepare,
        crumbs=[Crumb(held.case.subject), Crumb(held.case.spaced_number, case_url(held))],
        template="admin/office/appeal.html",
        context={"panel": _shown(held)},
    ).answer(request)


def _outcomes(held: Appeal) -> list[tuple[str, Any]]:
    decision = appeals.decision_of(held)
    others = [(each.slug, each.label) for each in appeals.outcomes_of(decision)]
    return [(KEPT, _("The decision stands")), *others]


# verb: act, label, states, main, whether it ends something, form, lead, what is said, service.
VERBS: dict[
    str,
    tuple[str, Any, tuple[str, ...], bool, bool, type[ScreenForm], Any, Any, Callable[..., Any]],
] = {
    "propose": (
        "case.assess",
        _("Write down what you found"),
        (State.RECEIVED,),
        True,
        False,
        FindForm,
        _("Look at the decision with fresh eyes. Nothing changes before a colleague agrees."),
        _("Written down. A colleague must check it now."),
        services.propose,
    ),
    "decide": (
        "case.check",
        _("Decide the review"),
        (State.ASSESSED,),
        True,
        False,
        ScreenForm,
        _("You agree with what was found. What follows from it is done at once."),
        _("Decided, and carried out. The person is told."),
        services.decide,
    ),
    "return": (
        "case.check",
        _("Send back"),
        (State.ASSESSED,),
        False,
        False,
        TextForm,
        _("Say what must be looked at again."),
        _("The case is back with the assessor."),
        services.send_back,
    ),
    "withdraw": (
        "case.withdraw",
        _("Withdraw"),
        Case.OPEN,
        False,
        True,
        TextForm,
        _("Say that and why the person takes the request back."),
        _("Withdrawn. It may be asked for again in time."),
        services.withdraw,
    ),
}


def offered_on_case(user: User, case: Case) -> list[Button]:
    """On the page of a review: what may be done in its state, by those without a hand in it."""
    held = Appeal.objects.get(pk=case.pk)
    if appeals.hands_off(appeals.decision_of(held), user):
        return []
    return [
        Button(label, reverse("admin:office_appeal_verb", args=[case.pk, slug]), main, stop)
        for slug, (act, label, states, main, stop, *_rest) in VERBS.items()
        if case.state in states and may(user, act, case.region_id)
    ]


def offered_on_decision(user: User, case: Case) -> list[Button]:
    """On the page of any decided case of which reviews are known."""
    if case.is_open or not may(user, "case.receive", case.region_id):
        return []
    if not appeals.may_be_reviewed(case.kind, case.pk):
        return []
    return [
        Button(
            _("The person disagrees"),
            reverse("admin:office_appeal_open", args=[case.kind, case.pk]),
        )
    ]


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    """What is contested and why, what was found, and the decision itself."""
    return [("admin/office/_appeal.html", _shown(Appeal.objects.get(pk=case.pk)))]


def _shown(held: Appeal) -> dict[str, Any]:
    decision = appeals.decision_of(held)
    labels = {KEPT: _("The decision stands")} | {
        each.slug: each.label for each in appeals.outcomes_of(decision)
    }
    return {
        "appeal": held,
        "decision": decision,
        "line": dict(lines_of(decision.sheet)).get(held.line, held.line),
        # A carried outcome may not be open to the decision any more; its slug is all that is left.
        "outcome": labels.get(held.outcome, held.outcome),
        "last_day": services.last_day(decision),
    }


def hang() -> None:
    """Called once, when the app is ready."""
    case_file.hang(KIND, buttons=offered_on_case, panels=shown_on_case)
