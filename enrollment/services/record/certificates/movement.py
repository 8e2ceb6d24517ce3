"""The certificate of a record that moves (参保缴费凭证): what the old place attests, month by month."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from enrollment import queries
from enrollment.models import Movement
from socsec.kernel.months import format_month
from socsec.office import display, figures
from socsec.office.certificates import Issued
from socsec.office.models import Certificate, User
from socsec.office.pdf import Column, Paper
from socsec.office.services import certificates

from . import common

SLUG = "movement"
MONTH, REGION, RESIDENT, DEEMED, OVERLAPS, COUNTS = range(6)  # of a row of the facts


def issue_movement(*, by: User, movement: Movement) -> Certificate:
    """Issue what the old place attests of a record, for the service that has decided so.

    The months are those of the statement in force.
    """
    person = movement.person
    attested = list(queries.statement(movement))
    rows = [
        [each.month, each.region, each.resident, each.deemed, each.overlaps, each.counts]
        for each in attested
    ]
    codes = {movement.from_region, movement.to_region, *(each.region for each in attested)}
    return certificates.issue(
        by=by,
        kind=SLUG,
        region=movement.from_region,
        name=person.name,
        facts={
            "born": person.born_on.isoformat(),
            "movement": str(movement.public_id),
            "branch": movement.branch,
            "from": movement.from_region,
            "to": movement.to_region,
            "months": rows,
            "places": common.places_of(codes),
        },
        person_id=person.pk,
        number=person.resident_id,
        masked=person.masked_id,
        allowed=True,
    )


def write(paper: Paper, issued: Issued) -> None:
    rows = issued.facts["months"]
    paper.heading(_("Certificate of a record that moves"))
    paper.text(_("We attest the months below to the office that takes the record over."))
    paper.facts(common.who(issued))
    paper.facts(_what(issued))
    paper.section(_("Attested months"))
    paper.months(
        figures.month_grid(
            {
                row[MONTH]: "over" if row[OVERLAPS] else "deemed" if row[DEEMED] else "paid"
                for row in rows
            }
        )
    )
    paper.table(
        [
            Column(_("From"), 1),
            Column(_("To"), 1),
            Column(_("Region"), 2),
            Column(_("Insured as"), 1.4),
            Column(_("Months"), 1, figures=True),
        ],
        [
            [
                format_month(first),
                format_month(last),
                common.place(issued, region),
                _as(resident, deemed),
                str(last - first + 1),
            ]
            for first, last, region, resident, deemed in stretches(rows)
        ],
    )
    paper.note(
        _(
            "国办发〔2009〕66号, article 8; Social Insurance Agency Regulations, articles 12, 13 and 16."
        )
    )


def shown(issued: Issued) -> Sequence[tuple[common.Text, common.Text]]:
    return [*common.who_masked(issued), *_what(issued)]


def stretches(rows: Sequence[Sequence[Any]]) -> list[tuple[int, int, str, bool, bool]]:
    """Months in a row, of one place and one kind, as first and last month.

    >>> stretches([[10, "A", False, False], [11, "A", False, False], [13, "A", False, False]])
    [(10, 11, 'A', False, False), (13, 13, 'A', False, False)]
    """
    found: list[tuple[int, int, str, bool, bool]] = []
    for month, *kind in ((row[MONTH], row[REGION], row[RESIDENT], row[DEEMED]) for row in rows):
        if found and found[-1][1] == month - 1 and list(found[-1][2:]) == kind:
            found[-1] = (found[-1][0], month, *kind)
        else:
            found.append((month, month, *kind))
    return found


def _what(issued: Issued) -> list[tuple[common.Text, common.Text]]:
    facts = issued.facts
    counted = [row for row in facts["months"] if row[COUNTS]]
    deemed = sum(row[DEEMED] for row in counted)
    return [
        (_("Branch"), common.branch_name(facts["branch"])),
        (_("Old place"), common.place(issued, facts["from"])),
        (_("New place"), common.place(issued, facts["to"])),
        (
            _("Months"),
            display.months_between(facts["months"][0][MONTH], facts["months"][-1][MONTH]),
        ),
        (
            _("Months that count"),
            common.months_said({"months_paid": len(counted) - deemed, "months_deemed": deemed}),
        ),
    ]


def _as(resident: bool, deemed: bool) -> str:
    if deemed:
        return _("Deemed")
    return _("Resident") if resident else _("Employee")
