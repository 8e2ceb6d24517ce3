"""For the person at the counter: an adviser's forecast, and papers to hand over."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Person
from pensions.services import account_paper, forecast_paper
from pensions.services import estimate as estimates
from pensions.services.estimate import AssumptionForm
from pensions.services.estimate.drawing import drawn
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, show_page, staff
from socsec.office.errors import Problem
from socsec.office.models import User
from socsec.office.services import audit

READ = "benefit.read"


def forecast(request: HttpRequest, person_id: int) -> HttpResponse:
    """What the record of a person promises, with assumptions that the adviser may change."""
    person = _find(request, person_id)
    home = reverse("admin:enrollment_person_change", args=[person.pk])
    crumbs = [Crumb(person.name, home), Crumb(_("Forecast"))]
    title = _("Pension forecast for %(name)s") % {"name": person.name}
    form = AssumptionForm(request.GET)
    asked = estimates.read(person, request.GET, form)
    try:
        found = drawn(estimates.forecast(person, asked))
    except Problem as problem:
        return show_page(
            request,
            "admin/pensions/forecast.html",
            title=title,
            act=READ,
            crumbs=crumbs,
            problem=problem,
        )
    paper = reverse("admin:pensions_forecast_paper", args=[person.pk])
    return show_page(
        request,
        "admin/pensions/forecast.html",
        title=title,
        act=READ,
        crumbs=crumbs,
        buttons=[Button(_("Save as PDF"), f"{paper}?{request.GET.urlencode()}")],
        form=form,
        goes_on=asked.goes_on,
        category=asked.category,
        categories=[(each.value, each.label) for each in estimates.categories(person)],
        **found,
    )


def paper(request: HttpRequest, person_id: int) -> HttpResponse:
    """The same as a PDF, to hand over."""
    person = _find(request, person_id)
    asked = estimates.read(person, request.GET, AssumptionForm(request.GET))
    try:
        content = forecast_paper.write(
            person, estimates.forecast(person, asked), get_language() or "zh-hans"
        )
    except Problem:
        return forecast(request, person_id)  # says what is missing
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="forecast.pdf"'
    return answer


def account(request: HttpRequest, person_id: int) -> HttpResponse:
    """The statement of the individual account as a PDF, to hand over."""
    person = _find(request, person_id, _now("Statement of the individual account"))
    content = account_paper.write(person, get_language() or "zh-hans")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="account.pdf"'
    return answer


def _find(request: HttpRequest, person_id: int, reason: str = "") -> Person:
    """The person within the user's region; reading is noted as for the rest of the file."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    if not may(request.user, READ, person.region):
        raise Http404
    audit.read(
        by=staff(request),
        person_id=person.pk,
        reason=reason or _now("Pension forecast"),
        region=person.region,
    )
    return person


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person: a forecast, while nothing is drawn."""
    person = Person.objects.get(pk=person_id)
    if person.died_on is None and may(user, READ, person.region):
        yield Button(_("Forecast"), reverse("admin:pensions_forecast", args=[person_id]))


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("forecast", offered_to_person)
