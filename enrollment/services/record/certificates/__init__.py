"""The papers that enrollment answers for: what each states, how it is set, and how it is issued."""

from django.utils.translation import gettext_lazy as _

from socsec.office.certificates import CertificateKind

from .. import statements
from . import contributions, coverage, movement, standing, statement
from .contributions import issue_contributions
from .coverage import issue_coverage
from .movement import issue_movement
from .standing import issue_standing

__all__ = [
    "COVERAGE",
    "KINDS",
    "PAYMENTS",
    "STANDING",
    "issue_contributions",
    "issue_coverage",
    "issue_movement",
    "issue_standing",
]

COVERAGE, PAYMENTS, STANDING = coverage.SLUG, contributions.SLUG, standing.SLUG

KINDS = (
    CertificateKind(
        COVERAGE,
        "CB",
        _("Certificate of coverage"),
        coverage.write,
        coverage.shown,
        days="enrollment.certificate.valid_days",
    ),
    CertificateKind(
        PAYMENTS,
        "JF",
        _("Certificate of contributions"),
        contributions.write,
        contributions.shown,
        days="enrollment.certificate.valid_days",
    ),
    CertificateKind(
        STANDING,
        "DW",
        _("Certificate of an employer’s standing"),
        standing.write,
        standing.shown,
        days="enrollment.certificate.valid_days",
    ),
    CertificateKind(
        movement.SLUG,
        "PZ",
        _("Certificate of a record that moves"),
        movement.write,
        movement.shown,
    ),
    CertificateKind(
        statements.KIND,
        statements.PREFIX,
        _("Yearly statement of rights"),
        statement.write,
        statement.shown,
        find=statements.find,
    ),
)
