"""What the law takes an employer for: kind, size, industry risk, from a month on (费率核定)."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, EmployerKind, EmployerStanding, Floating
from enrollment.params import FloatingLimits
from enrollment.services.checks import lock
from socsec.kernel.months import FIRST_MONTH, LAST_MONTH, format_month
from socsec.kernel.policy import PolicyError
from socsec.office.access import require
from socsec.office.errors import Invalid, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy


@transaction.atomic
def set_standing(
    *,
    by: User,
    employer: Employer,
    from_month: int,
    kind: int,
    risk_class: int,
    document: str,
    floating: int = Floating.BASIC,
    fully_funded: bool = False,
) -> EmployerStanding:
    """Enter an employer's kind, risk class and floating step, from a month until the next entry.

    Months that are assessed stay as they are; a correction of them is made by `corrections`.
    `Invalid` for a class that the region does not know, or a step that the class cannot come down to.
    """
    require(by, "employer.change", employer.region)
    employer = lock(employer)
    if not FIRST_MONTH <= from_month <= LAST_MONTH:
        raise Invalid(_("Say from which month on."), code="no_month", field="from_month")
    if kind not in EmployerKind.values:
        raise Invalid(_("Choose the kind of employer."), code="no_kind", field="kind")
    if floating not in Floating.values:
        raise Invalid(_("Choose the floating step."), code="no_floating", field="floating")
    if not document.strip() or len(document.strip()) > 120:
        raise Invalid(
            _("Name the document, in at most 120 characters."),
            code="document_missing",
            field="document",
        )
    try:
        law = FloatingLimits.at(policy.of(policy.current_edition()), employer.region, from_month)
    except PolicyError as error:
        raise from_kernel(error, "from_month") from error
    classes = law.class_rates.keys
    if risk_class not in classes:
        raise Invalid(
            _("There are the risk classes %(first)s to %(last)s.")
            % {"first": classes[0], "last": classes[-1]},
            code="no_risk_class",
            field="risk_class",
        )
    if floating < law.lowest_floating.at(risk_class):
        raise Invalid(
            _("The rate of class %(class)s does not float down that far.") % {"class": risk_class},
            code="floats_too_low",
            field="floating",
        )
    entered = EmployerStanding.objects.create(
        employer=employer,
        from_month=from_month,
        kind=kind,
        risk_class=risk_class,
        floating=floating,
        fully_funded=fully_funded,
        document=document.strip(),
        by=by,
    )
    audit.record(
        by=by,
        act="employer.change",
        subject=employer,
        region=employer.region,
        from_month=format_month(from_month),
        kind=int(kind),
        risk_class=risk_class,
        floating=int(floating),
        fully_funded=fully_funded,
        document=document.strip(),
    )
    return entered
