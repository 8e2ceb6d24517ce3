"""Entitlements on their way: where the money of my record is, and one question to bring schemes together."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Person, Sex
from funds.models import Scheme
from pensions import queries
from pensions.models import Category, Transfer, TransferKind, TransferStep
from pensions.services import transfers
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm, TickField
from socsec.office.models import Case, Region, User
from socsec.office.portal import person_only, sent

KEY = "link"
# What one may ask for oneself: from which scheme into which.
WAYS = {
    "residents": (Scheme.RESIDENTS, Scheme.EMPLOYEES),
    "workers": (Scheme.EMPLOYEES, Scheme.RESIDENTS),
    "agency": (Scheme.EMPLOYEES, Scheme.AGENCIES),
    "firm": (Scheme.AGENCIES, Scheme.EMPLOYEES),
}


class LinkForm(ScreenForm):
    way = PickField(
        [
            Option(
                "residents",
                gettext_lazy("I paid as a resident, and fifteen years or more as a worker"),
                gettext_lazy("Your resident's account joins the employees' scheme."),
            ),
            Option(
                "workers",
                gettext_lazy("I paid less than fifteen years as a worker"),
                gettext_lazy(
                    "Your worker's account joins the residents' scheme; all months count."
                ),
            ),
            Option("agency", gettext_lazy("I now work for an agency or institution")),
            Option("firm", gettext_lazy("I left an agency for an enterprise")),
        ],
        label=gettext_lazy("What has happened?"),
        error_messages={"required": gettext_lazy("Choose what has happened")},
    )
    truth = TickField(
        label=gettext_lazy("What I have said is true"),
        error_messages={"required": gettext_lazy("Confirm that what you have said is true")},
    )

    def __init__(self, woman: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if woman:
            self.fields["category"] = PickField(
                [
                    Option(str(each.value), each.label)
                    for each in (Category.FEMALE_50, Category.FEMALE_55)
                ],
                label=gettext_lazy("By which age do you retire?"),
                error_messages={"required": gettext_lazy("Choose the age")},
            )
            self.order_fields(["way", "category", "truth"])


def _shown(row: Transfer, names: dict[str, str]) -> dict[str, Any]:
    cases = {each.step: each.case for each in row.cases.all()}
    steps = list(TransferStep) if row.kind == TransferKind.LINK else list(TransferStep)[1:]
    return {
        "transfer": row,
        "from": _place(row, row.from_region, row.get_from_scheme_display(), names),
        "to": _place(row, row.to_region, row.get_to_scheme_display(), names),
        "path": [(step.label, cases.get(step.value)) for step in steps],
    }


def _place(row: Transfer, region: str, scheme: str, names: dict[str, str]) -> str:
    """Where it comes from or goes to; between schemes the scheme says more than the place."""
    return scheme if row.kind == TransferKind.LINK else names.get(region, region)


def _names(rows: list[Transfer]) -> dict[str, str]:
    codes = {code for row in rows for code in (row.from_region, row.to_region)}
    return {each.code: str(each) for each in Region.objects.filter(pk__in=codes)}


@require_safe
@person_only
def mine(request: HttpRequest) -> HttpResponse:
    """My transfers, newest first."""
    rows = list(queries.transfers_of(acting_for(request)))
    names = _names(rows)
    return render(
        request,
        "portal/pensions/transfers.html",
        {"rows": [_shown(row, names) for row in rows]},
    )


@require_safe
@person_only
def one(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One transfer: where it stands, what moves, and how it was worked out."""
    row = get_object_or_404(queries.transfers_of(acting_for(request)), public_id=public_id)
    shown = _shown(row, _names([row]))
    sheets = [case.sheet for _label, case in shown["path"] if case is not None and case.sheet]
    return render(
        request,
        "portal/pensions/transfer.html",
        {**shown, "sheet": sheets[-1] if sheets else None},
    )


@require_http_methods(["GET", "POST"])
@person_only
def link(request: HttpRequest) -> HttpResponse:
    """Ask for my schemes to be brought together."""
    person = Person.objects.get(pk=acting_for(request, Scope.ENROL))
    woman = person.sex == Sex.FEMALE
    form = LinkForm(woman, sent(request))
    key = request.session.setdefault(KEY, get_random_string(32))
    if request.method == "POST" and form.is_valid():
        from_scheme, to_scheme = WAYS[form.cleaned_data["way"]]
        category = int(form.cleaned_data["category"]) if woman else int(Category.MALE_60)
        try:
            made = transfers.ask_link(
                by=request.user,  # type: ignore[arg-type]  # signed in, says person_only
                person=person,
                from_scheme=from_scheme,
                to_scheme=to_scheme,
                category=category,
                channel=Case.Channel.PORTAL,
                key=key,
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("transfer", public_id=made.public_id)
    return render(
        request,
        "portal/pensions/link.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )


def withdraw(*, case_id: int, by: User, text: str) -> None:
    """Taking a request back from the portal: the transfer goes with its case."""
    case = Case.objects.filter(pk=case_id).first()
    transfer = queries.transfer_of(case) if case else None
    if transfer is None:
        raise Http404
    transfers.withdraw_link(by=by, transfer=transfer, text=text)
