"""The survey form on a tablet: saved as a draft as often as one likes, handed in once it is complete."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import Application, Survey
from assistance.services import surveying
from socsec.office.desk import Deed, staff
from socsec.office.errors import Problem
from socsec.office.forms import DateField, PaperField, ScreenForm, TextField
from socsec.office.services import case as cases

from . import questions
from .cases import case_url, crumbs

LARGEST = 10 * 1024 * 1024  # bytes of a photo


class SurveyForm(ScreenForm):
    visited_on = DateField(label=_("Day of the visit"))
    second = TextField(
        label=_("The second surveyor"),
        max_length=60,
        required=False,
        help_text=_("A household is visited by two people; the first is you."),
    )


class LastForm(ScreenForm):
    text = forms.CharField(
        label=_("How the household lives"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 5}),
    )
    photo = PaperField(
        label=_("Photo of the visit"),
        help_text=_("It is kept as a document of the case. One each time you save."),
        required=False,
        widget=forms.FileInput(
            attrs={"class": "input", "accept": "image/jpeg,image/png", "capture": "environment"}
        ),
    )


def survey(request: HttpRequest, case_id: int) -> HttpResponse:
    """Questions are those of the programme's rule. Saving keeps what there is and stays here."""
    application = get_object_or_404(queries.applications(request.user), pk=case_id)
    kept = application.surveys.filter(draft=True).first()
    complete = "hand_in" in request.POST

    def prepare(form: ScreenForm) -> None:
        questions.add(form, application.programme, _known(application, kept))
        for name, field in LastForm.base_fields.items():
            form.fields[name] = field
        if kept is not None:
            form.fields["text"].initial = kept.text

    def do(said: dict[str, Any]) -> Any:
        findings = questions.answers(application.programme, said)
        photo = said.pop("photo")
        by = staff(request)
        try:
            surveying.draft(by=by, application=application, findings=findings, **said)
        except Problem as trouble:
            raise questions.by_its_field(trouble, application.programme) from trouble
        if photo:
            cases.attach(
                case_id=application.pk,
                by=by,
                name=photo.name,
                content=photo.read(LARGEST + 1),
                label=_now("Photo of the visit"),
            )
        if not complete:
            return _now("Saved. You can go on here, or on another day.")
        surveying.hand_in(by=by, application=application)
        return _now("The survey is handed in.")

    return Deed(
        title=_("Survey the household"),
        act="case.assess",
        button=_("Save the draft"),
        do=do,
        form=SurveyForm,
        prepare=prepare,
        back=case_url(application),
        then=lambda: case_url(application) if complete else request.path,
        initial={
            "visited_on": kept.visited_on if kept else timezone.localdate(),
            "second": kept.second if kept else "",
        },
        lead=_("Save often: what is saved survives a poor line. Leave empty what was not asked."),
        warning=_("A relative of staff lives here: this household is always visited.")
        if application.staff_relative
        else "",
        crumbs=crumbs(application),
        template="admin/assistance/survey.html",
        context={
            "application": application,
            "members": application.members.select_related("person"),
        },
    ).answer(request)


def _known(application: Application, kept: Survey | None) -> dict[str, Any]:
    """What the form starts from: the draft, else what the applicant stated."""
    return kept.findings if kept is not None else application.stated
