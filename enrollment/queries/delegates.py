"""Who may act for whom today."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from enrollment.models import HouseholdMember, Mandate, Person
from enrollment.queries.matching import read_under
from socsec.office import people as office
from socsec.office.access import scope
from socsec.office.models import AuditEntry


def in_force(on: date | None = None) -> QuerySet[Mandate]:
    """Mandates that hold on a day: not ended, and both alive."""
    day = on or timezone.localdate()
    return Mandate.objects.filter(
        ended_at__isnull=True,
        since__lte=day,
        until__gte=day,
        person__died_on__isnull=True,
        delegate__died_on__isnull=True,
    ).select_related("person", "delegate")


def mandates(delegate_id: int) -> dict[int, office.Mandate]:
    """For whom a person may act today: what the office asks before it opens a page."""
    held = list(
        in_force()
        .filter(delegate_id__in=office.numbers(delegate_id))
        .order_by("person__name", "pk")
    )
    read_as = read_under(each.person_id for each in held)
    return {
        read_as[each.person_id]: office.Mandate(
            read_as[each.person_id],
            each.person.name,
            frozenset(each.scopes),
            each.until,
            each.kind == Mandate.Kind.GUARDIAN,
        )
        for each in held
    }


def mandates_of(person_id: int) -> QuerySet[Mandate]:
    """Everybody who may or might act for a person, newest first."""
    return (
        Mandate.objects.filter(person_id__in=office.numbers(person_id))
        .select_related("delegate", "granted_by", "ended_by")
        .order_by("-pk")
    )


def mandates_held(person_id: int) -> QuerySet[Mandate]:
    return (
        Mandate.objects.filter(delegate_id__in=office.numbers(person_id))
        .select_related("person")
        .order_by("-pk")
    )


def uses(person_id: int) -> QuerySet[AuditEntry]:
    """When somebody acted for this person, newest first."""
    return (
        AuditEntry.objects.filter(person_id__in=office.numbers(person_id), act="mandate.use")
        .select_related("actor")
        .order_by("-id")
    )


def all_mandates(user: Any) -> QuerySet[Mandate]:
    """Those for the people of the user's region."""
    return scope(Mandate.objects.select_related("person", "delegate"), user, "person__region")


def may_be_guardians(person_id: int, born_before: date) -> list[Person]:
    """Adults of the same household: the clerk is shown them, and still asks for the document."""
    today = timezone.localdate()
    own = office.numbers(person_id)
    homes = HouseholdMember.objects.filter(person_id__in=own, span__contains=today)
    return list(
        Person.objects.filter(
            Q(memberships__household__in=homes.values("household")),
            memberships__span__contains=today,
            born_on__lte=born_before,
            died_on__isnull=True,
        )
        .exclude(pk__in=own)
        .distinct()
        .order_by("pk")
    )
