"""Pay more, get more: what another year or a higher base would bring, from a record or from answers."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Category as Insured
from enrollment.models import Person
from pensions.services import estimate as estimates
from pensions.services import more
from pensions.services.estimate import AssumptionForm, Assumptions, Plan
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office import display, figures
from socsec.office.acting import acting_for
from socsec.office.errors import Problem
from socsec.office.forms import MoneyField, TickField
from socsec.office.portal import limited, person_only

from .estimate import EstimateForm, stated_of


class MoreForm(EstimateForm):
    """What a visitor says of a working life, and how it goes on."""

    base = MoneyField(
        label=gettext_lazy("On which base would you pay now, in yuan a month?"),
        help_text=gettext_lazy("Leave it empty for the wage that you gave above."),
        required=False,
    )
    alone = TickField(label=gettext_lazy("I pay alone, without an employer"), required=False)
    field_order = ("birth", "category", "region", "paid_years", "index", "balance", "base", "alone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["goes_on"]  # every answer here goes on for some time


@require_safe
@person_only
def own(request: HttpRequest) -> HttpResponse:
    """From the person's own record."""
    person = Person.objects.get(pk=acting_for(request))
    form = AssumptionForm(request.GET)
    asked = estimates.read(person, request.GET, form)
    try:
        policy = estimates.current_policy()
        known = estimates.record_of(person)
        base = estimates.base_of(known)
        when = estimates.retirement(
            person.birth_month, asked.category, estimates.region_of(person), policy
        )
        start = _start(when)
        now = month_of(timezone.localdate())
        payer = more.Payer(
            region=estimates.region_of(person),
            base=base,
            alone=bool(known) and known[-1].category == Insured.OWN_ACCOUNT,
            start=start,
            first=max(known[-1].month + 1 if known else now, now),
        )

        held = estimates.on_record(person, start, asked.category, policy)

        def work(plan: Plan) -> estimates.Estimate:
            return estimates.of_person(
                person,
                start,
                asked.category,
                policy,
                plan=plan,
                assumed=asked.assumed,
                known=known,
                held=held,
            )

        shown = _drawn(payer, work, policy, asked.assumed, request.GET) if base else {}
    except Problem as problem:
        return render(request, "portal/pensions/no_estimate.html", {"problem": problem})
    return render(
        request,
        "portal/pensions/my_more.html",
        {**shown, "form": form, "person": person, "when": when},
    )


@limited(per_minute=30)
@require_http_methods(["GET", "POST"])
def stated(request: HttpRequest) -> HttpResponse:
    """From what anybody types; nothing is kept."""
    form = MoreForm(request.POST if request.method == "POST" else None, initial={"index": "1"})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context |= _of_answers(form, request.POST)
        except Problem as problem:
            form.add_error(None, str(problem))
    status = 422 if form.errors else 200
    return render(request, "portal/pensions/more.html", context, status=status)


def _of_answers(form: MoreForm, sent: Any) -> dict[str, Any]:
    said = form.cleaned_data
    policy, answers = estimates.current_policy(), stated_of(said)
    when = estimates.retirement(answers.birth_month, answers.category, answers.region, policy)
    start = _start(when)
    base = said["base"] or estimates.wage_of(answers, policy)
    payer = more.Payer(
        answers.region, base, said["alone"], start, month_of(timezone.localdate()) + 1
    )

    def work(plan: Plan) -> estimates.Estimate:
        on = Plan(plan.months, base if plan.base is None else plan.base)
        return estimates.of_stated(answers, start, policy, plan=on, assumed=form.assumed)

    return {**_drawn(payer, work, policy, form.assumed, sent), "when": when}


def _start(when: estimates.Retirement) -> int:
    """The statutory month, or the next one for whoever is past it."""
    return max(when.statutory, estimates.starts(when)[0])


def _drawn(
    payer: more.Payer, work: more.Work, policy: Any, assumed: Assumptions, said: Any
) -> dict[str, Any]:
    years = more.by_years(payer, work, policy, assumed)
    bases = more.by_base(payer, work, policy, assumed)
    now = next(each for each in bases if each.base == payer.base)
    names = {
        **{f"y{place}": each for place, each in enumerate(years)},
        **{f"b{place}": each for place, each in enumerate(bases)},
    }
    chosen = names.get(said.get("show", ""), now)
    return {
        "payer": payer,
        "start": payer.start,
        "now": now,
        "years": _table(_("You go on for"), years, [_length(each) for each in years]),
        "bases": _table(_("Base"), bases, [yuan(each.base) for each in bases]),
        "choices": [
            (f"y{place}", _length(each), each is chosen) for place, each in enumerate(years)
        ]
        + [
            (f"b{place}", _("On %(base)s") % {"base": yuan(each.base)}, each is chosen)
            for place, each in enumerate(bases)
        ],
        "one": chosen.estimate,
        "unit": _("yuan a month"),
    }


def _length(choice: more.Choice) -> str:
    return display.duration(choice.months) if choice.months else _("Stop now")


def _table(name: str, choices: Sequence[more.Choice], labels: Sequence[str]) -> dict[str, Any]:
    """Bars of the pension each choice brings, and beside them what it costs against the first."""
    first, rows = choices[0], []
    for choice, label in zip(choices, labels, strict=True):
        beyond = choice.beside(first)
        rows.append(
            [
                label,
                yuan(choice.estimate.monthly) if choice.estimate.met else _("too few months"),
                display.change_plain(beyond.more) if choice is not first else "—",
                yuan(choice.paid),
                display.duration(beyond.months) if beyond.months else "—",
            ]
        )
    return {
        "chart": figures.bar_chart(
            labels,
            [figures.Series(_("Each month"), [each.estimate.monthly for each in choices])],
            open_bars=[each.estimate.open for each in choices],
        ),
        "head": [
            name,
            _("Each month"),
            _("Difference"),
            _("You pay, until then"),
            _("Back after"),
        ],
        "rows": rows,
    }
