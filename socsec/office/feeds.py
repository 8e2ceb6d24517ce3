"""Reads of what partners are told: the feed of a partner, its deliveries, what was given up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from .access import scope
from .models import Delivery, PublicEvent, Subscription, User


def feed(
    user: User, kinds: Sequence[str], *, since: datetime | None = None, after: int | None = None
) -> QuerySet[PublicEvent]:
    """The events of the user's region, in the order in which they were published."""
    found = scope(PublicEvent.objects.filter(kind__in=list(kinds)), user)
    if since is not None:
        found = found.filter(published_at__gte=since)
    if after is not None:
        found = found.filter(pk__gt=after)
    return found.order_by("pk")


def place(event_id: Any) -> int | None:
    """Where in the feed an event stands."""
    return PublicEvent.objects.filter(event_id=event_id).values_list("pk", flat=True).first()


def subscriptions(user: User) -> QuerySet[Subscription]:
    """A partner's own subscriptions; those of their region for staff."""
    found = Subscription.objects.select_related("partner", "partner__office", "region")
    if user.kind == User.Kind.PARTNER:
        return found.filter(partner=user)
    return scope(found, user)


def counted(user: User) -> QuerySet[Subscription]:
    """The same, with how many deliveries wait and how many were given up."""
    return subscriptions(user).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING)),
        dead=Count("deliveries", filter=Q(deliveries__state=Delivery.State.DEAD)),
    )


def deliveries(user: User) -> QuerySet[Delivery]:
    """What was or is to be told to the partners of the user's region, newest first."""
    found = Delivery.objects.select_related(
        "event", "subscription", "subscription__partner"
    ).order_by("-event_id")
    if user.kind == User.Kind.PARTNER:
        return found.filter(subscription__partner=user)
    return scope(found, user, "subscription__region")


def given_up(user: User) -> QuerySet[Delivery]:
    """What never arrived, of subscriptions that still stand: somebody must look."""
    return deliveries(user).filter(state=Delivery.State.DEAD, subscription__closed_at__isnull=True)
