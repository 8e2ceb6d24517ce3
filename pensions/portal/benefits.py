"""My benefits and my account: what is paid, what is saved, and what it came from."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enrollment import queries as enrollment
from enrollment.models import Person, Purpose
from pensions import queries
from pensions.models import PaymentState
from pensions.services import account_paper
from pensions.services.adjustment import adjusted
from pensions.services.deciding import sheet_of
from pensions.services.residents import adjustment as residents
from socsec.kernel.money import percent, yuan
from socsec.office import figures
from socsec.office.acting import acting_for
from socsec.office.portal import person_only

from .repayment import headline

SHOWN_YEARS = 12

TONES = {
    PaymentState.PAID: "green",
    PaymentState.SENT: "blue",
    PaymentState.REORDERED: "blue",
    PaymentState.RETURNED: "red",
}


@require_safe
@person_only
def my_benefits(request: HttpRequest) -> HttpResponse:
    """The pension in payment with its payments; without one, the ways to it."""
    person_id = acting_for(request)
    award = queries.award_in_payment(person_id)
    payments = queries.payments(person_id)
    page = Paginator(payments, 24).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/pensions/benefits.html",
        {
            "award": award,
            "decided": sheet_of(award) if award else None,
            "monthly": queries.next_payment(person_id),
            "claim": queries.open_claim(person_id),
            "account": enrollment.account_for(person_id, Purpose.BENEFIT),
            "adjusted": adjusted(person_id) + residents.adjusted(person_id),
            "annuity": queries.annuity_in_payment(person_id),
            "overpaid": [
                {"row": each, "said": headline(each)} for each in queries.overpayments_of(person_id)
            ],
            "rows": [{"row": row, "tone": TONES.get(row.state, "")} for row in page],
            "page": page,
            "balance": queries.balance(person_id),
            "unit": _("yuan a month"),
        },
    )


@require_safe
@person_only
def my_account(request: HttpRequest) -> HttpResponse:
    """The individual account: balance, years, entries."""
    person_id = acting_for(request)
    years = queries.account_years(person_id)
    shown = years[:SHOWN_YEARS][::-1]
    page = Paginator(queries.statement(person_id), 36).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/pensions/account.html",
        {
            "balance": queries.balance(person_id),
            "years": years,
            "chart": figures.bar_chart(
                [str(year.year) for year in shown],
                [
                    figures.Series(_("Credited"), [max(year.credited, 0) for year in shown]),
                    figures.Series(_("Interest"), [max(year.interest, 0) for year in shown]),
                ],
            )
            if shown
            else None,
            "head": [_("Year"), _("Credited"), _("Interest"), _("Rate"), _("Paid to you")],
            "table": [
                [
                    str(year.year),
                    yuan(year.credited),
                    yuan(year.interest),
                    percent(year.rate) if year.rate is not None else "—",
                    yuan(year.drawn) if year.drawn else "—",
                ]
                for year in years
            ],
            "page": page,
        },
    )


@require_safe
@person_only
def my_account_paper(request: HttpRequest) -> HttpResponse:
    """The same as a PDF, with every entry."""
    person = Person.objects.get(pk=acting_for(request))
    content = account_paper.write(person, get_language() or "zh-hans")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="account.pdf"'
    return answer
