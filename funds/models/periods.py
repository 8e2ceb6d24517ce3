"""Months of a fund's books that are closed for ever."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from socsec.kernel.months import format_month

from .fund import Fund


class MonthClosing(models.Model):
    """The closing of a fund's month: prepared by one, closed by another, never opened again.

    From then on the database takes no batch that is booked in that month or before. `balances`
    keeps how every account stood at its end: number → [debits, credits] in fen since the books began.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="closings", verbose_name=_("fund"))
    month = models.IntegerField(_("month"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("prepared by")
    )
    prepared_at = models.DateTimeField(_("prepared"), auto_now_add=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    batches = models.BigIntegerField(_("batches"), default=0)
    total = models.BigIntegerField(_("moved in the month, in fen"), default=0)
    balances = models.JSONField(_("balances"), default=dict, blank=True)

    class Meta:
        verbose_name = _("closing of a month")
        verbose_name_plural = _("closings of months")
        ordering = ["-month", "fund"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "month"], name="month_closing_once"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="month_closing_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True, closed_at__isnull=True)
                | Q(checker__isnull=False, closed_at__isnull=False),
                name="month_closing_closed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {format_month(self.month)}"
