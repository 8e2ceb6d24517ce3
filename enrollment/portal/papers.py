"""Papers about me: certificates issued at once, and the statement of each year."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from enrollment.models import Person
from enrollment.services.record import certificates, statements
from enrollment.services.record.certificates import statement as paper_of
from funds.models import Branch
from socsec.kernel.months import month_of
from socsec.office import certificates as kinds
from socsec.office import display, figures
from socsec.office.acting import acting_for
from socsec.office.certificates import Issued
from socsec.office.errors import Problem
from socsec.office.forms import MonthField, Option, PickField, ScreenForm
from socsec.office.models import Certificate
from socsec.office.papers_out import pdf_answer
from socsec.office.portal import person_only, sent
from socsec.office.services import certificates as issued_papers


class KindForm(ScreenForm):
    kind = PickField(
        label=gettext_lazy("Which certificate do you need?"),
        options=[
            Option(
                certificates.COVERAGE,
                gettext_lazy("Certificate of coverage"),
                gettext_lazy("that you are insured, where, since when, and how many months"),
            ),
            Option(
                certificates.PAYMENTS,
                gettext_lazy("Certificate of contributions"),
                gettext_lazy("what was paid for each month of a span that you choose"),
            ),
        ],
        error_messages={"required": gettext_lazy("Choose a certificate")},
    )


class SpanForm(ScreenForm):
    first_month = MonthField(label=gettext_lazy("First month"))
    last_month = MonthField(label=gettext_lazy("Last month"))


@require_safe
@person_only
def my_papers(request: HttpRequest) -> HttpResponse:
    person_id = acting_for(request)
    today = timezone.localdate()
    rows = Certificate.objects.filter(person_id=person_id)[:20]
    return render(
        request,
        "portal/enrollment/papers.html",
        {
            "certificates": [
                {
                    "issued": row.issued,
                    "label": kinds.get(row.kind).label,
                    "state": _state(row, today),
                }
                for row in rows
            ],
            "years": statements.years(person_id),
        },
    )


def _state(row: Certificate, today: Any) -> str:
    if row.revoked_on:
        return "revoked"
    return "over" if row.valid_until is not None and row.valid_until < today else "good"


@require_http_methods(["GET", "POST"])
@person_only
def new(request: HttpRequest) -> HttpResponse:
    """Which certificate: the first is issued by this answer, the second asks for months first."""
    person_id = acting_for(request)
    form = KindForm(sent(request))
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["kind"] == certificates.PAYMENTS:
            return redirect("paper_months")
        try:
            made = certificates.issue_coverage(
                by=request.user, person=Person.objects.get(pk=person_id)
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("paper", serial=made.issued.serial)
    return render(
        request,
        "portal/enrollment/paper_kind.html",
        {"form": form, "in_flow": True},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@person_only
def months(request: HttpRequest) -> HttpResponse:
    """From which month to which: the answer issues the certificate."""
    person_id = acting_for(request)
    this_month = month_of(timezone.localdate())
    start = {"first_month": this_month - this_month % 12, "last_month": this_month}
    form = SpanForm(sent(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = certificates.issue_contributions(
                by=request.user, person=Person.objects.get(pk=person_id), **form.cleaned_data
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            return redirect("paper", serial=made.issued.serial)
    return render(
        request,
        "portal/enrollment/paper_months.html",
        {"form": form, "in_flow": True},
        status=422 if form.errors else 200,
    )


def mine(request: HttpRequest, serial: str) -> Issued:
    """The paper, if it is of whom the page is about; else there is none."""
    found = issued_papers.find(serial)
    if found is None or found.person_id != acting_for(request):
        raise Http404
    return found


@require_safe
@person_only
def paper(request: HttpRequest, serial: str) -> HttpResponse:
    """One paper: what it states, the file, and how others check it."""
    found = mine(request, serial)
    kind = kinds.get(found.kind)
    return render(
        request,
        "portal/enrollment/paper.html",
        {"issued": found, "kind": kind.label, "lines": list(kind.shown(found))},
    )


@require_safe
@person_only
def pdf(request: HttpRequest, serial: str) -> HttpResponse:
    return pdf_answer(mine(request, serial))


@require_safe
@person_only
def statement(request: HttpRequest, year: int) -> HttpResponse:
    """The statement of a year as a page, branch by branch."""
    found = statements.of_year(acting_for(request), year)
    if found is None:
        raise Http404
    parts = []
    for each in found.facts["branches"]:
        paid, employer, person = paper_of.totals(each)
        whole = each["months_paid"] + each["months_deemed"]
        parts.append(
            {
                "label": Branch(each["branch"]).label,
                "grid": figures.month_grid(paper_of.states(each)),
                "paid": paid,
                "employer": employer,
                "person": person,
                "whole": display.duration(whole),
                "months": certificates.common.months_said(each),
            }
        )
    return render(
        request,
        "portal/enrollment/statement.html",
        {
            "issued": found,
            "year": year,
            "parts": parts,
            "account": found.facts.get("account"),
            "pdf": reverse("paper_pdf", args=[found.serial]),
        },
    )
