"""Clearing between regions (异地就医清算): what two funds owe each other for a month, bill by bill."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentBatch
from socsec.office.models import Run

from .settlement import Settlement


def _user(label: Any) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=label,
    )


class ClearingStatement(models.Model):
    """What two funds owe each other for care of each other's insured, in a month of the books.

    `low` and `high` are the funds in the order of their numbers. `low_owes` is what the low one owes
    for its insured who were treated with the other, `high_owes` the other way round; amounts in
    fen, below zero where more was taken back than settled. Fixed once both sides have agreed.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waits for both sides")
        AGREED = "agreed", _("Agreed, to be paid")
        PAID = "paid", _("Paid and received")

    run = models.ForeignKey(
        Run, models.PROTECT, related_name="clearing_statements", verbose_name=_("run")
    )
    month = models.IntegerField(_("month"))
    low = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("one fund"))
    high = models.ForeignKey(
        Fund, models.PROTECT, related_name="+", verbose_name=_("the other fund")
    )
    low_region = models.CharField(_("region of the one"), max_length=6)
    high_region = models.CharField(_("region of the other"), max_length=6)
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    low_owes = models.BigIntegerField(_("owed by the one"), default=0)
    high_owes = models.BigIntegerField(_("owed by the other"), default=0)
    low_agreed_by = _user(_("agreed for the one"))
    low_agreed_at = models.DateTimeField(_("agreed on"), null=True, blank=True)
    high_agreed_by = _user(_("agreed for the other"))
    high_agreed_at = models.DateTimeField(_("agreed on"), null=True, blank=True)
    envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )
    received_on = models.DateField(_("received"), null=True, blank=True)
    received_by = _user(_("received by"))
    recorded_at = models.DateTimeField(_("drawn up"), auto_now_add=True)

    class Meta:
        verbose_name = _("clearing between regions")
        verbose_name_plural = _("clearing between regions")
        ordering = ["-month", "low", "high"]
        constraints = [
            models.UniqueConstraint(fields=["month", "low", "high"], name="clearing_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="clearing_in_order"),
            models.CheckConstraint(
                condition=Q(state="open")
                | Q(low_agreed_by__isnull=False, high_agreed_by__isnull=False),
                name="clearing_agreed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(low_agreed_by__isnull=True)
                | Q(high_agreed_by__isnull=True)
                | ~Q(low_agreed_by=F("high_agreed_by")),
                name="clearing_two_people",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.low.region} – {self.high.region} · {self.month // 12}-{self.month % 12 + 1:02}"
        )

    @property
    def net(self) -> int:
        """What the low fund pays the high one, in fen; below zero it gets so much."""
        return self.low_owes - self.high_owes

    @property
    def payer(self) -> Fund:
        return self.low if self.net > 0 else self.high

    @property
    def payee(self) -> Fund:
        return self.high if self.net > 0 else self.low


class ClearingLine(models.Model):
    """A part of a bill that a fund owes to the one which pays the provider. Amount in fen.

    `share` says whether it is the insurance's part or that of medical assistance. The side that owes
    disputes a line; the side that is owed concedes it, and then nothing is owed, or says why not.
    """

    class Share(models.IntegerChoices):
        INSURANCE = 1, _("Medical insurance")
        ASSISTANCE = 2, _("Medical assistance")

    class State(models.TextChoices):
        OWED = "owed", _("Owed to the place of care")
        DISPUTED = "disputed", _("Disputed")
        CONCEDED = "conceded", _("Conceded, not owed")

    statement = models.ForeignKey(
        ClearingStatement, models.CASCADE, related_name="lines", verbose_name=_("statement")
    )
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, related_name="clearing_lines", verbose_name=_("part of a bill")
    )
    share = models.PositiveSmallIntegerField(_("purse"), choices=Share.choices)
    owed_by_low = models.BooleanField(_("owed by the one"))
    provider_id = models.BigIntegerField(_("provider"))
    amount = models.BigIntegerField(_("amount"))
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.OWED, db_default="owed"
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    disputed_by = _user(_("disputed by"))
    answer = models.CharField(_("answer"), max_length=200, blank=True, default="", db_default="")
    answered_by = _user(_("answered by"))

    class Meta:
        verbose_name = _("line of a clearing")
        verbose_name_plural = _("lines of clearings")
        ordering = ["statement", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "share"], name="clearing_line_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="clearing_line_of_something"),
            models.CheckConstraint(
                condition=Q(state="owed") | Q(disputed_by__isnull=False),
                name="clearing_line_disputed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} · {self.settlement_id}"
