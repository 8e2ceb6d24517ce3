"""My record: every month of a person's insurance as a box, as a table, and one by one."""

from dataclasses import dataclass, field, replace

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from funds.models import Branch
from funds.queries import batch_of
from socsec.kernel.months import MonthError, format_month, parse_month
from socsec.office import display, figures, people
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import ScreenForm
from socsec.office.models import Case, Region
from socsec.office.portal import person_only, sent
from socsec.office.shell import Todo

from ..models import (
    Employer,
    Person,
    Receipt,
    ReceiptAllocation,
    WageDeclaration,
)
from ..queries.coverage import coverages
from ..queries.money import arrears
from ..queries.months import overlapping, states_of
from ..queries.record import MonthRecord, branches, month_sheets, record
from ..queries.residents import resident_years
from ..services.record import month_errors, payable

# States of a month (socsec.office.figures.MONTH_STATES) that need no explanation, and those without cover.
SETTLED = ("paid", "deemed")
COUNTED = (*SETTLED, "over")
UNINSURED = ("miss", "none")


@dataclass(frozen=True)
class Mine:
    """A person's months in one branch, with the states of all months since the first."""

    records: dict[int, MonthRecord]
    states: dict[int, str]
    employers: dict[int, str]
    twice: dict[int, tuple[str, ...]] = field(default_factory=dict)  # month → regions
    gaps: list[payable.Payable] = field(default_factory=list)  # gaps that can still be paid

    @property
    def counted(self) -> int:
        """Months that count: paid, carried over or deemed."""
        return sum(state in COUNTED for state in self.states.values())

    def payer(self, month: int) -> str:
        """Who paid or owes: employers by name, or nothing where the person pays alone."""
        known = self.records.get(month)
        return "、".join(self.employers.get(n, "") for n in known.employers) if known else ""


def branch_of(request: HttpRequest) -> Branch:
    """The branch that the page is asked for; without one, old-age insurance."""
    asked = request.GET.get("branch", Branch.PENSION.name.lower())
    try:
        return Branch[asked.upper()]
    except KeyError:
        raise Http404 from None


def mine(person_id: int, branch: int = Branch.PENSION) -> Mine:
    records = {each.month: each for each in record(person_id, branch)}
    numbers = {number for each in records.values() for number in each.employers}
    names = dict(Employer.objects.filter(pk__in=numbers).values_list("pk", "name"))
    spans = list(coverages(person_id).filter(branch=branch))
    states = states_of(records, spans)
    twice = overlapping(person_id, branch)
    states |= dict.fromkeys(twice, "over")
    person = Person.objects.get(pk=person_id)
    gaps = payable.in_branch(person, Branch(branch), list(records.values()), spans)
    for each in gaps:
        for month in range(each.first, each.last + 1):
            if states.get(month) == "miss" and not each.by_employer:
                states[month] = "pay"
    return Mine(records, states, names, twice, gaps)


@dataclass(frozen=True)
class Stretch:
    """Months in a row that need the same explanation."""

    first: int
    last: int
    state: str
    payer: str
    open: int  # fen still owed, all months together

    @property
    def months(self) -> int:
        return self.last - self.first + 1

    @property
    def glyph(self) -> str:
        return figures.MONTH_STATES[self.state][0]

    @property
    def title(self) -> str:
        span = display.months_between(self.first, self.last)
        return _("%(span)s: %(state)s") % {
            "span": span,
            "state": figures.MONTH_STATES[self.state][1],
        }

    @property
    def url(self) -> str:
        return reverse("record_month", args=[format_month(self.first)])

    @property
    def text(self) -> str:
        if self.state == "over":
            return _(
                "This month was paid in two places or schemes. It counts once; what was paid twice "
                "is given back when the records are joined."
            )
        if self.state == "pay":
            return _("You can still pay these months yourself.")
        if self.state == "miss":
            return _(
                "No insurance is recorded. If you were working then, bring a pay slip or contract "
                "from that time to any desk, and we look again."
            )
        if self.state == "proc":
            return _("You are insured; the contribution has not been worked out yet.")
        if self.payer:
            return _(
                "%(employer)s has not paid in full. That is your employer's duty, and we collect "
                "it. You pay nothing."
            ) % {"employer": self.payer}
        return _("Your payment has not reached us in full. Without it these months do not count.")


def stretches(my: Mine) -> list[Stretch]:
    """What there is to explain, newest first."""
    found: list[Stretch] = []
    for month, state in sorted(my.states.items()):
        if state in SETTLED:
            continue
        payer = my.payer(month)
        owed = my.records[month].open if month in my.records else 0
        last = found[-1] if found else None
        if last and (last.last + 1, last.state, last.payer) == (month, state, payer):
            found[-1] = replace(last, last=month, open=last.open + owed)
        else:
            found.append(Stretch(month, month, state, payer, owed))
    return found[::-1]


def grid_of(my: Mine, branch: Branch) -> figures.MonthGrid:
    """The record as boxes; only what needs an explanation is a link."""
    asked = "" if branch == Branch.PENSION else f"?branch={branch.name.lower()}"
    urls = {
        month: reverse("record_month", args=[format_month(month)]) + asked
        for month, state in my.states.items()
        if state not in SETTLED
    }
    notes: dict[int, str] = {}
    before = ""
    for month in sorted(my.records):
        payer = my.payer(month)
        if payer and payer != before:
            notes.setdefault(month // 12, payer)
        before = payer or before
    return figures.month_grid(my.states, urls=urls, notes=notes)


@require_safe
@person_only
def my_record(request: HttpRequest) -> HttpResponse:
    person_id = acting_for(request)
    branch = branch_of(request)
    my = mine(person_id, branch)
    kinds = {kind: sum(s == kind for s in my.states.values()) for kind in SETTLED}
    gaps = stretches(my)
    return render(
        request,
        "portal/enrollment/record.html",
        {
            "grid": grid_of(my, branch),
            "counted": my.counted,
            "kinds": kinds,
            "gaps": gaps,
            "gap_months": sum(gap.months for gap in gaps),
            "until": max(my.states, default=0),
            "branch": branch,
            "branches": [Branch(each) for each in sorted(branches(person_id) | {branch.value})],
            "payable": my.gaps,
            "resident_years": resident_years(person_id, branch),
        },
    )


@require_safe
@person_only
def my_months(request: HttpRequest) -> HttpResponse:
    """The same months with their amounts, a year at a time."""
    my = mine(acting_for(request))
    years = sorted({month // 12 for month in my.records}, reverse=True)
    year = _year(request, years)
    rows = [
        {"record": my.records[month], "payer": my.payer(month)}
        for month in sorted(my.records, reverse=True)
        if month // 12 == year
    ]
    totals = {
        name: sum(getattr(row["record"], name) for row in rows)
        for name in ("employer_share", "person_share", "paid")
    }
    return render(
        request,
        "portal/enrollment/months.html",
        {"rows": rows, "totals": totals, "years": years, "year": year},
    )


def _year(request: HttpRequest, years: list[int]) -> int:
    wanted = request.GET.get("year", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 and int(wanted) in years:
        return int(wanted)
    return years[0] if years else 0


@require_safe
@person_only
def my_month(request: HttpRequest, text: str) -> HttpResponse:
    """One month: who declared what, how the contribution was worked out, which payment it came from."""
    try:
        month = parse_month(text)
    except MonthError:
        raise Http404 from None
    person_id = acting_for(request)
    branch = branch_of(request)
    my = mine(person_id, branch)
    if month not in my.states:
        raise Http404
    payments = list(
        ReceiptAllocation.objects.filter(
            person_id__in=people.numbers(person_id), branch=branch, month=month
        ).order_by("received_on", "receipt_id")
    )
    receipts = Receipt.objects.in_bulk([row.receipt_id for row in payments])
    return render(
        request,
        "portal/enrollment/month.html",
        {
            "month": month,
            "state": my.states[month],
            "state_words": figures.MONTH_STATES[my.states[month]][1],
            "glyph": figures.MONTH_STATES[my.states[month]][0],
            "record": my.records.get(month),
            "payer": my.payer(month),
            "why": Stretch(month, month, my.states[month], my.payer(month), 0).text
            if my.states[month] not in SETTLED
            else "",
            "sheets": month_sheets(person_id, branch, month),
            "payments": [(row, *_booked(row, receipts)) for row in payments],
            "declared": [
                (row, my.employers.get(row.employer_id, ""))
                for row in WageDeclaration.objects.filter(
                    person_id__in=people.numbers(person_id), month=month
                ).order_by("employer_id")
            ],
            "places": [str(each) for each in Region.objects.filter(pk__in=my.twice.get(month, ()))],
            "branch": branch,
            "text": text,
        },
    )


def _booked(row: ReceiptAllocation, receipts: dict[int, Receipt]) -> tuple[str, int]:
    """The bank reference that a payment came under, and the number of its entry in the books."""
    receipt = receipts[row.receipt_id]
    batch = batch_of(receipt.entry(row.turn))
    return receipt.reference, batch.pk if batch else 0


class ErrorForm(ScreenForm):
    text = forms.CharField(
        label=gettext_lazy("What is wrong with this month?"),
        help_text=gettext_lazy(
            "Say where you worked or how you paid. You can add papers to the case."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 6}),
        error_messages={"required": gettext_lazy("Say what is wrong")},
    )


@require_http_methods(["GET", "POST"])
@person_only
def month_wrong(request: HttpRequest, text: str) -> HttpResponse:
    """Report an error on a month: it opens a case, and its clock binds us."""
    try:
        month = parse_month(text)
    except MonthError:
        raise Http404 from None
    person_id = acting_for(request, Scope.CHANGE)
    branch = branch_of(request)
    form = ErrorForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            case = month_errors.report(
                by=request.user,
                person=Person.objects.get(pk=person_id),
                branch=branch,
                month=month,
                text=form.cleaned_data["text"],
                channel=Case.Channel.PORTAL,
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            messages.success(request, _("Reported. We look again and answer here."))
            return redirect("case", number=case.number)
    return render(
        request,
        "portal/enrollment/month_wrong.html",
        {"form": form, "month": month, "branch": branch, "text": text, "in_flow": True},
        status=422 if form.errors else 200,
    )


def todos(request: HttpRequest) -> list[Todo]:
    """For the home page: what the person, paying alone, still owes."""
    owed = [each for each in arrears(Branch.PENSION, person_id=acting_for(request)) if each.open]
    if not owed:
        return []
    first, last = owed[0].month, owed[-1].month
    amount = display.money(sum(each.open for each in owed))
    return [
        Todo(
            title=_("Pay the pension contributions for %(span)s")
            % {"span": display.months_between(first, last)},
            url=reverse("pay"),
            why=ngettext(
                "%(amount)s for %(count)s month. Without it this month does not count.",
                "%(amount)s for %(count)s months. Without it these months do not count.",
                len(owed),
            )
            % {"amount": amount, "count": len(owed)},
            button=_("See and pay"),
            main=True,
        )
    ]
