"""Publishing: from the audit to public events, in an order that no late commit disturbs.

Every entry whose transaction lies below the horizon (`seals.horizon`) is complete: nothing can
appear there any more. Acts on one person wait for each other on the person's row, so the later
act has the higher entry number; published in that order, a subject's sequence is that of its acts.
"""

import uuid
from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from socsec.kernel import regions

from .. import events, people
from ..models import AuditEntry, Delivery, EventCursor, PublicEvent, Subscription
from .seals import counter, horizon

CHUNK = 2_000
# Events are named after the entry that they tell of: published twice, they would be the same.
_SPACE = uuid.UUID("6f6d1f0e-3c5a-5d55-9f0e-2f0b8f1d7c11")


@transaction.atomic
def publish() -> int:
    """Publish every complete entry not published yet. Returns how many events there are more.

    Publishers that meet do not wait for each other: the later one leaves.
    """
    EventCursor.objects.bulk_create([EventCursor()], ignore_conflicts=True)
    cursor = EventCursor.objects.select_for_update(skip_locked=True).first()
    if cursor is None:
        return 0
    end = horizon()
    if counter() < cursor.txid:
        # A restored database counts its transactions afresh: what it holds was published before.
        cursor.txid = 0
        cursor.after_id = AuditEntry.objects.aggregate(newest=Max("id"))["newest"] or 0
    if end <= cursor.txid:
        return 0
    kinds = events.by_act()
    entries = AuditEntry.objects.filter(
        txid__gte=cursor.txid, txid__lt=end, id__gt=cursor.after_id, act__in=list(kinds)
    ).order_by("id")
    published = 0
    stream = entries.iterator(chunk_size=CHUNK)
    while some := list(islice(stream, CHUNK)):
        new = _numbered(list(_told(some)))
        PublicEvent.objects.bulk_create(new)
        _hand_out(new)
        published += len(new)
    cursor.txid = end
    cursor.save(update_fields=["txid", "after_id"])
    return published


def matches(subscription: Subscription, event: PublicEvent) -> bool:
    """Whether the subscription wants this event, and its partner may still hear of it."""
    partner = subscription.partner
    return (
        event.kind in subscription.kinds
        and partner.is_active
        and partner.region_code is not None
        and regions.covers(partner.region_code, subscription.region_id)
        and regions.covers(subscription.region_id, event.region)
    )


def row(event: PublicEvent, subscription: Subscription) -> Delivery:
    now = timezone.now()
    return Delivery(
        event=event,
        subscription=subscription,
        subject=f"{event.subject_type}:{event.subject_id}",
        since=now,
        due_at=now,
    )


def _told(entries: list[AuditEntry]) -> Iterator[PublicEvent]:
    """The events that entries tell of, in their order, not numbered yet."""
    kinds = events.by_act()
    public = people.public_ids(entry.person_id for entry in entries)
    for entry in entries:
        for kind in kinds[entry.act]:
            if not kind.when(entry):
                continue
            subject = (
                public.get(entry.person_id or 0)
                if kind.subject == events.PERSON
                else entry.subject_id
            )
            if not subject:
                continue  # nobody whom a partner could ask about
            yield PublicEvent(
                event_id=uuid.uuid5(_SPACE, f"{entry.pk}/{kind.name}/{entry.at.isoformat()}"),
                kind=kind.name,
                entry_id=entry.pk,
                person_id=entry.person_id,
                subject_type=kind.subject,
                subject_id=str(subject),
                region=entry.region or regions.NATION,
                occurred_at=entry.at,
                data={name: entry.detail[name] for name in kind.data if name in entry.detail},
            )


def _numbered(new: list[PublicEvent]) -> list[PublicEvent]:
    """Count on for each subject."""
    wanted = {event.subject_id for event in new}
    last = {
        (kind, subject): number
        for kind, subject, number in PublicEvent.objects.order_by()
        .filter(subject_id__in=wanted)
        .values_list("subject_type", "subject_id")
        .annotate(Max("sequence"))
    }
    for event in new:
        key = (event.subject_type, event.subject_id)
        last[key] = event.sequence = last.get(key, 0) + 1
    return new


def _hand_out(new: list[PublicEvent]) -> None:
    """One row for each event and each subscription that wants it."""
    wishes = list(
        Subscription.objects.filter(active=True).select_related("partner", "partner__office")
    )
    Delivery.objects.bulk_create(
        [row(event, wish) for event in new for wish in wishes if matches(wish, event)],
        batch_size=CHUNK,
    )
