"""The certificate of standing (单位参保缴费证明): how many people an employer insures, and what it owes."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Employer
from enrollment.queries.firms import staff_in
from enrollment.services.employers.employer import standing
from enrollment.services.employers.officers import require_for
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import display
from socsec.office.certificates import Issued
from socsec.office.models import Certificate, User
from socsec.office.pdf import Cell, Column, Paper
from socsec.office.services import certificates

from . import common

SLUG = "standing"


@transaction.atomic
def issue_standing(*, by: User, employer: Employer) -> Certificate:
    """Issue what is on record of an employer today: its staff, what it owes, what it has not declared."""
    require_for(by, "certificate.issue", employer)
    month = month_of(timezone.localdate())
    now = standing(employer, month - 1)
    return certificates.issue(
        by=by,
        kind=SLUG,
        region=employer.region,
        name=employer.name,
        facts={
            "code": employer.credit_code,
            "since": employer.opened_on.isoformat(),
            "month": month,
            "people": staff_in(employer.pk, month).values("person_id").distinct().count(),
            "owed": {str(branch.value): amount for branch, amount in now.owed.items()},
            "undeclared": now.undeclared,
        },
        owner=employer.credit_code,
        allowed=True,
    )


def write(paper: Paper, issued: Issued) -> None:
    facts = issued.facts
    clear = not (facts["owed"] or facts["undeclared"])
    paper.heading(_("Certificate of an employer’s standing"))
    paper.text(
        _("We certify that the employer named below owes no contributions on the day of issue.")
        if clear
        else _("We certify what is on record of the employer named below on the day of issue.")
    )
    paper.facts(
        [
            (_("Employer"), issued.name),
            (_("Unified social credit code"), facts["code"]),
            (_("Registered since"), facts["since"]),
            (
                _("People insured, %(month)s") % {"month": format_month(facts["month"])},
                str(facts["people"]),
            ),
        ]
    )
    if facts["owed"]:
        paper.section(_("Owed"))
        rows: list[Sequence[Cell | str]] = [
            [str(common.branch_name(int(branch))), yuan(amount)]
            for branch, amount in facts["owed"].items()
        ]
        paper.table([Column(_("Branch"), 2), Column(_("Yuan"), 1, figures=True)], rows)
    if facts["undeclared"]:
        paper.section(_("Months without a declaration"))
        paper.text("、".join(format_month(month) for month in facts["undeclared"]))
    paper.note(_("Issued free of charge."))


def shown(issued: Issued) -> Sequence[tuple[common.Text, common.Text]]:
    facts = issued.facts
    owed = sum(facts["owed"].values())
    return [
        (_("Employer"), issued.name),
        (_("Unified social credit code"), facts["code"]),
        (
            _("People insured, %(month)s") % {"month": format_month(facts["month"])},
            str(facts["people"]),
        ),
        (_("Owed"), display.money(owed) if owed else _("nothing")),
        (
            _("Months without a declaration"),
            "、".join(format_month(month) for month in facts["undeclared"]) or _("none"),
        ),
    ]
