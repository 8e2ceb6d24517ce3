"""Credit that goes back to its payer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .late import user
from .receipt import Receipt


class Refund(models.Model):
    """A credit of a receipt that is paid back (退费), in fen.

    From the moment it is asked for the money is no credit any more. A person's goes to their own
    account by a payment order; an employer's goes back the way it came. Until it is out, the money
    stands in suspense.
    """

    class Way(models.TextChoices):
        ORDER = "order", _("To the person's bank account")
        BACK = "back", _("Back the way it came")

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for a second person")
        ORDERED = "ordered", _("Ordered at the bank")
        PAID = "paid", _("Paid back")
        RETURNED = "returned", _("Returned by the bank")
        REFUSED = "refused", _("Refused")
        KEPT = "kept", _("Credit again")

    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="refunds", verbose_name=_("receipt")
    )
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    way = models.CharField(_("way"), max_length=5, choices=Way.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    reason = models.CharField(_("reason"), max_length=200)
    maker = user(_("asked by"))
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    checker = user(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    batch_id = models.BigIntegerField(_("payment batch"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("refund of contributions")
        verbose_name_plural = _("refunds of contributions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0) & ~models.Q(reason=""), name="refund_complete"
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="refund_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(checker__isnull=False),
                name="refund_decided_by_someone",
            ),
        ]

    # The money is still in suspense in these states.
    HELD = (State.ASKED, State.ORDERED, State.RETURNED)

    def __str__(self) -> str:
        return f"{self.receipt} · {self.pk}"
