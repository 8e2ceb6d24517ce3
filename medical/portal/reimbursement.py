"""Care paid in cash is handed in on three pages: the care, its invoice, and more invoices.

What is said of the care waits in the session until the invoice is sent with it.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from enrollment.models import Person
from medical.models import Reimbursement
from medical.queries import reimbursements as queries
from medical.services import reimbursing
from medical.services.reimbursing import Paper, Said
from medical.services.reimbursing.claims import BEFORE, CARES
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import (
    DateField,
    MoneyField,
    Option,
    PaperField,
    PickField,
    ScreenForm,
    SelectField,
    TextField,
    TickField,
)
from socsec.office.models import Case, Region, User
from socsec.office.places import place
from socsec.office.portal import person_only, sent
from socsec.office.services import case as cases

STEPS = 3
KEY = "reimbursement"  # of the answers in the session
# The papers of 社会保险经办条例第二十条 besides the invoice.
PAPERS = {"cost_list": _("Cost list"), "record": _("Diagnosis or medical record")}


class CareForm(ScreenForm):
    """Where and when the person was treated."""

    care = PickField(
        label=_("What care was it?"),
        options=[Option(str(each.value), each.label) for each in CARES],
    )
    cause = PickField(
        label=_("Why did you pay in cash?"),
        options=[Option(each.value, each.label) for each in Reimbursement.Cause],
    )
    provider_name = TextField(
        label=_("Name of the hospital, clinic or pharmacy"),
        help_text=_("As printed on the invoice."),
        max_length=120,
    )
    place = SelectField(label=_("Where is it?"))
    from_date = DateField(label=_("First day"))
    until = DateField(label=_("Last day"), help_text=_("For a visit, the same day."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Region.objects.filter(level__in=[Region.Level.PROVINCE, Region.Level.CITY])
        self.fields["place"].choices = [(each.code, str(each)) for each in rows]  # type: ignore[attr-defined]


class InvoiceForm(ScreenForm):
    """One invoice with its photo."""

    code = TextField(label=_("Invoice code, if there is one"), max_length=20, required=False)
    number = TextField(label=_("Invoice number"), max_length=30)
    issued_on = DateField(label=_("Invoice date"))
    amount = MoneyField(label=_("Amount, in yuan"))
    file = PaperField(label=_("Photo of the invoice"))


class FirstForm(InvoiceForm):
    """The first invoice, with the other papers that the law asks for."""

    cost_list = PaperField(label=_("Photo of the cost list"))
    record = PaperField(
        label=_("Photo of the diagnosis or the medical record"),
        help_text=_("Not for a purchase at a pharmacy."),
        required=False,
    )
    truth = TickField(
        label=_("What I have said is true"),
        error_messages={"required": _("Confirm that what you have said is true")},
    )


@require_http_methods(["GET", "POST"])
@person_only
def care(request: HttpRequest) -> HttpResponse:
    """The first page: what is said of the care."""
    acting_for(request, Scope.CLAIM)
    known = request.session.get(KEY, {})
    form = CareForm(sent(request), initial=_read(known))
    if request.method == "POST" and form.is_valid():
        kept = {name: _plain(value) for name, value in form.cleaned_data.items()}
        request.session[KEY] = {"key": known.get("key") or get_random_string(32), **kept}
        return redirect("reimbursement_invoice")
    return _page(request, form, 1, _("Reimburse care I paid in cash"), _("Continue"))


@require_http_methods(["GET", "POST"])
@person_only
def invoice(request: HttpRequest) -> HttpResponse:
    """The second page: the invoice and the papers; sent together with the first."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    known = request.session.get(KEY)
    if not known:
        return redirect("reimbursement")
    form = FirstForm(sent(request), _files(request))
    if request.method == "POST" and form.is_valid():
        said = _read(known)
        try:
            made = _hand_in(request.user, person, said, form.cleaned_data, known["key"])  # type: ignore[arg-type]
        except Problem as problem:
            _show(form, problem)
        else:
            request.session.pop(KEY, None)
            return redirect("reimbursement_more", number=made.case.number)
    summary = {**known, "place": place(known["place"])}
    cares = {str(each.value): each.label for each in CARES}
    summary["care"] = cares[str(known["care"])]
    return _page(request, form, 2, _("The invoice"), _("Send the application"), summary=summary)


@require_http_methods(["GET", "POST"])
@person_only
def more(request: HttpRequest, number: str) -> HttpResponse:
    """The third page: received; further invoices of the same visit or stay."""
    person_id = acting_for(request, Scope.CLAIM)
    claim = queries.of_person(person_id).filter(case__number=number).first()
    if claim is None:
        raise Http404
    if claim.case.state not in BEFORE:
        return redirect("case", number=number)
    form = InvoiceForm(sent(request), _files(request))
    if request.method == "POST" and form.is_valid():
        try:
            reimbursing.add_invoice(by=request.user, claim=claim, invoice=_paper(form.cleaned_data))  # type: ignore[arg-type]
        except Problem as problem:
            _show(form, problem)
        else:
            return redirect("reimbursement_more", number=number)
    return _page(
        request,
        form,
        3,
        _("Received. Is there another invoice of the same care?"),
        _("Add this invoice"),
        claim=claim,
        invoices=claim.invoices.all(),
    )


@transaction.atomic
def _hand_in(
    by: User, person: Person, said: dict[str, Any], papers: dict[str, Any], key: str
) -> Reimbursement:
    """The claim with its invoice and papers, or nothing."""
    made = reimbursing.open_claim(
        by=by,
        person=person,
        said=Said(**said),
        invoice=_paper(papers),
        channel=Case.Channel.PORTAL,
        key=key,
    )
    for name, label in PAPERS.items():
        paper = papers[name]
        if paper:
            cases.attach(
                case_id=made.pk, by=by, name=paper.name, content=paper.read(), label=str(label)
            )
    return made


def _paper(said: dict[str, Any]) -> Paper:
    photo = said["file"]
    return Paper(
        code=said["code"],
        number=said["number"],
        issued_on=said["issued_on"],
        amount=said["amount"],
        file=(photo.name, photo.read()),
    )


def _files(request: HttpRequest) -> Any:
    return request.FILES if request.method == "POST" else None


def _show(form: ScreenForm, problem: Problem) -> None:
    named = {"content": "file"}.get(problem.field, problem.field)
    form.add_error(named if named in form.fields else None, str(problem))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(known: dict[str, Any]) -> dict[str, Any]:
    """The answers of the first page, as they were given."""
    said = {name: known[name] for name in CareForm.base_fields if name in known}
    for name in ("from_date", "until"):
        if name in said:
            said[name] = date.fromisoformat(said[name])
    if "care" in said:
        said["care"] = int(said["care"])
    return said


def _page(
    request: HttpRequest, form: ScreenForm, step: int, heading: Any, button: Any, **more: Any
) -> HttpResponse:
    steps = {"step": step, "steps": STEPS, "steps_range": range(1, STEPS + 1), "in_flow": True}
    return render(
        request,
        "portal/medical/reimbursement.html",
        {"form": form, "heading": heading, "button": button, **steps, **more},
        status=422 if form.errors else 200,
    )


def withdraw(*, case_id: int, by: Any, text: str) -> None:
    """A claim that the person takes back."""
    reimbursing.withdraw(by=by, claim=Reimbursement.objects.get(pk=case_id), text=text)
