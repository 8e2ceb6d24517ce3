"""What several resources of assistance ask and answer alike."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from enrollment import queries as enrollment
from enrollment.models import Person
from socsec.office.api import purpose
from socsec.office.errors import NotFound
from socsec.office.services import audit


def find_person(request: Request, public_id: Any) -> Person:
    """The person, if the partner's region holds the file; the read is noted with its purpose."""
    why = purpose(request)
    person = enrollment.people(request.user).filter(public_id=public_id).first()
    if person is None:
        raise NotFound(_("There is no such person in your region."), code="no_such_person")
    audit.read(by=request.user, person_id=person.pk, reason=why, region=person.region)
    return person
