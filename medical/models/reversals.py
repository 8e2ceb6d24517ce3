"""Settlements that somebody of the office wants to take back: proposed by one, decided by another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .bills import Encounter


class BillReversal(models.Model):
    """A proposal of the office to take the settlement of a bill back, and what became of it.

    What a provider undoes by itself needs none. `region` is that of the bill.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second person")
        DONE = "done", _("Taken back")
        REJECTED = "rejected", _("Not taken back")

    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="reversals", verbose_name=_("visit or stay")
    )
    region = models.CharField(_("region"), max_length=6)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PROPOSED
    )
    reason = models.CharField(_("reason"), max_length=200)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    recorded_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # Why it was not taken back.
    answer = models.CharField(_("answer"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("settlement to take back")
        verbose_name_plural = _("settlements to take back")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter"],
                condition=Q(state="proposed"),
                name="bill_reversal_one_proposed",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="bill_reversal_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", checker__isnull=True)
                | Q(state__in=["done", "rejected"], checker__isnull=False),
                name="bill_reversal_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(self.encounter)
