"""What we paid too much: why, which months, and how it may come back, in plain words."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pensions import queries
from pensions.models import AwardState, Overpayment, OverpaymentReason, OverpaymentState, Plan
from pensions.services import overpaid, recovery
from socsec.office import display
from socsec.office.acting import acting_for
from socsec.office.errors import Problem
from socsec.office.forms import Option, PickField, ScreenForm, WholeField
from socsec.office.portal import person_only, sent


class PlanForm(ScreenForm):
    """One question: how it shall come back."""

    plan = PickField(
        [
            Option(Plan.ONCE, gettext_lazy("All at once"), gettext_lazy("by bank transfer")),
            Option(
                Plan.INSTALMENTS,
                gettext_lazy("In instalments"),
                gettext_lazy("one a month, from next month on"),
            ),
            Option(
                Plan.OFFSET,
                gettext_lazy("Keep it back from my pension"),
                gettext_lazy("a part each month, until it is paid back"),
            ),
        ],
        label=gettext_lazy("How would you like to return it?"),
        error_messages={"required": gettext_lazy("Choose how you would like to return it")},
    )
    count = WholeField(
        label=gettext_lazy("How many instalments?"),
        required=False,
        help_text=gettext_lazy("Only if you chose instalments."),
    )


@require_http_methods(["GET", "POST"])
@person_only
def repayment(request: HttpRequest, pk: int) -> HttpResponse:
    """One overpayment of the person: read it, and choose."""
    person_id = acting_for(request)
    held = get_object_or_404(queries.overpayments_of(person_id), pk=pk)
    form = PlanForm(
        sent(request),
        initial={"plan": held.plan or None, "count": held.instalments.count() or None},
    )
    if request.method == "POST" and form.is_valid():
        if held.state != OverpaymentState.OPEN:
            raise Http404
        try:
            recovery.agree(
                by=request.user,  # type: ignore[arg-type]  # signed in, says person_only
                overpayment=held,
                plan=form.cleaned_data["plan"],
                count=form.cleaned_data["count"] or 0,
            )
        except Problem as trouble:
            form.add_error(trouble.field if trouble.field in form.fields else None, str(trouble))
        else:
            return redirect("repayment", pk=held.pk)
    return render(
        request,
        "portal/pensions/repayment.html",
        {"form": form, "headline": headline(held), **shown(held)},
        status=422 if request.method == "POST" else 200,
    )


def headline(held: Overpayment) -> str:
    """The result first: how many months, how much, and that it need not come at once."""
    count = len(queries.overpaid_months(held))
    most = int(overpaid.params_of(held.region).most_instalments)
    said = {"months": count, "amount": display.money(held.amount), "most": most}
    if held.reason == OverpaymentReason.CORRECTION:
        return (
            _("We paid you %(amount)s too much. Return it at once or over %(most)s months") % said
        )
    return (
        _(
            "We paid you %(months)s months too many, %(amount)s. Return it at once or over %(most)s months"
        )
        % said
    )


def shown(held: Overpayment) -> dict[str, Any]:
    """What the page shows of an overpayment, for it and for the list of benefits."""
    return {
        "held": held,
        "months": queries.overpaid_months(held),
        "instalments": list(held.instalments.all()),
        "recoveries": list(queries.recoveries(held)),
        "open": held.state == OverpaymentState.OPEN,
        "drawing": held.award.state == AwardState.IN_PAYMENT,
    }
