"""The certificate of contributions (缴费证明): what was paid for each month of a span."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment import queries
from enrollment.models import Employer, Person
from enrollment.queries.record import MonthStatus
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import display
from socsec.office.certificates import Issued
from socsec.office.errors import Invalid
from socsec.office.models import Certificate, User
from socsec.office.pdf import Cell, Column, Paper
from socsec.office.services import certificates

from . import common

SLUG = "contributions"

SUMMED = (3, 4, 5)  # places in a row: both shares, and what was paid


@transaction.atomic
def issue_contributions(
    *, by: User, person: Person, first_month: int, last_month: int
) -> Certificate:
    """Issue a certificate of what was paid for a person from one month to another, both included."""
    common.require_person(by, person)
    if first_month > last_month:
        raise Invalid(
            gettext_lazy("The last month is before the first."), code="order", field="last_month"
        )
    if first_month < month_of(person.born_on):
        raise Invalid(
            gettext_lazy("The first month is before the birth."), code="order", field="first_month"
        )
    branches, employers = [], set()
    codes: set[str] = set()
    for branch in sorted(queries.branches(person.pk)):
        rows = [
            each
            for each in queries.record(person.pk, branch)
            if first_month <= each.month <= last_month
        ]
        if rows:
            branches.append((branch, rows))
            employers |= {number for each in rows for number in each.employers}
            codes |= {each.region for each in rows}
    if not branches:
        raise common.nothing_known(person.name)
    names = dict(Employer.objects.filter(pk__in=employers).values_list("pk", "name"))
    facts = {
        "born": person.born_on.isoformat(),
        "first": first_month,
        "last": last_month,
        "places": common.places_of(codes),
        "branches": [
            {
                "branch": branch,
                "months_paid": sum(each.status.counts_as_paid for each in rows),
                "months_deemed": sum(each.status is MonthStatus.DEEMED for each in rows),
                "rows": [
                    [
                        each.month,
                        each.status.value,
                        each.base,
                        each.employer_share,
                        each.person_share,
                        each.paid,
                        "、".join(names.get(number, "") for number in each.employers),
                        each.region,
                    ]
                    for each in rows
                ],
            }
            for branch, rows in branches
        ],
    }
    return certificates.issue(
        by=by,
        kind=SLUG,
        region=person.region,
        name=person.name,
        facts=facts,
        person_id=person.pk,
        number=person.resident_id,
        masked=person.masked_id,
    )


def write(paper: Paper, issued: Issued) -> None:
    facts = issued.facts
    span = display.months_between(facts["first"], facts["last"])
    paper.heading(_("Certificate of contributions, %(span)s") % {"span": span})
    paper.facts(common.who(issued))
    for each in facts["branches"]:
        paper.section(common.branch_name(each["branch"]))
        paper.text(common.months_said(each))
        paper.table(
            [
                Column(_("Month"), 1),
                Column(_("Paid by"), 2.6),
                Column(_("Base"), 1.3, figures=True),
                Column(_("Employer"), 1.2, figures=True),
                Column(_("Person"), 1.2, figures=True),
                Column(_("Paid"), 1.2, figures=True),
                Column(_("State"), 1.5),
            ],
            [_row(issued, row) for row in each["rows"]],
            [
                _("Together"),
                "",
                "",
                *(yuan(sum(row[i] for row in each["rows"])) for i in SUMMED),
                "",
            ],
            size=8.5,
        )
    paper.note(
        _("Amounts in yuan. Social Insurance Law, articles 4 and 74. Issued free of charge.")
    )


def _row(issued: Issued, row: list) -> list:
    number, status, base, employer, person, paid, payer, region = row
    settled = status in (MonthStatus.PAID, MonthStatus.CARRIED, MonthStatus.DEEMED)
    return [
        format_month(number),
        payer or common.place(issued, region),
        yuan(base) if base else "—",
        yuan(employer) if employer else "—",
        yuan(person) if person else "—",
        yuan(paid) if paid else "—",
        Cell(common.state_name(status), open=not settled),
    ]


def shown(issued: Issued) -> Sequence[tuple[common.Text, common.Text]]:
    facts = issued.facts
    lines = common.who_masked(issued)
    lines.append((_("Months"), display.months_between(facts["first"], facts["last"])))
    for each in facts["branches"]:
        paid = sum(row[5] for row in each["rows"])
        said = f"{common.months_said(each)} · {display.money(paid)}"
        lines.append((common.branch_name(each["branch"]), said))
    return lines
