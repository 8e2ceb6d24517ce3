"""Who reached the pension age with too few months sees the three ways at the portal, and chooses."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment.models import Person
from pensions import queries
from pensions.models import BalanceClaim, Category, Way
from pensions.services import few_months
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm
from socsec.office.models import Case, User
from socsec.office.portal import person_only, sent


class WayForm(ScreenForm):
    """In which kind of work, and which of the three ways."""

    category = PickField(
        label=gettext_lazy("Which kind of work did you do?"),
        help_text=gettext_lazy("The pension age depends on it."),
        error_messages={"required": gettext_lazy("Choose the kind of work")},
    )
    way = PickField(
        label=gettext_lazy("What do you choose?"),
        error_messages={"required": gettext_lazy("Choose one of the three")},
    )

    def __init__(self, person: Person, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        fitting = [each for each in Category if each.sex == person.sex]
        self.fields["category"].options = [  # type: ignore[attr-defined]
            Option(str(each.value), each.label) for each in fitting
        ]
        self.fields["way"].options = [  # type: ignore[attr-defined]
            Option(each.value, each.label, MEANS[each]) for each in Way
        ]


MEANS = {
    Way.GO_ON: gettext_lazy("You pay month by month until your months are enough."),
    Way.MOVE: gettext_lazy("It pays a pension for life, with your account and your years."),
    Way.BALANCE: gettext_lazy("You get your account once; your months end and no pension follows."),
}


@require_http_methods(["GET", "POST"])
@person_only
def choose(request: HttpRequest) -> HttpResponse:
    """Choose one of the ways; one that is chosen is shown, may be confirmed or taken back."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    if queries.award_in_payment(person.pk):
        return redirect("benefits")
    standing, claimed = few_months.standing(person.pk), few_months.under_way(person.pk)
    chosen = standing is not None or claimed is not None
    form: ScreenForm = ScreenForm(sent(request)) if chosen else WayForm(person, sent(request))
    if request.method == "POST" and form.is_valid():
        by: User = request.user  # type: ignore[assignment]
        try:
            if claimed is not None:
                few_months.confirm(
                    by=by, claim=claimed, document=gettext("Confirmed at the portal")
                )
            elif standing is not None:
                few_months.give_up(by=by, choice=standing)
            else:
                _choose(by, person, int(form.cleaned_data["category"]), form.cleaned_data["way"])
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            return redirect("few_months")
    offers = [] if chosen else few_months.offers(person)
    return render(
        request,
        "portal/pensions/few_months.html",
        {
            "form": form,
            "standing": standing,
            "claimed": claimed,
            "go_on": Way.GO_ON,
            "offers": offers,
            # Without an offer the books do not say: then the service does.
            "may_choose": not offers or any(found.open for _category, found in offers),
        },
        status=422 if request.method == "POST" else 200,
    )


def _choose(by: User, person: Person, category: int, way: str) -> None:
    if way == Way.GO_ON:
        few_months.go_on(by=by, person=person, category=category)
    elif way == Way.MOVE:
        few_months.move(by=by, person=person, category=category, channel=Case.Channel.PORTAL)
    else:
        few_months.ask_balance(by=by, person=person, category=category, channel=Case.Channel.PORTAL)


def withdraw(*, case_id: int, by: User, text: str) -> None:
    """Take the claim for the balance back, with its case."""
    few_months.withdraw(by=by, claim=BalanceClaim.objects.get(pk=case_id), text=text)
