"""Limits that are broken, reserves against losses, and the return of a year with each region's part."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.models.fund import Fund
from funds.models.payments import user

from .mandates import Mandate


class LimitBreach(models.Model):
    """A limit that was broken at the end of a day, until the day on which it is kept again.

    Passive: prices or other people's money moved it, and `cure_by` is the day the contract gives.
    Nobody may cause one, so that an active one is to be cured at once. `excess` fen at its worst.
    """

    mandate = models.ForeignKey(
        Mandate, models.PROTECT, related_name="breaches", verbose_name=_("mandate of investment")
    )
    limit = models.CharField(_("limit"), max_length=24)
    found_on = models.DateField(_("found"))
    passive = models.BooleanField(_("passive"))
    share = models.IntegerField(_("share in millionths"), null=True, blank=True)
    allowed = models.IntegerField(_("allowed in millionths"), null=True, blank=True)
    excess = models.BigIntegerField(_("excess in fen"))
    cure_by = models.DateField(_("to be ended by"))
    cured_on = models.DateField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("broken limit")
        verbose_name_plural = _("broken limits")
        ordering = ["cured_on", "cure_by", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mandate", "limit"],
                condition=Q(cured_on__isnull=True),
                name="limit_breach_open_once",
            ),
            models.CheckConstraint(
                condition=Q(excess__gt=0, cure_by__gte=F("found_on")), name="limit_breach_real"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mandate_id} · {self.limit}"


class RiskReserve(models.Model):
    """What a manager or the trustee put aside against losses, in fen, and what it was for."""

    class Keeper(models.TextChoices):
        MANAGER = "manager", _("Manager")
        TRUSTEE = "trustee", _("Trustee")

    mandate = models.ForeignKey(
        Mandate, models.PROTECT, related_name="reserves", verbose_name=_("mandate of investment")
    )
    keeper = models.CharField(_("kept by"), max_length=8, choices=Keeper.choices)
    on = models.DateField(_("date"))
    source = models.CharField(_("for"), max_length=40, unique=True)
    amount = models.BigIntegerField(_("amount in fen"))

    class Meta:
        verbose_name = _("risk reserve")
        verbose_name_plural = _("risk reserves")
        ordering = ["mandate", "-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="risk_reserve_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.mandate_id} · {self.get_keeper_display()} · {self.on}"


class ReturnYear(models.Model):
    """The return of a mandate in a calendar year, and what of it is shared among the regions. Fen."""

    mandate = models.ForeignKey(
        Mandate, models.PROTECT, related_name="years", verbose_name=_("mandate of investment")
    )
    year = models.SmallIntegerField(_("year"))
    opening = models.BigIntegerField(_("net asset value, opening"))
    closing = models.BigIntegerField(_("net asset value, closing"))
    flow = models.BigIntegerField(_("money that came, less what went"))
    earned = models.BigIntegerField(_("return"))
    reserve = models.BigIntegerField(_("trustee's risk reserve"))
    shared = models.BigIntegerField(_("shared"))
    maker = user(_("prepared by"))
    checker = user(_("approved by"), null=True, blank=True)

    class Meta:
        verbose_name = _("return of a year")
        verbose_name_plural = _("returns of years")
        ordering = ["-year", "mandate"]
        constraints = [
            models.UniqueConstraint(fields=["mandate", "year"], name="return_year_once"),
            models.CheckConstraint(
                condition=Q(earned=F("closing") - F("opening") - F("flow"))
                & Q(shared=F("earned") - F("reserve"), reserve__gte=0),
                name="return_year_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="return_year_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mandate} · {self.year}"


class ReturnShare(models.Model):
    """A fund's part of a year's return, by its capital times the days that it was there. Fen."""

    of = models.ForeignKey(
        ReturnYear, models.CASCADE, related_name="shares", verbose_name=_("return of a year")
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="return_shares", verbose_name=_("fund")
    )
    capital_days = models.BigIntegerField(_("capital times days"))
    part = models.BigIntegerField(_("part of the return"))

    class Meta:
        verbose_name = _("part of a return")
        verbose_name_plural = _("parts of returns")
        ordering = ["of", "fund"]
        constraints = [
            models.UniqueConstraint(fields=["of", "fund"], name="return_share_once"),
            models.CheckConstraint(
                condition=Q(capital_days__gte=0), name="return_share_capital_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_id} · {self.fund_id}"
