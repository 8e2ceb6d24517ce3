"""An employer's declarations in the portal: by form, by spreadsheet, and what became of them."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.models import Employer, ReturnedRow, Upload, WageDeclaration
from enrollment.queries import firms, handed_in
from enrollment.services.employers import uploads
from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan, parse_yuan
from socsec.kernel.months import format_month, parse_month
from socsec.office.errors import Problem, from_kernel
from socsec.office.forms import ScreenForm, UploadField, WholeField
from socsec.office.portal import sent
from socsec.office.spreadsheets import XLSX

from .firms import officer_only, page

State, Kind = Upload.State, Upload.Kind
# Above so many people a form is no help: a spreadsheet is.
BY_FORM = 100
SHOWN = 50
SESSION = "firm-wages"


def _month(text: str) -> int:
    try:
        return parse_month(text)
    except KernelError:
        raise Http404 from None


@require_http_methods(["GET", "POST"])
@officer_only
def declare(request: HttpRequest, employer: Employer, text: str) -> HttpResponse:
    """The wages of a month, a line for each person, with those of the month before to begin with."""
    month = _month(text)
    jobs = {job.person_id: job.person for job in firms.staff_in(employer.pk, month)[: BY_FORM + 1]}
    if len(jobs) > BY_FORM:
        return redirect("firm_send", code=employer.credit_code, kind=Kind.WAGES, text=text)
    said = _known(employer.pk, month, list(jobs))
    typed: dict[int, str] = {}
    trouble: list[tuple[str, str]] = []
    heads = str(len(jobs))
    if request.method == "POST":
        heads = request.POST.get("heads", "").strip()
        typed = {pk: request.POST.get(f"wage-{pk}", "").strip() for pk in jobs}
        amounts: dict[str, int] = {}
        for pk, written in typed.items():
            if written:
                try:
                    amounts[str(pk)] = parse_yuan(written)
                except KernelError as error:
                    trouble.append((f"wage-{pk}", str(from_kernel(error))))
        if not (heads.isascii() and heads.isdigit() and len(heads) < 7):
            trouble.append(("heads", _("Write a whole number in digits, such as 12")))
        if not amounts and not trouble:
            trouble.append(("", _("The declaration is empty.")))
        if not trouble:
            request.session[SESSION] = {
                "employer": employer.pk,
                "month": month,
                "heads": int(heads),
                "amounts": amounts,
            }
            return redirect("firm_check", code=employer.credit_code, text=text)
    errors = dict(trouble)
    rows = [
        {
            "person": person,
            "name": f"wage-{pk}",
            "value": typed.get(pk, format_yuan(said[pk]) if pk in said else ""),
            "error": errors.get(f"wage-{pk}", ""),
        }
        for pk, person in jobs.items()
    ]
    answer = page(
        request,
        "declare",
        employer,
        month=month,
        rows=rows,
        heads=heads,
        heads_error=errors.get("heads", ""),
        trouble=trouble,
        in_flow=True,
    )
    answer.status_code = 422 if trouble else 200
    return answer


def _known(employer_id: int, month: int, people: list[int]) -> dict[int, int]:
    """What is declared already, else the wage of the month before, by person."""
    found: dict[int, int] = {}
    for each in WageDeclaration.objects.filter(
        employer_id=employer_id, month__in=(month - 1, month), person_id__in=people
    ).order_by("month"):
        found[each.person_id] = each.wage
    return found


@require_http_methods(["GET", "POST"])
@officer_only
def check(request: HttpRequest, employer: Employer, text: str) -> HttpResponse:
    """Check the answers against the month before; then hand them in."""
    month = _month(text)
    kept = request.session.get(SESSION) or {}
    if (kept.get("employer"), kept.get("month")) != (employer.pk, month):
        return redirect("firm_declare", code=employer.credit_code, text=text)
    amounts = {int(pk): fen for pk, fen in kept["amounts"].items()}
    form = ScreenForm(sent(request))
    if form.is_bound and form.is_valid():
        try:
            made = uploads.hand_in_wages(
                by=request.user,
                employer=employer,
                month=month,
                amounts=amounts,
                channel=Upload.Channel.PORTAL,
                heads=kept["heads"],
            )
        except Problem as problem:
            form.add_error(None, str(problem))
        else:
            del request.session[SESSION]
            return redirect("firm_upload", code=employer.credit_code, pk=made.pk)
    jobs = {job.person_id: job.person.name for job in firms.staff_in(employer.pk, month)}
    before = {
        each.person_id: each.wage
        for each in WageDeclaration.objects.filter(employer_id=employer.pk, month=month - 1)
    }
    rows = [
        {
            "name": jobs.get(pk, "—"),
            "before": before.get(pk),
            "now": amounts.get(pk),
            "change": amounts.get(pk, 0) - before.get(pk, 0),
        }
        for pk in sorted({*jobs, *amounts}, key=lambda pk: jobs.get(pk, ""))
    ]
    return page(
        request,
        "check",
        employer,
        form=form,
        month=month,
        rows=rows,
        heads=kept["heads"],
        listed=len(jobs),
        total=sum(amounts.values()),
        count=len(amounts),
        in_flow=True,
    )


class WagesForm(ScreenForm):
    heads = WholeField(label=gettext_lazy("People employed in that month"), most=uploads.MOST_HEADS)
    file = UploadField()


class StaffForm(ScreenForm):
    file = UploadField()


@require_http_methods(["GET", "POST"])
@officer_only
def send(request: HttpRequest, employer: Employer, kind: str, text: str) -> HttpResponse:
    """Hand in a spreadsheet: of a month's wages, or of staff changes."""
    if kind not in Kind.values:
        raise Http404
    month = _month(text) if kind == Kind.WAGES else 0
    files = request.FILES if request.method == "POST" else None
    form = (WagesForm if month else StaffForm)(sent(request), files)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            made, _job = uploads.hand_in(
                by=request.user,
                employer=employer,
                kind=kind,
                file=said["file"],
                filename=said["file"].name,
                channel=Upload.Channel.PORTAL,
                month=month,
                heads=said.get("heads"),
            )
        except Problem as problem:
            field = problem.field if problem.field in form.fields else None
            form.add_error(field, str(problem))
        else:
            return redirect("firm_upload", code=employer.credit_code, pk=made.pk)
    return page(
        request, "send", employer, form=form, kind=kind, month=month, text=text, in_flow=True
    )


@require_safe
@officer_only
def template(request: HttpRequest, employer: Employer, kind: str, text: str) -> FileResponse:
    """The workbook to fill in; for wages with the staff list and last month's wages."""
    if kind not in Kind.values:
        raise Http404
    return _download(
        uploads.template_file(employer, kind, _month(text) if kind == Kind.WAGES else 0)
    )


@require_safe
@officer_only
def upload(request: HttpRequest, employer: Employer, pk: int) -> HttpResponse:
    """What became of something handed in, and what happens next."""
    found = uploads.find(request.user, employer, pk)
    context: dict[str, Any] = {}
    if found.kind == Kind.WAGES and found.state != State.RECEIVED:
        count, names = handed_in.missing(employer.pk, found.month, found.pk, most=SHOWN)
        context = {
            "compare": handed_in.compare(employer.pk, found.month, found.pk, most=SHOWN),
            "missing": count,
            "missing_names": [name for _pk, name in names],
        }
    return page(
        request,
        "upload",
        employer,
        upload=found,
        bad=ReturnedRow.objects.filter(upload_id=found.pk).order_by("number")[:SHOWN],
        working=found.state == State.RECEIVED,
        text=format_month(found.month) if found.month else "-",
        **context,
    )


@require_safe
@officer_only
def bad(request: HttpRequest, employer: Employer, pk: int) -> FileResponse:
    """The rows that came back, to correct."""
    return _download(uploads.bad_file(uploads.find(request.user, employer, pk)))


@require_POST
@officer_only
def take_back(request: HttpRequest, employer: Employer, pk: int) -> HttpResponse:
    """Take back what nobody has decided yet."""
    uploads.take_back(by=request.user, upload=uploads.find(request.user, employer, pk))
    return redirect("firm_upload", code=employer.credit_code, pk=pk)


def _download(file: tuple[Any, str]) -> FileResponse:
    content, name = file
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)
