"""The papers that enrollment answers for: what each states, how it is set, and how it is issued."""

from django.utils.translation import gettext_lazy as _

from socsec.office.certificates import CertificateKind

from .. import statements
from . import contributions, coverage, statement
from .contributions import issue_contributions
from .coverage import issue_coverage

__all__ = ["COVERAGE", "KINDS", "PAYMENTS", "issue_contributions", "issue_coverage"]

COVERAGE, PAYMENTS = coverage.SLUG, contributions.SLUG

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
        statements.KIND,
        statements.PREFIX,
        _("Yearly statement of rights"),
        statement.write,
        statement.shown,
        find=statements.find,
    ),
)
