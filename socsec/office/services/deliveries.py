"""Telling partners: one event at a time to each address, in order for each subject.

A delivery is taken in a short transaction that leaves a lease and a token, sent outside of any
transaction, and closed by whoever still holds the token. Two workers never send one at the same
time: sending is cut off long before the lease ends. One whose worker died is taken again.
"""

import hashlib
import hmac
import json
import time
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from .. import outbound
from ..models import Delivery, PublicEvent, Subscription
from . import audit

LEASE = timedelta(seconds=60)  # outbound.WHOLE is a third of it
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=6)  # between attempts: doubled each time
GIVE_UP = timedelta(days=3)
REST = timedelta(minutes=10)  # the longest that an address is spared after failures in a row
OK = range(200, 300)

State = Delivery.State


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over the timestamp, a dot, and the body, in hexadecimal.

    >>> sign("a shared secret", 1767225600, b"{}")[:16]
    '84a5c63f478b46cc'
    """
    said = str(timestamp).encode() + b"." + body
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def body_of(event: PublicEvent) -> dict[str, object]:
    """What partners are told: that it happened, to whom, where. What became of it they read."""
    return {
        "event_id": str(event.event_id),
        "kind": event.kind,
        "occurred_at": event.occurred_at.isoformat(),
        "subject": {"type": event.subject_type, "id": event.subject_id},
        "sequence": event.sequence,
        "region": event.region,
        "data": event.data,
    }


def headers_of(
    subscription: Subscription, event: PublicEvent, body: bytes, at: int
) -> dict[str, str]:
    """The headers of a delivery. While a secret is changed over, both sign."""
    secrets = [subscription.secret]
    until = subscription.before_until
    if subscription.secret_before and until is not None and until > timezone.now():
        secrets.append(subscription.secret_before)
    return {
        "Content-Type": "application/json",
        "User-Agent": "socsec-events/1",
        "X-Event-Id": str(event.event_id),
        "X-Event-Kind": event.kind,
        "X-Timestamp": str(at),
        "X-Signature": ", ".join(f"v1={sign(secret, at, body)}" for secret in secrets),
    }


def due() -> list[int]:
    """The subscriptions that have something to be told now."""
    now = timezone.now()
    return list(
        Subscription.objects.filter(active=True)
        .filter(Q(rest_until__isnull=True) | Q(rest_until__lte=now))
        .filter(
            Exists(
                Delivery.objects.filter(
                    subscription=OuterRef("pk"), state=State.WAITING, due_at__lte=now
                )
            )
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def deliver(subscription_id: int, *, seconds: float = 20.0) -> int:
    """Tell one partner what is due, one after the other, until time is up. How many arrived."""
    end = time.monotonic() + seconds
    arrived = 0
    while (held := _take(subscription_id)) is not None:
        arrived += _send(held)
        if time.monotonic() >= end:
            break
    return arrived


@transaction.atomic
def _take(subscription_id: int) -> Delivery | None:
    """Lay a lease on the next one; what came before it about the same subject must have arrived."""
    now = timezone.now()
    earlier = Delivery.objects.filter(
        subscription=OuterRef("subscription"),
        subject=OuterRef("subject"),
        event__lt=OuterRef("event"),
        state=State.WAITING,
    )
    found = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event", "subscription", "subscription__partner")
        .filter(subscription_id=subscription_id, subscription__active=True)
        .filter(Q(subscription__rest_until__isnull=True) | Q(subscription__rest_until__lte=now))
        .filter(state=State.WAITING, due_at__lte=now)
        .filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now))
        .filter(~Exists(earlier))
        .order_by("event_id")
        .first()
    )
    if found is None:
        return None
    found.token = uuid.uuid4()
    found.leased_until = now + LEASE
    found.attempts += 1
    found.save(update_fields=["token", "leased_until", "attempts"])
    return found


def _send(held: Delivery) -> bool:
    body = json.dumps(body_of(held.event), ensure_ascii=False, separators=(",", ":")).encode()
    headers = headers_of(held.subscription, held.event, body, int(time.time()))
    status, error = None, ""
    try:
        status = outbound.post(held.subscription.url, body, headers)
        if status not in OK:
            error = f"answered {status}"
    except outbound.Unreachable as trouble:
        error = str(trouble)
    return _close(held, status, error)


@transaction.atomic
def _close(held: Delivery, status: int | None, error: str) -> bool:
    """Write down what came of it, if the lease is still ours."""
    now = timezone.now()
    mine = Delivery.objects.filter(pk=held.pk, token=held.token, state=State.WAITING)
    common = {"token": None, "leased_until": None, "status": status, "error": error[:200]}
    if not error:
        arrived = mine.update(state=State.DELIVERED, delivered_at=now, **common)
        Subscription.objects.filter(pk=held.subscription_id, failures__gt=0).update(
            failures=0, rest_until=None
        )
        return bool(arrived)
    again = now + wait(held.attempts)
    if again - held.since <= GIVE_UP:
        mine.update(due_at=again, **common)
    elif mine.update(state=State.DEAD, **common):
        audit.record(
            by=None,
            act="event.give_up",
            subject=held,
            region=held.event.region,
            kind=held.event.kind,
            partner=held.subscription.partner.username,
            attempts=held.attempts,
        )
    _rest(held.subscription_id, now)
    return False


def _rest(subscription_id: int, now: datetime) -> None:
    Subscription.objects.filter(pk=subscription_id).update(failures=F("failures") + 1)
    failures = Subscription.objects.values_list("failures", flat=True).get(pk=subscription_id)
    pause = min(REST, FIRST * failures)
    Subscription.objects.filter(pk=subscription_id).update(rest_until=now + pause)


def wait(attempts: int) -> timedelta:
    """How long until the next attempt.

    >>> [str(wait(n)) for n in (1, 2, 5, 11)]
    ['0:00:30', '0:01:00', '0:08:00', '6:00:00']
    """
    return min(LONGEST, FIRST * 2 ** min(attempts - 1, 16))
