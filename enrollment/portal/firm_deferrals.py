"""The employer asks to pay contributions later, where a policy allows it, and sees what came of it."""

from typing import Any

from django import forms as dj
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from enrollment.models import Employer
from enrollment.services.revision import deferrals
from funds.models import Branch
from socsec.kernel.months import format_month, month_of
from socsec.office.errors import Problem
from socsec.office.forms import MonthField, Option, PickField, ScreenForm, WholeField
from socsec.office.portal import sent

from .firms import officer_only, page

BRANCHES = [Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT, Branch.INJURY]


class AskForm(ScreenForm):
    branch = PickField(
        label=_("Which contributions do you want to pay later?"),
        error_messages={"required": _("Choose one")},
    )
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))
    months = WholeField(label=_("How many months later?"), least=1, most=24)
    reason = dj.CharField(
        label=_("Why can you not pay in time?"),
        max_length=200,
        widget=dj.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "POST"])
@officer_only
def put_off(request: HttpRequest, employer: Employer) -> HttpResponse:
    """What may be put off, the question, and every application before."""
    this_month = month_of(timezone.localdate())
    allowed = {branch: deferrals.possible(employer, branch, this_month) for branch in BRANCHES}
    offered = [branch for branch, most in allowed.items() if most]
    form = None
    if offered:
        said: dict[str, Any] = {"first_month": this_month, "last_month": this_month}
        form = AskForm(sent(request), initial=said)
        form.fields["branch"].options = [
            Option(
                str(branch.value),
                branch.label,
                hint=_("at most %(most)s months later") % {"most": allowed[branch]},
            )
            for branch in offered
        ]
        if form.is_bound and form.is_valid():
            try:
                deferrals.ask(
                    by=request.user,  # type: ignore[arg-type]
                    employer=employer,
                    **{**form.cleaned_data, "branch": int(form.cleaned_data["branch"])},
                )
            except Problem as problem:
                form.add_error(
                    problem.field if problem.field in form.fields else None, str(problem)
                )
            else:
                return redirect("firm_put_off", code=employer.credit_code)
    return page(
        request,
        "put_off",
        employer,
        form=form,
        asked=[
            (
                each,
                f"{format_month(each.first_month)} – {format_month(each.last_month)}",
                max((month.due_on for month in each.put_off.all()), default=None),
            )
            for each in employer.deferrals.prefetch_related("put_off")[:20]
        ],
    )


@require_POST
@officer_only
def take_back(request: HttpRequest, employer: Employer, pk: int) -> HttpResponse:
    """Take back a question that nobody has decided yet."""
    asked = get_object_or_404(employer.deferrals, pk=pk)
    try:
        deferrals.withdraw(by=request.user, deferral=asked)  # type: ignore[arg-type]
    except Problem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _now("Taken back. These months are due as before."))
    return redirect("firm_put_off", code=employer.credit_code)
