"""Reports about how assistance is given, and reconsideration of its decisions: verbs on their cases."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import Application, Reconsideration, Report
from assistance.services import reconsidering, reporting
from enrollment import queries as people
from socsec.office import appeals, case_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, staff
from socsec.office.errors import NotFound, pick
from socsec.office.forms import (
    DateField,
    ResidentIdField,
    ScreenForm,
    SelectField,
    TextField,
    TickField,
)
from socsec.office.models import Case, User
from socsec.office.sheets import read as read_sheet

State = Case.State


def case_url(pk: int) -> str:
    return reverse("admin:office_case_change", args=[pk])


def text_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, widget=forms.Textarea(attrs={"class": "input", "rows": 5})
    )


class ReceiveForm(ScreenForm):
    text = text_field(_("What is reported"))
    number = TextField(
        label=_("Number of the case that it is about"), max_length=24, required=False
    )
    resident_id = ResidentIdField(
        label=_("ID number of who reports"),
        help_text=_("Empty for a report without a name: then nothing about the person is kept."),
        required=False,
    )


class FoundForm(ScreenForm):
    upheld = TickField(label=_("The report is true"), required=False)
    findings = text_field(_("What was found"))


class CopyForm(ScreenForm):
    body = TextField(label=_("Reconsidered by"), max_length=120)
    applied_on = DateField(label=_("The person asked on"))
    accepted_on = DateField(label=_("Accepted on"))
    received_on = DateField(label=_("The copy reached us on"))
    short = TickField(label=_("Summary procedure"), required=False)
    line = SelectField(label=_("Line of the sheet"), required=False)
    grounds = text_field(_("Why the person disagrees"))


class AnswerForm(ScreenForm):
    text = text_field(_("Our answer and evidence"))


class DecidedForm(ScreenForm):
    decided_on = DateField(label=_("Decided on"))
    outcome = SelectField(label=_("What follows"))
    findings = text_field(_("What the body found"))


def receive_report(request: HttpRequest) -> HttpResponse:
    """Take a report down, at the counter or from the hotline."""
    user = staff(request)
    made: list[Report] = []

    def do(said: dict[str, Any]) -> Any:
        about, person = None, None
        if said["number"]:
            number = said["number"].replace(" ", "")
            about = queries.applications(user).filter(case__number=number).first()
            if about is None:
                raise NotFound(_("There is no such case."), code="no_case", field="number")
        if said["resident_id"]:
            person = people.search_number(user, said["resident_id"])
            if person is None:
                raise NotFound(_("There is no such person in your region."), field="resident_id")
        made.append(
            reporting.receive(
                by=user,
                region=about.region if about else user.region_code or "",
                text=said["text"],
                person=person,
                application=about,
            )
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=_("Take down a report"),
        act="case.receive",
        button=_("Receive the report"),
        do=do,
        form=ReceiveForm,
        back=list_url(Application),
        then=lambda: case_url(made[0].pk),
        lead=_("Anybody may report how assistance is given, with or without a name."),
        crumbs=[Crumb(_("Applications"), list_url(Application)), Crumb(_("Take down a report"))],
    ).answer(request)


def receive_copy(request: HttpRequest, case_id: int) -> HttpResponse:
    """The government above has accepted a reconsideration of this decision."""
    application = get_object_or_404(queries.applications(request.user), pk=case_id)
    case = application.case
    document = read_sheet(case.sheet)
    made: list[Reconsideration] = []

    def prepare(form: ScreenForm) -> None:
        lines = [(each.code, pick(each.label)) for each in (document.lines if document else ())]
        form.fields["line"].choices = [("", _("the whole decision")), *lines]  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> Any:
        said["summary"] = said.pop("short")
        made.append(
            reconsidering.receive(by=staff(request), source=case.kind, decision=case.pk, **said)
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=_("Reconsideration by the government above"),
        act="case.receive",
        button=_("Receive the copy"),
        do=do,
        form=CopyForm,
        prepare=prepare,
        initial={"received_on": timezone.localdate()},
        back=case_url(case.pk),
        then=lambda: case_url(made[0].pk),
        crumbs=[Crumb(application.person.name), Crumb(case.spaced_number, case_url(case.pk))],
    ).answer(request)


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    """What may be done with a report or a reconsideration."""
    case = get_object_or_404(queries.grievances(request.user), pk=case_id)
    if verb not in VERBS or VERBS[verb][1] != case.kind:
        raise Http404
    act, _kind, label, _states, form, do, said = VERBS[verb]

    def run(answers: dict[str, Any]) -> Any:
        do(by=staff(request), case=case, **answers)
        return said

    def prepare(asked: ScreenForm) -> None:
        if "outcome" in asked.fields:
            held = case.reconsideration
            decision = appeals.get(held.source, held.decision)
            offered = appeals.outcomes_of(decision) if decision is not None else ()
            asked.fields["outcome"].choices = [  # type: ignore[attr-defined]
                (appeals.KEPT, _("The decision stands")),
                *((each.slug, each.label) for each in offered),
            ]

    return Deed(
        title=label,
        act=act,
        button=label,
        do=run,
        form=form,
        prepare=prepare,
        initial={"decided_on": timezone.localdate()},
        back=case_url(case.pk),
        crumbs=[Crumb(case.subject), Crumb(case.spaced_number, case_url(case.pk))],
    ).answer(request)


def _propose(*, by: User, case: Case, **said: Any) -> None:
    reporting.propose(by=by, report=case.assistance_report, **said)


def _decide(*, by: User, case: Case) -> None:
    reporting.decide(by=by, report=case.assistance_report)


def _answer(*, by: User, case: Case, **said: Any) -> None:
    reconsidering.answer(by=by, held=case.reconsideration, **said)


def _decided(*, by: User, case: Case, **said: Any) -> None:
    reconsidering.decided(by=by, held=case.reconsideration, **said)


def _carry_out(*, by: User, case: Case) -> None:
    reconsidering.carry_out(by=by, held=case.reconsideration)


Do = Callable[..., None]
# verb: act, kind of case, label, state, form, the service, what is said.
VERBS: dict[str, tuple[str, str, Any, str, type[ScreenForm], Do, Any]] = {
    "found": (
        "case.assess",
        reporting.KIND,
        _("Enter what was found"),
        State.RECEIVED,
        FoundForm,
        _propose,
        _("A colleague must check it now."),
    ),
    "close": (
        "case.check",
        reporting.KIND,
        _("Close the report"),
        State.ASSESSED,
        ScreenForm,
        _decide,
        _("Closed. Whoever gave a name is told."),
    ),
    "answer": (
        "case.assess",
        reconsidering.KIND,
        _("Enter our answer"),
        State.RECEIVED,
        AnswerForm,
        _answer,
        _("Answered. The body decides now."),
    ),
    "decided": (
        "case.assess",
        reconsidering.KIND,
        _("Enter what the body decided"),
        State.RECEIVED,
        DecidedForm,
        _decided,
        _("A colleague must check it now."),
    ),
    "carry": (
        "case.check",
        reconsidering.KIND,
        _("Carry it out"),
        State.ASSESSED,
        ScreenForm,
        _carry_out,
        _("Carried out. The letter is on its way."),
    ),
}


def offered_on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(label, reverse("admin:assistance_grievance", args=[case.pk, slug]), main=True)
        for slug, (act, kind, label, state, _form, _do, _said) in VERBS.items()
        if kind == case.kind and case.state == state and may(user, act, case.region_id)
        # The answer goes out before there is a decision to enter.
        if slug not in ("answer", "decided")
        or (slug == "answer") == (case.reconsideration.answered_on is None)
    ]


def shown_of_report(user: User, case: Case) -> list[case_file.Panel]:
    """What is reported, to those whom it is not about."""
    report = Report.objects.select_related("application__case").filter(pk=case.pk).first()
    if report is None or (report.application and user.pk in _hands(report.application.case)):
        return []
    return [("admin/assistance/_report.html", {"report": report})]


def _hands(case: Case) -> tuple[int | None, ...]:
    return case.maker_id, case.checker_id, case.opened_by_id


def shown_of_reconsideration(user: User, case: Case) -> list[case_file.Panel]:
    held = Reconsideration.objects.select_related("case").filter(pk=case.pk).first()
    if held is None:
        return []
    decision = appeals.get(held.source, held.decision)
    document = read_sheet(decision.sheet) if decision else None
    lines = {each.code: each.label for each in (document.lines if document else ())}
    return [
        (
            "admin/assistance/_reconsideration.html",
            {
                "held": held,
                "decision": decision,
                "line": pick(lines.get(held.line)),
                "deadlines": reconsidering.deadlines(held),
            },
        )
    ]


def hang() -> None:
    """Called once, when the app is ready."""
    case_file.hang(reporting.KIND, buttons=offered_on_case, panels=shown_of_report)
    case_file.hang(reconsidering.KIND, buttons=offered_on_case, panels=shown_of_reconsideration)
