"""People enter the registry."""

from django.db import transaction
from django.utils import timezone

from enrollment.models import Detail, IdentifierKind, Person, Sex
from enrollment.services.checks import known_name, known_region, lock
from enrollment.services.people import details, identifiers, merging
from socsec.kernel import ids
from socsec.kernel.papers import Paper
from socsec.office.access import require
from socsec.office.errors import from_kernel
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def enroll(*, by: User, name: str, resident_id: str, region: str, phone: str = "") -> Person:
    """Enter a person (社会保险登记). Sex and birth date are those of the identity number.

    `Invalid` for a number or a phone that cannot be right, `Conflict` if the number is registered.
    """
    require(by, "person.enroll", known_region(region))
    name = known_name(name, 60)
    try:
        identity = ids.read_resident_id(resident_id)
    except ids.IdError as error:
        raise from_kernel(error, "resident_id") from error
    try:
        mobile = ids.read_mobile(phone) if phone.strip() else ""
    except ids.IdError as error:
        raise from_kernel(error, "phone") from error
    person = Person.objects.create(
        name=name,
        resident_id=identity.number,
        sex=Sex.MALE if identity.is_male else Sex.FEMALE,
        born_on=identity.birth,
        phone=mobile,
        region=region,
    )
    identifiers.register(person, Paper(IdentifierKind.RESIDENT_ID, identity.number))
    merging.look_for(person)
    audit.record(by=by, act="person.enroll", subject=person, person_id=person.pk, region=region)
    return person


@transaction.atomic
def change_phone(*, by: User, person: Person, phone: str) -> Person:
    """Put down another mobile number, or none."""
    require(by, "person.change", person.region)
    try:
        mobile = ids.read_mobile(phone) if phone.strip() else ""
    except ids.IdError as error:
        raise from_kernel(error, "phone") from error
    details.put(lock(person), Detail.PHONE, mobile, by=by, from_=timezone.localdate())
    person.phone = mobile
    audit.record(
        by=by,
        act="person.change",
        subject=person,
        person_id=person.pk,
        region=person.region,
        changed=["phone"],
    )
    return person
