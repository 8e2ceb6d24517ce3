"""The portal's employer side: its officer sees what is to be done, its staff, what is owed, and pays."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enrollment.models import Employer, Upload
from enrollment.queries import debts, firms, handed_in
from enrollment.queries.money import receipts
from enrollment.services.employers import employer as registry
from enrollment.services.employers import uploads
from enrollment.services.online import employer_payment, paying, purposes
from enrollment.services.record import certificates
from funds.models import Branch
from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan, parse_yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import certificates as papers
from socsec.office import display, shell
from socsec.office.acting import own
from socsec.office.errors import Problem
from socsec.office.forms import (
    DateField,
    MoneyField,
    Option,
    PickField,
    ResidentIdField,
    ScreenForm,
)
from socsec.office.papers_out import pdf_answer
from socsec.office.portal import person_only, sent
from socsec.office.services import certificates as issued_papers
from socsec.office.shell import Todo

View = Callable[..., HttpResponse]
State, Kind = Upload.State, Upload.Kind
ALL, OTHER = "all", "other"


def officer_only(view: View) -> View:
    """A page about an employer, for its own officer while appointed: for others there is none."""

    @wraps(view)
    @person_only
    def guarded(request: HttpRequest, code: str, *args: Any, **kwargs: Any) -> HttpResponse:
        employer = firms.employers_of_officer(own(request)).filter(credit_code=code).first()
        if employer is None:
            raise Http404
        return view(request, employer, *args, **kwargs)

    return guarded


def page(request: HttpRequest, name: str, employer: Employer, **context: Any) -> HttpResponse:
    """A page of the employer side."""
    form = context.get("form")
    return render(
        request,
        f"portal/enrollment/firm/{name}.html",
        {"employer": employer, "code": employer.credit_code, **context},
        status=422 if form is not None and form.errors else 200,
    )


@require_safe
@person_only
def choose(request: HttpRequest) -> HttpResponse:
    """For which employer; those who speak for one go straight to it."""
    mine = list(firms.employers_of_officer(own(request)))
    if len(mine) == 1:
        return redirect("firm", code=mine[0].credit_code)
    return render(request, "portal/enrollment/firm/choose.html", {"employers": mine})


def tasks(employer: Employer) -> list[dict[str, Any]]:
    """What the employer has to do, soonest first: declare, correct, pay."""
    code = employer.credit_code
    this = month_of(timezone.localdate())
    found: list[dict[str, Any]] = []
    open_now = list(handed_in.uploads_of(employer.pk).filter(state__in=Upload.OPEN))
    under_way = {each.month for each in open_now if each.kind == Kind.WAGES}
    for month in firms.undeclared_months(employer.pk, this):
        if month not in under_way:
            found.append(
                {
                    "title": _("Declare the wages of %(month)s") % {"month": display.month(month)},
                    "url": reverse("firm_declare", args=[code, format_month(month)]),
                    "why": _("Without it we reckon with more than the month before.")
                    if month < this
                    else "",
                    "button": _("Declare"),
                }
            )
    for each in handed_in.uploads_of(employer.pk).filter(bad__gt=0)[:5]:
        if each.state in (State.WAITING, State.FAILED):
            found.append(
                {
                    "title": ngettext(
                        "Correct %(count)s row that came back",
                        "Correct %(count)s rows that came back",
                        each.bad,
                    )
                    % {"count": each.bad},
                    "url": reverse("firm_upload", args=[code, each.pk]),
                    "why": f"{each.get_kind_display()} {format_month(each.month) if each.month else ''}",
                    "button": _("See them"),
                }
            )
    owed = debts.owed_in_all(employer)
    if owed:
        found.append(
            {
                "title": _("Pay %(amount)s") % {"amount": display.money(owed)},
                "url": reverse("firm_money", args=[code]),
                "why": _("Contributions of your staff, month by month."),
                "button": _("See and pay"),
            }
        )
    return found


@require_safe
@officer_only
def home(request: HttpRequest, employer: Employer) -> HttpResponse:
    """What is to do, what we are doing, and everything else."""
    this = month_of(timezone.localdate())
    return page(
        request,
        "home",
        employer,
        tasks=tasks(employer),
        doing=handed_in.uploads_of(employer.pk).filter(state__in=Upload.OPEN),
        staff=firms.staff_in(employer.pk, this).values("person_id").distinct().count(),
        resting=firms.resting(employer.pk),
        this=this,
    )


@require_safe
@officer_only
def staff(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Who works there today, and what was handed in about it."""
    today = timezone.localdate()
    listed = firms.staff_in(employer.pk, month_of(today))
    return page(
        request,
        "staff",
        employer,
        people=[job for job in listed[:500] if today in job.span],
        changes=handed_in.uploads_of(employer.pk).filter(kind=Kind.STAFF)[:8],
    )


class JoinForm(ScreenForm):
    resident_id = ResidentIdField(label=gettext_lazy("ID number of whoever joins"))
    name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )
    day = DateField(label=gettext_lazy("First day at work"))


class LeaveForm(ScreenForm):
    person = forms.ChoiceField(
        label=gettext_lazy("Who leaves?"),
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    day = DateField(label=gettext_lazy("Last day at work"))
    reason = PickField(
        label=gettext_lazy("Why?"),
        options=[
            Option("left", gettext_lazy("Left work")),
            Option("retired", gettext_lazy("Retired")),
        ],
    )


@require_http_methods(["GET", "POST"])
@officer_only
def join(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Somebody begins to work here."""
    form = JoinForm(sent(request))
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        row = {
            "resident_id": said["resident_id"],
            "name": said["name"],
            "what": "join",
            "day": said["day"].isoformat(),
        }
        if made := _change(request, employer, form, row):
            return redirect("firm_upload", code=employer.credit_code, pk=made.pk)
    return page(
        request, "change", employer, form=form, title=_("Somebody joins"), in_flow=True, join=True
    )


@require_http_methods(["GET", "POST"])
@officer_only
def leave(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Somebody stops working here."""
    jobs = {
        str(job.person_id): job.person
        for job in firms.staff_in(employer.pk, month_of(timezone.localdate()))[:500]
    }
    form = LeaveForm(sent(request), initial={"reason": "left"})
    form.fields["person"].choices = [
        ("", "—"),
        *((key, f"{who.name} · {who.masked_id}") for key, who in jobs.items()),
    ]
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        who = jobs[said["person"]]
        row = {
            "resident_id": who.resident_id,
            "name": who.name,
            "what": "leave",
            "day": said["day"].isoformat(),
            "reason": said["reason"],
        }
        if made := _change(request, employer, form, row):
            return redirect("firm_upload", code=employer.credit_code, pk=made.pk)
    return page(request, "change", employer, form=form, title=_("Somebody leaves"), in_flow=True)


def _change(
    request: HttpRequest, employer: Employer, form: ScreenForm, row: dict[str, str]
) -> Upload | None:
    try:
        return uploads.hand_in_change(
            by=request.user, employer=employer, row=row, channel=Upload.Channel.PORTAL
        )
    except Problem as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return None


class PayForm(ScreenForm):
    which = PickField(
        label=gettext_lazy("How much do you want to pay?"),
        help_text=gettext_lazy("It is taken for the oldest month first."),
        error_messages={"required": gettext_lazy("Choose how much you want to pay")},
    )
    amount = MoneyField(label=gettext_lazy("Another amount, in yuan"), required=False)

    def __init__(self, whole: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whole = whole
        self.fields["which"].options = [
            Option(ALL, _("All that is open"), side=display.money(whole)),
            Option(OTHER, _("Another amount"), after_or=True),
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("which") == OTHER and not said.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Write the amount, such as 500"))
        return said


@require_http_methods(["GET", "POST"])
@officer_only
def money(request: HttpRequest, employer: Employer) -> HttpResponse:
    """What is owed by month and branch, what came in, and paying."""
    owed = debts.owed(employer)
    whole = sum(each.open for each in owed)
    later = debts.put_off(employer.pk)
    form = PayForm(whole, sent(request), initial={"which": ALL}) if whole else None
    if form is not None and form.is_bound and form.is_valid():
        amount = whole if form.cleaned_data["which"] == ALL else form.cleaned_data["amount"]
        try:
            employer_payment.check(employer, "", amount)
        except Problem as problem:
            form.add_error("amount", str(problem))
        else:
            address = reverse("firm_pay", args=[employer.credit_code])
            return redirect(f"{address}?amount={format_yuan(amount)}")
    return page(
        request,
        "money",
        employer,
        owed=[
            (each, Branch(each.branch).label, later.get((each.branch, each.month))) for each in owed
        ],
        whole=whole,
        form=form,
        receipts=receipts(employer_id=employer.pk)[:12],
        payments=employer.online_payments.all()[:8],
    )


@require_http_methods(["GET", "POST"])
@officer_only
def pay(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Check the amount; then on to the bank."""
    try:
        amount = parse_yuan(request.GET.get("amount", ""))
    except KernelError:
        return redirect("firm_money", code=employer.credit_code)
    employer_payment.check(employer, "", amount)
    if request.method == "POST":
        intent = paying.begin(
            by=request.user, purpose=employer_payment.EMPLOYER, payer=employer, amount=amount
        )
        back = request.build_absolute_uri(reverse("pay_result", args=[intent.reference]))
        return redirect(paying.hand_over(intent, back=back))
    return page(
        request, "pay", employer, amount=amount, whole=debts.owed_in_all(employer), in_flow=True
    )


@require_safe
@officer_only
def standing(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Whether anything is owed or not declared, and the certificate of it."""
    this = month_of(timezone.localdate())
    now = registry.standing(employer, this - 1)
    return page(
        request,
        "standing",
        employer,
        now=now,
        owed=[(branch.label, amount) for branch, amount in now.owed.items()],
        issued=issued_papers.of_owner(employer.credit_code)[:5],
        label=papers.get(certificates.STANDING).label,
    )


@require_POST
@officer_only
def certify(request: HttpRequest, employer: Employer) -> HttpResponse:
    """Issue the certificate of standing, as things are now."""
    made = certificates.issue_standing(by=request.user, employer=employer)
    return redirect("firm_paper", code=employer.credit_code, serial=made.issued.serial)


@require_safe
@officer_only
def paper(request: HttpRequest, employer: Employer, serial: str) -> HttpResponse:
    """The certificate as a PDF; only that of the own employer."""
    found = issued_papers.find(serial)
    if found is None or found.facts.get("code") != employer.credit_code:
        raise Http404
    return pdf_answer(found)


def todos(request: HttpRequest) -> list[Todo]:
    """For the person's own home page: employers that wait for them."""
    try:
        mine = list(firms.employers_of_officer(own(request)))
    except Problem:  # acting for somebody else
        return []
    found = []
    for employer in mine:
        count = len(tasks(employer))
        if count:
            found.append(
                Todo(
                    title=ngettext(
                        "%(employer)s: %(count)s thing to do",
                        "%(employer)s: %(count)s things to do",
                        count,
                    )
                    % {"employer": employer.name, "count": count},
                    url=reverse("firm", args=[employer.credit_code]),
                    why=_("You act for this employer."),
                    button=_("See them"),
                )
            )
    return found


def hang() -> None:
    """Hang the employer side into the portal, and say what an officer may pay."""
    purposes.register(employer_payment.PURPOSE)
    shell.tile(
        shell.Tile(
            10,
            "firms",
            "layers",
            gettext_lazy("My employers"),
            gettext_lazy("declare and pay for an employer"),
        )
    )
    shell.home(todo=todos)
