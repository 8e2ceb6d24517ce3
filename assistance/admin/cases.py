"""What the desk does with an application: members, registers, appraisal, notice, decision."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import Application, Exclusion, Form, StepCode
from assistance.services import (
    applying,
    appraising,
    deciding,
    letter_paper,
    matching,
    minors,
    noticing,
    urgent,
)
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, staff
from socsec.office.errors import Problem
from socsec.office.forms import (
    DateField,
    MoneyField,
    ScreenForm,
    SelectField,
    TextField,
    WholeField,
)
from socsec.office.models import Case, User
from socsec.office.services import audit

State = Case.State
DECIDED = (State.GRANTED, State.REFUSED)


def case_url(application: Application) -> str:
    return reverse("admin:office_case_change", args=[application.pk])


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=500, widget=forms.Textarea(attrs={"class": "input", "rows": 4})
    )


class MemberForm(ScreenForm):
    person_id = SelectField(label=_("Member"))

    def clean_person_id(self) -> int:
        return int(self.cleaned_data["person_id"])


class AuthoriseForm(MemberForm):
    on = DateField(label=_("Signed on"))


class ExcludeForm(MemberForm):
    reason = SelectField(label=_("Whether they count"), choices=Exclusion.choices, required=False)


class AppraisalForm(ScreenForm):
    held_on = DateField(label=_("Held on"))
    place = TextField(label=_("Place"), max_length=120)
    present = WholeField(label=_("Members of the panel"), most=99)
    residents = WholeField(label=_("Of them elected residents"), most=99)
    agreed = WholeField(label=_("Found the statements true"), most=99)
    text = forms.CharField(
        label=_("What was said"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 4}),
    )


class PostForm(ScreenForm):
    place = TextField(label=_("Where it is posted"), max_length=120)
    on = DateField(label=_("Posted on"))


class CloseForm(ScreenForm):
    found = forms.CharField(
        label=_("What was found about an objection"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )


class AdvanceForm(ScreenForm):
    amount = MoneyField(label=_("Amount, in yuan"))
    form = SelectField(label=_("Given as"), choices=Form.choices)


# Verbs on the whole application


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    application = get_object_or_404(queries.applications(request.user), pk=case_id)
    if verb not in VERBS:
        raise Http404
    act, label, _states, _main, stop, _fits, make = VERBS[verb]
    page = make(request, application)
    return Deed(
        title=label,
        act=act,
        button=label,
        do=page.do,
        form=page.form,
        lead=page.lead,
        warning=page.warning,
        stop=stop,
        back=case_url(application),
        prepare=page.prepare,
        initial=page.initial,
        crumbs=crumbs(application),
        template="admin/assistance/deed.html",
        context={"sheet_json": page.sheet, "wanting": page.wanting},
    ).answer(request)


def letter(request: HttpRequest, case_id: int) -> HttpResponse:
    """The letter of a decision as a PDF; reading it is noted."""
    application = get_object_or_404(
        queries.applications(request.user), pk=case_id, case__state__in=DECIDED
    )
    user = staff(request)
    if not may(user, "case.read", application.region):
        raise PermissionDenied
    audit.read(
        by=user,
        person_id=application.person_id,
        reason=_now("letter of case %(number)s") % {"number": application.case.number},
        region=application.region,
    )
    content = letter_paper.write(application, get_language() or "zh-hans")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{application.case.number}.pdf"'
    return answer


def crumbs(application: Application) -> list[Crumb]:
    return [
        Crumb(application.person.name),
        Crumb(application.case.spaced_number, case_url(application)),
    ]


class Page:
    """What a verb's page asks and shows, and what it does."""

    def __init__(
        self,
        do: Callable[[dict[str, Any]], Any],
        form: type[ScreenForm] = ScreenForm,
        lead: Any = "",
        *,
        warning: Any = "",
        initial: dict[str, Any] | None = None,
        prepare: Callable[[ScreenForm], None] | None = None,
        sheet: Any = None,
        wanting: list[Any] | None = None,
    ) -> None:
        self.do, self.form, self.lead, self.warning = do, form, lead, warning
        self.initial, self.prepare = initial or {}, prepare
        self.sheet, self.wanting = sheet, wanting or []


def _members(application: Application) -> Callable[[ScreenForm], None]:
    names = [
        (str(each.person_id), each.person.name)
        for each in application.members.select_related("person")
    ]

    def prepare(form: ScreenForm) -> None:
        form.fields["person_id"].choices = names  # type: ignore[attr-defined]

    return prepare


def _authorise(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        member = applying.authorise(by=staff(request), application=application, **said)
        return _now("%(name)s has authorised the questions until %(day)s.") % {
            "name": member.person.name,
            "day": member.authorised_until,
        }

    return Page(
        do,
        AuthoriseForm,
        _("Each member agrees in writing that registers are asked. Add the paper as a document."),
        initial={"on": timezone.localdate()},
        prepare=_members(application),
    )


def _exclude(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        applying.exclude(by=staff(request), application=application, **said)
        return _now("Noted.")

    return Page(
        do,
        ExcludeForm,
        _("Who lives there and does not count, and why."),
        prepare=_members(application),
    )


def _ask(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        asked = matching.ask(by=staff(request), application=application)
        return _now("%(count)s questions were asked. Our own insurance has answered.") % {
            "count": len(asked)
        }

    return Page(do, lead=_("Every register is asked about every member who counts."))


def _appraise(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        appraising.hold(by=staff(request), application=application, **said)
        return _now("The appraisal is on file.")

    return Page(
        do,
        AppraisalForm,
        _("Residents say whether what the household stated is true; they do not decide."),
        initial={"held_on": timezone.localdate()},
    )


def _post(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        notice = noticing.post(by=staff(request), application=application, **said)
        return _now("Posted until %(day)s.") % {"day": notice.until}

    return Page(
        do,
        PostForm,
        _("It shows the name, the number of members and the amount, and nothing else."),
        initial={"on": timezone.localdate()},
        sheet=_preview(application),
    )


def _assess(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        deciding.assess(by=staff(request), application=application)
        return _now("Assessed. A colleague must check it now.")

    wanting = deciding.missing(application)
    return Page(
        do,
        lead=""
        if wanting
        else _("The facts are gathered from the books, the registers and the survey."),
        sheet=_preview(application),
        wanting=wanting,
    )


def _grant(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        deciding.grant(by=staff(request), application=application)
        return _now("Granted. The letter is on its way.")

    return Page(
        do, lead=_("You agree with every line of the sheet below."), sheet=application.case.sheet
    )


def _refuse(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        deciding.refuse(by=staff(request), application=application)
        return _now("Refused. The reasons are the conditions that are not met.")

    return Page(
        do,
        lead=_("The reasons are the lines of the sheet that are not met."),
        sheet=application.case.sheet,
    )


def _send_back(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        deciding.send_back(by=staff(request), application=application, text=said["text"])
        return _now("The case is back with the assessor.")

    return Page(do, TextForm, _("Say what must be looked at again."), sheet=application.case.sheet)


def _advance(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        grant = urgent.advance(by=staff(request), application=application, **said)
        return _now("%(amount)s yuan are given today; a colleague releases the money.") % {
            "amount": yuan(grant.amounts.get().amount)
        }

    return Page(
        do,
        AdvanceForm,
        _("Aid first, papers afterwards: up to the petty amount, the same day."),
        sheet=_preview(application),
    )


def _withdraw(request: HttpRequest, application: Application) -> Page:
    def do(said: dict[str, Any]) -> Any:
        applying.withdraw(by=staff(request), application=application, text=said["text"])
        return _now("Withdrawn. It may be made again at any time.")

    return Page(do, TextForm, _("Say that and why the applicant takes it back."))


def _preview(application: Application) -> Any:
    """The sheet as it would be today; nothing while facts are missing."""
    try:
        return deciding.preview(application=application).assessment.as_json()
    except Problem:
        return None


# When a verb has something to do.


def _asks_registers(application: Application) -> bool:
    return application.programme.means_tested


def _of_household(application: Application) -> bool:
    return application.members.count() > 1


def _appraised(application: Application) -> bool:
    kept = application.clocks.filter(step__code=StepCode.APPRAISE).exists()
    return kept and not hasattr(application, "appraisal")


def _posted(application: Application) -> bool:
    return (
        minors.posted(application)
        and application.clocks.filter(step__code=StepCode.NOTICE, done_on__isnull=True).exists()
        and not application.notices.exists()
    )


def _is_urgent(application: Application) -> bool:
    return application.programme.slug == "urgent" and not hasattr(application, "grant")


def _always(application: Application) -> bool:
    return True


Fits = Callable[[Application], bool]
Make = Callable[[HttpRequest, Application], Page]
# verb: act, label, states, whether it is the main one, whether it ends something, when, the page.
VERBS: dict[str, tuple[str, Any, tuple[str, ...], bool, bool, Fits, Make]] = {
    "advance": (
        "case.assess", _("Give urgent aid now"), (State.RECEIVED,), True, False, _is_urgent, _advance
    ),
    "authorise": (
        "case.note", _("Enter an authorisation"), Case.OPEN, False, False, _asks_registers, _authorise
    ),
    "exclude": (
        "case.assess", _("Say who counts"), (State.RECEIVED,), False, False, _of_household, _exclude
    ),
    "ask": (
        "case.assess", _("Ask the registers"), (State.RECEIVED,), False, False, _asks_registers, _ask
    ),
    "appraise": (
        "case.assess", _("Enter the appraisal"), (State.RECEIVED,), False, False, _appraised, _appraise
    ),
    "post": (
        "case.assess", _("Post the notice"), (State.RECEIVED,), False, False, _posted, _post
    ),
    "assess": ("case.assess", _("Assess"), (State.RECEIVED,), True, False, _always, _assess),
    "grant": ("case.check", _("Grant the application"), (State.ASSESSED,), True, False, _always, _grant),
    "refuse": ("case.check", _("Refuse"), (State.ASSESSED,), False, True, _always, _refuse),
    "return": ("case.check", _("Send back"), (State.ASSESSED,), False, False, _always, _send_back),
    "withdraw": ("case.withdraw", _("Withdraw"), Case.OPEN, False, True, _always, _withdraw),
}  # fmt: skip


def offered_on_case(user: User, case: Case) -> list[Button]:
    """On the page of a case: what may be done in its state, the survey among it."""
    application = queries.application_of(case)
    if application is None:
        return []
    found = [
        Button(
            label,
            reverse("admin:assistance_verb", args=[case.pk, slug]),
            main=main,
            stop=stop,
        )
        for slug, (act, label, states, main, stop, fits, _make) in VERBS.items()
        if case.state in states and may(user, act, case.region_id) and fits(application)
    ]
    if case.state in DECIDED and may(user, "case.receive", case.region_id):
        found.append(
            Button(
                _("Reconsideration by the government above"),
                reverse("admin:assistance_reconsideration", args=[case.pk]),
            )
        )
    if case.state in DECIDED:
        found.append(
            Button(_("Print the letter"), reverse("admin:assistance_letter", args=[case.pk]))
        )
    if case.state == State.RECEIVED and may(user, "case.assess", case.region_id):
        found.append(
            Button(_("Survey the household"), reverse("admin:assistance_survey", args=[case.pk]))
        )
    return found
