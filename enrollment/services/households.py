"""Households: formed, joined, left, and led by another head."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Household, HouseholdMember, HouseholdRole, Person
from enrollment.models.spans import DAY, from_day, until
from enrollment.services.checks import alive, known_region, lock, not_in_future
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def form(*, by: User, head: Person, region: str, opened_on: date, address: str = "") -> Household:
    """A new household with its head."""
    require(by, "person.change", known_region(region))
    not_in_future(opened_on, "opened_on")
    household = Household.objects.create(region=region, address=address, opened_on=opened_on)
    _join(household, head, HouseholdRole.HEAD, opened_on)
    _note(by, household, head, joined=opened_on, role=HouseholdRole.HEAD)
    return household


@transaction.atomic
def join(
    *, by: User, household: Household, person: Person, role: str, from_: date
) -> HouseholdMember:
    """Another member. `Conflict` if the person belongs to a household at that time."""
    require(by, "person.change", household.region)
    household = lock(household)
    not_in_future(from_, "from_")
    if role not in HouseholdRole.values or role == HouseholdRole.HEAD:
        raise Invalid(
            _("Choose how the person belongs to the household."), code="no_role", field="role"
        )
    if from_ < household.opened_on:
        raise Invalid(_("The household did not exist yet."), code="before_household", field="from_")
    member = _join(household, person, HouseholdRole(role), from_)
    _note(by, household, person, joined=from_, role=role)
    return member


@transaction.atomic
def leave(*, by: User, person: Person, last_day: date) -> HouseholdMember:
    """The person leaves the household after that day. A head hands over first, unless alone."""
    member = _member(person, last_day)
    require(by, "person.change", member.household.region)
    household = lock(member.household)
    not_in_future(last_day, "last_day")
    others = HouseholdMember.objects.filter(
        household=household, span__contains=last_day + DAY
    ).exclude(pk=member.pk)
    if member.role == HouseholdRole.HEAD and others.exists():
        raise Refused(
            _("%(name)s is the head of this household.") % {"name": person.name},
            code="head_leaves",
            fix=_("Name another head first."),
        )
    member.span = until(member.span, last_day)
    member.save(update_fields=["span"])
    if not others.exists():
        household.closed_on = last_day
        household.save(update_fields=["closed_on"])
    _note(by, household, person, left=last_day)
    return member


@transaction.atomic
def change_head(
    *, by: User, household: Household, head: Person, role_of_former: str, from_: date
) -> Household:
    """Another member becomes the head from that day on; the former head stays, in another role."""
    require(by, "person.change", household.region)
    household = lock(household)
    not_in_future(from_, "from_")
    if role_of_former not in HouseholdRole.values or role_of_former == HouseholdRole.HEAD:
        raise Invalid(
            _("Choose how the former head belongs to the household."),
            code="no_role",
            field="role_of_former",
        )
    members = HouseholdMember.objects.filter(household=household, span__contains=from_)
    former = members.filter(role=HouseholdRole.HEAD).first()
    coming = members.filter(person=head).first()
    if coming is None:
        raise Refused(
            _("%(name)s does not belong to this household.") % {"name": head.name},
            code="not_a_member",
            fix=_("Let the person join first."),
        )
    if former is None or former.pk == coming.pk:
        raise Conflict(
            _("%(name)s is the head already.") % {"name": head.name}, code="already_head"
        )
    for member, role in ((former, HouseholdRole(role_of_former)), (coming, HouseholdRole.HEAD)):
        _change_role(member, role, from_)
    _note(by, household, head, head_from=from_, former=former.person_id)
    return household


def _change_role(member: HouseholdMember, role: HouseholdRole, from_: date) -> None:
    """The role until then stays as it was; a new row holds from then on."""
    after = member.span
    if after.lower == from_:
        member.role = role
        member.save(update_fields=["role"])
        return
    member.span = until(after, from_ - DAY)
    member.save(update_fields=["span"])
    HouseholdMember.objects.create(
        household_id=member.household_id,
        person_id=member.person_id,
        role=role,
        span=type(after)(from_, after.upper, "[)"),
    )


def _join(
    household: Household, person: Person, role: HouseholdRole, from_: date
) -> HouseholdMember:
    alive(lock(person), from_)
    try:
        with transaction.atomic():
            return HouseholdMember.objects.create(
                household=household, person=person, role=role, span=from_day(from_)
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s belongs to a household at that time.") % {"name": person.name},
            code="in_a_household",
            fix=_("Let the person leave that household first."),
        ) from error


def _member(person: Person, on: date) -> HouseholdMember:
    member = (
        HouseholdMember.objects.select_related("household")
        .filter(person=person, span__contains=on)
        .first()
    )
    if member is None:
        raise Refused(
            _("%(name)s belongs to no household on that day.") % {"name": person.name},
            code="in_no_household",
        )
    return member


def _note(by: User, household: Household, person: Person, **detail: Any) -> None:
    audit.record(
        by=by,
        act="person.change",
        subject=household,
        person_id=person.pk,
        region=household.region,
        **detail,
    )
