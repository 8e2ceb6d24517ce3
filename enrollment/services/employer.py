"""Employers register and cancel."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, Employment
from enrollment.models.spans import DAY
from enrollment.services.checks import known_name, known_region, lock, not_in_future
from socsec.kernel import ids
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def enroll(*, by: User, credit_code: str, name: str, region: str, opened_on: date) -> Employer:
    """Register an employer (单位参保登记).

    `Invalid` for a code that cannot be right, `Conflict` if the code is registered.
    """
    require(by, "employer.enroll", known_region(region))
    name = known_name(name, 120)
    not_in_future(opened_on, "opened_on")
    try:
        code = ids.read_credit_code(credit_code)
    except ids.IdError as error:
        raise from_kernel(error, "credit_code") from error
    try:
        with transaction.atomic():
            employer = Employer.objects.create(
                credit_code=code, name=name, region=region, opened_on=opened_on
            )
    except IntegrityError as error:
        raise Conflict(
            _("An employer with this credit code is registered already."),
            code="already_enrolled",
            field="credit_code",
            fix=_("Search for the employer by the code instead."),
        ) from error
    audit.record(by=by, act="employer.enroll", subject=employer, region=region)
    return employer


@transaction.atomic
def close(*, by: User, employer: Employer, last_day: date) -> Employer:
    """Cancel a registration (注销). The staff list must have ended by then."""
    require(by, "employer.change", employer.region)
    employer = lock(employer)
    not_in_future(last_day, "last_day")
    if employer.closed_on is not None:
        raise Conflict(_("This registration is cancelled already."), code="already_closed")
    if last_day < employer.opened_on:
        raise Invalid(
            _("The last day is before the first."), code="ends_before_start", field="last_day"
        )
    if Employment.objects.filter(employer=employer, span__overlap=(last_day + DAY, None)).exists():
        raise Refused(
            _("People are still on the staff list after that day."),
            code="staff_left",
            fix=_("End their employments first."),
        )
    employer.closed_on = last_day
    employer.save(update_fields=["closed_on"])
    audit.record(
        by=by,
        act="employer.change",
        subject=employer,
        region=employer.region,
        closed_on=last_day,
    )
    return employer
