"""The desk's verbs on a case about a month that somebody says is wrong."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.services.record import month_errors
from enrollment.services.record.month_errors import KIND, REASONS
from funds.models import Branch
from socsec.kernel.months import MonthError, month_of, parse_month
from socsec.office import case_file, person_file
from socsec.office.access import may, scope
from socsec.office.desk import Button, Deed, staff
from socsec.office.desk_forms import pick, text
from socsec.office.forms import MonthField, ScreenForm
from socsec.office.models import Case, User

from . import papers

State = Case.State


class ReportForm(ScreenForm):
    branch = pick(_("Branch"), [(each.value, each.label) for each in Branch])
    month = MonthField(label=_("Month"))
    text = text(
        _("What is wrong"),
        max_length=2000,
        help_text=_("In the words of the person: where they worked, how they paid."),
    )


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """At the counter: somebody says that a month is wrong."""
    person = get_object_or_404(queries.people(request.user), pk=pk)
    made: list[Case] = []
    asked = {key: request.GET.get(key, "") for key in ("branch", "month")}
    try:
        month = parse_month(asked["month"])
    except MonthError:
        month = month_of(timezone.localdate())

    def do(said: dict[str, Any]) -> str:
        made.append(
            month_errors.report(
                by=staff(request),
                person=person,
                branch=int(said["branch"]),
                month=said["month"],
                text=said["text"],
                channel=Case.Channel.COUNTER,
            )
        )
        return _now("Received. It is to be decided by %(day)s.") % {"day": made[0].due_on}

    return Deed(
        title=_("Error on a month"),
        act="case.receive",
        button=_("Receive the request"),
        do=do,
        form=ReportForm,
        initial={"branch": asked["branch"], "month": month},
        back=reverse("admin:enrollment_person_branches", args=[person.pk]),
        then=lambda: reverse("admin:office_case_change", args=[made[0].pk]),
        crumbs=papers.crumbs(person),
    ).answer(request)


class FindingForm(ScreenForm):
    finding = text(_("What you found"), max_length=1000)


class RefuseForm(ScreenForm):
    reason = pick(_("Reason"), [])


def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    case = get_object_or_404(scope(Case.objects.filter(kind=KIND), request.user), pk=pk)
    if verb not in VERBS:
        raise Http404
    act, label, _states, form, stop = VERBS[verb]
    back = reverse("admin:office_case_change", args=[case.pk])

    def prepare(made: ScreenForm) -> None:
        if verb == "refuse":
            language = "text_zh" if (get_language() or "en").startswith("zh") else "text_en"
            made.fields["reason"].choices = [(c, said[language]) for c, said in REASONS.items()]

    def do(said: dict[str, Any]) -> str:
        by = staff(request)
        if verb == "examine":
            month_errors.examine(by=by, case=case, finding=said["finding"])
            return _now("A colleague decides now.")
        if verb == "grant":
            month_errors.grant(by=by, case=case)
            return _now("Decided. The person has a letter.")
        month_errors.refuse(by=by, case=case, reason=said["reason"])
        return _now("Refused. The person has a letter with the reason.")

    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=form,
        prepare=prepare,
        stop=stop,
        back=back,
        lead=month_errors.about(case),
    ).answer(request)


VERBS: dict[str, tuple[str, Any, tuple[str, ...], type[ScreenForm], bool]] = {
    "examine": ("case.assess", _("Say what you found"), (State.RECEIVED,), FindingForm, False),
    "grant": (
        "case.check",
        _("It was wrong and is corrected"),
        (State.ASSESSED,),
        ScreenForm,
        False,
    ),
    "refuse": ("case.check", _("The record is right"), (State.ASSESSED,), RefuseForm, True),
}


def _on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(
            label,
            reverse("admin:enrollment_month_error_verb", args=[case.pk, slug]),
            main=not stop,
            stop=stop,
        )
        for slug, (act, label, states, _form, stop) in VERBS.items()
        if case.state in states and may(user, act, case.region_id)
    ]


def _to_person(user: User, person_id: int) -> Iterator[Button]:
    if may(user, "case.receive"):
        url = reverse("admin:enrollment_month_error_report", args=[person_id])
        yield Button(_("Error on a month"), url)


def urls(guard: Any) -> list[URLPattern]:
    return [
        path("<int:pk>/month-error/", guard(report), name="enrollment_month_error_report"),
        path("month-error/<int:pk>/<slug:verb>/", guard(verb), name="enrollment_month_error_verb"),
    ]


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("month_errors", _to_person, person_file.Noun.INSURANCE)
    case_file.hang(KIND, buttons=_on_case)
