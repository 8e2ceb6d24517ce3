"""Residents: what was carried to their accounts, and pensions stated anew by a new basic pension."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.kernel.months import format_month


class CreditedSource(models.Model):
    """How much of a residents' receipt has been carried to individual accounts, in fen.

    `source_id` is that of the payments: a receipt, or below zero a refund. A receipt of which
    `taken` has changed since, because a line was matched later, waits to be credited again.
    """

    source_id = models.BigIntegerField(_("receipt or refund"), primary_key=True)
    taken = models.BigIntegerField(_("taken"))
    credited_at = models.DateTimeField(_("credited"), auto_now=True)

    class Meta:
        verbose_name = _("credited source")
        verbose_name_plural = _("credited sources")

    def __str__(self) -> str:
        return str(self.source_id)


class ResidentAdjustment(models.Model):
    """One resident's pension stated anew from a month on: its facts and every line of its sheet, in fen.

    Facts and the edition of the run work the sheet out again. `owed_before` is what the award's
    `owed_from` was. A run that was reversed leaves its rows; what it had added is taken back by a
    later version of the benefit.
    """

    pk = models.CompositePrimaryKey("person_id", "award_id", "month", "run_id")
    person_id = models.BigIntegerField(_("person"))
    award_id = models.BigIntegerField(_("award"))
    month = models.IntegerField(_("from month"))
    run_id = models.BigIntegerField(_("run"))
    region = models.CharField(_("region"), max_length=6)
    # facts
    age = models.IntegerField(_("age in months"))
    months_paid = models.IntegerField(_("months paid"))
    basic_before = models.BigIntegerField(_("basic pension before"))
    addition_before = models.BigIntegerField(_("additions before"))
    # the sheet
    basic_more = models.BigIntegerField(_("more basic pension"))
    addition_more = models.BigIntegerField(_("more additions"))
    owed_before = models.IntegerField(_("owed from, before"), null=True)

    class Meta:
        verbose_name = _("adjustment of a resident's pension")
        verbose_name_plural = _("adjustments of residents' pensions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(basic_more__gte=0, addition_more__gte=0)
                & ~models.Q(basic_more=0, addition_more=0),
                name="resident_adjustment_takes_nothing_away",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"

    @property
    def increase(self) -> int:
        """What it adds a month, in fen."""
        return self.basic_more + self.addition_more
