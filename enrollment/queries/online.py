"""Online payments for the desk: those of a region, and those that somebody must look at."""

from django.db.models import QuerySet

from enrollment.models import GatewayMessage, PaymentIntent, UnmatchedReceipt
from socsec.office.access import scope
from socsec.office.models import User


def online_payments(user: User) -> QuerySet[PaymentIntent]:
    """Those of the user's region, the latest first."""
    return scope(PaymentIntent.objects.select_related("person", "employer"), user)


def troubled(user: User) -> int:
    """How many of them somebody must look at."""
    return online_payments(user).exclude(trouble={}).count()


def unknown_messages() -> QuerySet[GatewayMessage]:
    """What the bank said of payments that are not ours."""
    return GatewayMessage.objects.filter(effect=GatewayMessage.Effect.UNKNOWN)


def unmatched_open(user: User) -> int:
    """How much money of unknown payers waits: the number of its lines."""
    return scope(UnmatchedReceipt.objects.filter(state__in=["open", "returning"]), user).count()
