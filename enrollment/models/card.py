"""Social security cards, each from the request to its end."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import BlindIndexField, EncryptedField

from .person import Person


class CardState(models.TextChoices):
    REQUESTED = "requested", _("Being made")
    PRODUCED = "produced", _("Made, to be handed over")
    ISSUED = "issued", _("Handed over, not activated")
    ACTIVE = "active", _("In use")
    LOST = "lost", _("Reported lost")
    REPLACED = "replaced", _("Replaced by another")
    CANCELLED = "cancelled", _("Cancelled")


# From each state, where a card may go. The database enforces the same table.
STEPS: dict[str, tuple[str, ...]] = {
    CardState.REQUESTED: (CardState.PRODUCED, CardState.CANCELLED),
    CardState.PRODUCED: (CardState.ISSUED, CardState.CANCELLED),
    CardState.ISSUED: (CardState.ACTIVE, CardState.LOST, CardState.CANCELLED),
    CardState.ACTIVE: (CardState.LOST, CardState.CANCELLED),
    CardState.LOST: (
        CardState.ISSUED,
        CardState.ACTIVE,
        CardState.REPLACED,
        CardState.CANCELLED,
    ),
    CardState.REPLACED: (),
    CardState.CANCELLED: (),
}


class CardChannel(models.TextChoices):
    COUNTER = "counter", _("Counter")
    PHONE = "phone", _("Telephone")
    PORTAL = "portal", _("Portal")
    API = "api", _("Partner system")
    SYSTEM = "system", _("System")


class Card(models.Model):
    """One card (社会保障卡) of a person: at most one that is neither replaced nor cancelled.

    `due_on` is the last day on which the law lets it be handed over. `account` is the bank account
    that the card carries. A card reported lost remembers in `before_loss` what it was, for when it
    is found; `replaces` is the card whose place it takes.
    """

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="cards", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    state = models.CharField(
        _("state"), max_length=10, choices=CardState.choices, default=CardState.REQUESTED
    )
    channel = models.CharField(_("channel"), max_length=8, choices=CardChannel.choices)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_on = models.DateField(_("requested"))
    due_on = models.DateField(_("due"))
    number = models.CharField(_("card number"), max_length=9, blank=True, default="")
    bank = models.CharField(_("bank"), max_length=60, blank=True, default="")
    account = EncryptedField(_("account number"), blank=True, default="")
    blind = BlindIndexField(source="account", purpose="bank_account")
    last_four = models.CharField(_("last four digits"), max_length=4, blank=True, default="")
    produced_on = models.DateField(_("made"), null=True, blank=True)
    issued_on = models.DateField(_("handed over"), null=True, blank=True)
    activated_on = models.DateField(_("activated"), null=True, blank=True)
    lost_at = models.DateTimeField(_("reported lost"), null=True, blank=True)
    before_loss = models.CharField(
        _("state before the loss"), max_length=10, choices=CardState.choices, blank=True, default=""
    )
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("in place of"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    # On its way to the person.
    COMING = (CardState.REQUESTED, CardState.PRODUCED)
    ENDED = (CardState.REPLACED, CardState.CANCELLED)

    class Meta:
        verbose_name = _("social security card")
        verbose_name_plural = _("social security cards")
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["region", "state", "due_on"], name="card_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=~models.Q(state__in=["replaced", "cancelled"]),
                name="card_one_valid_per_person",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~models.Q(number=""), name="card_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["requested", "cancelled"])
                | models.Q(produced_on__isnull=False) & ~models.Q(number=""),
                name="card_made_before_handed_over",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="lost")
                | models.Q(lost_at__isnull=False, before_loss__in=["issued", "active"]),
                name="card_lost_since",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["replaced", "cancelled"])
                ^ models.Q(ended_on__isnull=True),
                name="card_ended_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.public_id)[:8]

    @property
    def ended(self) -> bool:
        return self.state in self.ENDED

    def late(self, today: date) -> bool:
        """Whether the law's period is over and the person still has no card."""
        return self.state in self.COMING and self.due_on < today
