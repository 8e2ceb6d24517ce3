"""People go from one employer to another without a gap (单位间调动)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Coverage, Employer, EndReason, Person
from enrollment.models.spans import DAY
from enrollment.services import cover
from socsec.office.errors import Invalid
from socsec.office.models import User


@transaction.atomic
def transfer(
    *, by: User, person: Person, employer: Employer, to: Employer, on: date
) -> list[Coverage]:
    """Let a person leave one employer and begin with another on the next day, which is `on`.

    Both happen or neither; what coverage asks of leaving and of joining is asked of both.
    """
    if employer.pk == to.pk:
        raise Invalid(_("This is the same employer."), code="same_employer", field="to")
    cover.leave(by=by, person=person, last_day=on - DAY, reason=EndReason.LEFT, employer=employer)
    agency = to.credit_code.startswith(cover.AGENCY_CODES)
    return cover.enrol(
        by=by,
        person=person,
        category=Category.AGENCY if agency else Category.EMPLOYEE,
        region=to.region,
        from_=on,
        employer=to,
    )
