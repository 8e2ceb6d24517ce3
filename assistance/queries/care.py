"""Care of the elderly: what the desk lists, who comes first, and what waits for a second hand."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from assistance.models import (
    Bed,
    BedStay,
    BedWait,
    CareAssessment,
    CareOrder,
    CarePlan,
    CareProvider,
    CareState,
    OrderState,
    Voucher,
    WaitState,
)
from socsec.kernel import regions
from socsec.office.access import scope
from socsec.office.people import numbers


def assessments(user: Any) -> QuerySet[CareAssessment]:
    """Assessments of the level of care in the user's region, the latest entered first."""
    rows = CareAssessment.objects.select_related("person", "maker", "checker")
    return scope(rows.order_by("-entered_at", "-pk"), user)


def plans(user: Any) -> QuerySet[CarePlan]:
    """Care plans of the user's region, the latest entered first."""
    rows = CarePlan.objects.select_related("person", "assessment", "maker", "checker")
    return scope(rows.order_by("-entered_at", "-pk"), user)


def providers(user: Any) -> QuerySet[CareProvider]:
    """Providers of care of the user's region."""
    return scope(CareProvider.objects.select_related("maker", "checker"), user)


def beds(user: Any) -> QuerySet[Bed]:
    """Beds of the user's region, with `taken` and `offered`."""
    rows = Bed.objects.select_related("provider").annotate(
        taken=Exists(BedStay.objects.filter(bed=OuterRef("pk"), until__isnull=True)),
        offered=Exists(BedWait.objects.filter(bed=OuterRef("pk"), state=WaitState.OFFERED)),
    )
    return scope(rows, user, "provider__region")


def waits(user: Any) -> QuerySet[BedWait]:
    """Who waits for a bed, those who come first at the top."""
    return scope(BedWait.objects.select_related("person", "provider", "bed"), user)


def orders(user: Any) -> QuerySet[CareOrder]:
    """Orders of care of the user's region, the latest day first."""
    return scope(CareOrder.objects.select_related("person", "provider"), user)


def vouchers(user: Any) -> QuerySet[Voucher]:
    """Vouchers for care of the user's region with what they have left: `money_left`, `time_left`."""
    rows = Voucher.objects.select_related("person").annotate(
        money_left=F("amount") - Coalesce(Sum("uses__amount"), 0),
        time_left=F("minutes") - Coalesce(Sum("uses__minutes"), 0),
    )
    return scope(rows.order_by("-month", "-pk"), user)


def to_decide(user: Any) -> tuple[int, int, int]:
    """How many levels, plans and agreements with providers wait for a second person."""
    levels, held, agreements = (
        rows.filter(state=CareState.PROPOSED).count()
        for rows in (assessments(user), plans(user), providers(user))
    )
    return levels, held, agreements


def providers_for(region: str) -> QuerySet[CareProvider]:
    """The providers from which people of a region may order, by name."""
    return CareProvider.objects.filter(
        region__in=regions.upwards(region), state=CareState.IN_FORCE
    ).order_by("name")


def place_of(wait: BedWait) -> int:
    """How many-th somebody stands on a waiting list: 1 is next. Nought off the list."""
    if wait.state not in (WaitState.WAITING, WaitState.OFFERED):
        return 0
    before = Q(level__gt=wait.level) | Q(level=wait.level) & (
        Q(asked_on__lt=wait.asked_on) | Q(asked_on=wait.asked_on, pk__lt=wait.pk)
    )
    ahead = BedWait.objects.filter(
        before, provider=wait.provider_id, state__in=[WaitState.WAITING, WaitState.OFFERED]
    )
    return ahead.count() + 1


def waits_of(person_id: int) -> QuerySet[BedWait]:
    """The waiting lists on which somebody stands."""
    return BedWait.objects.filter(
        person_id__in=numbers(person_id), state__in=[WaitState.WAITING, WaitState.OFFERED]
    ).select_related("provider", "bed")


def stay_of(person_id: int) -> BedStay | None:
    """The bed in which somebody lies, or None."""
    return (
        BedStay.objects.filter(person_id__in=numbers(person_id), until__isnull=True)
        .select_related("bed__provider")
        .first()
    )


def orders_of(person_id: int) -> QuerySet[CareOrder]:
    """The orders of one person, those not confirmed yet first, then by day."""
    return (
        CareOrder.objects.filter(person_id__in=numbers(person_id))
        .select_related("provider")
        .annotate(is_open=Q(state=OrderState.ORDERED))
        .order_by("-is_open", "-day", "-pk")
    )
