"""What the office knows of a visit, whatever its provider says: filings, registered diseases, lists.

A provider's word counts for one thing only, that it was an emergency; what else it says of these is
compared with what is on file, and that counts.
"""

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Coverage, Person
from funds.models import Branch, Scheme
from funds.services import fund
from medical.models import Away, Care, Disease, Encounter
from medical.params import Plan
from medical.queries import catalogue
from medical.queries import cover as queries
from socsec.kernel.regions import covers
from socsec.office.errors import Refused
from socsec.office.models import User


def away_at_admission(
    person: Person, coverage: Coverage, place: str, day: date, *, emergency: bool
) -> Away:
    """How care in a place counts by what is filed on the day it begins."""
    if covers(coverage.region, place):
        return Away.LOCAL
    pooled = fund.for_(Branch.MEDICAL, coverage.scheme, coverage.region).region_id
    return queries.away_on(person.pk, pooled=pooled, place=place, day=day, emergency=emergency)


def away_at_discharge(encounter: Encounter, last: date, by: User) -> Away:
    """How a visit counts in the end: what is filed before it is settled counts for all of it.

    `Refused` for a provider where care in another province was not filed: the person files it now,
    or pays and is reimbursed (医保发〔2022〕22号).
    """
    if encounter.away == Away.LOCAL:
        return Away.LOCAL
    place = encounter.provider.region
    held = queries.filed(
        encounter.person_id,
        place=place,
        first=timezone.localdate(encounter.opened_at),
        last=last,
        emergency=encounter.away == Away.EMERGENCY or encounter.care == Care.EMERGENCY,
    )
    if held is not None:
        return held
    province = f"{encounter.home[:2]}0000"
    if by.kind != User.Kind.STAFF and not covers(province, place):
        raise Refused(
            _("Care away from home is not filed for this place."),
            code="not_filed",
            fix=_(
                "File it now, at the portal or by phone, and settle then; or pay and claim it back."
            ),
        )
    return Away.OTHER


def must_be_registered(person_id: int, care: int, day: date, diagnosis: str) -> None:
    """`Refused` for care of a chronic or special disease, or of the two common ones, that nobody
    registered for the day."""
    if care == Care.SPECIAL:
        known = queries.registered(person_id, care, day, diagnosis)
    elif care == Care.TWO_DISEASES:
        known = queries.two_diseases(person_id, day) != Disease.NONE
    else:
        return
    if not known:
        raise Refused(
            _("No disease is registered for this care on %(day)s.") % {"day": date_format(day)},
            code="not_registered",
            field="care",
            fix=_("Register it first, or settle ordinary outpatient care."),
        )


def disease(person_id: int, care: int, day: date) -> Disease:
    """Hypertension, diabetes or both, as registered; neither for other care."""
    return queries.two_diseases(person_id, day) if care == Care.TWO_DISEASES else Disease.NONE


def listed(encounter: Encounter, plan: Plan, last: date) -> bool:
    """Whether the diagnosis is on the list of catastrophic insurance; asked only where a list counts."""
    if not plan.major_listed or not encounter.diagnosis:
        return False
    found = catalogue.diagnosis_on(encounter.home, last, encounter.diagnosis)
    return found is not None and found.listed


def civil_servant(encounter: Encounter, plan: Plan) -> bool:
    """Whether the civil servants' supplement pays; asked only where the policy has one."""
    return (
        plan.civil_ratio > 0
        and encounter.scheme == Scheme.EMPLOYEES
        and queries.civil_servant(encounter.person_id, timezone.localdate(encounter.opened_at))
    )
