"""Households: formed, joined, left, split, merged, and led by another head."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
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
    require(by, "household.change", known_region(region))
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
    require(by, "household.change", household.region)
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
    require(by, "household.change", member.household.region)
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
    _cut(member, last_day)
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
    require(by, "household.change", household.region)
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


@transaction.atomic
def split(
    *,
    by: User,
    household: Household,
    head: Person,
    roles: Mapping[int, str],
    region: str,
    from_: date,
    address: str = "",
    new_head: Person | None = None,
) -> Household:
    """Some members form a household of their own from that day on, led by `head` (分户).

    `roles` says by person number how the others who go with `head` belong to it. If the head of
    the old household goes too, `new_head` leads those who stay.
    """
    require(by, "household.change", household.region)
    require(by, "household.change", known_region(region))
    household = lock(household)
    not_in_future(from_, "from_")
    members = _members(household, from_)
    going = {head.pk: HouseholdRole.HEAD, **_roles(roles)}
    if set(going) - set(members):
        raise Refused(
            _("Not all of them belong to this household on that day."),
            code="not_a_member",
            field="roles",
        )
    staying = set(members) - set(going)
    if not staying:
        raise Refused(
            _("Somebody stays when a household is split."),
            code="nobody_stays",
            fix=_("Change the address or the head instead."),
        )
    former = next(p for p, m in members.items() if m.role == HouseholdRole.HEAD)
    if former in going:
        if new_head is None or new_head.pk not in staying:
            raise Invalid(_("Say who leads those who stay."), code="no_head", field="new_head")
        for number in going:
            _cut(members[number], from_ - DAY)
        _change_role(members[new_head.pk], HouseholdRole.HEAD, from_)
    else:
        for number in going:
            _cut(members[number], from_ - DAY)
    made = Household.objects.create(region=region, address=address, opened_on=from_)
    for number, role in going.items():
        _join(made, members[number].person, role, from_)
        _note(by, made, members[number].person, split_from=household.pk, joined=from_, role=role)
    return made


@transaction.atomic
def merge(
    *, by: User, household: Household, into: Household, roles: Mapping[int, str], from_: date
) -> Household:
    """All members of a household belong to another from that day on (并户), and the first closes.

    `roles` says by person number how each belongs to the household that they join.
    """
    if household.pk == into.pk:
        raise Invalid(_("Choose two households."), code="same_household", field="into")
    require(by, "household.change", household.region)
    require(by, "household.change", into.region)
    first, second = sorted((household, into), key=lambda each: each.pk)
    first, second = lock(first), lock(second)
    household, into = (first, second) if first.pk == household.pk else (second, first)
    not_in_future(from_, "from_")
    for each in (household, into):
        if each.closed_on is not None or from_ <= each.opened_on:
            raise Refused(
                _("%(household)s did not exist on that day.") % {"household": each},
                code="no_household_then",
                field="from_",
            )
    members = _members(household, from_)
    given = _roles(roles)
    if set(given) != set(members):
        raise Invalid(
            _("Say of every member how they belong to the other household."),
            code="no_role",
            field="roles",
        )
    for number, member in members.items():
        _cut(member, from_ - DAY)
        _join(into, member.person, given[number], from_)
        _note(by, into, member.person, merged_from=household.pk, joined=from_, role=given[number])
    household.closed_on = from_ - DAY
    household.save(update_fields=["closed_on"])
    return into


def _members(household: Household, on: date) -> dict[int, HouseholdMember]:
    rows = HouseholdMember.objects.filter(household=household, span__contains=on)
    return {row.person_id: row for row in rows.select_related("person").order_by("pk")}


def _roles(roles: Mapping[int, str]) -> dict[int, HouseholdRole]:
    if any(r not in HouseholdRole.values or r == HouseholdRole.HEAD for r in roles.values()):
        raise Invalid(
            _("Choose how the person belongs to the household."), code="no_role", field="roles"
        )
    return {number: HouseholdRole(role) for number, role in roles.items()}


def _cut(member: HouseholdMember, last_day: date) -> None:
    member.span = until(member.span, last_day)
    member.ended_at = timezone.now()
    member.save(update_fields=["span", "ended_at"])


def _change_role(member: HouseholdMember, role: HouseholdRole, from_: date) -> None:
    """The role until then stays as it was; a new row holds from then on."""
    after = member.span
    if after.lower == from_:
        member.role = role
        member.save(update_fields=["role"])
        return
    _cut(member, from_ - DAY)
    HouseholdMember.objects.create(
        household_id=member.household_id,
        person_id=member.person_id,
        role=role,
        span=type(after)(from_, after.upper, "[)"),
    )


def put_in(household: Household, person: Person, role: str, from_: date) -> HouseholdMember:
    """Another member, within a service that has asked for leave."""
    return _join(household, person, HouseholdRole(role), from_)


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
