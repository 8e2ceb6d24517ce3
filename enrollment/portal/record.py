"""My record: every month of a person's insurance as a box, as a table, and one by one."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from funds.models import Branch
from socsec.kernel.months import MonthError, format_month, parse_month
from socsec.office import display, figures
from socsec.office.acting import acting_for
from socsec.office.portal import person_only
from socsec.office.shell import Todo

from ..models import Employer, ReceiptAllocation
from ..queries.coverage import coverages
from ..queries.money import arrears
from ..queries.months import states_of
from ..queries.record import MonthRecord, month_sheets, record

# States of a month (socsec.office.figures.MONTH_STATES) that need no explanation, and those without cover.
SETTLED = ("paid", "deemed")
UNINSURED = ("miss", "none")


@dataclass(frozen=True)
class Mine:
    """A person's months in one branch, with the states of all months since the first."""

    records: dict[int, MonthRecord]
    states: dict[int, str]
    employers: dict[int, str]

    @property
    def counted(self) -> int:
        """Months that count: paid, carried over or deemed."""
        return sum(state in SETTLED for state in self.states.values())

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
    states = states_of(records, coverages(person_id).filter(branch=branch))
    return Mine(records, states, names)


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
            found[-1] = Stretch(last.first, month, state, payer, last.open + owed)
        else:
            found.append(Stretch(month, month, state, payer, owed))
    return found[::-1]


def grid_of(my: Mine) -> figures.MonthGrid:
    """The record as boxes; only what needs an explanation is a link."""
    urls = {
        month: reverse("record_month", args=[format_month(month)])
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
    my = mine(acting_for(request))
    kinds = {kind: sum(s == kind for s in my.states.values()) for kind in SETTLED}
    gaps = stretches(my)
    return render(
        request,
        "portal/enrollment/record.html",
        {
            "grid": grid_of(my),
            "counted": my.counted,
            "kinds": kinds,
            "gaps": gaps,
            "gap_months": sum(gap.months for gap in gaps),
            "until": max(my.states, default=0),
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
    payments = ReceiptAllocation.objects.filter(
        person_id=person_id, branch=branch, month=month
    ).order_by("received_on", "receipt_id")
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
            "payments": payments,
        },
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
