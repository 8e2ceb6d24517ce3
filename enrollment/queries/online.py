"""Online payments for the desk: those of a region, and those that somebody must look at."""

from django.db.models import QuerySet

from enrollment.models import GatewayMessage, PaymentIntent, UnmatchedReceipt
from socsec.office.access import scope
from socsec.office.models import User


def online_payments(user: User) -> QuerySet[PaymentIntent]:
    """Those of the user's region, the latest first."""
    return scope(PaymentIntent.objects.select_related("person", "employer"), user)


def troubled(user: User) -> QuerySet[PaymentIntent]:
    """Those that somebody must look at."""
    return online_payments(user).exclude(trouble={})


def unknown_messages() -> QuerySet[GatewayMessage]:
    """What the bank said of payments that are not ours."""
    return GatewayMessage.objects.filter(effect=GatewayMessage.Effect.UNKNOWN)


def unmatched_open(user: User) -> QuerySet[UnmatchedReceipt]:
    """The lines of unknown payers' money that wait."""
    return scope(UnmatchedReceipt.objects.filter(state__in=["open", "returning"]), user)
