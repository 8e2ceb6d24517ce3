"""What is said to people: notices in the portal, text messages, codes for signing in."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..fields import EncryptedField
from .case import Case


class Notice(models.Model):
    """A letter to a person, kept in both languages as it was sent."""

    person_id = models.BigIntegerField(_("person's number"))
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("case"),
    )
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=200)
    body_zh = models.TextField(_("text in Chinese"))
    body_en = models.TextField(_("text in English"))
    sent_at = models.DateTimeField(_("sent"), db_default=Now(), editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        indexes = [models.Index(fields=["person_id", "-id"], name="notice_by_person")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.title_zh if (get_language() or "").startswith("zh") else self.title_en

    @property
    def body(self) -> str:
        return self.body_zh if (get_language() or "").startswith("zh") else self.body_en


class OutboxMessage(models.Model):
    """A text message on its way: written with the act that causes it, delivered after the commit."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Kept here, not sent")
        FAILED = "failed", _("Could not be sent")

    to = EncryptedField(_("number"))
    to_masked = models.CharField(_("number"), max_length=20)
    body = EncryptedField(_("text"))
    purpose = models.CharField(_("purpose"), max_length=30)
    person_id = models.BigIntegerField(_("person's number"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.QUEUED)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True, default="")
    created_at = models.DateTimeField(_("written"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="queued"), name="outbox_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.to_masked} · {self.purpose}"


class OneTimeCode(models.Model):
    """Six digits that prove a telephone, stored as a keyed fingerprint; good once, for minutes."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    purpose = models.CharField(_("purpose"), max_length=30)
    digest = models.CharField(_("fingerprint"), max_length=64)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("good until"))
    attempts = models.SmallIntegerField(_("wrong attempts"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "purpose", "-id"], name="code_latest")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.purpose}"


class IdempotencyKey(models.Model):
    """The answer that a partner's request was given, so that asking again changes nothing."""

    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("partner")
    )
    key = models.CharField(_("key"), max_length=80)
    request_hash = models.CharField(_("fingerprint of the request"), max_length=64)
    status = models.SmallIntegerField(_("status"))
    body = models.JSONField(_("answer"), null=True)
    created_at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return self.key
