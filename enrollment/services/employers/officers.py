"""Who speaks for an employer in the portal (单位经办人)."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, EmployerOfficer, Person
from enrollment.models.spans import from_day, until
from enrollment.queries.firms import employers_of_officer
from enrollment.services.checks import alive, known_name, lock, not_in_future
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit


def require_for(by: User, act: str, employer: Employer) -> User:
    """Let an employer's own officer do what staff of its region may do by `act`.

    For everybody else's officer, and once the appointment has ended, the employer does not exist.
    """
    if by.kind != User.Kind.INSURED:
        return require(by, act, employer.region)
    if (
        by.is_active
        and by.person_id is not None
        and employers_of_officer(by.person_id).filter(pk=employer.pk).exists()
    ):
        return by
    raise NotFound(
        _("There is no such employer for you."),
        code="no_such_employer",
        fix=_("Ask the employer to appoint you as its officer at our office."),
    )


@transaction.atomic
def appoint(
    *, by: User, employer: Employer, person: Person, from_: date, document: str
) -> EmployerOfficer:
    """Let a person act for an employer from a day on, as its letter says."""
    require(by, "employer.change", employer.region)
    employer = lock(employer)
    document = known_name(document, 120, "document")
    not_in_future(from_, "from_")
    alive(person, from_)
    if employer.closed_on is not None:
        raise Refused(_("This registration is cancelled."), code="already_closed")
    try:
        with transaction.atomic():
            made = EmployerOfficer.objects.create(
                employer=employer, person=person, span=from_day(from_), document=document, by=by
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s is an officer of %(employer)s already.")
            % {"name": person.name, "employer": employer.name},
            code="officer_already",
            field="resident_id",
        ) from error
    audit.record(
        by=by,
        act="employer.officer",
        subject=employer,
        person_id=person.pk,
        region=employer.region,
        began=from_,
    )
    return made


@transaction.atomic
def dismiss(*, by: User, officer: EmployerOfficer, last_day: date) -> EmployerOfficer:
    """End an appointment after a day. What the officer did stays done."""
    require(by, "employer.change", officer.employer.region)
    officer = lock(officer)
    if officer.span.upper is not None or officer.span.isempty:
        raise Conflict(_("This appointment has ended already."), code="officer_ended")
    if last_day > timezone.localdate():
        raise Invalid(
            _("%(day)s has not come yet.") % {"day": date_format(last_day)},
            code="in_the_future",
            field="last_day",
        )
    officer.span = until(officer.span, last_day)
    officer.ended_at = timezone.now()
    officer.save(update_fields=["span", "ended_at"])
    audit.record(
        by=by,
        act="employer.officer",
        subject=officer.employer,
        person_id=officer.person_id,
        region=officer.employer.region,
        ended=last_day,
    )
    return officer
