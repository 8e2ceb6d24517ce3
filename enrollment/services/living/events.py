"""Life events: recorded by clerks and partners, reported by people, taken back by another hand.

An event changes coverage only through the services that change coverage; what else follows, the
apps above read from the events. Nothing here ends anything because a time ran out.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Detail, EventKind, HouseholdRole, LifeEvent, Person
from enrollment.services.checks import alive, known_region, lock, not_in_future
from enrollment.services.living import life
from enrollment.services.people import details, households, identifiers
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

# What must have happened before, where something must: one is released who was in prison.
AFTER = {EventKind.RELEASE: EventKind.PRISON, EventKind.RETURN: EventKind.EMIGRATION}
ENDED_BY = {before: after for after, before in AFTER.items()}


@transaction.atomic
def record(
    *,
    by: User,
    person: Person,
    kind: str,
    happened_on: date,
    document: str,
    known_on: date | None = None,
    to_region: str = "",
) -> LifeEvent:
    """Take down what happened, when, since when it is known, and on whose word.

    A death ends coverage, a move takes the file to the office of `to_region`. A birth is
    `record_birth`.
    """
    require(by, "life.record", person.region)
    require_stranger(by, person.pk)
    return put(
        by=by,
        person=person,
        kind=kind,
        happened_on=happened_on,
        document=document,
        known_on=known_on,
        to_region=to_region,
    )


def put(
    *,
    by: User,
    person: Person,
    kind: str,
    happened_on: date,
    document: str,
    known_on: date | None = None,
    to_region: str = "",
) -> LifeEvent:
    """The same, within a service that has asked for leave."""
    if kind not in EventKind.values or kind == EventKind.BIRTH:
        raise Invalid(_("Choose what happened."), code="no_kind", field="kind")
    person = lock(person)
    document = _named(document)
    if kind == EventKind.DEATH:
        event = life.put_death(
            by=by, person=person, died_on=happened_on, document=document, known_on=known_on
        ).event
        _note(by, event, "life.record")
        return event
    not_in_future(happened_on, "happened_on")
    known = not_in_future(known_on or timezone.localdate(), "known_on")
    _check_days(person, happened_on, known)
    _check_order(person, EventKind(kind), happened_on)
    detail: dict[str, Any] = {}
    if kind == EventKind.MOVE:
        known_region(to_region)
        if to_region == person.region:
            raise Invalid(
                _("The file lies in this region already."), code="same_region", field="to_region"
            )
        detail = {"from": person.region, "to": to_region}
    event = LifeEvent.objects.create(
        person=person,
        kind=kind,
        happened_on=happened_on,
        known_on=known,
        by=by,
        document=document,
        region=person.region,
        detail=detail,
    )
    if kind == EventKind.MOVE:
        details.put(person, Detail.REGION, to_region, by=by, from_=happened_on)
    _note(by, event, "life.record")
    return event


@transaction.atomic
def record_birth(
    *,
    by: User,
    parent: Person,
    name: str,
    sex: int,
    born_on: date,
    document: str,
    known_on: date | None = None,
) -> LifeEvent:
    """A child is born: entered without a number, and into the household of the parent."""
    require(by, "life.record", parent.region)
    require_stranger(by, parent.pk)
    return put_birth(
        by=by,
        parent=parent,
        name=name,
        sex=sex,
        born_on=born_on,
        document=document,
        known_on=known_on,
    )


def put_birth(
    *,
    by: User,
    parent: Person,
    name: str,
    sex: int,
    born_on: date,
    document: str,
    known_on: date | None = None,
) -> LifeEvent:
    """The same, within a service that has asked for leave."""
    document = _named(document)
    known = not_in_future(known_on or timezone.localdate(), "known_on")
    twin = queries.child_of(lock(parent).pk, born_on, name)
    if twin is not None:
        raise Conflict(
            _("%(name)s, born on that day, is on record already.") % {"name": twin.name},
            code="born_already",
            field="name",
        )
    child = identifiers.put_person(
        by=by, name=name, sex=sex, born_on=born_on, region=parent.region, newborn=True
    )
    _check_days(child, born_on, known)
    home = queries.household_of(parent.pk)
    if home is not None:
        households.put_in(home, child, HouseholdRole.CHILD, max(born_on, home.opened_on))
    event = LifeEvent.objects.create(
        person=child,
        kind=EventKind.BIRTH,
        happened_on=born_on,
        known_on=known,
        by=by,
        document=document,
        region=child.region,
        detail={"parent": parent.pk},
    )
    _note(by, event, "life.record")
    return event


@transaction.atomic
def withdraw(*, by: User, event: LifeEvent, reason: str) -> LifeEvent:
    """The event did not happen: a further row takes it back, and what it changed is put back.

    Not by whoever recorded it. What came after it and rests on it is taken back first.
    """
    require(by, "life.withdraw", event.person.region)
    require_stranger(by, event.person_id)
    require_other_hand(by, event.by_id)
    person = lock(event.person)
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    if event.reverses_id is not None or LifeEvent.objects.filter(reverses=event).exists():
        raise Conflict(_("This event was taken back already."), code="withdrawn_already")
    later = _standing(person).filter(pk__gt=event.pk)
    rests = ENDED_BY.get(EventKind(event.kind), event.kind)
    if later.filter(kind__in={rests, event.kind}).exists():
        raise Refused(
            _("A later event rests on this one."),
            code="later_event",
            fix=_("Take the later one back first."),
        )
    if event.kind == EventKind.DEATH:
        life.undo_death(person, event)
    elif event.kind == EventKind.MOVE:
        details.put(person, Detail.REGION, event.detail["from"], by=by, from_=event.happened_on)
    taken_back = LifeEvent.objects.create(
        person=person,
        kind=event.kind,
        happened_on=event.happened_on,
        known_on=timezone.localdate(),
        by=by,
        document=reason[:120],
        region=person.region,
        reverses=event,
    )
    _note(by, taken_back, "life.withdraw", reason)
    return taken_back


def _standing(person: Person) -> Any:
    """Events of the person that were not taken back."""
    return LifeEvent.objects.filter(person=person, reverses__isnull=True, reversed_by__isnull=True)


def _check_days(person: Person, happened_on: date, known_on: date) -> None:
    if happened_on < person.born_on:
        raise Invalid(_("This lies before the birth."), code="before_birth", field="happened_on")
    if known_on < happened_on:
        raise Invalid(
            _("Nothing is known before it happens."), code="known_before", field="known_on"
        )
    alive(person, happened_on)


def _check_order(person: Person, kind: EventKind, on: date) -> None:
    """Prison before release, abroad before the return; and nothing twice."""
    standing = _standing(person)
    if standing.filter(kind=kind, happened_on=on).exists():
        raise Conflict(
            _("This is on record already."), code="recorded_already", field="happened_on"
        )
    begins = AFTER.get(kind, kind)
    if begins not in ENDED_BY:
        return
    pair = (begins, ENDED_BY[begins])
    last = standing.filter(kind__in=pair, happened_on__lte=on).order_by("happened_on", "pk").last()
    inside = last is not None and last.kind == begins
    if (kind == begins) == inside:
        raise Conflict(
            _("The person is on record as imprisoned or abroad on that day already.")
            if inside
            else _("Nothing on record says that the person was imprisoned or abroad before."),
            code="out_of_order",
            field="happened_on",
            fix=_("Check the day, or record what came before first."),
        )


def _named(document: str) -> str:
    document = document.strip()
    if not document:
        raise Invalid(_("Name the document that proves it."), code="no_document", field="document")
    return document[:120]


def _note(by: User, event: LifeEvent, act: str, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=event,
        person_id=event.person_id,
        region=event.region,
        reason=reason or event.document,
        kind=event.kind,
        happened_on=event.happened_on,
        known_on=event.known_on,
    )
