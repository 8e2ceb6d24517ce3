"""Every branch of one person, and one month of theirs."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Contribution, Employer, Person
from enrollment.services.record import payable
from funds.models import Branch
from socsec.kernel.months import format_month
from socsec.office import figures
from socsec.office.access import may
from socsec.office.desk import Crumb, show_page
from socsec.office.errors import NotFound
from socsec.office.places import place

from .common import branches_url, crumbs


def branches_page(request: HttpRequest, person: Person) -> HttpResponse:
    """Every branch of one person: where, as what, each month, and what it owed."""
    coverages = [each for each in queries.coverages(person.pk) if not each.span.isempty]
    parts = []
    for branch in Branch:
        spans = [each for each in coverages if each.branch == branch]
        record = queries.record(person.pk, branch)
        if not spans and not record:
            continue
        states = queries.states_of({each.month: each for each in record}, spans)
        parts.append(
            {
                "payable": payable.in_branch(person, branch, record, spans),
                "branch": branch,
                "slug": branch.name.lower(),
                "spans": spans,
                "grid": figures.month_grid(states),
                "record": record[::-1],
            }
        )
    return show_page(
        request,
        "admin/enrollment/branches.html",
        title=_("Insurance in every branch"),
        act="contribution.read",
        crumbs=crumbs(person),
        person=person,
        parts=parts,
        may_report=may(request.user, "case.receive", person.region),
        places={each.region: place(each.region) for each in coverages},
    )


def month_page(request: HttpRequest, person: Person, month: int) -> HttpResponse:
    """One month of one person: the sheet of every branch and payer, and what was corrected."""
    rows = list(
        Contribution.objects.filter(person_id=person.pk, month=month).order_by(
            "branch", "employer_id", "part"
        )
    )
    if not rows:
        raise NotFound(_("This month is not assessed."), code="not_assessed")
    employers = dict(
        Employer.objects.filter(pk__in={row.employer_id for row in rows}).values_list("pk", "name")
    )
    return show_page(
        request,
        "admin/enrollment/contribution_month.html",
        title=format_month(month),
        act="contribution.read",
        crumbs=[*crumbs(person), Crumb(_("Insurance in every branch"), branches_url(person))],
        person=person,
        rows=rows,
        employers=employers,
        reductions=queries.reductions(person.pk, month),
        sheets=[
            (Branch(branch).label, employers.get(employer, ""), sheet)
            for branch in sorted({row.branch for row in rows})
            for employer, sheet in queries.month_workings(person.pk, branch, month)
        ],
    )
