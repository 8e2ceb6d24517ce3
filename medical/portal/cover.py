"""My medical cover: today's insurance, care away from home, diseases, the account and who may use it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Person
from enrollment.queries import by_resident_id
from medical.models import AccountShare, Away, AwayFiling, Care, DiseaseClaim
from medical.queries import catalogue
from medical.queries import cover as queries
from medical.services.cover import diseases, filings, sharing
from socsec.office.acting import Scope, acting_for, own
from socsec.office.errors import NotFound, Problem
from socsec.office.forms import (
    DateField,
    Option,
    PickField,
    ResidentIdField,
    ScreenForm,
    SelectField,
    TickField,
)
from socsec.office.models import Case, Region
from socsec.office.people import numbers
from socsec.office.places import place
from socsec.office.portal import person_only, sent


class FileForm(ScreenForm):
    away = PickField(
        label=_("Why are you away?"),
        options=[
            Option(str(Away.LONG_TERM.value), _("I live there"), _("until you end it")),
            Option(
                str(Away.REFERRED.value), _("My hospital refers me there"), _("for some months")
            ),
            Option(str(Away.OTHER.value), _("Another reason"), _("for some months; you pay more")),
        ],
    )
    to_region = SelectField(label=_("Where?"))
    from_date = DateField(label=_("From which day?"))


class ShareForm(ScreenForm):
    resident_id = ResidentIdField(label=_("ID number of your relative"))
    relation = SelectField(label=_("The relative is your"), choices=AccountShare.Relation.choices)
    sure = TickField(label=_("I agree that their care may be paid from my medical account"))


class DiseaseForm(ScreenForm):
    care = PickField(
        label=_("What is it for?"),
        options=[Option(str(each.value), each.label) for each in (Care.SPECIAL, Care.TWO_DISEASES)],
    )
    diagnosis = SelectField(label=_("Disease"))
    hospital = forms.CharField(
        label=_("Hospital that found it"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )
    document = forms.CharField(
        label=_("Medical certificate, number and date"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )


class EndForm(ScreenForm):
    sure = TickField(label=_("Yes, end it today"))


@require_safe
@person_only
def cover(request: HttpRequest) -> HttpResponse:
    """Everything of the medical cover on one page."""
    person_id = acting_for(request)
    found = queries.cover(person_id, timezone.localdate())
    return render(
        request,
        "portal/medical/cover.html",
        {
            "cover": found,
            "where": place(found.insured.region) if found.insured else "",
            "filings": [
                (each, place(each.to_region), Away(each.away).label) for each in found.filings
            ],
        },
    )


@require_http_methods(["GET", "POST"])
@person_only
def file_away(request: HttpRequest) -> HttpResponse:
    """File care away from home: one page, done at once."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    form = FileForm(sent(request), initial={"from_date": timezone.localdate()})
    rows = Region.objects.filter(level__in=[Region.Level.PROVINCE, Region.Level.CITY])
    form.fields["to_region"].choices = [(each.code, str(each)) for each in rows]  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        said["away"] = int(said["away"])
        filings.file(by=request.user, person=person, **said)  # type: ignore[arg-type]
        return _now("Filed. Show your card or code at the hospital there.")

    return _ask(request, form, _("File care away from home"), _("File it"), do)


@require_http_methods(["GET", "POST"])
@person_only
def end_away(request: HttpRequest, pk: int) -> HttpResponse:
    """End a filing today, or take it back before it begins."""
    person_id = acting_for(request, Scope.CLAIM)
    held = AwayFiling.objects.filter(pk=pk, person_id__in=numbers(person_id)).first()
    if held is None:
        raise Http404

    def do(said: dict[str, Any]) -> str:
        today = timezone.localdate()
        if held.from_date > today:
            filings.take_back(by=request.user, filing=held)  # type: ignore[arg-type]
        else:
            filings.end(by=request.user, filing=held, on=today)  # type: ignore[arg-type]
        return _now("It has ended.")

    title = _now("End the filing for %(place)s") % {"place": place(held.to_region)}
    return _ask(request, EndForm(sent(request)), title, _("End it"), do)


@sensitive_post_parameters("resident_id")
@require_http_methods(["GET", "POST"])
@person_only
def share(request: HttpRequest) -> HttpResponse:
    """Let a relative use one's own account; nobody does it for another."""
    owner = Person.objects.get(pk=own(request))

    def do(said: dict[str, Any]) -> str:
        relative = by_resident_id(said["resident_id"])
        if relative is None:
            # The same answer as for somebody without insurance: nobody is looked up here.
            raise NotFound(
                _("Only relatives who have medical insurance themselves can use it."),
                code="relative_not_insured",
                field="resident_id",
            )
        sharing.share(by=request.user, owner=owner, person=relative, relation=said["relation"])  # type: ignore[arg-type]
        return _now("Your relative may use the account from today. You can end it at any time.")

    return _ask(request, ShareForm(sent(request)), _("Share my medical account"), _("Agree"), do)


@require_http_methods(["GET", "POST"])
@person_only
def end_share(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw the consent."""
    held = AccountShare.objects.filter(pk=pk, owner_id__in=numbers(own(request))).first()
    if held is None:
        raise Http404

    def do(said: dict[str, Any]) -> str:
        sharing.end(by=request.user, share=held)  # type: ignore[arg-type]
        return _now("It has ended.")

    title = _now("%(name)s may use your account") % {"name": held.person.name}
    return _ask(request, EndForm(sent(request)), title, _("End it"), do)


@require_http_methods(["GET", "POST"])
@person_only
def disease(request: HttpRequest) -> HttpResponse:
    """Apply to have a disease registered; papers are added to the case."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    today = timezone.localdate()
    insured = queries.insured_on(person.pk, today)
    rows = catalogue.special_diseases(insured.region, today) if insured else []
    form = DiseaseForm(sent(request))
    form.fields["diagnosis"].choices = [(each.code, each.name) for each in rows]  # type: ignore[attr-defined]
    made: list[Any] = []

    def do(said: dict[str, Any]) -> str:
        said["care"] = int(said["care"])
        made.append(
            diseases.open_claim(
                by=request.user,  # type: ignore[arg-type]
                person=person,
                channel=Case.Channel.PORTAL,
                **said,
            )
        )
        return _now("Received. Add a photo of the certificate to your case.")

    return _ask(
        request,
        form,
        _("Register a disease"),
        _("Apply"),
        do,
        then=lambda: reverse("case", args=[made[0].case.number]),
    )


def withdraw(*, case_id: int, by: Any, text: str) -> None:
    """An application that the person takes back."""
    diseases.withdraw(by=by, claim=DiseaseClaim.objects.get(pk=case_id), text=text)


def _ask(
    request: HttpRequest, form: ScreenForm, title: Any, button: Any, do: Any, then: Any = None
) -> HttpResponse:
    """One page of questions, one service, and back to the cover."""
    if request.method == "POST" and form.is_valid():
        try:
            said = do(form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            messages.success(request, said)
            return redirect(then() if then else "medical_cover")
    status = 422 if form.errors else 200
    context = {"form": form, "heading": title, "button": button, "in_flow": True}
    return render(request, "portal/medical/ask.html", context, status=status)
