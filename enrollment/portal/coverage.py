"""My coverage in every branch; insuring oneself on one's own account; changing the base."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Category, Coverage, Person
from enrollment.queries import coverages, months_deemed, months_paid
from enrollment.services import cover
from enrollment.services.assessment import own_cover
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, month_of
from socsec.kernel.months import last_day as last_day_of
from socsec.office import display
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import MoneyField, Option, PickField, PickManyField, ScreenForm
from socsec.office.places import place
from socsec.office.portal import person_only, sent

KEY = "own_cover"  # of the answers in the session
STEPS = 3
OTHER = "other"

# What a branch gives, in a sentence.
GIVES: dict[int, Any] = {
    Branch.PENSION: gettext_lazy(
        "A monthly pension once you reach pension age and have the months."
    ),
    Branch.MEDICAL: gettext_lazy(
        "A part of your doctor's and hospital bills, and of the costs of a birth."
    ),
    Branch.UNEMPLOYMENT: gettext_lazy(
        "Monthly money while you look for work after losing your job."
    ),
    Branch.INJURY: gettext_lazy("Treatment and money after an accident at work. You pay nothing."),
    Branch.ANNUITY: gettext_lazy("A second pension from your own account, beside the basic one."),
}


@dataclass(frozen=True)
class Part:
    """One branch on the page: what holds today, what held before, how many months count."""

    branch: Branch
    now: list[tuple[Coverage, str]]  # each with the name of its place
    before: list[Coverage]
    months: int

    @property
    def gives(self) -> Any:
        return GIVES[self.branch]

    @property
    def months_url(self) -> str:
        return reverse("record") if self.branch == Branch.PENSION else ""


@require_safe
@person_only
def mine(request: HttpRequest) -> HttpResponse:
    """Every branch: since when, where, as what, what it gives, and what to do next."""
    person = Person.objects.get(pk=acting_for(request))
    today = timezone.localdate()
    spans = [each for each in coverages(person.pk) if not each.span.isempty]
    parts = []
    for branch in Branch:
        here = [each for each in spans if each.branch == branch]
        if branch == Branch.ANNUITY and not here:
            continue
        # In work injury several at once: each employer insures where it is.
        holding = [each for each in here if each.holds_on(today)]
        parts.append(
            Part(
                branch,
                [(each, str(place(each.region))) for each in holding],
                [each for each in here if each not in holding],
                months_paid(person.pk, branch) + months_deemed(person.pk, branch),
            )
        )
    holding = [each for part in parts for each, _where in part.now]
    working = any(Category(each.category).employed and not each.apart for each in holding)
    own = [each for each in holding if each.category == Category.OWN_ACCOUNT]
    return render(
        request,
        "portal/enrollment/coverage.html",
        {
            "parts": parts,
            "insured": any(part.now for part in parts),
            "may_join": not working and not own and person.died_on is None,
            "own": bool(own),
            "ends": max((each.last_day for each in own if each.last_day), default=None),
        },
    )


class EndForm(ScreenForm):
    last_day = PickField(
        label=gettext_lazy("With which day do you want to stop?"),
        error_messages={"required": gettext_lazy("Choose a day")},
    )


class BranchesForm(ScreenForm):
    branches = PickManyField(
        label=gettext_lazy("In what do you want to be insured?"),
        help_text=gettext_lazy("You pay both shares yourself, because no employer does."),
        error_messages={"required": gettext_lazy("Choose at least one")},
    )


class BaseForm(ScreenForm):
    """One of a few bases; an amount of one's own where the region lets people choose freely."""

    base = PickField(
        label=gettext_lazy("On which monthly amount do you want to pay?"),
        help_text=gettext_lazy("The higher it is, the more you pay, and the higher the pension."),
        error_messages={"required": gettext_lazy("Choose an amount")},
    )
    amount = MoneyField(
        label=gettext_lazy("Another amount, in yuan"),
        required=False,
        error_messages={"required": gettext_lazy("Write the amount, such as 8000")},
    )

    def __init__(self, offer: own_cover.Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        bases = offer.tiers or [offer.floor, offer.ceiling]
        words = {offer.floor: _("the lowest"), offer.ceiling: _("the highest")}
        options = [
            Option(str(base), display.money(base), hint=words.get(base, "")) for base in bases
        ]
        if not offer.tiers:
            options.append(Option(OTHER, _("Another amount"), after_or=True))
        self.fields["base"].options = options
        if offer.tiers:
            del self.fields["amount"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("base") != OTHER or "amount" in self.errors:
            return said
        amount = said.get("amount")
        if not amount:
            self.add_error("amount", self.fields["amount"].error_messages["required"])
        elif not self.offer.floor <= amount <= self.offer.ceiling:
            self.add_error(
                "amount",
                _("Write an amount from %(floor)s to %(ceiling)s yuan")
                % {"floor": yuan(self.offer.floor), "ceiling": yuan(self.offer.ceiling)},
            )
        return said

    @property
    def fen(self) -> int:
        said = self.cleaned_data
        return int(said["amount"] if said["base"] == OTHER else said["base"])


@require_http_methods(["GET", "POST"])
@person_only
def join(request: HttpRequest) -> HttpResponse:
    """First question: which branches."""
    person = _person(request)
    offer = own_cover.offer(person)
    if offer.tied:
        _remember(request, branches=[int(branch) for branch in offer.tied])
        return redirect("own_base")
    form = BranchesForm(sent(request))
    form.fields["branches"].options = [
        Option(str(branch.value), branch.label, hint=GIVES[branch]) for branch in offer.branches
    ]
    if request.method == "POST" and form.is_valid():
        _remember(request, branches=[int(each) for each in form.cleaned_data["branches"]])
        return redirect("own_base")
    return _page(request, "own_branches.html", 1, form=form, region=place(person.region))


@require_http_methods(["GET", "POST"])
@person_only
def base(request: HttpRequest) -> HttpResponse:
    """Second question: on what amount."""
    person = _person(request)
    answers = _answers(request)
    if "branches" not in answers:
        return redirect("own_join")
    form = BaseForm(own_cover.offer(person), sent(request))
    if request.method == "POST" and form.is_valid():
        _remember(request, base=form.fen)
        return redirect("own_check")
    return _page(request, "own_base.html", 2, form=form, back="coverage")


@require_http_methods(["GET", "POST"])
@person_only
def check(request: HttpRequest) -> HttpResponse:
    """Check your answers: what each branch would cost a month, with its sheet; then do it."""
    person = _person(request)
    answers = _answers(request)
    if "branches" not in answers or "base" not in answers:
        return redirect("own_join")
    form = ScreenForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            own_cover.enrol(
                by=request.user,  # type: ignore[arg-type]
                person=person,
                branches=answers["branches"],
                base=answers["base"],
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("own_done")
    offer = own_cover.offer(person)
    costs = [
        (Branch(branch), *own_cover.cost(person, branch, answers["base"], offer.month))
        for branch in answers["branches"]
    ]
    return _page(
        request,
        "own_check.html",
        3,
        form=form,
        costs=costs,
        total=sum(due for _branch, due, _sheet in costs),
        base=answers["base"],
        region=place(person.region),
        month=offer.month,
    )


@require_safe
@person_only
def done(request: HttpRequest) -> HttpResponse:
    """The confirmation, which can be opened again."""
    person = Person.objects.get(pk=acting_for(request))
    running = own_cover.running(person)
    if not running:
        return redirect("coverage")
    first = running[0].span.lower
    assert first is not None
    return render(
        request,
        "portal/enrollment/own_done.html",
        {"running": running, "next": first_day(month_of(first) + 1)},
    )


@require_http_methods(["GET", "POST"])
@person_only
def change(request: HttpRequest) -> HttpResponse:
    """Another base from next month on."""
    person = _person(request)
    running = own_cover.running(person)
    if not running:
        return redirect("coverage")
    month = month_of(timezone.localdate()) + 1
    form = BaseForm(own_cover.offer(person, month), sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            own_cover.change_base(
                by=request.user,  # type: ignore[arg-type]
                person=person,
                base=form.fen,
                from_month=month,
            )
        except Problem as problem:
            form.add_error("base", str(problem))
        else:
            return render(
                request,
                "portal/enrollment/own_changed.html",
                {
                    "base": form.fen,
                    "month": month,
                    "costs": [
                        (
                            Branch(each.branch).label,
                            own_cover.cost(person, each.branch, form.fen, month)[0],
                        )
                        for each in running
                    ],
                },
            )
    return render(
        request,
        "portal/enrollment/own_change.html",
        {"form": form, "month": month, "in_flow": True},
    )


@require_http_methods(["GET", "POST"])
@person_only
def end(request: HttpRequest) -> HttpResponse:
    """Stop insuring oneself: with the end of this month or of the next, and what that means."""
    person = _person(request)
    running = own_cover.running(person)
    if not running:
        return redirect("coverage")
    this_month = month_of(timezone.localdate())
    days = [last_day_of(month) for month in (this_month, this_month + 1)]
    form = EndForm(sent(request))
    form.fields["last_day"].options = [
        Option(day.isoformat(), display.day_plain(day), hint=_owed(person.region, day))
        for day in days
    ]
    if request.method == "POST" and form.is_valid():
        last_day = date.fromisoformat(form.cleaned_data["last_day"])
        try:
            ended = own_cover.leave(
                by=request.user,  # type: ignore[arg-type]
                person=person,
                last_day=last_day,
            )
        except Problem as problem:
            form.add_error("last_day", str(problem))
        else:
            return render(
                request,
                "portal/enrollment/own_ended.html",
                {
                    "ended": ended,
                    "last_day": last_day,
                    "month": cover.last_month(person.region, last_day),
                },
            )
    return render(
        request,
        "portal/enrollment/own_end.html",
        {"form": form, "running": running, "in_flow": True},
    )


def _owed(region: str, last_day: date) -> str:
    month = cover.last_month(region, last_day)
    return _("The last month that you pay is %(month)s.") % {"month": display.month(month)}


def _person(request: HttpRequest) -> Person:
    return Person.objects.get(pk=acting_for(request, Scope.ENROL))


def _page(request: HttpRequest, template: str, step: int, **context: Any) -> HttpResponse:
    steps = {"step": step, "steps": STEPS, "steps_range": range(1, STEPS + 1), "in_flow": True}
    return render(request, f"portal/enrollment/{template}", {**steps, **context})


def _answers(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.session.get(KEY, {})
    return found


def _remember(request: HttpRequest, **said: Any) -> None:
    request.session[KEY] = {**_answers(request), **said}


ADDRESSES: list[URLPattern | URLResolver] = [
    path("coverage/", mine, name="coverage"),
    path("coverage/own/", join, name="own_join"),
    path("coverage/own/base/", base, name="own_base"),
    path("coverage/own/check/", check, name="own_check"),
    path("coverage/own/done/", done, name="own_done"),
    path("coverage/own/change/", change, name="own_change"),
    path("coverage/own/end/", end, name="own_end"),
]
