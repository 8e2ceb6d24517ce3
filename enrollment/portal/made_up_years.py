"""A resident who was too old when the scheme began makes earlier years up: which one, at which tier.

国发〔2014〕8号: whoever had less than the least years left may pay the missing ones, most often without
a subsidy. What a year then costs and brings stands on the page before it is chosen.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment.models import Person, Way
from enrollment.params import PensionAges
from enrollment.queries import resident_years
from enrollment.services.residents import assessing, enrolment
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm
from socsec.office.portal import person_only, sent
from socsec.office.services import policy as policies

PENSION = Branch.PENSION


class OneForm(ScreenForm):
    """One question with a few answers."""

    def __init__(self, name: str, label: Any, options: list[Option], *args: Any) -> None:
        super().__init__(*args)
        self.fields[name] = PickField(
            label=label, error_messages={"required": gettext_lazy("Choose one of these")}
        )
        self.fields[name].options = options


def open_years(person: Person) -> tuple[list[int], str]:
    """The years that a person may make up, the latest first; without any, why not."""
    this = timezone.localdate().year
    law = PensionAges.at(
        policies.of(policies.current_edition()), person.region, timezone.localdate()
    )
    there = {
        each.year
        for each in resident_years(person.pk, PENSION)
        if each.enrolment.cancelled_on is None
    }
    found, why = [], ""
    for year in range(this - 1, int(law.since) - 1, -1):
        if year in there:
            continue
        try:
            way = enrolment.offer(
                person=person, branch=PENSION, year=year, region=person.region
            ).way
        except Problem as problem:
            why = why or str(problem)
            continue
        if way == Way.MAKE_UP:
            found.append(year)
    return found, why


@require_http_methods(["GET", "POST"])
@person_only
def year(request: HttpRequest) -> HttpResponse:
    """Which year."""
    person = Person.objects.get(pk=acting_for(request, Scope.ENROL))
    found, why = open_years(person)
    if not found:
        return render(
            request,
            "portal/enrollment/resident_not_now.html",
            {"why": why or _("No year is missing."), "in_flow": True},
        )
    options = [Option(str(each), str(each)) for each in found]
    form = OneForm("year", _("Which year do you make up?"), options, sent(request))
    if request.method == "POST" and form.is_valid():
        return redirect("resident_make_up_tier", year=int(form.cleaned_data["year"]))
    return _ask(request, form)


@require_http_methods(["GET", "POST"])
@person_only
def tier(request: HttpRequest, year: int) -> HttpResponse:
    """At which tier, with what goes into the account; then on to the payment."""
    person = Person.objects.get(pk=acting_for(request, Scope.ENROL))
    if year not in open_years(person)[0]:
        return redirect("resident_make_up")
    options = [
        _option(person, year, each) for each, _subsidy in enrolment.tiers(person.region, year)
    ]
    form = OneForm("tier", _("How much do you pay for that year?"), options, sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            enrolment.enroll(
                by=request.user,  # type: ignore[arg-type]  # signed in, says person_only
                person=person,
                branch=PENSION,
                year=year,
                region=person.region,
                tier=int(form.cleaned_data["tier"]),
            )
        except Problem as problem:
            form.add_error("tier", str(problem))
        else:
            return redirect("resident_pay", slug="pension", year=year)
    return _ask(request, form)


def _option(person: Person, year: int, tier: int) -> Option:
    cost = assessing.foresee(
        person=person,
        region=person.region,
        branch=PENSION,
        year=year,
        tier=tier,
        way=Way.MAKE_UP,
        repaid_years=0,
    )
    subsidy = cost["government_subsidy"]
    return Option(
        str(tier),
        _("%(tier)s yuan for %(year)s") % {"tier": yuan(tier), "year": year},
        _("subsidy %(subsidy)s yuan, together %(sum)s into your account")
        % {"subsidy": yuan(subsidy), "sum": yuan(tier + subsidy)},
    )


def _ask(request: HttpRequest, form: ScreenForm) -> HttpResponse:
    return render(
        request,
        "portal/enrollment/resident_ask.html",
        {
            "form": form,
            "heading": _("Make up an earlier year"),
            "why": _(
                "Who was too old to reach the least years when the scheme began may pay the missing ones."
            ),
            "in_flow": True,
        },
        status=422 if form.errors else 200,
    )
