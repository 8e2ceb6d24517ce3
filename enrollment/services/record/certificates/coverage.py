"""The certificate of coverage (参保证明): in which branches somebody is or was insured, and where."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment import queries
from enrollment.models import Category, Person
from enrollment.queries.record import MonthStatus
from socsec.office import display
from socsec.office.certificates import Issued
from socsec.office.models import Certificate, User
from socsec.office.pdf import Column, Paper
from socsec.office.services import certificates

from . import common

SLUG = "coverage"


@transaction.atomic
def issue_coverage(*, by: User, person: Person) -> Certificate:
    """Issue a person's certificate of coverage as of today."""
    common.require_person(by, person)
    spans = [each for each in queries.coverages(person.pk) if each.span.lower is not None]
    counted = []
    for branch in sorted(queries.branches(person.pk)):
        record = queries.record(person.pk, branch)
        counted.append(
            {
                "branch": branch,
                "months_paid": sum(each.status.counts_as_paid for each in record),
                "months_deemed": sum(each.status is MonthStatus.DEEMED for each in record),
            }
        )
    if not spans and not counted:
        raise common.nothing_known(person.name)
    facts = {
        "born": person.born_on.isoformat(),
        "as_of": timezone.localdate().isoformat(),
        "spans": [
            {
                "branch": each.branch,
                "category": each.category,
                "region": each.region,
                "from": str(each.span.lower),
                "until": each.last_day.isoformat() if each.last_day else None,
            }
            for each in spans
        ],
        "months": counted,
        "places": common.places_of({each.region for each in spans}),
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
    insured = [each for each in facts["spans"] if each["until"] is None]
    paper.heading(_("Certificate of coverage"))
    paper.text(
        _(
            "We certify that the person named below is insured with us as stated, on the day of issue."
        )
        if insured
        else _("We certify that the person named below was insured with us as stated.")
    )
    paper.facts(common.who(issued))
    paper.section(_("Coverage"))
    paper.table(
        [
            Column(_("Branch"), 2.2),
            Column(_("Insured as"), 1.5),
            Column(_("Region"), 2),
            Column(_("From"), 1.1),
            Column(_("To"), 1.1),
        ],
        [
            [
                common.branch_name(each["branch"]),
                Category(each["category"]).label,
                common.place(issued, each["region"]),
                each["from"],
                each["until"] or _("insured"),
            ]
            for each in facts["spans"]
        ],
    )
    if facts["months"]:
        paper.section(_("Months on record"))
        paper.table(
            [
                Column(_("Branch"), 2),
                Column(_("Months paid"), 1, figures=True),
                Column(_("Months deemed"), 1, figures=True),
                Column(_("Together"), 1.4, figures=True),
            ],
            [
                [
                    common.branch_name(each["branch"]),
                    str(each["months_paid"]),
                    str(each["months_deemed"]),
                    display.duration(each["months_paid"] + each["months_deemed"]),
                ]
                for each in facts["months"]
            ],
        )
    paper.note(_("Social Insurance Law, articles 4 and 74. Issued free of charge."))


def shown(issued: Issued) -> Sequence[tuple[common.Text, common.Text]]:
    lines = common.who_masked(issued)
    for each in issued.facts["spans"]:
        until = each["until"] or _("insured")
        lines.append(
            (
                common.branch_name(each["branch"]),
                f"{Category(each['category']).label} · {common.place(issued, each['region'])} · "
                f"{each['from']} – {until}",
            )
        )
    lines += [
        (
            _("Months on record: %(branch)s") % {"branch": common.branch_name(each["branch"])},
            common.months_said(each),
        )
        for each in issued.facts["months"]
    ]
    return lines
