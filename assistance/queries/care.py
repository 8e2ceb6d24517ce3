"""Care of the elderly: what the desk lists, who comes first, and what waits for a second hand."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from assistance.models import (
    Bed,
    BedStay,
    BedWait,
    CareAssessment,
    CareBill,
    CareOrder,
    CarePlan,
    CareProvider,
    CareState,
    OrderState,
    Voucher,
    WaitState,
)
from assistance.models.care.giving import ConfirmedHow
from assistance.rules.care_services import CareService, Setting
from socsec.kernel import regions
from socsec.kernel.months import first_day, last_day
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


def bills(user: Any) -> QuerySet[CareBill]:
    """Bills of providers of care of the user's region, the latest month first."""
    rows = CareBill.objects.select_related("provider", "maker", "checked_by", "checker")
    return scope(rows, user)


class Odd(TextChoices):
    """What whoever checks a bill should look at."""

    DEAD = "dead", _("after the person died")
    IN_A_BED = "in_a_bed", _("at home, while in an institution")
    BY_OFFICE = "by_office", _("confirmed by the office, not by the person")
    BEYOND = "beyond", _("more than the care plan has for the month")


def oddities(bill: CareBill) -> list[tuple[CareOrder, Odd]]:
    """The orders of a bill that are odd, each with the first reason for it."""
    rows = bill.orders.select_related("person").annotate(
        lain=Exists(
            BedStay.objects.filter(
                Q(until__isnull=True) | Q(until__gt=OuterRef("day")),
                person=OuterRef("person"),
                from_date__lt=OuterRef("day"),
            )
        )
    )
    found: list[tuple[CareOrder, Odd]] = []
    given: dict[tuple[int, int, int], int] = {}
    planned = _planned([row.person_id for row in rows], bill.month)
    for row in rows.order_by("day", "pk"):
        kind = (row.person_id, row.service, row.setting)
        given[kind] = given.get(kind, 0) + row.units
        if row.person.died_on is not None and row.person.died_on < row.day:
            found.append((row, Odd.DEAD))
        elif row.lain and row.setting == Setting.HOME:
            found.append((row, Odd.IN_A_BED))
        elif row.how == ConfirmedHow.DESK:
            found.append((row, Odd.BY_OFFICE))
        elif row.person_id in planned and given[kind] > planned[row.person_id].get(kind[1:], 0):
            found.append((row, Odd.BEYOND))
    return found


def _planned(people: list[int], month: int) -> dict[int, dict[tuple[int, int], int]]:
    """The units a month of the plans that held in a month, by person, service and setting."""
    rows = CarePlan.objects.filter(
        Q(until__isnull=True) | Q(until__gte=first_day(month)),
        person__in=people,
        state=CareState.IN_FORCE,
        from_date__lte=last_day(month),
    )
    found: dict[int, dict[tuple[int, int], int]] = {}
    for row in rows:
        for line in row.lines:
            kind = int(CareService.read(line["service"])), int(Setting.read(line["setting"]))
            units = found.setdefault(row.person_id, {})
            units[kind] = max(units.get(kind, 0), line["units"])
    return found


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
