"""Money paid online: what was asked for, and every word that the bank said about it."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .employer import Employer
from .person import Person


def new_reference() -> str:
    """A name for one payment, drawn anew each time: no process, worker or restart repeats one."""
    return f"JF{secrets.token_hex(10).upper()}"


class PaymentIntent(models.Model):
    """One payment that somebody set out to make online: who pays what for which purpose.

    `purpose` is registered (`enrollment.services.online.purposes`); `subject` says in the purpose's own
    words what it is for. `amount` is in fen. `trouble` is what a member of staff must look at, in
    both languages; {} where there is nothing.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for the bank")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Not paid")
        EXPIRED = "expired", _("Ran out unpaid")
        REPLACED = "replaced", _("Replaced by another payment")

    reference = models.CharField(
        _("reference"), max_length=32, unique=True, default=new_reference, editable=False
    )
    purpose = models.CharField(_("purpose"), max_length=32)
    subject = models.CharField(_("for what"), max_length=64, blank=True, default="")
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="online_payments",
        verbose_name=_("person"),
    )
    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="online_payments",
        verbose_name=_("employer"),
    )
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("bank's reason"), max_length=120, blank=True, default="")
    trouble = models.JSONField(_("to look at"), default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("begun by")
    )
    begun_at = models.DateTimeField(_("begun"))
    expires_at = models.DateTimeField(_("good until"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("online payment")
        verbose_name_plural = _("online payments")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="open"),
                name="online_payment_waiting",
            ),
            models.Index(
                fields=["region"],
                condition=~models.Q(trouble={}),
                name="online_payment_trouble",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(employer__isnull=True, person__isnull=False)
                | models.Q(employer__isnull=False, person__isnull=True),
                name="online_payment_one_payer",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="online_payment_amount_possible"
            ),
            models.UniqueConstraint(
                fields=["purpose", "subject", "person", "employer"],
                condition=models.Q(state="open"),
                nulls_distinct=False,
                name="online_payment_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def title(self) -> str:
        return self.title_zh if (get_language() or "").startswith("zh") else self.title_en

    @property
    def payer(self) -> Employer | Person:
        payer = self.employer or self.person
        assert payer is not None  # online_payment_one_payer
        return payer


class GatewayMessage(models.Model):
    """A signed message of the bank about one payment, kept as it was understood; only ever added.

    `reference` is what the bank named, whether we know it or not. `transaction` is the bank's own
    number of the movement of money, and tells two payments from one that was reported twice.
    """

    class Effect(models.TextChoices):
        TAKEN = "taken", _("Taken")
        REPEATED = "repeated", _("Said before")
        SECOND = "second", _("A second payment")
        CONTRADICTS = "contradicts", _("Contradicts an earlier message")
        UNKNOWN = "unknown", _("No such payment of ours")

    class Outcome(models.TextChoices):
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Not paid")

    reference = models.CharField(_("reference"), max_length=64, db_index=True)
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome.choices)
    amount = models.BigIntegerField(_("amount"))
    transaction = models.CharField(_("bank's number"), max_length=40)
    on = models.DateField(_("date"))
    reason = models.CharField(_("bank's reason"), max_length=120, blank=True, default="")
    effect = models.CharField(_("what came of it"), max_length=11, choices=Effect.choices)
    digest = models.CharField(_("fingerprint"), max_length=64, unique=True)
    heard_at = models.DateTimeField(_("heard"), auto_now_add=True)

    class Meta:
        verbose_name = _("message of the bank")
        verbose_name_plural = _("messages of the bank")
        ordering = ["id"]
        constraints = [
            # Two workers who hear of one movement of money at the same moment book it once.
            models.UniqueConstraint(
                fields=["transaction"],
                condition=models.Q(outcome="paid", effect__in=["taken", "second", "unknown"]),
                name="gateway_message_transaction_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.get_outcome_display()}"

    @property
    def receipt_reference(self) -> str:
        """Under which reference the money of this message is booked."""
        return f"{self.reference}/{self.transaction}"[:64]


class LocalBankOrder(models.Model):
    """What the bank of the trial knows of a payment: kept apart, as a bank's books are."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Refused")
        CLOSED = "closed", _("Closed by the office")

    token = models.CharField(_("token"), max_length=40, unique=True)
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    title = models.CharField(_("title"), max_length=200)
    payer = models.CharField(_("payer"), max_length=120)
    amount = models.BigIntegerField(_("amount"))
    back = models.CharField(_("way back"), max_length=200)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    # Whether the bank answers when it is asked; a bank that timed out does not.
    silent = models.BooleanField(_("does not answer"), default=False)
    transaction = models.CharField(_("bank's number"), max_length=40, blank=True, default="")
    on = models.DateField(_("date"), null=True, blank=True)
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        verbose_name = _("order of the trial bank")
        verbose_name_plural = _("orders of the trial bank")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.reference
