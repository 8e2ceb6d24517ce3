"""Life events, for screens and for the apps above that must act on them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from enrollment.models import EventKind, LifeEvent, Person
from socsec.office import people as office
from socsec.office.access import scope


def events_since(
    after: int = 0, kinds: Iterable[str] | None = None, person_id: int | None = None
) -> QuerySet[LifeEvent]:
    """Every event recorded after a number, oldest first: how the apps above learn of them.

    An app keeps the number of the last event that it has acted on. A row whose `reverses` is set
    takes an earlier event back, and what followed from that one is to be undone.
    """
    found = LifeEvent.objects.filter(pk__gt=after).select_related("reverses").order_by("pk")
    if kinds is not None:
        found = found.filter(kind__in=list(kinds))
    return found if person_id is None else found.filter(person_id__in=office.numbers(person_id))


def life_events(person_id: int) -> QuerySet[LifeEvent]:
    """The events of one person, newest first, with what took them back."""
    return (
        LifeEvent.objects.filter(person_id__in=office.numbers(person_id), reverses__isnull=True)
        .select_related("by", "reversed_by", "reversed_by__by")
        .order_by("-happened_on", "-pk")
    )


def standing_events(person_id: int, on: date | None = None) -> QuerySet[LifeEvent]:
    """What happened to a person up to a day and was not taken back, in the order of the days."""
    found = LifeEvent.objects.filter(
        person_id__in=office.numbers(person_id), reverses__isnull=True, reversed_by__isnull=True
    ).order_by("happened_on", "pk")
    return found if on is None else found.filter(happened_on__lte=on)


def imprisoned_on(person_id: int, day: date) -> bool:
    """Whether the person was serving a sentence on a day, as far as is known."""
    return _inside(person_id, day, EventKind.PRISON, EventKind.RELEASE)


def abroad_on(person_id: int, day: date) -> bool:
    """Whether the person had settled abroad by a day, as far as is known."""
    return _inside(person_id, day, EventKind.EMIGRATION, EventKind.RETURN)


def _inside(person_id: int, day: date, begins: str, ends: str) -> bool:
    last = standing_events(person_id, day).filter(kind__in=(begins, ends)).last()
    return last is not None and last.kind == begins


def all_events(user: Any) -> QuerySet[LifeEvent]:
    """The events of the user's region, newest first."""
    return scope(
        LifeEvent.objects.select_related("person", "by", "reversed_by"), user, "person__region"
    ).order_by("-pk")


def child_of(parent_id: int, born_on: date, name: str) -> Person | None:
    """A child of this parent, recorded by its birth, of the same day and name."""
    return Person.objects.filter(
        life_events__kind=EventKind.BIRTH,
        life_events__reverses__isnull=True,
        life_events__detail__parent=parent_id,
        born_on=born_on,
        name=" ".join(name.split()),
    ).first()
