"""Public events, who wants to hear of them, and what became of telling them."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ..fields import EncryptedField
from .region import Region


class PublicEvent(models.Model):
    """Something that happened, as partners hear of it: who, what kind, where, when. Append-only.

    `id` is the order in which events were published; `sequence` counts the events of one subject
    from 1 without a gap, so that a partner notices what it missed. `entry_id` is the audit entry
    that it tells of. `subject_id` is a public number, never one of ours.
    """

    event_id = models.UUIDField(_("event"), unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    entry_id = models.BigIntegerField(_("audit entry"))
    person_id = models.BigIntegerField(_("person's number"), null=True, blank=True)
    subject_type = models.CharField(_("subject"), max_length=20)
    subject_id = models.CharField(_("subject's public number"), max_length=40)
    sequence = models.IntegerField(_("sequence"))
    region = models.CharField(_("region"), max_length=6)
    occurred_at = models.DateTimeField(_("occurred"))
    published_at = models.DateTimeField(_("published"), db_default=Now(), editable=False)
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("public event")
        verbose_name_plural = _("public events")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["published_at"], name="event_published"),
            models.Index(fields=["region", "id"], name="event_by_region"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["entry_id", "kind"], name="event_once_per_entry"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "sequence"], name="event_sequence_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} #{self.sequence}"


class EventCursor(models.Model):
    """How far the audit has been published: every transaction below `txid`, entries above `after_id`.

    One row. Whoever publishes holds it, so there is one publisher at a time.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    txid = models.BigIntegerField(_("transaction"), default=0)
    after_id = models.BigIntegerField(_("after entry"), default=0)

    class Meta:
        verbose_name = _("event cursor")
        verbose_name_plural = _("event cursors")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="event_cursor_one_row")
        ]

    def __str__(self) -> str:
        return str(self.txid)


class Subscription(models.Model):
    """A partner's wish to be told: which kinds, of which region, at which address.

    `secret` signs what is sent; while it is changed over, `secret_before` signs as well until
    `before_until`. `rest_until` spares an address that does not answer, after `failures` in a row.
    """

    public_id = models.UUIDField(_("public number"), default=uuid.uuid4, unique=True)
    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="subscriptions",
        verbose_name=_("partner"),
    )
    kinds = ArrayField(models.CharField(max_length=40), verbose_name=_("kinds of event"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    url = models.URLField(_("address"), max_length=300)
    secret = EncryptedField(_("secret"))
    secret_before = EncryptedField(_("secret before"), blank=True, default="")
    before_until = models.DateTimeField(_("secret before signs until"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)
    failures = models.IntegerField(_("failures in a row"), default=0)
    rest_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), db_default=Now(), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(active=False),
                name="subscription_closed_is_not_active",
            ),
            models.CheckConstraint(condition=~models.Q(kinds=[]), name="subscription_to_some_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.partner} → {self.url}"


class Delivery(models.Model):
    """One event for one subscription: waiting, delivered, or given up after three days.

    `subject` repeats the event's, so that what concerns one person is told in order. A worker that
    sends it holds it by `token` until `leased_until`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Given up")

    event = models.ForeignKey(
        PublicEvent, models.PROTECT, related_name="+", verbose_name=_("event")
    )
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="deliveries", verbose_name=_("subscription")
    )
    subject = models.CharField(_("subject"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    attempts = models.IntegerField(_("attempts"), default=0)
    since = models.DateTimeField(_("tried since"))
    due_at = models.DateTimeField(_("next attempt"))
    token = models.UUIDField(_("held by"), null=True, blank=True)
    leased_until = models.DateTimeField(_("held until"), null=True, blank=True)
    status = models.SmallIntegerField(_("answer"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True, default="")
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    replays = models.SmallIntegerField(_("sent anew"), default=0)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-event_id"]
        indexes = [
            models.Index(
                fields=["subscription", "subject", "event"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["due_at"], condition=models.Q(state="waiting"), name="delivery_due"
            ),
            models.Index(fields=["state", "-event"], name="delivery_by_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "subscription"], name="delivery_once_per_event_and_subscription"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="delivered") | models.Q(delivered_at__isnull=False),
                name="delivery_delivered_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} → {self.subscription}"
