"""Insured as a resident: my years, enrolling, choosing a tier, paying; and children, by who minds them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment import queries
from enrollment.models import PaymentIntent, Person, ResidentEnrolment, Way
from enrollment.queries import ResidentYear
from enrollment.services.online import paying
from enrollment.services.residents import assessing, enrolment, offers, online
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.office import display
from socsec.office.acting import Scope, acting_for, mandates
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm, TickField
from socsec.office.portal import person_only, sent
from socsec.office.shell import Todo

from .pay import to_bank

BRANCHES = {"medical": Branch.MEDICAL, "pension": Branch.PENSION}


class YearForm(ScreenForm):
    """For which year of medical insurance."""

    year = PickField(
        label=gettext_lazy("For which year do you enrol?"),
        error_messages={"required": gettext_lazy("Choose the year")},
    )

    def __init__(self, options: list[Option], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].options = options


class TierForm(ScreenForm):
    """How much a year."""

    tier = PickField(
        label=gettext_lazy("How much do you want to pay this year?"),
        help_text=gettext_lazy("All of it goes into your own account, with the subsidy on top."),
        error_messages={"required": gettext_lazy("Choose a tier")},
    )

    def __init__(self, options: list[Option], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].options = options


class EnrolForm(ScreenForm):
    student = TickField(label=gettext_lazy("I am a student"), required=False)


def _person(request: HttpRequest, scope: str = Scope.SEE) -> Person:
    return Person.objects.get(pk=acting_for(request, scope))


@require_safe
@person_only
def mine(request: HttpRequest) -> HttpResponse:
    """My years as a resident, what is open, and what I can enrol for."""
    person = _person(request)
    every = queries.resident_years(person.pk)
    years = [each for each in every if each.enrolment.cancelled_on is None]
    return render(
        request,
        "portal/enrollment/residents.html",
        {
            "person": person,
            "years": years,
            "lapsed": [each for each in every if each.enrolment.lapsed_by],
            "offers": _offers(person, years),
            "children": [each for each in mandates(request).values() if each.guardian],
            "legacy": queries.legacy_years(person.pk).count(),
            "carried": sum(row.amount for row in queries.carried_balances(person.pk)),
        },
    )


def _offers(person: Person, years: list[ResidentYear]) -> list[dict[str, Any]]:
    """For what the person can enrol now, or why not."""
    today = timezone.localdate()
    there = {(each.enrolment.branch, each.year) for each in years}
    found = []
    for slug, branch in BRANCHES.items():
        wanted = [today.year, today.year + 1] if branch == Branch.MEDICAL else [today.year]
        open_years, why = [], ""
        for year in wanted:
            if (branch, year) in there:
                continue
            try:
                offers.offer(person=person, branch=branch, year=year, region=person.region)
            except Problem as problem:
                why = why or str(problem)
            else:
                open_years.append(year)
        if open_years or why:
            found.append({"slug": slug, "label": branch.label, "years": open_years, "why": why})
    return found


@require_http_methods(["GET", "POST"])
@person_only
def medical(request: HttpRequest) -> HttpResponse:
    """Medical insurance: for which year, with what it costs and when it covers."""
    person = _person(request, Scope.ENROL)
    today = timezone.localdate()
    options, why = [], ""
    for year in (today.year, today.year + 1):
        try:
            found = offers.offer(
                person=person, branch=Branch.MEDICAL, year=year, region=person.region
            )
        except Problem as problem:
            why = why or str(problem)
            continue
        if not _enrolled(person, Branch.MEDICAL, year):
            options.append(Option(str(year), str(year), _hint(found)))
    if not options:
        return _not_now(request, why)
    form = YearForm(options, sent(request), initial={"year": options[-1].value})
    if request.method == "POST" and form.is_valid():
        return redirect("resident_check", slug="medical", number=int(form.cleaned_data["year"]))
    return render(
        request,
        "portal/enrollment/resident_ask.html",
        {
            "form": form,
            "field": "year",
            "heading": _("Residents' medical insurance"),
            "why": _("The cover lasts for one year; the money is paid in the autumn before."),
            "in_flow": True,
        },
    )


def _hint(found: offers.Offer) -> str:
    if found.way == Way.NEWBORN:
        return _("covered from birth")
    if found.wait:
        return _("covered %(months)s months after payment") % {"months": found.wait}
    if found.way == Way.WINDOW:
        return _("covered from 1 January")
    return _("covered from the payment on")


@require_http_methods(["GET", "POST"])
@person_only
def pension(request: HttpRequest) -> HttpResponse:
    """Old-age insurance: which tier, with what it brings in subsidy."""
    person = _person(request, Scope.ENROL)
    year = timezone.localdate().year
    held = _enrolled(person, Branch.PENSION, year)
    if held is None:
        try:
            offers.offer(person=person, branch=Branch.PENSION, year=year, region=person.region)
        except Problem as problem:
            return _not_now(request, str(problem))
    region = held.region if held else person.region
    offered = offers.tiers(region, year)
    options = [
        Option(
            str(tier),
            _("%(tier)s yuan a year") % {"tier": yuan(tier)},
            _("subsidy %(subsidy)s yuan, together %(sum)s into your account")
            % {"subsidy": yuan(subsidy), "sum": yuan(tier + subsidy)},
            f"+{yuan(subsidy)}",
            _("yuan subsidy"),
        )
        for tier, subsidy in offered
    ]
    form = TierForm(options, sent(request), initial={"tier": str(held.tier) if held else ""})
    if request.method == "POST" and form.is_valid():
        tier = int(form.cleaned_data["tier"])
        if held is None:
            return redirect("resident_check", slug="pension", number=tier)
        try:
            enrolment.choose_tier(by=request.user, person=person, year=year, tier=tier)
        except Problem as problem:
            form.add_error("tier", str(problem))
        else:
            return redirect("resident_pay", slug="pension", year=year)
    return render(
        request,
        "portal/enrollment/resident_ask.html",
        {
            "form": form,
            "field": "tier",
            "heading": _("Residents' old-age insurance"),
            "why": _(
                "A higher tier brings a higher subsidy and, later, a higher pension. You choose anew each year."
            ),
            "table": offered,
            "in_flow": True,
        },
    )


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Check the answer and enrol. `number` is the year, or the tier in old-age insurance."""
    person = _person(request, Scope.ENROL)
    if slug not in BRANCHES:
        raise Http404
    branch = BRANCHES[slug]
    year = number if branch == Branch.MEDICAL else timezone.localdate().year
    tier = 0 if branch == Branch.MEDICAL else number
    found = offers.offer(person=person, branch=branch, year=year, region=person.region)
    form = EnrolForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            enrolment.enroll(
                by=request.user,
                person=person,
                branch=branch,
                year=year,
                region=person.region,
                tier=tier,
                student=form.cleaned_data["student"] and branch == Branch.MEDICAL,
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("resident_pay", slug=slug, year=year)
    return render(
        request,
        "portal/enrollment/resident_check.html",
        {
            "form": form,
            "person": person,
            "slug": slug,
            "medical": branch == Branch.MEDICAL,
            "year": year,
            "tier": tier,
            "offer": found,
            "hint": _hint(found) if branch == Branch.MEDICAL else "",
            "cost": assessing.foresee(
                person=person,
                region=person.region,
                branch=branch,
                year=year,
                tier=tier,
                way=found.way,
                repaid_years=found.repaid_years,
            ),
            "in_flow": True,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@person_only
def pay(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """What is open of a year; on to the bank, or done where nothing is to be paid."""
    person = _person(request, Scope.PAY if request.method == "POST" else Scope.SEE)
    if slug not in BRANCHES:
        raise Http404
    branch = BRANCHES[slug]
    found = next(
        (
            each
            for each in queries.resident_years(person.pk, branch)
            if each.year == year and each.enrolment.cancelled_on is None
        ),
        None,
    )
    if found is None:
        raise Http404
    due = found.money.open()
    if request.method == "POST" and due > 0:
        intent: PaymentIntent = paying.begin(
            by=request.user,
            purpose=online.SLUG,
            payer=person,
            amount=due,
            subject=online.subject(branch, year),
        )
        return to_bank(request, intent)
    return render(
        request,
        "portal/enrollment/resident_pay.html",
        {"found": found, "due": due, "slug": slug, "medical": branch == Branch.MEDICAL},
    )


def _enrolled(person: Person, branch: int, year: int) -> ResidentEnrolment | None:
    return ResidentEnrolment.objects.filter(
        person_id=person.pk, branch=branch, year=year, cancelled_on__isnull=True
    ).first()


def _not_now(request: HttpRequest, why: str) -> HttpResponse:
    """Not now is a page with the reason, never an error."""
    return render(request, "portal/enrollment/resident_not_now.html", {"why": why, "in_flow": True})


def todos(request: HttpRequest) -> list[Todo]:
    """On the home page: years that I enrolled for and have not paid."""
    found = []
    for each in queries.resident_years(acting_for(request)):
        due = each.money.open()
        if each.enrolment.cancelled_on is None and due > 0:
            slug = "medical" if each.enrolment.branch == Branch.MEDICAL else "pension"
            found.append(
                Todo(
                    _("Pay for %(branch)s, %(year)s")
                    % {"branch": each.enrolment.get_branch_display(), "year": each.year},
                    reverse("resident_pay", args=[slug, each.year]),
                    _("%(due)s; the cover begins when it is paid") % {"due": display.money(due)},
                    _("Pay"),
                )
            )
    return found
