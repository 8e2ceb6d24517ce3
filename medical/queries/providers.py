"""Providers: who they are, whether they may settle on a day, and what their price lists match."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from medical.models import (
    Agreement,
    CatalogueItem,
    Provider,
    ProviderItem,
    ProviderUser,
    Sanction,
)
from socsec.kernel.regions import span, upwards
from socsec.office.access import scope
from socsec.office.models import Region

from .catalogue import on


def providers(user: Any) -> QuerySet[Provider]:
    return scope(Provider.objects.all(), user)


def agreements(user: Any) -> QuerySet[Agreement]:
    return scope(
        Agreement.objects.select_related("provider", "maker", "checker"), user, "provider__region"
    )


def sanctions(user: Any) -> QuerySet[Sanction]:
    return scope(
        Sanction.objects.select_related("provider", "department", "maker", "checker"),
        user,
        "provider__region",
    )


def to_decide(user: Any) -> QuerySet:
    """The numbers of agreements and measures that wait for a second person."""
    first, second = (
        rows(user).filter(checker__isnull=True).order_by().values("pk")
        for rows in (agreements, sanctions)
    )
    return first.union(second, all=True)


def in_force(day: date) -> Q:
    """The condition that an agreement holds on a day."""
    last = Least("until", Coalesce("ended_on", "until"))
    return Q(checker__isnull=False, from_date__lte=day) & Q(
        pk__in=Agreement.objects.annotate(last=last).filter(last__gte=day).values("pk")
    )


def agreement_on(provider_id: int, day: date) -> Agreement | None:
    """The agreement under which a provider settles on a day."""
    rows = Agreement.objects.filter(provider_id=provider_id, from_date__lte=day, until__gte=day)
    return next((each for each in rows if each.holds_on(day)), None)


def stop_on(provider_id: int, day: date, department: str = "") -> Sanction | None:
    """The measure that stops a provider's settlements on a day, or those of one of its departments."""
    rows = Sanction.objects.filter(
        Q(department__isnull=True) | Q(department__code=department), provider_id=provider_id
    )
    return next((each for each in rows if each.stops_on(day)), None)


def provider_of(user: Any, day: date | None = None) -> Provider | None:
    """The provider whose system this account is, on a day (today)."""
    today = day or timezone.localdate()
    found = (
        ProviderUser.objects.filter(Q(until__isnull=True) | Q(until__gte=today))
        .filter(user_id=user.pk, since__lte=today)
        .select_related("provider")
        .first()
    )
    return found.provider if found else None


def price_list(provider_id: int, day: date) -> QuerySet[ProviderItem]:
    """A provider's own prices on a day."""
    return ProviderItem.objects.filter(on(day), provider_id=provider_id).order_by("local_code")


def unmatched(provider: Provider, day: date) -> QuerySet[ProviderItem]:
    """Of a price list, what no catalogue of the place lists on that day: it will not be paid for."""
    listed = CatalogueItem.objects.filter(
        on(day), region__in=upwards(provider.region), kind=OuterRef("kind"), code=OuterRef("code")
    )
    return price_list(provider.pk, day).filter(~Exists(listed))


def dearer(provider: Provider, day: date) -> QuerySet[ProviderItem]:
    """Of a price list, what is dearer than the price limit of the catalogue: the rest is paid privately."""
    above = CatalogueItem.objects.filter(
        on(day),
        region__in=upwards(provider.region),
        kind=OuterRef("kind"),
        code=OuterRef("code"),
        price_limit__lt=OuterRef("price"),
    )
    return price_list(provider.pk, day).filter(Exists(above))


def find(*, name: str = "", place: str = "", kind: int | None = None) -> QuerySet[Provider]:
    """Providers with an agreement today, by a part of their name, where they are, and what they are.

    `place` is a part of the address or of the name of a region. Measures in force are prefetched
    as `stops`.
    """
    today = timezone.localdate()
    under = Agreement.objects.filter(in_force(today), provider=OuterRef("pk"))
    found = Provider.objects.filter(Exists(under), closed_on__isnull=True)
    if name:
        found = found.filter(name__icontains=name)
    if kind is not None:
        found = found.filter(kind=kind)
    if place:
        there = Q(address__icontains=place)
        named = Region.objects.filter(Q(name_zh__icontains=place) | Q(name_en__icontains=place))
        for code in named.values_list("code", flat=True)[:100]:
            there |= Q(region__range=span(code))
        found = found.filter(there)
    stopping = Sanction.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today),
        department__isnull=True,
        checker__isnull=False,
        kind__in=Sanction.STOPS,
        from_date__lte=today,
    )
    return found.prefetch_related(Prefetch("sanctions", stopping, to_attr="stops"))
