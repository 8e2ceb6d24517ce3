"""Overpayments: which months, and what came back of them."""

from typing import Any

from django.db.models import QuerySet, Sum

from pensions.models import OverpaidMonth, Overpayment, OverpaymentState, Recovery
from socsec.office.access import scope


def overpayments(user: Any) -> QuerySet[Overpayment]:
    """The overpayments of the user's region, the latest first."""
    found = Overpayment.objects.select_related("person", "award")
    return scope(found, user).order_by("-found_on", "-pk")


def overpayments_of(person_id: int) -> QuerySet[Overpayment]:
    """A person's overpayments that were not taken back as a mistake, the latest first."""
    return (
        Overpayment.objects.filter(person_id=person_id)
        .exclude(state=OverpaymentState.CANCELLED)
        .order_by("-found_on", "-pk")
    )


def overpaid_months(overpayment: Overpayment) -> list[tuple[int, int]]:
    """Which months were overpaid by how much, in fen."""
    rows = OverpaidMonth.objects.filter(
        person_id=overpayment.person_id, overpayment_id=overpayment.pk
    )
    found = rows.order_by("month").values_list("month").annotate(total=Sum("amount"))
    return [(month, total) for month, total in found if total]


def recoveries(overpayment: Overpayment) -> QuerySet[Recovery]:
    """What came back of an overpayment, in the order in which it came."""
    return Recovery.objects.filter(
        person_id=overpayment.person_id, overpayment_id=overpayment.pk
    ).order_by("number")
