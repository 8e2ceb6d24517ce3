"""My medical bills: the year with its deductible and cap, and each bill line by line."""

from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from medical.models import FUND_SHARES, PERSON_SHARES, Care
from medical.queries import bills as queries
from medical.services import bill_paper
from medical.services.settling import left
from medical.services.settling.sheets import sheets
from socsec.office.acting import acting_for
from socsec.office.places import place
from socsec.office.portal import person_only

PER_PAGE = 20
SCOPE = ("uncovered", "over_limit", "first_self_pay", "in_scope")


@require_safe
@person_only
def year(request: HttpRequest) -> HttpResponse:
    """The bills of a year, and what is used of it; of this year where none is chosen."""
    person_id = acting_for(request)
    today = timezone.localdate()
    years = queries.years(person_id)
    asked = request.GET.get("year", "")
    chosen = int(asked) if asked.isdecimal() and int(asked) in years else None
    at = chosen or (years[0] if years else today.year)
    on = today if at == today.year else date(at, 12, 31)
    used = [
        (each, place(each.home), *left(each, queries.last_told(each), on))
        for each in queries.sums(person_id, at)
    ]
    page = Paginator(queries.of_person(person_id, at), PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row["care"] = Care(row["care"]).label
    return render(
        request,
        "portal/medical/bills.html",
        {"year": at, "years": years, "used": used, "page": page},
    )


@require_safe
@person_only
def bill(request: HttpRequest, number: UUID) -> HttpResponse:
    """One bill: its lines, what of them is in scope, and who paid."""
    found = queries.find(acting_for(request), number)
    if found is None:
        raise Http404
    amounts = queries.amounts(found)
    return render(
        request,
        "portal/medical/bill.html",
        {
            "bill": found,
            "lines": found.lines.filter(cancelled_at=None).order_by("day", "pk"),
            "amounts": amounts,
            "scope": queries.named(SCOPE, amounts),
            "funds": queries.named(FUND_SHARES, amounts),
            "person": queries.named(PERSON_SHARES, amounts),
            "accounts": queries.paid_from(found.pk) if amounts["family_pay"] else [],
            "restated": queries.restated_on(found),
            "sheets": sheets(found),
        },
    )


@require_POST
@person_only
def paper(request: HttpRequest, number: UUID) -> HttpResponse:
    """Issue the sheet of a bill as a paper, and go on to it."""
    found = queries.find(acting_for(request), number)
    if found is None:
        raise Http404
    made = bill_paper.issue(by=request.user, encounter=found)  # type: ignore[arg-type]
    return redirect("paper", serial=made.issued.serial)
