"""The desk's side of employers' applications: take one down, look at it, decide it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Employer, EmployerRequest
from enrollment.queries import firms as firms_read
from enrollment.services.employers import employer as registry
from enrollment.services.employers import requests
from enrollment.services.employers.requests import KINDS, REASONS
from socsec.office import case_file
from socsec.office.access import may, scope
from socsec.office.desk import Button, Deed, staff
from socsec.office.desk_forms import pick, text
from socsec.office.forms import DateField, ScreenForm
from socsec.office.models import Case, User

from .firms import DetailsForm, employer_crumbs, employer_url

State = Case.State
Sort = EmployerRequest.Sort

# What the details are called, side by side.
LABELS = {
    "name": _("Name"),
    "address": _("Address"),
    "contact": _("Contact person"),
    "phone": _("Mobile number"),
    "bank": _("Bank"),
    "account": _("Bank account"),
}


class ChangeForm(DetailsForm):
    received_on = DateField(label=_("Received on"), help_text=_("The clock begins with this day."))


class CloseForm(ScreenForm):
    last_day = DateField(label=_("Last day"))
    document = text(_("Document"), max_length=120, required=False)
    received_on = DateField(label=_("Received on"), help_text=_("The clock begins with this day."))


class FindingForm(ScreenForm):
    text = text(_("What you found"), max_length=1000)


class RefuseForm(ScreenForm):
    reason = pick(_("Reason"), [])


def ask(request: HttpRequest, pk: int, sort: str) -> HttpResponse:
    """Take down an application that came on paper."""
    employer = get_object_or_404(queries.employers(request.user), pk=pk)
    if sort not in Sort.values:
        raise Http404
    made: list[EmployerRequest] = []
    today = timezone.localdate()
    now = firms_read.details_as_of(employer.pk)
    known = {key: getattr(now, key) for key in registry.DETAILS} if now else {}

    def do(said: dict[str, Any]) -> str:
        day = said.pop("from_day_" if sort == Sort.CHANGE else "last_day")
        said = {key: value or "" if key != "received_on" else value for key, value in said.items()}
        made.append(
            requests.ask(
                by=staff(request),
                employer=employer,
                sort=sort,
                day=day,
                channel=Case.Channel.COUNTER,
                **said,
            )
        )
        return _now("Received. It is to be decided by %(day)s.") % {"day": made[0].case.due_on}

    return Deed(
        title=Sort(sort).label,
        act=requests.ASK,
        button=_("Receive the request"),
        do=do,
        form=ChangeForm if sort == Sort.CHANGE else CloseForm,
        initial={
            "name": employer.name,
            "from_day_": today,
            "last_day": today,
            "received_on": today,
            **known,
        },
        back=employer_url(employer),
        then=lambda: case_url(made[0].pk),
        crumbs=employer_crumbs(employer),
    ).answer(request)


def case_url(number: int) -> str:
    return reverse("admin:office_case_change", args=[number])


def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Examine, object, agree, refuse."""
    cases = scope(Case.objects.filter(kind__in=KINDS.values()), request.user)
    found = get_object_or_404(
        EmployerRequest.objects.select_related("case", "employer"), pk=pk, case__in=cases
    )
    if verb not in VERBS:
        raise Http404
    act, label, _states, form, stop = VERBS[verb]

    def prepare(made: ScreenForm) -> None:
        if verb == "refuse":
            language = "text_zh" if (get_language() or "en").startswith("zh") else "text_en"
            made.fields["reason"].choices = [(c, said[language]) for c, said in REASONS.items()]

    def do(said: dict[str, Any]) -> str:
        by = staff(request)
        if verb == "examine":
            requests.examine(by=by, request=found)
            return _now("A colleague decides now.")
        if verb == "object":
            requests.object_to(by=by, request=found, text=said["text"])
            return _now("A colleague decides now.")
        if verb == "grant":
            requests.grant(by=by, request=found)
            return _now("Decided. The register is changed.")
        requests.refuse(by=by, request=found, reason=said["reason"])
        return _now("Refused. Everything stays as it is.")

    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=form,
        prepare=prepare,
        stop=stop,
        back=case_url(found.pk),
        lead=f"{found.employer} · {found.get_sort_display()}",
        crumbs=employer_crumbs(found.employer),
    ).answer(request)


VERBS: dict[str, tuple[str, Any, tuple[str, ...], type[ScreenForm], bool]] = {
    "examine": ("case.assess", _("Papers examined"), (State.RECEIVED,), ScreenForm, False),
    "object": ("case.assess", _("It cannot be granted"), (State.RECEIVED,), FindingForm, True),
    "grant": ("case.check", _("Agree and change"), (State.ASSESSED,), ScreenForm, False),
    "refuse": ("case.check", _("Decline"), (State.ASSESSED,), RefuseForm, True),
}


def offered(user: User, employer: Employer) -> list[Button]:
    """On the page of an employer: take an application down."""
    if employer.closed_on is not None or not may(user, requests.ASK, employer.region):
        return []
    return [
        Button(label, reverse("admin:enrollment_employer_request", args=[employer.pk, sort]))
        for sort, label in (
            (Sort.CHANGE, _("Application for a change")),
            (Sort.CLOSE, _("Application to cancel")),
        )
    ]


def _on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(
            label,
            reverse("admin:enrollment_employer_request_verb", args=[case.pk, slug]),
            main=not stop,
            stop=stop,
        )
        for slug, (act, label, states, _form, stop) in VERBS.items()
        if case.state in states and may(user, act, case.region_id)
    ]


def _panels(user: User, case: Case) -> list[case_file.Panel]:
    found = EmployerRequest.objects.select_related("employer").filter(pk=case.pk).first()
    if found is None:
        return []
    old, new = found.old, found.new
    held = {
        "request": found,
        "rows": [
            (label, old.get(key, ""), new[key]) for key, label in LABELS.items() if key in new
        ],
        "url": employer_url(found.employer),
    }
    return [("admin/enrollment/_firm_request.html", held)]


def hang() -> None:
    """Called once, when the app is ready."""
    for kind in KINDS.values():
        case_file.hang(kind, buttons=_on_case, panels=_panels)


def urls(guard: Any) -> list[URLPattern]:
    """Pages that hang below those of employers."""
    return [
        path("<int:pk>/ask/<slug:sort>/", guard(ask), name="enrollment_employer_request"),
        path(
            "requests/<int:pk>/<slug:verb>/",
            guard(verb),
            name="enrollment_employer_request_verb",
        ),
    ]
