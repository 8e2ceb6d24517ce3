"""Yearly adjustments (养老金调整): what each pension in payment gained, and by which sheet."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.kernel.months import format_month


class PensionAdjustment(models.Model):
    """One award's adjustment of one year: the facts and every line of its sheet, in fen.

    Facts and the edition of the run work the sheet out again. `owed_before` is what the award's
    `owed_from` was, so that a reversal leaves no trace in what is owed. A run that was reversed
    leaves its rows; what it had added is taken back by a later version of the benefit.
    """

    pk = models.CompositePrimaryKey("person_id", "award_id", "month", "run_id")
    person_id = models.BigIntegerField(_("person"))
    award_id = models.BigIntegerField(_("award"))
    month = models.IntegerField(_("first month"))
    run_id = models.BigIntegerField(_("run"))
    region = models.CharField(_("region"), max_length=6)
    # facts
    pension = models.BigIntegerField(_("pension before"))
    months = models.IntegerField(_("months of contributions"))
    age = models.IntegerField(_("age in months"))
    woman = models.BooleanField(_("woman"))
    area = models.PositiveSmallIntegerField(_("class of remote area"))
    standing = models.PositiveSmallIntegerField(_("standing"))
    land_taken = models.BooleanField(_("land taken"))
    # the sheet
    flat_part = models.BigIntegerField(_("flat part"))
    linked = models.BigIntegerField(_("linked to years"))
    level = models.BigIntegerField(_("linked to the pension"))
    tilt = models.BigIntegerField(_("preferential part"))
    increase = models.BigIntegerField(_("more a month"))
    owed_before = models.IntegerField(_("owed from, before"), null=True)

    class Meta:
        verbose_name = _("yearly adjustment of a pension")
        verbose_name_plural = _("yearly adjustments of pensions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    pension__gt=0,
                    increase__gte=0,
                    flat_part__gte=0,
                    linked__gte=0,
                    level__gte=0,
                    tilt__gte=0,
                ),
                name="adjustment_takes_nothing_away",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"
