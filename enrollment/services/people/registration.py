"""The household registration of people: of which kind and where, from when on."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person, Registration, RegistrationKind
from enrollment.models.spans import DAY, from_day, until
from enrollment.services.checks import alive, known_region, lock, not_in_future
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def register(*, by: User, person: Person, kind: int, region: str, from_: date) -> Registration:
    """Urban or rural, and where, from that day on; the registration before ends the day before."""
    require(by, "person.change", person.region)
    person = lock(person)
    made = put(person, kind=kind, region=region, from_=from_)
    audit.record(
        by=by,
        act="person.change",
        subject=made,
        person_id=person.pk,
        region=person.region,
        registration=int(kind),
        registered_in=region,
        from_day=from_,
    )
    return made


def put(person: Person, *, kind: int, region: str, from_: date) -> Registration:
    """The same for a locked person, within a service that has asked for leave."""
    if kind not in RegistrationKind.values:
        raise Invalid(_("Choose urban or rural."), code="no_kind", field="kind")
    known_region(region)
    not_in_future(from_, "from_")
    alive(person, from_)
    if from_ < person.born_on:
        raise Invalid(
            _("A registration cannot begin before birth."), code="before_birth", field="from_"
        )
    last = queries.registrations(person.pk).filter(span__endswith__isnull=True).first()
    if last is not None and last.span.lower is not None:
        if (last.kind, last.region) == (kind, region):
            raise Conflict(_("This is registered already."), code="same_registration")
        if from_ <= last.span.lower:
            raise Conflict(
                _("A registration from that day or later is on file."),
                code="registration_overlaps",
                field="from_",
            )
        last.span = until(last.span, from_ - DAY)
        last.ended_at = timezone.now()
        last.save(update_fields=["span", "ended_at"])
    return Registration.objects.create(
        person=person, kind=kind, region=region, span=from_day(from_)
    )
