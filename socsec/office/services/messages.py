"""Telling people: notices in the portal, and text messages through an outbox."""

import logging
from collections.abc import Sequence

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import sms
from ..access import may, require
from ..errors import Invalid, NotFound, Text, both
from ..fields import mask_mobile
from ..models import Case, Notice, OutboxMessage, User
from . import audit

log = logging.getLogger(__name__)

State = OutboxMessage.State
ATTEMPTS = 5


@transaction.atomic
def notify(
    *, person_id: int, title: Text, body: Text, by: User | None, case: Case | None = None
) -> Notice:
    """Put a letter into a person's portal, in both languages.

    Give lazy texts; where values are filled in, use `errors.say`, so that both languages get
    them. It tells of an act whose service has asked for permission already.
    """
    titles, bodies = both(title), both(body)
    notice = Notice.objects.create(
        person_id=person_id,
        case=case,
        title_zh=titles["zh"],
        title_en=titles["en"],
        body_zh=bodies["zh"],
        body_en=bodies["en"],
    )
    audit.record(
        by=by,
        act="notice.send",
        subject=notice,
        person_id=person_id,
        region=case.region_id if case else "",
        title=titles["en"],
    )
    return notice


@transaction.atomic
def notify_many(*, people: Sequence[int], title: Text, body: Text, by: User | None) -> int:
    """The same letter to many, as `notify` puts one. Returns how many were written."""
    titles, bodies = both(title), both(body)
    sent = Notice.objects.bulk_create(
        [
            Notice(
                person_id=person_id,
                title_zh=titles["zh"],
                title_en=titles["en"],
                body_zh=bodies["zh"],
                body_en=bodies["en"],
            )
            for person_id in people
        ],
        batch_size=5000,
    )
    return audit.record_many(
        by=by,
        act="notice.send",
        rows=[
            {"subject": notice, "person_id": notice.person_id, "title": titles["en"]}
            for notice in sent
        ],
    )


@transaction.atomic
def mark_read(*, notice_id: int, by: User) -> Notice:
    """Note that the person, or whoever may act for them, has opened a notice. Nobody else can."""
    notice = Notice.objects.select_for_update(of=("self",)).filter(pk=notice_id).first()
    # Staff may look at what was sent; only the person's own eyes make it read.
    theirs = (
        notice is not None
        and by.kind == User.Kind.INSURED
        and (by.person_id == notice.person_id or may(by, "notice.read", person_id=notice.person_id))
    )
    if notice is None or not theirs:
        raise NotFound(_("There is no such notice."), code="no_notice")
    require(by, "notice.read", person_id=notice.person_id)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
        audit.record(by=by, act="notice.read", subject=notice, person_id=notice.person_id)
    return notice


@transaction.atomic
def text(*, to: str, body: str, purpose: str, person_id: int | None = None) -> OutboxMessage:
    """Queue a text message; it leaves only if this transaction commits.

    `body` is in the language of whoever gets it. A backend that sends nothing keeps it readable;
    any other forgets the text once the carrier has it.
    """
    if not to.strip() or not body.strip():
        raise Invalid(_("A text message needs a number and a text."), code="empty", field="to")
    message = OutboxMessage.objects.create(
        to=to,
        to_masked=mask_mobile(to),
        body=body,
        purpose=purpose,
        person_id=person_id,
        state=State.KEPT if sms.backend().keeps else State.QUEUED,
    )
    if message.state == State.QUEUED:
        transaction.on_commit(lambda: _hand_over(message.pk))
    return message


def deliver(*, message_id: int) -> OutboxMessage | None:
    """Send one queued message; None when another worker has it or it is gone already."""
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=message_id, state=State.QUEUED)
            .first()
        )
        if message is None:
            return None
        message.attempts += 1
        try:
            sms.backend().deliver(message.to, message.body)
        except sms.Undeliverable as error:
            message.state, message.error = State.FAILED, str(error)
        except Exception as error:
            log.warning("text message %s was not sent: %s", message.pk, type(error).__name__)
            message.error = type(error).__name__
            if message.attempts >= ATTEMPTS:
                message.state = State.FAILED
        else:
            message.state, message.error = State.SENT, ""
            message.sent_at = timezone.now()
            message.body = ""
        message.save()
        return message


def _hand_over(message_id: int) -> None:
    try:
        # By name: the task stands above the services and calls them, not the other way round.
        current_app.tasks["office.deliver"].delay(message_id)
    except Exception as error:
        # The queue is away: the message stays queued, and the task of each minute finds it.
        log.warning("text message %s waits: %s", message_id, type(error).__name__)
